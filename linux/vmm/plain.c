/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text without control characters (plain.h).
 */
#include "plain.h"

#include <stdbool.h>
#include <stdio.h>

/* C1, as UTF-8 has them: terminals heed these, too. */
static bool is_c1(const unsigned char *c)
{
	return c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
}

/* How many bytes of a control character begin here. */
static unsigned int control_at(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (is_c1(c))
		return 2;
	return *c < 0x20 || *c == 0x7f;
}

void plain_make(char *text)
{
	while (*text != '\0') {
		unsigned int control = control_at(text);

		if (control == 0)
			text++;
		for (; control != 0; control--)
			*text++ = '?';
	}
}

void plain_print(const char *text)
{
	while (*text != '\0') {
		unsigned int control = control_at(text);

		putchar(control == 0 ? *text : '?');
		text += control == 0 ? 1 : control;
	}
}
