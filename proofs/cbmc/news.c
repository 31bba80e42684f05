/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a realm hears of news (csm/notify.c): RSI_CSM_PENDING, of any line of up to four entries that wait, and RSI_CSM_DOORBELL. The
 * line itself is `pending_line.c`'s.
 */
#include "one_rd.h"

#include "csm/notify.c"
#include "model/rec.c"

#define ENTRIES 4U

struct apt {
	uint32_t count; /* entries that wait: 0 has waited longest */
};

static struct realm realm, before;
static struct apt apt;
static struct apt_entry e0, e1, e2, e3;
static struct apt_entry *const line[ENTRIES] = { &e0, &e1, &e2, &e3 };
static const struct apt_entry *removed;
static unsigned int looks;

void *port_mem(struct pa where)
{
	CLAIM(is_locked);
	return where.v == GRANULE_SIZE ? (void *)&realm : (void *)&apt;
}

struct apt_entry *apt_pending_first(struct apt *table)
{
	CLAIM(table == &apt && looks++ == 0);
	return apt.count == 0 ? NULL : &e0;
}

struct apt_entry *apt_entry(struct apt *table, uint32_t index)
{
	CLAIM(table == &apt && ++looks <= CSM_STEP); /* I8 */
	for (uint32_t i = 1; i < ENTRIES; i++) {
		if (i < apt.count && line[i]->index == index)
			return line[i];
	}
	CLAIM(index == APT_NONE);
	return NULL;
}

void apt_pending_remove(struct apt *table, struct apt_entry *e)
{
	CLAIM(table == &apt && removed == NULL);
	removed = e;
}

/* Entries have any indexes, which differ. */
static void any_line(void)
{
	apt.count = (uint32_t)any_from_to(0, ENTRIES);
	for (uint32_t i = 0; i < ENTRIES; i++)
		*line[i] = (struct apt_entry){ .kind = APT_SHARE, .index = any_u32() };
	for (uint32_t i = 0; i < ENTRIES; i++) {
		ASSUME(line[i]->index != APT_NONE);
		for (uint32_t j = 0; j < i; j++)
			ASSUME(line[i]->index != line[j]->index);
		line[i]->pending.next = i + 1 < apt.count ? line[i + 1]->index : APT_NONE;
	}
}

static void any_realm(void)
{
	realm.rid = any_rid();
	realm.apt = any_bool() ? &root : NULL;
	realm.rec_index = any_u32();
	realm.num_recs = any_u32();
	realm.doorbell = any_u32();
	before = realm;
}

/* But for the REC that the host is to ring. */
static bool realm_is_same(void)
{
	return rid_equal(realm.rid, before.rid) && realm.apt == before.apt &&
	       realm.rec_index == before.rec_index && realm.num_recs == before.num_recs;
}

/* docs/csm.md "Notifications": of those that have waited longest, the first with the index that was asked for. */
static const struct apt_entry *longest(uint64_t first)
{
	for (uint32_t i = 0; i < ENTRIES && i < CSM_STEP; i++) {
		if (i < apt.count && line[i]->index >= first)
			return line[i];
	}
	return NULL;
}

void prove_pending(void)
{
	struct csm_args args = { .index = any_u64() };
	struct csm_call call = { .rd = &rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	const struct apt_entry *wanted;
	struct csm_answer a = { 0 };

	any_realm();
	any_line();
	wanted = realm.apt == NULL ? NULL : longest(args.index);
	csm_pending(&call, &a);
	CLAIM(!is_locked && realm_is_same() && realm.doorbell == before.doorbell && a.outcome == CSM_DONE);
	CLAIM(removed == wanted);
	REACHES(realm.apt == NULL);
	REACHES(wanted == &e0);
	REACHES(wanted != NULL && wanted != &e0);
	REACHES(realm.apt != NULL && wanted == NULL && apt.count > 0);
	if (realm.apt == NULL) {
		CLAIM(a.status == SMCCC_NOT_SUPPORTED && a.num_values == 0);
		return;
	}
	CLAIM(a.status == RSI_SUCCESS && a.num_values == 1);
	CLAIM(a.value[0] == (wanted == NULL ? CSM_INDEX_NONE : wanted->index));
	CLAIM(args.index > 0 || (wanted != NULL) == (apt.count > 0)); /* with 0 nothing is missed */
}

/* DEN0137 A2.3.3: the REC that an MPIDR names, if there can be one; its bits [31:24] are not affinity. */
static bool is_rec(uint64_t mpidr, uint64_t *index)
{
	uint64_t aff0 = mpidr & 0xff, aff1 = mpidr >> 8 & 0xff, aff2 = mpidr >> 16 & 0xff;
	uint64_t aff3 = mpidr >> 32 & 0xff;

	*index = aff0 + 16 * (aff1 + 256 * (aff2 + 256 * aff3));
	return aff0 < 16 && mpidr >> 40 == 0 && *index < before.rec_index;
}

void prove_doorbell(void)
{
	struct csm_args args = { .mpidr = any_u64() };
	struct csm_call call = { .rd = &rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	struct csm_answer a = { 0 };
	uint64_t index;
	bool good;

	any_realm();
	good = is_rec(args.mpidr, &index) && realm.apt != NULL;
	csm_doorbell(&call, &a);
	CLAIM(!is_locked && realm_is_same() && removed == NULL && looks == 0);
	CLAIM(a.outcome == CSM_DONE && a.num_values == 0);
	CLAIM(a.status == (realm.apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED
			   : good            ? RSI_SUCCESS
					     : RSI_ERROR_INPUT));
	CLAIM(realm.doorbell == (good ? index : before.doorbell));
	REACHES(a.status == SMCCC_NOT_SUPPORTED);
	REACHES(a.status == RSI_ERROR_INPUT);
	REACHES(a.status == RSI_SUCCESS && index > 0);
}
