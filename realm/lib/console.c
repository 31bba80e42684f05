/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's console.
 */
#include "console.h"

#include <stdarg.h>

#include "common/format.h"
#include "hostcall.h"
#include "rsi.h"
#include "common/string.h"

void print(const char *format, ...)
{
	struct rsi_host_call *call = hostcall_buffer();
	char text[HOSTCALL_TEXT_MAX + 1];
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = format_va(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length > HOSTCALL_TEXT_MAX)
		length = HOSTCALL_TEXT_MAX;

	memset(call, 0, sizeof(*call));
	call->imm = HOSTCALL_PRINT;
	call->gprs[0] = length;
	memcpy(&call->gprs[1], text, length);
	realm_rsi_host_call(call);
}
