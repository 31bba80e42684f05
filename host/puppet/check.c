/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks, and granules for those who check (check.h).
 */
#include "check.h"

/* --- Checks ------------------------------------------------------------------------------------------ */

void check_eq(const char *file, int line, const char *what, uint64_t actual, uint64_t expected)
{
	if (actual != expected)
		verdict_fail("%s:%d: %s is 0x%lx, not 0x%lx", file, line, what, actual, expected);
}

void check_rmi(const char *file, int line, const char *what, uint64_t actual, uint64_t expected)
{
	if (actual != expected)
		verdict_fail("%s:%d: %s is %s (0x%lx), not %s (0x%lx)", file, line, what,
			     host_result_name(actual), actual, host_result_name(expected), expected);
}

/* --- Granules ---------------------------------------------------------------------------------------- */

uint64_t test_granule(void)
{
	uint64_t pa = memory_alloc(1);

	CHECK(pa != 0);
	memset(words_of(pa), 0, GRANULE_SIZE);
	return pa;
}

void test_granule_free(uint64_t pa)
{
	CHECK(memory_free(pa));
}

bool is_zero_granule(uint64_t pa)
{
	for (size_t i = 0; i < GRANULE_SIZE / sizeof(uint64_t); i++)
		if (words_of(pa)[i] != 0)
			return false;
	return true;
}
