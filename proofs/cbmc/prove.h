/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a proof. A harness includes the sources that it is about, so that their static functions can be called. The
 * functions any_*() return any value. All checks of C's own rules (bounds, pointers, shifts,
 * signed overflow) are on, and that loops end within their bound.
 */
#ifndef PROVE_H
#define PROVE_H

#include <caec/csm.h>

#include "port/port.h"

#define ASSUME(condition) __CPROVER_assume(condition)
#define CLAIM(condition) __CPROVER_assert((condition), #condition)

/* Some input leads here with this condition: what is claimed of it is not claimed of nothing. Looked for with the bound REACH. */
#ifdef REACH
#define REACHES(condition) __CPROVER_cover(condition)
#else
#define REACHES(condition) ((void)(condition))
#endif

#define ANY(type, name)                                  \
	static inline type any_##name(void)              \
	{                                                \
		type value; /* not set: for CBMC, any */ \
                                                         \
		return value;                            \
	}

ANY(uint8_t, u8)
ANY(uint32_t, u32)
ANY(uint64_t, u64)
ANY(int64_t, i64)
ANY(int, int)
ANY(struct csm_rid, rid)

/* Not an object of its type: that could hold what is neither. */
static inline bool any_bool(void)
{
	return (any_u8() & 1) != 0;
}

/* Any number from `low` to `high`. */
static inline int any_from_to(int low, int high)
{
	int i = any_int();

	ASSUME(low <= i && i <= high);
	return i;
}

#endif
