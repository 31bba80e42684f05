/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fuzz target on everything that is known to be interesting: the corpus's tokens, claims and policies, what the
 * fuzzer kept (tests/fuzz/verify), and a few small changes of each. The target aborts if something is wrong.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "corpus.h"
#include "fuzz_verify.h"

#define CHANGES 6U
#define CHANGED_MAX 4096U /* larger ones are replayed as they are */

static uint32_t bits = 1;

static uint32_t random_bits(void)
{
	bits ^= bits << 13;
	bits ^= bits >> 17;
	return bits ^= bits << 5;
}

/* A byte changed, a stretch taken out, or a byte doubled. Returns the size. */
static size_t change(uint8_t *data, size_t size)
{
	size_t at = random_bits() % size, length;

	switch (random_bits() % 4) {
	case 0:
		length = random_bits() % 8;
		length = length < size - at ? length : size - at;
		memmove(data + at, data + at + length, size - at - length);
		return size - length;
	case 1:
		memmove(data + at + 1, data + at, size - at);
		return size + 1;
	default:
		data[at] ^= (uint8_t)(1U << random_bits() % 8);
		return size;
	}
}

static void replay(struct bytes input)
{
	LLVMFuzzerTestOneInput(input.data, input.size);
	if (input.size == 0 || input.size > CHANGED_MAX)
		return;
	for (unsigned int i = 0; i < CHANGES; i++) {
		uint8_t *copy = malloc(input.size + 1);
		size_t size;

		memcpy(copy, input.data, input.size);
		size = change(copy, input.size);
		LLVMFuzzerTestOneInput(copy, size);
		free(copy);
	}
}

/* The files of a folder, but for folders in it. Returns their number. */
static unsigned int replay_folder(const char *name)
{
	DIR *folder = opendir(name);
	unsigned int count = 0;
	const struct dirent *entry;
	char path[512];

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		struct bytes input;

		if (entry->d_type != DT_REG)
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
		input = corpus_path(path);
		replay(input);
		free(input.data);
		count++;
	}
	closedir(folder);
	return count;
}

static void test_tokens_and_policies(void **state)
{
	(void)state;
	assert_true(replay_folder(CORPUS) > 500);
}

static void test_claims(void **state)
{
	(void)state;
	assert_true(replay_folder(CORPUS "/claims") > 400);
}

static void test_kept_by_the_fuzzer(void **state)
{
	(void)state;
	assert_true(replay_folder(FUZZ_CORPUS) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens_and_policies),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_kept_by_the_fuzzer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
