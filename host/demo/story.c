/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The demo's frame: chapters, claims, and how many of them hold.
 */
#include "demo.h"

#include <stdarg.h>

#include "common/format.h"

static unsigned int chapters, claims, broken;

void chapter(const char *title)
{
	print("\n%2u. %s\n", ++chapters, title);
}

bool claim(bool holds, const char *format, ...)
{
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	format_va(text, sizeof(text), format, arguments);
	va_end(arguments);
	claims++;
	if (!holds)
		broken++;
	print("    %-90s %s\n", text, holds ? "ok" : "NOT OK");
	return holds;
}

void story_ends(void)
{
	print("\nVerdict: %u of %u claims hold%s\n", claims - broken, claims,
	      broken == 0 ? ": they shared memory, and nobody else got in." : ".");
	if (broken != 0)
		verdict_fail("%u of the demo's %u claims do not hold", broken, claims);
}
