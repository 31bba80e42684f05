/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of realm/lib/channel.h: a ring at the very end of an allocation, so that AddressSanitizer sees whatever
 * goes beyond it, with both its ends.
 */
#ifndef TESTS_UNIT_CHANNEL_RING_H
#define TESTS_UNIT_CHANNEL_RING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/channel.h"

struct pair {
	struct channel_ring *ring;
	uint64_t capacity;
	struct channel tx, rx;
};

/* Both ends as they are after channel_open(). */
static inline void pair_reopen(struct pair *p)
{
	size_t size = sizeof(*p->ring) + p->capacity;

	memset(p->ring, 0, size);
	assert_true(channel_open(&p->tx, p->ring, size));
	assert_true(channel_open(&p->rx, p->ring, size));
	assert_int_equal(p->tx.capacity, p->capacity);
	assert_int_equal(p->rx.capacity, p->capacity);
}

/* `capacity`: a power of two from 64. */
static inline void pair_open(struct pair *p, uint64_t capacity)
{
	p->capacity = capacity;
	p->ring = aligned_alloc(64, sizeof(*p->ring) + capacity);
	assert_non_null(p->ring);
	pair_reopen(p);
}

static inline void pair_close(struct pair *p)
{
	free(p->ring);
}

/* The piece lies in the ring, all of it. */
static inline bool pair_holds(const struct pair *p, const void *data, size_t length)
{
	const uint8_t *from = data;

	return from >= p->ring->data && length <= p->capacity &&
	       (uint64_t)(from - p->ring->data) <= p->capacity - length;
}

/* Byte `at` of message `i`. */
static inline uint8_t byte_of(uint64_t i, size_t at)
{
	return (uint8_t)(i * 167 + at * 31 + (at >> 8) * 7);
}

static inline void fill(uint8_t *data, size_t length, uint64_t i)
{
	for (size_t at = 0; at < length; at++)
		data[at] = byte_of(i, at);
}

static inline bool is_filled(const uint8_t *data, size_t length, uint64_t i)
{
	for (size_t at = 0; at < length; at++)
		if (data[at] != byte_of(i, at))
			return false;
	return true;
}

/* SplitMix64: the same on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

#endif
