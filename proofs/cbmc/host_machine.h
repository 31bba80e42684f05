/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine that a host's command on a realm or a REC finds: GRANULES granules in a row, each anything that a granule can be
 * while no command is under way. What an RD holds is an object of its own. Functions of granules keep to their contracts:
 * `granule-find`, `-lock`, `-transitions`, `-references` show them.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "prove.h"

#define realm_of realm_in_memory /* here they are objects */
#define rec_of rec_in_memory
#include "model/rec.h"
#undef realm_of
#undef rec_of

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

/* --- The realm that the command is about --- */

static unsigned int rd; /* the index of its RD */
static struct realm the_realm, realm_before;

/* Under its lock alone. In a granule that is DELEGATED a new realm is made. */
static inline struct realm *realm_of(const struct granule *g)
{
	CLAIM(place_of(g) == rd && machine[rd].is_locked);
	machine[rd].is_dirty = true;
	return &the_realm;
}

ANY(struct realm, bits_of_realm)

/* What the RD holds, if it is one. Its tables are the harness's. */
static void any_realm(void)
{
	rd = any_index();
	the_realm = any_bits_of_realm();
	the_realm.s2.lock = NULL;
	the_realm.state = (uint32_t)any_from_to(REALM_NEW, REALM_SYSTEM_OFF);
	the_realm.has_sve = any_bool();
	the_realm.has_pmu = any_bool();
	the_realm.apt = any_bool() ? &storage[any_index()] : NULL;
	ASSUME(the_realm.num_recs <= REALM_MAX_RECS && the_realm.num_recs <= the_realm.rec_index);
	realm_before = the_realm;
}

static bool same_s2(const struct s2 *a, const struct s2 *b)
{
	return a->root.v == b->root.v && a->lock == b->lock && a->num_roots == b->num_roots &&
	       a->start == b->start && a->ipa_bits == b->ipa_bits && a->vmid == b->vmid;
}

/* Any one byte of them, so each. */
static bool same_measurement(const struct realm *a, const struct realm *b, unsigned int index)
{
	size_t at = any_u32() % RSI_MEASUREMENT_SIZE;

	return a->measurement[index][at] == b->measurement[index][at];
}

/* But for state, RECs and RIM. */
static bool same_parameters(const struct realm *a, const struct realm *b)
{
	size_t at = any_u32() % sizeof(a->rpv);

	return rid_equal(a->rid, b->rid) && same_s2(&a->s2, &b->s2) && a->hash_algo == b->hash_algo &&
	       a->num_bps == b->num_bps && a->num_wps == b->num_wps && a->has_sve == b->has_sve &&
	       a->sve_vl == b->sve_vl && a->has_pmu == b->has_pmu && a->pmu_num_ctrs == b->pmu_num_ctrs &&
	       a->apt == b->apt && a->doorbell == b->doorbell && a->rpv[at] == b->rpv[at] &&
	       same_measurement(a, b, 1 + any_u32() % (RSI_NUM_MEASUREMENTS - 1));
}

static bool realm_is_unchanged(void)
{
	return same_parameters(&the_realm, &realm_before) && the_realm.state == realm_before.state &&
	       the_realm.num_recs == realm_before.num_recs && the_realm.rec_index == realm_before.rec_index &&
	       same_measurement(&the_realm, &realm_before, 0);
}

/* All is sane, and nothing has changed. */
static void nothing_changed(void)
{
	for (unsigned int i = 0; i < GRANULES; i++)
		CLAIM(is_sane(&machine[i]) && is_unchanged(i));
	CLAIM(realm_is_unchanged());
}

#endif
