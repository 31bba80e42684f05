/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target (target.h) without a fuzzer: on each file of FUZZ_FOLDERS (paths with colons between), and on a few small changes
 * of each.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "target.h"

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

/* Each in an allocation of its own: ASan sees who reads beyond it. */
static void replay(const uint8_t *data, size_t size, bool is_changed)
{
	uint8_t *copy = malloc(size + 1), *exact;

	assert_non_null(copy);
	memcpy(copy, data, size);
	if (is_changed)
		size = change(copy, size);
	exact = realloc(copy, size == 0 ? 1 : size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static void replay_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *in = fopen(path, "rb");
	size_t size;

	assert_non_null(in);
	size = fread(data, 1, sizeof(data), in);
	assert_true(feof(in));
	fclose(in);
	replay(data, size, false);
	for (unsigned int i = 0; i < CHANGES && size != 0 && size <= CHANGED_MAX; i++)
		replay(data, size, true);
}

static int is_file(const struct dirent *entry)
{
	return entry->d_type == DT_REG;
}

/* By name, so that each file has the same changes every time. Returns their number. */
static unsigned int replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_file, alphasort);
	char path[512];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		replay_file(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count < 0 ? 0 : (unsigned int)count;
}

static void test_replay(void **state)
{
	char folders[] = FUZZ_FOLDERS, *rest = folders, *folder;

	(void)state;
	while ((folder = strsep(&rest, ":")) != NULL) {
		unsigned int count = replay_folder(folder);

		print_message("%u files of %s\n", count, folder);
		assert_true(count > 0);
	}
}

/* Arguments are files, to repeat what a fuzzer has found. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_replay) };

	for (int i = 1; i < argc; i++)
		replay_file(argv[i]);
	return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
