/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole-machine tests: functions of the NS-EL2 program, one per boot (`test NAME`), on this machine for
 * real. tests/run boots each of them; `list` is what tells it which there are.
 *
 *	MACHINE_TEST(delegate_twice)
 *	{
 *		uint64_t pa = test_granule();
 *
 *		CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
 *		CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);
 *		CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
 *		test_granule_free(pa);
 *	}
 *
 *	MACHINE_TEST(second_core, .smp = 2, .build = MACHINE_DEBUG)
 *
 * A test fails where a CHECK does: the verdict names the place and the values, and the machine is turned
 * off. When a test returns, every granule must be back from the RMM and free again, and those that
 * host/lib took back must have read zero.
 *
 * Realms that do what they are told: script.h.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include "puppet/check.h"

enum machine_build { MACHINE_BOTH, MACHINE_RELEASE, MACHINE_DEBUG };

struct machine_test {
	const char *name;
	void (*run)(void);
	unsigned int smp;         /* CPUs it needs; 0: one */
	bool icount;              /* counts instructions, so time must stand for them */
	bool sve, pmu;            /* skipped where the RMM offers realms none */
	enum machine_build build; /* the firmware that it makes sense with */
};

/* MACHINE_TEST(name, .smp = 2, ...) { body } */
#define MACHINE_TEST(test_name, ...)                                                 \
	static void test_name(void);                                                 \
	static const struct machine_test test_name##_test = { .name = #test_name,    \
							      .run = test_name,      \
							      __VA_ARGS__ };         \
	static const struct machine_test *const test_name##_entry                    \
		__attribute__((section("machine_tests"), used)) = &test_name##_test; \
	static void test_name(void)

#endif
