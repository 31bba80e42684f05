/* SPDX-License-Identifier: BSD-3-Clause */
#include "option.h"

#include <string.h>

bool option_get(char **arguments, int *n, struct option *option)
{
	const char *text = arguments[*n];
	size_t length = strcspn(text, "=");

	if (strncmp(text, "--", 2) != 0 || length - 2 >= OPTION_KEY_MAX)
		return false;
	memcpy(option->key, text + 2, length - 2);
	option->key[length - 2] = '\0';
	option->value = text[length] == '=' ? text + length + 1 : arguments[++*n];
	return option->value != NULL;
}
