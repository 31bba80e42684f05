/* SPDX-License-Identifier: BSD-3-Clause */
/* The granule's lock, its states and its references (model/granule.c). */
#include "memory.h"

static uint64_t owner, data;

/* --- The lock: one at a time, and who has it sees all that was done under it before ---------------------------- */

START(lock_excludes)
{
	start_granules();
	make(0, GRANULE_RD, 0);
}

/* 0: no lock. Else who was here last, plus 1. */
static uint64_t take_turn(uint64_t self)
{
	uint64_t before;

	if (!granule_lock(&storage[0], GRANULE_RD))
		return 0;
	before = LOAD(owner);
	STORE(owner, self);
	granule_unlock(&storage[0]);
	return 1 + before;
}

PE(lock_excludes, 0)
{
	return take_turn(1);
}

PE(lock_excludes, 1)
{
	return take_turn(2);
}

/* One was here first and the other saw it. */
FORBIDDEN(lock_excludes)
{
	return !(p0 == 1 && p1 == 2 && owner == 2) && !(p1 == 1 && p0 == 3 && owner == 1);
}

SEEN(lock_excludes)
{
	return p0 == 3 && owner == 1;
}

/* --- A state that is seen brings what was written before it --------------------------------------------------- */

START(state_publishes)
{
	start_granules();
	make(0, GRANULE_DELEGATED, 0);
}

/* A command makes a realm of a granule. */
PE(state_publishes, 0)
{
	if (!granule_lock(&storage[0], GRANULE_DELEGATED))
		return 0;
	STORE(memory[0][0], 5);
	granule_unlock_as(&storage[0], GRANULE_RD);
	return 1;
}

/* Another takes it as a realm. */
PE(state_publishes, 1)
{
	uint64_t seen;

	if (!granule_lock(&storage[0], GRANULE_RD))
		return 0;
	seen = LOAD(memory[0][0]);
	granule_unlock(&storage[0]);
	return 1 + seen;
}

FORBIDDEN(state_publishes)
{
	return p1 != 0 && p1 != 6;
}

SEEN(state_publishes)
{
	return p1 == 6;
}

/* --- DELEGATED means zero, to whoever takes it ------------------------------------------------------------------ */

START(wiped_is_zero)
{
	start_granules();
	make(0, GRANULE_RD, 0);
	memory[0][0] = 7;
	memory[0][GRANULE_SIZE / 8 - 1] = 7;
}

PE(wiped_is_zero, 0)
{
	if (!granule_lock(&storage[0], GRANULE_RD))
		return 0;
	granule_unlock_wiped(&storage[0]);
	return 1;
}

static uint64_t content_if_delegated(void)
{
	uint64_t seen;

	if (!granule_lock(&storage[0], GRANULE_DELEGATED))
		return 0;
	seen = LOAD(memory[0][0]) | LOAD(memory[0][GRANULE_SIZE / 8 - 1]);
	granule_unlock(&storage[0]);
	return 1 + seen;
}

PE(wiped_is_zero, 1)
{
	return content_if_delegated();
}

FORBIDDEN(wiped_is_zero)
{
	return p1 > 1;
}

SEEN(wiped_is_zero)
{
	return p1 == 1;
}

/* The same of one that goes without its lock: a table, an auxiliary granule. */
START(retired_is_zero)
{
	wiped_is_zero_start();
	make(0, GRANULE_RTT, 0);
}

PE(retired_is_zero, 0)
{
	granule_retire(&storage[0]);
	return 1;
}

PE(retired_is_zero, 1)
{
	return content_if_delegated();
}

FORBIDDEN(retired_is_zero)
{
	return p1 > 1;
}

SEEN(retired_is_zero)
{
	return p1 == 1;
}

/* --- The last reference that goes: all that was done with it is over ------------------------------------------- */

START(last_reference)
{
	start_granules();
	make(0, GRANULE_RD, 0);
	make(1, GRANULE_DATA, 1);
	memory[1][0] = 7;
}

/* A mapping goes. (Its user reads, here; it must not see what is written for the next.) */
PE(last_reference, 0)
{
	uint64_t seen = LOAD(memory[1][0]);

	granule_put(&storage[1], 1);
	return seen;
}

/* The page goes when nobody has it mapped any more. */
PE(last_reference, 1)
{
	if (granule_refs(&storage[1]) != 0)
		return 0;
	STORE(memory[1][0], 9);
	return 1;
}

FORBIDDEN(last_reference)
{
	return p0 == 9;
}

SEEN(last_reference)
{
	return p0 == 7 && p1 == 1;
}

/* What was written while there was a reference is seen by who finds none. */
START(reference_publishes)
{
	last_reference_start();
}

PE(reference_publishes, 0)
{
	STORE(memory[1][0], 8);
	granule_put(&storage[1], 1);
	return 0;
}

PE(reference_publishes, 1)
{
	return granule_refs(&storage[1]) != 0 ? 0 : LOAD(memory[1][0]);
}

FORBIDDEN(reference_publishes)
{
	return p1 != 0 && p1 != 8;
}

SEEN(reference_publishes)
{
	return p1 == 8;
}

/* References and the lock are one word: none is lost, whoever has the lock. */
START(references_counted)
{
	start_granules();
	make(0, GRANULE_DATA, 1);
}

PE(references_counted, 0)
{
	granule_get(&storage[0], 1);
	return 0;
}

PE(references_counted, 1)
{
	if (!granule_lock(&storage[0], GRANULE_DATA))
		return 0;
	granule_put(&storage[0], 1);
	granule_unlock(&storage[0]);
	return 1;
}

FORBIDDEN(references_counted)
{
	return storage[0].word != (GRANULE_DATA << STATE_SHIFT | 1 << REF_SHIFT) || p1 != 1;
}

SEEN(references_counted)
{
	return p1 == 1;
}

/* --- granule_state() without the lock, and what it says is there -------------------------------------------------- */

START(state_looked_at)
{
	start_granules();
	make(0, GRANULE_DELEGATED, 0);
}

PE(state_looked_at, 0)
{
	return state_publishes_0();
}

PE(state_looked_at, 1)
{
	return granule_state(&storage[0]) == GRANULE_RD ? 1 + LOAD(memory[0][0]) : 0;
}

FORBIDDEN(state_looked_at)
{
	return p1 != 0 && p1 != 6;
}

SEEN(state_looked_at)
{
	return p1 == 6;
}
