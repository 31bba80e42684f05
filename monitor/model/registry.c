/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registry of live realms: VMIDs in use, and RDs by realm identifier (model/realm.h).
 *
 * Identifiers are AES-128 of a counter that is never reset, under a key drawn at boot: a permutation, so no
 * two are equal; without the key, no telling what the count is (csm.md I7). As they are as good as random, their
 * low bits are the hash of an open-addressed table, twice as large as the number of realms that can live.
 */
#include "model/realm.h"

#define MAX_REALMS 65536U
#ifndef SLOTS /* fewer in a test, where a few realms are to be neighbours */
#define SLOTS (2U * MAX_REALMS)
#endif
#define SLOT_FREE 0U /* else granule index + 1 */

static struct {
	_Atomic uint32_t lock;
	uint64_t created; /* realms so far in this boot */
	uint8_t key[16];
	uint64_t vmid_used[MAX_REALMS / 64];
	uint32_t slot[SLOTS];
} registry;

/* The last lock in the order: nothing else is taken while it is held. */
static void lock(void)
{
	while (atomic_exchange_explicit(&registry.lock, 1, memory_order_acquire) != 0)
		port_relax();
}

static void unlock(void)
{
	atomic_store_explicit(&registry.lock, 0, memory_order_release);
}

bool registry_init(void)
{
	return port_entropy(registry.key, sizeof(registry.key));
}

bool registry_reserve_vmid(uint16_t vmid)
{
	uint64_t bit = UINT64_C(1) << (vmid % 64);
	bool free;

	if (vmid >> port_features()->vmid_bits != 0)
		return false;
	lock();
	free = (registry.vmid_used[vmid / 64] & bit) == 0;
	registry.vmid_used[vmid / 64] |= bit;
	unlock();
	return free;
}

void registry_release_vmid(uint16_t vmid)
{
	lock();
	registry.vmid_used[vmid / 64] &= ~(UINT64_C(1) << (vmid % 64));
	unlock();
}

struct csm_rid registry_new_rid(void)
{
	uint64_t block[2] = { 0, 0 };
	uint64_t rid[2];

	lock();
	block[0] = ++registry.created;
	unlock();
	port_aes128(registry.key, (const uint8_t *)block, (uint8_t *)rid);
	return (struct csm_rid){ rid[0], rid[1] };
}

static uint32_t home_slot(struct csm_rid rid)
{
	return (uint32_t)rid.lo % SLOTS;
}

static struct csm_rid rid_in(uint32_t slot)
{
	return realm_of(granule_at(registry.slot[slot] - 1))->rid;
}

/* The slot with this RID, or the free one where the search ends. */
static uint32_t find_slot(struct csm_rid rid)
{
	uint32_t slot = home_slot(rid);

	while (registry.slot[slot] != SLOT_FREE && !rid_equal(rid_in(slot), rid))
		slot = (slot + 1) % SLOTS;
	return slot;
}

void registry_add(struct granule *rd)
{
	lock();
	registry.slot[find_slot(realm_of(rd)->rid)] = granule_index(rd) + 1;
	unlock();
}

/* Closes the gap at `hole`: later entries of the run move up, unless that would put them before their home. */
static void close_gap(uint32_t hole)
{
	for (uint32_t at = (hole + 1) % SLOTS; registry.slot[at] != SLOT_FREE; at = (at + 1) % SLOTS) {
		uint32_t home = home_slot(rid_in(at));

		if ((at - home) % SLOTS >= (at - hole) % SLOTS) {
			registry.slot[hole] = registry.slot[at];
			hole = at;
		}
	}
	registry.slot[hole] = SLOT_FREE;
}

void registry_remove(struct granule *rd)
{
	uint32_t slot;

	lock();
	slot = find_slot(realm_of(rd)->rid);
	REQUIRE(registry.slot[slot] == granule_index(rd) + 1);
	close_gap(slot);
	unlock();
}

struct granule *registry_find(struct csm_rid rid)
{
	struct granule *rd = NULL;
	uint32_t slot;

	lock();
	slot = find_slot(rid);
	if (registry.slot[slot] != SLOT_FREE)
		rd = granule_at(registry.slot[slot] - 1);
	unlock();
	return rd;
}
