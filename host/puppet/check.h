/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the machine's tests, the demo and the benchmarks state, and have checked: a CHECK that does not hold ends the run
 * with a verdict that names the place and the values.
 */
#ifndef HOST_PUPPET_CHECK_H
#define HOST_PUPPET_CHECK_H

#include "board/console.h"
#include "board/cpu.h"
#include "board/gic.h"
#include "board/memory.h"
#include "board/rmm.h"
#include "board/smp.h"
#include "common/string.h"
#include "lib/memory.h"
#include "lib/realm.h"
#include "lib/rec.h"
#include "lib/rmi_call.h"
#include "lib/rmi_csm_call.h"

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
#define WAIT_FOR(condition)                                              \
	({                                                               \
		uint64_t end_ = counter_now() + sysreg_read(cntfrq_el0); \
		while (!(condition) && counter_now() < end_)             \
			__asm__ volatile("yield" ::: "memory");          \
		(condition);                                             \
	})

#endif
