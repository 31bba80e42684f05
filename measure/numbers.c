/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers and lists of names from text (numbers.h).
 */
#include "numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The power of two that a letter stands for; 0: it is not one. */
static unsigned int shift_of(char letter)
{
	switch (letter) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

bool number_parse(const char *text, bool suffix, uint64_t *value)
{
	int base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
	const char *digits = base == 16 ? text + 2 : text;
	unsigned long long number;
	unsigned int shift = 0;
	char *end;

	/* strtoull() also takes blanks and signs. */
	if (!isxdigit((unsigned char)*digits))
		return false;
	errno = 0;
	number = strtoull(digits, &end, base);
	if (errno != 0 || end == digits)
		return false;
	if (suffix && *end != '\0') {
		shift = shift_of(*end++);
		if (shift == 0 || number > UINT64_MAX >> shift)
			return false;
	}
	*value = (uint64_t)number << shift;
	return *end == '\0';
}

static bool find(const char *text, size_t length, const struct name *names, unsigned int count,
		 uint64_t *value)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strlen(names[i].name) == length && memcmp(names[i].name, text, length) == 0) {
			*value = names[i].value;
			return true;
		}
	}
	return false;
}

bool name_parse(const char *text, const struct name *names, unsigned int count, uint64_t *value)
{
	return find(text, strlen(text), names, count, value);
}

bool names_parse(const char *text, const struct name *names, unsigned int count, uint64_t *value)
{
	uint64_t one;

	*value = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (;;) {
		size_t length = strcspn(text, ",");

		if (!find(text, length, names, count, &one))
			return false;
		*value |= one;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}
