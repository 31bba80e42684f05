/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words with blanks between (linux_words.h).
 */
#include "linux_words.h"

bool linux_next_word(const char **text, char *word, size_t size)
{
	size_t length = 0;

	while (**text == ' ')
		(*text)++;
	for (; **text != '\0' && **text != ' '; (*text)++)
		if (length < size - 1)
			word[length++] = **text;
	word[length] = '\0';
	return length != 0;
}

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 16;
}

bool linux_number(const char *word, uint64_t *value)
{
	unsigned int base = word[0] == '0' && word[1] == 'x' ? 16 : 10;

	*value = 0;
	word += base == 16 ? 2 : 0;
	if (*word == '\0')
		return false;
	for (; *word != '\0'; word++) {
		if (digit(*word) >= base || *value > (UINT64_MAX - digit(*word)) / base)
			return false;
		*value = *value * base + digit(*word);
	}
	return true;
}
