/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Points of the monitor (schedule.h), by wrappers (-Wl,--wrap): before a lock is taken, behind one that is left or a
 * change of state, around what is asked of the registry. The simulated machine has more of them.
 */
#include "between/schedule.h"

#include "model/realm.h"
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
REAL_AND_WRAP(bool, registry_reserve_vmid, (uint16_t vmid));
REAL_AND_WRAP(void, registry_release_vmid, (uint16_t vmid));
REAL_AND_WRAP(void, registry_add, (struct granule * rd));
REAL_AND_WRAP(void, registry_remove, (struct granule * rd));
REAL_AND_WRAP(struct granule *, registry_find, (struct csm_rid rid));
REAL_AND_WRAP(struct csm_rid, registry_new_rid, (void));

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

bool __wrap_registry_reserve_vmid(uint16_t vmid)
{
	bool reserved;

	sim_point();
	registry_touch();
	reserved = __real_registry_reserve_vmid(vmid);
	sim_point();
	return reserved;
}

void __wrap_registry_release_vmid(uint16_t vmid)
{
	registry_touch();
	__real_registry_release_vmid(vmid);
	sim_point();
}

void __wrap_registry_add(struct granule *rd)
{
	registry_touch();
	__real_registry_add(rd);
	sim_point();
}

void __wrap_registry_remove(struct granule *rd)
{
	sim_point();
	registry_touch();
	__real_registry_remove(rd);
	sim_point();
}

struct granule *__wrap_registry_find(struct csm_rid rid)
{
	struct granule *rd;

	sim_point();
	rd = __real_registry_find(rid);
	sim_point();
	return rd;
}

struct csm_rid __wrap_registry_new_rid(void)
{
	registry_touch();
	return __real_registry_new_rid();
}
