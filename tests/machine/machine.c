/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runner: `list`, `test NAME`.
 */
#include "machine.h"

#include "board/command.h"

extern const struct machine_test *const machine_tests_begin[], *const machine_tests_end[];

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
