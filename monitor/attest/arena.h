/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A heap of one granule, for the library that computes signatures. The monitor has no heap of its own: the
 * host gives each REC a granule for this one (model/realm.h), so that a signature that takes several steps
 * keeps what it has so far, and what one realm does takes nothing from another.
 *
 * Memory is handed out in units of ARENA_UNIT bytes, first fit. It is zero when it is handed out and wiped
 * when it comes back: it holds secrets. Owner: whoever owns the granule; there is no lock.
 */
#ifndef ATTEST_ARENA_H
#define ATTEST_ARENA_H

#include "model/types.h"

#define ARENA_UNIT 64U
#define ARENA_HEAD 64U
#define ARENA_UNITS ((GRANULE_SIZE - ARENA_HEAD) / ARENA_UNIT)

struct arena {
	uint64_t used; /* unit n is taken: bit n */
	uint64_t last; /* unit n is the last of an allocation: bit n */
	uint32_t peak; /* units from the first to the last that was ever taken: what the user needs */
	bool refused;  /* an allocation has failed for lack of room */
	void *root;    /* the user's object from which it finds all others; NULL: none */
	_Alignas(ARENA_HEAD) uint8_t unit[ARENA_UNITS][ARENA_UNIT];
};
_Static_assert(sizeof(struct arena) == GRANULE_SIZE, "an arena fills a granule");
_Static_assert(ARENA_UNITS < 64, "the maps of units are single words");

/* An arena of zeroes is an empty one. Wipes what was in use and makes it empty. */
void arena_reset(struct arena *a);

/* `size` bytes, zero, aligned to ARENA_UNIT. NULL: size is 0, or there is no room. */
void *arena_alloc(struct arena *a, size_t size);

/* `p` came from arena_alloc() of the same arena, or is NULL. */
void arena_free(struct arena *a, void *p);

#endif
