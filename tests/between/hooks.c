/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Points of the monitor (schedule.h), by wrappers (-Wl,--wrap): before a granule's lock is taken, behind one that is left
 * or a change of state. The registry (registry.c) and the simulated machine have more of them.
 */
#include "between/schedule.h"

#include "model/granule.h"
#include "world.h"

#define REAL_AND_WRAP(type, name, args) \
	type __real_##name args;        \
	type __wrap_##name args

REAL_AND_WRAP(bool, granule_lock, (struct granule * g, enum granule_state expected));
REAL_AND_WRAP(struct granule *, granule_find_lock, (struct pa addr, enum granule_state expected));
REAL_AND_WRAP(struct granule *, granule_find_delegated, (struct pa addr));
REAL_AND_WRAP(void, granule_unlock, (struct granule * g));
REAL_AND_WRAP(void, granule_unlock_as, (struct granule * g, enum granule_state state));
REAL_AND_WRAP(void, granule_unlock_wiped, (struct granule * g));
REAL_AND_WRAP(void, granule_retire, (struct granule * g));
REAL_AND_WRAP(void, granule_put, (struct granule * g, uint32_t count));

/* What is written in an RD is written under its lock, and by an address that the machine does not hear of. */
static void touch(const struct granule *g, enum granule_state state)
{
	if (state == GRANULE_RD)
		sim_mem(granule_pa(g));
}

bool __wrap_granule_lock(struct granule *g, enum granule_state expected)
{
	sim_point();
	touch(g, expected);
	return __real_granule_lock(g, expected);
}

struct granule *__wrap_granule_find_lock(struct pa addr, enum granule_state expected)
{
	struct granule *g;

	sim_point();
	g = __real_granule_find_lock(addr, expected);
	if (g != NULL)
		touch(g, expected);
	return g;
}

struct granule *__wrap_granule_find_delegated(struct pa addr)
{
	struct granule *g = __real_granule_find_delegated(addr);

	sim_point();
	return g;
}

void __wrap_granule_unlock(struct granule *g)
{
	__real_granule_unlock(g);
	sim_unlocked();
	sim_point();
}

void __wrap_granule_unlock_as(struct granule *g, enum granule_state state)
{
	__real_granule_unlock_as(g, state);
	sim_unlocked();
	sim_point();
}

void __wrap_granule_unlock_wiped(struct granule *g)
{
	__real_granule_unlock_wiped(g);
	sim_unlocked();
	sim_point();
}

void __wrap_granule_retire(struct granule *g)
{
	__real_granule_retire(g);
	sim_point();
}

/*
 * With its last reference a granule may go, without a lock: a REC that ran, a page that consumers have in a block. Of the
 * pages of one the first says so for all, and the last is the end of a loop; of others a lock is held by whom it matters to.
 */
static bool may_go(const struct granule *g)
{
	uint64_t within = granule_pa(g).v % PAGES(512);

	return granule_refs(g) == 0 &&
	       (granule_state(g) == GRANULE_REC || within == 0 || within == PAGES(511));
}

void __wrap_granule_put(struct granule *g, uint32_t count)
{
	__real_granule_put(g, count);
	if (may_go(g))
		sim_point();
}
