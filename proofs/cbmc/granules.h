/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GRANULES granules in a row, each anything that a granule can be while no command is under way. Functions of granules keep to
 * their contracts: `granule-find`, `-lock`, `-transitions`, `-references` show them.
 */
#ifndef GRANULES_H
#define GRANULES_H

#include "prove.h"

#include "model/granule.h"

#define BANK UINT64_C(0x40000000)

struct held {
	enum granule_state state;
	uint32_t refs;
	bool is_locked;
	bool is_dirty; /* not zero, as far as the monitor knows */
};

static struct granule storage[GRANULES]; /* only their addresses count */
static struct held machine[GRANULES], before[GRANULES];

static unsigned int place_of(const struct granule *g)
{
	CLAIM(__CPROVER_POINTER_OBJECT(g) == __CPROVER_POINTER_OBJECT(storage));
	return (unsigned int)(__CPROVER_POINTER_OFFSET(g) / sizeof(*g));
}

/* --- Contracts --- */

struct granule *granule_find(struct pa addr)
{
	if (!is_aligned(addr.v, GRANULE_SIZE) || addr.v < BANK || addr.v - BANK >= GRANULES * GRANULE_SIZE)
		return NULL;
	return &storage[(addr.v - BANK) / GRANULE_SIZE];
}

struct pa granule_pa(const struct granule *g)
{
	return pa(BANK + place_of(g) * GRANULE_SIZE);
}

enum granule_state granule_state(const struct granule *g)
{
	return machine[place_of(g)].state;
}

uint32_t granule_refs(const struct granule *g)
{
	return machine[place_of(g)].refs;
}

struct granule *granule_find_delegated(struct pa addr)
{
	struct granule *g = granule_find(addr);

	return g != NULL && granule_state(g) == GRANULE_DELEGATED ? g : NULL;
}

bool granule_is_ns(struct pa addr)
{
	struct granule *g = granule_find(addr);

	return g != NULL && granule_state(g) == GRANULE_UNDELEGATED;
}

/* What other PEs have done until the lock is had. */
static void others(void);

bool granule_lock(struct granule *g, enum granule_state expected)
{
	unsigned int i = place_of(g);

	others();
	if (machine[i].state != expected)
		return false;
	CLAIM(!machine[i].is_locked);
	machine[i].is_locked = true;
	return true;
}

struct granule *granule_find_lock(struct pa addr, enum granule_state expected)
{
	struct granule *g = granule_find(addr);

	return g != NULL && granule_lock(g, expected) ? g : NULL;
}

void granule_unlock(struct granule *g)
{
	unsigned int i = place_of(g);

	CLAIM(machine[i].is_locked);
	machine[i].is_locked = false;
}

/* What a granule becomes, before others can see it. */
static void becomes(unsigned int i, enum granule_state state);

void granule_unlock_as(struct granule *g, enum granule_state state)
{
	unsigned int i = place_of(g);

	CLAIM(machine[i].is_locked && machine[i].refs == 0);
	becomes(i, state);
	machine[i].is_locked = false;
	machine[i].state = state;
}

void granule_retire(struct granule *g)
{
	unsigned int i = place_of(g);

	CLAIM(machine[i].refs == 0 && machine[i].state != GRANULE_UNDELEGATED);
	becomes(i, GRANULE_DELEGATED);
	machine[i].state = GRANULE_DELEGATED;
	machine[i].is_locked = machine[i].is_dirty = false;
}

void granule_unlock_wiped(struct granule *g)
{
	CLAIM(machine[place_of(g)].is_locked);
	granule_retire(g);
}

void granule_get(struct granule *g, uint32_t count)
{
	machine[place_of(g)].refs += count;
}

void granule_put(struct granule *g, uint32_t count)
{
	unsigned int i = place_of(g);

	CLAIM(machine[i].refs >= count);
	machine[i].refs -= count;
}

/* --- The state before --- */

/* What holds of a granule while no command is under way. */
static bool is_sane(const struct held *g)
{
	if (g->is_locked || g->state < GRANULE_UNDELEGATED || g->state > GRANULE_APT)
		return false;
	switch (g->state) {
	case GRANULE_DELEGATED:
		return g->refs == 0 && !g->is_dirty;
	case GRANULE_REC:
		return g->refs <= 1;
	case GRANULE_RTT:
	case GRANULE_DATA:
		return g->refs < UINT32_C(1) << 28;
	default:
		return g->refs == 0;
	}
}

static void any_granule(unsigned int i)
{
	machine[i] =
		(struct held){ (enum granule_state)any_from_to(GRANULE_UNDELEGATED, GRANULE_APT), any_u32() };
	machine[i].is_dirty = machine[i].state != GRANULE_DELEGATED;
	ASSUME(is_sane(&machine[i]));
	before[i] = machine[i];
}

static void any_machine(void)
{
	for (unsigned int i = 0; i < GRANULES; i++)
		any_granule(i);
}

static unsigned int any_index(void)
{
	return (unsigned int)any_from_to(0, GRANULES - 1);
}

static bool is_unchanged(unsigned int i)
{
	return machine[i].state == before[i].state && machine[i].refs == before[i].refs &&
	       machine[i].is_locked == before[i].is_locked && machine[i].is_dirty == before[i].is_dirty;
}

/* The granule that the host names, or GRANULES: *_align, *_bound. */
static unsigned int named(uint64_t addr)
{
	const struct granule *g = granule_find(pa(addr));

	return g == NULL ? GRANULES : place_of(g);
}

/* Not *_align, *_bound, *_state. */
static bool names(uint64_t addr, enum granule_state state)
{
	return named(addr) < GRANULES && before[named(addr)].state == state;
}

#endif
