/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Typed addresses and small helpers of the model. A physical address can't be passed for an IPA.
 */
#ifndef MODEL_TYPES_H
#define MODEL_TYPES_H

#include <caec/abi.h>

struct pa {
	uint64_t v;
};

struct ipa {
	uint64_t v;
};

static inline struct pa pa(uint64_t v)
{
	return (struct pa){ v };
}

static inline struct ipa ipa(uint64_t v)
{
	return (struct ipa){ v };
}

static inline bool is_aligned(uint64_t value, uint64_t power_of_two)
{
	return (value & (power_of_two - 1)) == 0;
}

static inline uint64_t align_down(uint64_t value, uint64_t power_of_two)
{
	return value & ~(power_of_two - 1);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
