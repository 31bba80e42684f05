/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers for hostile programs (random.h).
 */
#include "random.h"

static uint64_t state = 88172645463325252U;

void seed_random(uint64_t seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15U;
}

uint64_t random_word(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint64_t random_value(void)
{
	static const uint64_t liked[] = { 0,
					  1,
					  2,
					  3,
					  7,
					  16,
					  4095,
					  4096,
					  4097,
					  65535,
					  0x200000,
					  0x400000,
					  INT32_MAX,
					  UINT32_MAX,
					  INT64_MAX,
					  UINT64_MAX,
					  UINT64_C(1) << 63,
					  UINT64_MAX - 4095 };
	uint64_t random = random_word();

	return random % 3 != 0 ? liked[random / 3 % (sizeof(liked) / sizeof(liked[0]))] : random_word();
}
