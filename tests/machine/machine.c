/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runner: `list`, `test NAME`.
 */
#include "machine.h"

#include "bare/command.h"

extern const struct machine_test *const machine_tests_begin[], *const machine_tests_end[];

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

/* --- Commands ---------------------------------------------------------------------------------------- */

void list_main(const char *argument)
{
	static const char *const builds[] = { "both", "release", "debug" };

	CHECK(*argument == '\0');
	for (const struct machine_test *const *t = machine_tests_begin; t < machine_tests_end; t++)
		print("TEST %s smp=%u %s%s\n", (*t)->name, (*t)->smp != 0 ? (*t)->smp : 1,
		      (*t)->icount ? "icount " : "", builds[(*t)->build]);
}

static const struct machine_test *find(const char *name)
{
	for (const struct machine_test *const *t = machine_tests_begin; t < machine_tests_end; t++)
		if (strcmp((*t)->name, name) == 0)
			return *t;
	return NULL;
}

void test_main(const char *argument)
{
	const struct machine_test *test = find(argument);

	if (test == NULL)
		verdict_fail("there is no test '%s'", argument);
	if (cpu_count() < test->smp)
		verdict_fail("%s needs %u CPUs", test->name, test->smp);
	rmm_init();
	if (test->sve && !host_feature(&rmm, RMI_FEATURE0_SVE_EN_SHIFT, 1))
		verdict_skip("%s: the RMM offers no SVE", test->name);
	if (test->pmu && !host_feature(&rmm, RMI_FEATURE0_PMU_EN_SHIFT, 1))
		verdict_skip("%s: the RMM offers no PMU", test->name);
	test->run();

	CHECK_EQ(rmm.delegated, 0);
	CHECK_EQ(rmm.not_wiped, 0);
	CHECK_EQ(memory_in_use(), 0);
}
