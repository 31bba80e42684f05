/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two runs of RMI_CSM_ENTRY_READ (csm/query.c) on tables that differ in all that the host is not told: it sees no difference.
 */
#include "prove.h"

#include "csm/query.c"

#define SLOTS 3

struct apt {
	struct apt_entry *entry[SLOTS];
};

static struct apt_entry a0, a1, a2, b0, b1, b2;
static struct apt tables[2] = { { { &a0, &a1, &a2 } }, { { &b0, &b1, &b2 } } };
static struct realm realms[2];
static unsigned int run;
static struct granule rd, root;
static bool is_locked, is_rd;

struct granule *granule_find_lock(struct pa addr, enum granule_state expected)
{
	CLAIM(!is_locked && expected == GRANULE_RD);
	is_locked = addr.v == GRANULE_SIZE && is_rd;
	return is_locked ? &rd : NULL;
}

void granule_unlock(struct granule *g)
{
	CLAIM(is_locked && g == &rd);
	is_locked = false;
}

struct pa granule_pa(const struct granule *g)
{
	return pa(g == &rd ? GRANULE_SIZE : 2 * GRANULE_SIZE);
}

void *port_mem(struct pa where)
{
	CLAIM(is_locked);
	return where.v == GRANULE_SIZE ? (void *)(run == 0 ? &realms[0] : &realms[1])
				       : (void *)(run == 0 ? &tables[0] : &tables[1]);
}

uint32_t apt_num_slots(const struct apt *apt)
{
	(void)apt;
	return SLOTS;
}

struct apt_entry *apt_entry(struct apt *apt, uint32_t index)
{
	CLAIM(index < SLOTS);
	return index == 0 ? apt->entry[0] : index == 1 ? apt->entry[1] : apt->entry[2];
}

static void any_secrets(struct apt_entry *e)
{
	e->peer = any_rid();
	e->n = any_u64();
	e->permission = any_u8();
	e->phase = any_u8();
	e->cursor = any_u64();
	if (e->kind == APT_SHARE) { /* where the consumer has it, how much of it, and who that is */
		e->base = any_u64();
		e->size = any_u64();
		e->as_share.mapped = any_u64();
		e->as_share.rim = any_u32();
		e->as_share.consumer = any_u32();
	} else if (e->kind == APT_REGION) {
		e->as_region.id = any_u64();
	} else if (e->kind == APT_CONSUMER) {
		e->as_consumer.flags = (uint16_t)any_u32();
	}
}

/* What the host may know is the same in both. */
static void any_entry(struct apt_entry *a, struct apt_entry *b)
{
	*a = (struct apt_entry){ .kind = (uint8_t)any_from_to(APT_FREE, APT_RIM),
				 .state = any_u8(),
				 .base = any_u64(),
				 .size = any_u64() };
	if (a->kind == APT_SHARE)
		a->as_share.region = (uint32_t)any_from_to(0, SLOTS - 1);
	*b = *a;
	any_secrets(a);
	any_secrets(b);
}

static bool is_region(uint32_t index)
{
	return apt_entry(&tables[0], index)->kind == APT_REGION;
}

static bool shares_have_regions(void)
{
	return (a0.kind != APT_SHARE || is_region(a0.as_share.region)) &&
	       (a1.kind != APT_SHARE || is_region(a1.as_share.region)) &&
	       (a2.kind != APT_SHARE || is_region(a2.as_share.region));
}

void prove_entry_read(void)
{
	struct csm_host_entry seen[2] = { { 0 }, { 0 } };
	uint64_t index = any_u64(), addr = any_u64(), result[2];

	is_rd = any_bool();
	any_entry(&a0, &b0);
	any_entry(&a1, &b1);
	any_entry(&a2, &b2);
	ASSUME(shares_have_regions());
	realms[0].apt = realms[1].apt = any_bool() ? &root : NULL;
	result[0] = csm_entry_read(pa(addr), index, &seen[0]);
	run = 1;
	result[1] = csm_entry_read(pa(addr), index, &seen[1]);
	CLAIM(!is_locked && result[0] == result[1]);
	CLAIM(seen[0].role_and_state == seen[1].role_and_state && seen[0].next == seen[1].next);
	CLAIM(seen[0].base == seen[1].base && seen[0].size == seen[1].size);
	CLAIM(index < SLOTS || result[0] != RMI_SUCCESS);
	CLAIM(result[0] == RMI_SUCCESS || seen[0].role_and_state == 0);
	REACHES(result[0] == RMI_ERROR_REALM);
	REACHES(result[0] == RMI_ERROR_INPUT && is_rd);
	REACHES(seen[0].role_and_state == CSM_INDEX_NONE);
	REACHES(result[0] == RMI_SUCCESS && (seen[0].role_and_state & 0xff) == CSM_ROLE_SHARE);
}
