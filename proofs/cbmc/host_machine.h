/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine that a host's command on a realm or a REC finds: any granules (granules.h). What an RD holds is an object of its
 * own.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "prove.h"

#define realm_of realm_in_memory /* here they are objects */
#define rec_of rec_in_memory
#include "model/rec.h"
#undef realm_of
#undef rec_of
#include "granules.h"

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

/* --- The host's page of parameters --- */

static bool is_looked_at, is_read;

/* The host may write it at any time: what is found at the first look is what counts, another finds something else. */
static inline bool is_first_look(struct pa ns, size_t size, size_t wanted)
{
	bool is_first = !is_looked_at;

	CLAIM(size == wanted && is_aligned(ns.v, GRANULE_SIZE));
	is_read = any_bool();
	is_looked_at = true;
	return is_first;
}

/* --- What may have changed --- */

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
