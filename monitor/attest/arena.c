/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A heap of one granule (arena.h).
 */
#include "attest/arena.h"

#include <string.h>

#include "port/port.h"

/* Bits [first, first + count). */
static uint64_t bits(uint32_t first, uint32_t count)
{
	return ((UINT64_C(1) << count) - 1) << first;
}

void arena_reset(struct arena *a)
{
	/* Units that are free were wiped when they became so. */
	for (uint32_t i = 0; i < ARENA_UNITS; i++) {
		if (a->used & bits(i, 1))
			memset(a->unit[i], 0, ARENA_UNIT);
	}
	a->used = 0;
	a->last = 0;
	a->root = NULL;
	a->refused = false;
}

void *arena_alloc(struct arena *a, size_t size)
{
	uint32_t count = (uint32_t)((size + ARENA_UNIT - 1) / ARENA_UNIT);

	if (size == 0)
		return NULL;
	for (uint32_t i = 0; size <= sizeof(a->unit) && i + count <= ARENA_UNITS; i++) {
		if (a->used & bits(i, count))
			continue;
		a->used |= bits(i, count);
		a->last |= bits(i + count - 1, 1);
		a->peak = i + count > a->peak ? i + count : a->peak;
		return a->unit[i];
	}
	a->refused = true;
	return NULL;
}

void arena_free(struct arena *a, void *p)
{
	uint64_t offset = (uint64_t)((uintptr_t)p - (uintptr_t)a->unit[0]);
	uint32_t first = (uint32_t)(offset / ARENA_UNIT);
	uint32_t count = 1;

	if (p == NULL)
		return;
	/* A pointer that is none of ours would be a fault of the monitor: nothing outside can bring it about. */
	REQUIRE(offset < sizeof(a->unit) && offset % ARENA_UNIT == 0 && (a->used & bits(first, 1)));
	REQUIRE(first == 0 || !(a->used & bits(first - 1, 1)) || (a->last & bits(first - 1, 1)));
	while (!(a->last & bits(first + count - 1, 1)))
		count++;
	memset(p, 0, (size_t)count * ARENA_UNIT);
	a->used &= ~bits(first, count);
	a->last &= ~bits(first + count - 1, 1);
}
