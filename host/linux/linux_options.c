/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words of the command line (linux_options.h).
 */
#include "linux_options.h"

#include "board/console.h"
#include "common/string.h"
#include "linux_words.h"

#define MIB ABI_U64(0x100000)

/* What follows `key` in `word`, or NULL: it begins otherwise. */
static const char *value_of(const char *word, const char *key)
{
	for (; *key != '\0'; key++, word++)
		if (*word != *key)
			return NULL;
	return word;
}

/* "key=N" with N from `least` to `most`. */
static bool number(const char *word, const char *key, uint64_t least, uint64_t most, uint64_t *value)
{
	const char *digits = value_of(word, key);
	uint64_t n;

	if (digits == NULL || !linux_number(digits, &n) || n < least || n > most)
		return false;
	*value = n;
	return true;
}

static bool amount(const char *word, struct linux_options *options)
{
	uint64_t n;

	if (number(word, "realms=", 1, LINUX_MAX_REALMS, &n))
		options->realms = (unsigned int)n;
	else if (number(word, "cpus=", 1, LINUX_MAX_CPUS, &n))
		options->cpus = (unsigned int)n;
	else if (number(word, "memory=", LINUX_RAM_MIN / MIB, LINUX_RAM_MAX / MIB, &n))
		options->ram_size = n * MIB;
	else
		return false;
	return true;
}

static bool choice(const char *word, struct linux_options *options)
{
	if (strcmp(word, "script") == 0)
		options->console = LINUX_CONSOLE_SCRIPT;
	else if (strcmp(word, "each") == 0)
		options->console = LINUX_CONSOLE_EACH;
	else if (strcmp(word, "yank") == 0)
		options->yank = true;
	else if (strcmp(word, "host") == 0)
		options->host = true;
	else if (strcmp(word, "visible") == 0)
		options->visible = true;
	else if (strcmp(word, "csm=none") == 0)
		options->csm = LINUX_CSM_NONE;
	else if (strcmp(word, "csm=refused") == 0)
		options->csm = LINUX_CSM_REFUSED;
	else if (strcmp(word, "disk=fixed") == 0)
		options->disk = LINUX_DISK_FIXED;
	else if (strcmp(word, "disk=copy") == 0)
		options->disk = LINUX_DISK_COPY;
	else
		return false;
	return true;
}

struct linux_options linux_options_parse(const char *argument)
{
	struct linux_options options = { .realms = 1, .cpus = 2, .ram_size = 512 * MIB };
	char word[32];

	while (linux_next_word(&argument, word, sizeof(word)))
		if (!amount(word, &options) && !choice(word, &options))
			verdict_fail("linux: what is '%s'?", word);
	return options;
}
