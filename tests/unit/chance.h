/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where tests at random have their choices from: a sequence that follows from a seed, or the bytes of an input, so that a fuzzer
 * that is guided by coverage (tests/fuzz) chooses.
 */
#ifndef TESTS_UNIT_CHANCE_H
#define TESTS_UNIT_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t random;
	const uint8_t *input; /* NULL: by the seed */
	size_t left;
	bool goes_on; /* by a seed that follows from the input, when that has no more */
};

static inline struct chance chance_of_seed(uint64_t seed)
{
	return (struct chance){ .random = seed };
}

static inline struct chance chance_of_input(const uint8_t *input, size_t size)
{
	return (struct chance){ .input = input, .left = size };
}

/* The input has no more: every choice is 0 from now on, unless it goes on. */
static inline bool chance_is_over(const struct chance *c)
{
	return c->input != NULL && c->left == 0;
}

/* As many bytes as a number below the limit needs. */
static inline uint32_t chance_read(struct chance *c, uint32_t limit)
{
	uint32_t value = 0;

	for (uint32_t rest = limit - 1; rest != 0 && c->left != 0; rest >>= 8, c->left--) {
		c->random = (c->random ^ *c->input) * UINT64_C(0x100000001b3);
		value = value << 8 | *c->input++;
	}
	return value % limit;
}

/* A number below the limit; 0 if that is 0. */
static inline uint32_t choose(struct chance *c, uint32_t limit)
{
	if (limit == 0)
		return 0;
	if (c->input != NULL && (c->left != 0 || !c->goes_on))
		return chance_read(c, limit);
	c->random = c->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(c->random >> 33) % limit;
}

/* Any 64 bits. */
static inline uint64_t choose_word(struct chance *c)
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < 4; i++)
		word = word << 16 | choose(c, 1U << 16);
	return word;
}

#endif
