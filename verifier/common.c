/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Refusals, and bytes made readable (common.h).
 */
#include "common.h"

#include <stdarg.h>

const char *caec_verdict_name(enum caec_verdict verdict)
{
	static const char *const name[] = {
		[CAEC_ACCEPTED] = "accepted",     [CAEC_USAGE] = "usage",
		[CAEC_MALFORMED] = "malformed",   [CAEC_SIGNATURE] = "signature",
		[CAEC_BINDING] = "binding",       [CAEC_NONCE] = "nonce",
		[CAEC_POLICY] = "policy",         [CAEC_FAILURE] = "failure",
		[CAEC_BAD_POLICY] = "bad-policy", [CAEC_UNSUPPORTED] = "unsupported",
	};

	return (size_t)verdict < COUNT(name) ? name[verdict] : "unknown";
}

bool refuse(struct refusal *refusal, enum caec_verdict verdict, const char *format, ...)
{
	va_list args;

	if (refusal->verdict != CAEC_ACCEPTED)
		return false;
	refusal->verdict = verdict;
	va_start(args, format);
	vsnprintf(refusal->reason, sizeof(refusal->reason), format, args);
	va_end(args);
	for (char *c = refusal->reason; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return false;
}

/* The end of what did not fit: the room is full to the last four bytes or more. */
static void cut(char *to, size_t size)
{
	memcpy(to + size - 4, "...", 4);
}

const char *printable(char *to, size_t size, struct span text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool plain = c >= 0x20 && c <= 0x7e && c != '\\';

		if (size - length < (plain ? 2U : 5U)) {
			cut(to, size);
			return to;
		}
		if (plain)
			to[length++] = (char)c;
		else
			length += (size_t)snprintf(to + length, size - length, "\\x%02x", c);
	}
	to[length] = 0;
	return to;
}

const char *hex(char *to, size_t size, struct span bytes)
{
	static const char digit[] = "0123456789abcdef";
	size_t count = bytes.size * 2 < size ? bytes.size : (size - 1) / 2;

	for (size_t i = 0; i < count; i++) {
		to[2 * i] = digit[bytes.data[i] >> 4];
		to[2 * i + 1] = digit[bytes.data[i] & 15];
	}
	to[2 * count] = 0;
	if (count < bytes.size)
		memcpy(to + 2 * count - 3, "...", 4);
	return to;
}

static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool unhex(struct span digits, uint8_t *to, size_t max, size_t *size)
{
	if (digits.size % 2 != 0 || digits.size / 2 > max)
		return false;
	for (size_t i = 0; i < digits.size / 2; i++) {
		int high = digit_value(digits.data[2 * i]), low = digit_value(digits.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	*size = digits.size / 2;
	return true;
}
