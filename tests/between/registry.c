/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registry, with its state at hand: it is the only one of the monitor that no granule holds (schedule.h). There is a
 * point before its lock is taken and one behind where it is left. So few slots that realms are in each other's way.
 */
#include "between/schedule.h"

#include "model/realm.h"

static bool is_locked;

static uint32_t exchange_behind_point(_Atomic uint32_t *word, uint32_t value, memory_order order)
{
	sim_point();
	is_locked = true;
	return atomic_exchange_explicit(word, value, order);
}

static void store_before_point(_Atomic uint32_t *word, uint32_t value, memory_order order)
{
	atomic_store_explicit(word, value, order);
	is_locked = false;
	sim_point();
}

/* As long as a realm is registered its RID stays, even if its granule's lock is another PE's, which is making an RD of it. */
static const struct realm *registered(const struct granule *rd)
{
	assert_true(is_locked);
	return sim_mem(granule_pa(rd));
}

#undef atomic_exchange_explicit
#undef atomic_store_explicit
#define atomic_exchange_explicit exchange_behind_point
#define atomic_store_explicit store_before_point
#define realm_of registered
#define SLOTS 16U
#include "model/registry.c" /* NOLINT(bugprone-suspicious-include): that is what this file is for */
#undef realm_of

static typeof(registry) saved;

void registry_reset(void)
{
	memset(&registry, 0, sizeof(registry));
}

void registry_save(void)
{
	saved = registry;
}

void registry_restore(void)
{
	registry = saved;
}

/* RIDs are in the RDs; a VMID that is left in use is nowhere else. */
uint64_t registry_changes(void)
{
	uint64_t hash = 0;

	if (memcmp(registry.vmid_used, saved.vmid_used, sizeof(saved.vmid_used)) == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(registry.vmid_used); i++)
		hash = hash * UINT64_C(0x9fb21c651e98df25) + (registry.vmid_used[i] ^ saved.vmid_used[i]);
	return hash;
}

static bool is_used(uint16_t vmid)
{
	return registry.vmid_used[vmid / 64] >> vmid % 64 & 1;
}

/* Of each realm the RID and the VMID are there; and no more than there are realms: so no two have the same. */
void registry_check(void)
{
	unsigned int realms = 0, vmids = 0, slots = 0;

	assert_int_equal(registry.lock, 0);
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		struct granule *g = granule_at(i);

		if (granule_state(g) != GRANULE_RD)
			continue;
		realms++;
		assert_true(is_used(realm_of(g)->s2.vmid));
		assert_ptr_equal(registry_find(realm_of(g)->rid), g);
	}
	for (size_t i = 0; i < ARRAY_SIZE(registry.vmid_used); i++)
		vmids += (unsigned int)__builtin_popcountll(registry.vmid_used[i]);
	for (size_t i = 0; i < SLOTS; i++)
		slots += registry.slot[i] != SLOT_FREE;
	assert_int_equal(vmids, realms);
	assert_int_equal(slots, realms);
}
