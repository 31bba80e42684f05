/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry of RIDs and VMIDs: its lock, and the realm that it leads to (model/registry.c). */
#include "memory.h"

#include "model/registry.c"

#define RID ((struct csm_rid){ 5, 6 })

static struct port_features features = { .vmid_bits = 16 };

const struct port_features *port_features(void)
{
	return &features;
}

/* --- A VMID has one owner ----------------------------------------------------------------------------------------- */

START(vmid_once)
{
}

PE(vmid_once, 0)
{
	return registry_reserve_vmid(3);
}

PE(vmid_once, 1)
{
	return registry_reserve_vmid(3);
}

FORBIDDEN(vmid_once)
{
	return p0 + p1 != 1;
}

SEEN(vmid_once)
{
	return p0 == 0 && p1 == 1;
}

/* Two at once: none is forgotten. */
START(vmid_each)
{
}

PE(vmid_each, 0)
{
	return registry_reserve_vmid(3);
}

PE(vmid_each, 1)
{
	return registry_reserve_vmid(4);
}

FORBIDDEN(vmid_each)
{
	return p0 + p1 != 2 || registry.vmid_used[0] != (1 << 3 | 1 << 4);
}

SEEN(vmid_each)
{
	return p0 + p1 == 2;
}

/* --- Who finds a realm finds all of it ---------------------------------------------------------------------------- */

START(rid_found)
{
	start_granules();
	make(0, GRANULE_RD, 0);
}

/* The end of REALM_CREATE. */
PE(rid_found, 0)
{
	struct realm *realm = realm_of(&storage[0]);

	STORE(realm->rid.hi, RID.hi);
	STORE(realm->rid.lo, RID.lo);
	registry_add(&storage[0]);
	return 0;
}

/* A look-up by another's RID. */
PE(rid_found, 1)
{
	const struct granule *rd = registry_find(RID);

	return rd == NULL ? 0 : 1 + LOAD(realm_of(rd)->rid.hi);
}

/* An entry that is not the realm's yet would be passed by, and two realms could have one slot. */
FORBIDDEN(rid_found)
{
	return (p1 != 0 && p1 != 1 + RID.hi) || registry.slot[RID.lo] != 1;
}

SEEN(rid_found)
{
	return p1 == 1 + RID.hi;
}

/* A RID that the registry names is that of a whole realm, or the one that looks goes past its slot. */
START(rid_slot)
{
	rid_found_start();
}

PE(rid_slot, 0)
{
	return rid_found_0();
}

PE(rid_slot, 1)
{
	uint64_t seen = 0;

	lock();
	if (registry.slot[RID.lo] != SLOT_FREE)
		seen = 1 + rid_in(RID.lo).hi;
	unlock();
	return seen;
}

FORBIDDEN(rid_slot)
{
	return p1 != 0 && p1 != 1 + RID.hi;
}

SEEN(rid_slot)
{
	return p1 != 0;
}
