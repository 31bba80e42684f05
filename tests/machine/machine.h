/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole-machine tests: functions of the NS-EL2 program, one per boot (`test NAME`), on this machine for
 * real. tests/run boots each of them; `list` is what tells it which there are.
 *
 *	MACHINE_TEST(delegate_twice)
 *	{
 *		uint64_t pa = test_granule();
 *
 *		CHECK_RMI(rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
 *		CHECK_RMI(rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);
 *		CHECK_RMI(rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
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

#include "bare/console.h"
#include "bare/cpu.h"
#include "bare/gic.h"
#include "bare/memory.h"
#include "bare/rmm.h"
#include "bare/smp.h"
#include "bare/string.h"
#include "lib/memory.h"
#include "lib/realm.h"
#include "lib/rec.h"
#include "lib/rmi_call.h"
#include "lib/rmi_csm_call.h"

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

/* --- Checks ------------------------------------------------------------------------------------------ */

#define CHECK(condition)                                                           \
	do {                                                                       \
		if (!(condition))                                                  \
			verdict_fail("%s:%d: %s", __FILE__, __LINE__, #condition); \
	} while (0)

#define CHECK_EQ(actual, expected) \
	check_eq(__FILE__, __LINE__, #actual, (uint64_t)(actual), (uint64_t)(expected))

/* An RmiCommandReturnCode, or a result of host/lib: shown by name. */
#define CHECK_RMI(actual, expected) check_rmi(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_OK(actual) CHECK_RMI(actual, RMI_SUCCESS)

void check_eq(const char *file, int line, const char *what, uint64_t actual, uint64_t expected);
void check_rmi(const char *file, int line, const char *what, uint64_t actual, uint64_t expected);

/* --- Granules ---------------------------------------------------------------------------------------- */

/* A Non-secure granule, zeroed; the test fails if there is none. */
uint64_t test_granule(void);
void test_granule_free(uint64_t pa);

/* Its content, as words. Only for granules that are Non-secure: otherwise see probe_read64(). */
static inline uint64_t *words_of(uint64_t pa)
{
	return (uint64_t *)(uintptr_t)pa;
}

bool is_zero_granule(uint64_t pa);

/* Spins until `condition` is true; false if it is not within a second. */
#define WAIT_FOR(condition)                                                        \
	({                                                                         \
		uint64_t end_ = sysreg_read(cntpct_el0) + sysreg_read(cntfrq_el0); \
		while (!(condition) && sysreg_read(cntpct_el0) < end_)             \
			__asm__ volatile("yield" ::: "memory");                    \
		(condition);                                                       \
	})

#endif
