/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is what the monitor has what the model has? Every granule's state and references; every entry of every table, as the
 * hardware would see it and as the host reads it; every entry of every realm's CSM table, as the host reads it. After each
 * step what has changed on either side is looked at.
 */
#include <inttypes.h>

#include "oracle/model/model.h"
#include "oracle/trial.h"
#include "csm/internal.h"
#include "model/realm.h"
#include "unit/world.h"

static uint64_t seen_word[ORACLE_GRANULES];
static uint64_t seen_table[ORACLE_GRANULES][ORACLE_ENTRIES];

void look_begin(void)
{
	memset(seen_word, 0, sizeof(seen_word));
	memset(seen_table, 0, sizeof(seen_table));
}

/* --- Granules --------------------------------------------------------------------------------------------------------------- */

static enum granule_state monitors(enum oracle_state state)
{
	static const enum granule_state same[] = {
		[ORACLE_UNDELEGATED] = GRANULE_UNDELEGATED,
		[ORACLE_DELEGATED] = GRANULE_DELEGATED,
		[ORACLE_RD] = GRANULE_RD,
		[ORACLE_REC] = GRANULE_REC,
		[ORACLE_AUX] = GRANULE_REC_AUX,
		[ORACLE_RTT] = GRANULE_RTT,
		[ORACLE_DATA] = GRANULE_DATA,
		[ORACLE_APT] = GRANULE_APT,
	};

	return same[state];
}

static void look_at_granule(unsigned int i, const struct granule *is, bool thorough)
{
	const struct oracle_granule *g = &oracle.granule[i];
	uint64_t pa = oracle_pa(g), word = atomic_load(&is->word);

	if (!thorough && !g->changed && word == seen_word[i])
		return;
	if (granule_state(is) != monitors(g->state))
		differs("granule 0x%" PRIx64 " has state %d, the model has %d", pa, granule_state(is),
			g->state);
	if (granule_refs(is) != oracle_references(g))
		differs("granule 0x%" PRIx64 " has %u references, the model has %u", pa, granule_refs(is),
			oracle_references(g));
	/* I2: what is a realm's, or was, is in the Realm PAS; and what is nobody's holds nothing. */
	if (sim_is_realm((struct pa){ pa }) != (g->state != ORACLE_UNDELEGATED))
		differs("granule 0x%" PRIx64 " is in the wrong physical address space", pa);
	if (g->state == ORACLE_DELEGATED && !world_is_zero(pa))
		differs("granule 0x%" PRIx64 " is DELEGATED and not zero", pa);
	seen_word[i] = word;
}

/* --- Tables ----------------------------------------------------------------------------------------------------------------- */

#define DESC_IGNORED (UINT64_C(7) << 56)
#define DESC_NORMAL \
	(UINT64_C(1) << 10 | UINT64_C(3) << 8 | UINT64_C(6) << 2) /* AF, Inner Shareable, Write-Back */
#define DESC_READ (UINT64_C(1) << 6)
#define DESC_WRITE (UINT64_C(2) << 6)
#define DESC_XN (UINT64_C(2) << 53)
#define DESC_NS (UINT64_C(1) << 55)

/* What the Arm ARM (D8.3) and DEN0137 (A5.5) have the descriptor be, but for bits that hardware ignores. 0: invalid. */
static uint64_t descriptor(const struct oracle_entry *e, int level)
{
	uint64_t leaf = level == 3 ? 3 : 1, memattr = e->pa >> 2 & 7;

	switch (e->what) {
	case ORACLE_TABLE:
		return e->pa | 3;
	case ORACLE_OWN:
		return e->ripas == RMI_RAM ? e->pa | leaf | DESC_NORMAL | DESC_READ | DESC_WRITE : 0;
	case ORACLE_FOREIGN:
		return e->pa | leaf | DESC_NORMAL | DESC_READ |
		       (e->permission == CSM_PERM_RW ? DESC_WRITE : 0) |
		       (e->permission == CSM_PERM_RX ? 0 : DESC_XN);
	case ORACLE_NS:
		/* Shareability goes with cacheability. */
		return e->pa | leaf | UINT64_C(1) << 10 | DESC_XN | DESC_NS |
		       (memattr >= 6 ? UINT64_C(3) << 8 : UINT64_C(2) << 8);
	default:
		return 0;
	}
}

static const struct oracle_realm *owner_of(const struct oracle_table *t)
{
	for (unsigned int i = 0; i < ORACLE_REALMS; i++) {
		const struct oracle_realm *r = &oracle.realm[i];
		struct oracle_place p;

		if (!r->live || t->base >= oracle_size(r) || t->level < r->start)
			continue;
		p = oracle_walk(r, t->base, t->level);
		if (p.table == t)
			return r;
	}
	return NULL;
}

/* The host reads what the model would have it read. */
static void read_entry(uint64_t rd, uint64_t ipa, int level)
{
	const uint64_t arg[] = { rd, ipa, (uint64_t)level };

	trial_quietly(RMI_RTT_READ_ENTRY, arg, 3);
}

static bool same_entry(const struct oracle_entry *a, const struct oracle_entry *b)
{
	return a->what == b->what && a->ripas == b->ripas && a->permission == b->permission;
}

static void look_at_table(unsigned int i, bool thorough)
{
	struct oracle_table *t = oracle.granule[i].table;
	const uint64_t *now = world_mem(oracle_pa(&oracle.granule[i]));
	uint64_t size = oracle_entry_size(t->level);
	const struct oracle_realm *r;
	int last = -1;

	if (!thorough && !t->is_changed && memcmp(now, seen_table[i], sizeof(seen_table[i])) == 0)
		return;
	r = owner_of(t);
	if (r == NULL)
		differs("table 0x%" PRIx64 " is in nobody's tree", t->pa);
	for (unsigned int k = 0; k < ORACLE_ENTRIES; k++) {
		uint64_t ipa = t->base + k * size, valid = now[k] & 1 ? now[k] & ~DESC_IGNORED : 0;

		if (!thorough && !t->changed[k] && now[k] == seen_table[i][k])
			continue;
		if (valid != descriptor(&t->entry[k], t->level))
			differs("the descriptor for 0x%" PRIx64 " at level %d of realm 0x%" PRIx64
				" is 0x%" PRIx64 ", the model has 0x%" PRIx64,
				ipa, t->level, r->rd, now[k], descriptor(&t->entry[k], t->level));
		/* Of entries in a row that are the same on both sides one is read. */
		if (ipa < oracle_size(r) && (last < 0 || !same_entry(&t->entry[k], &t->entry[last]) ||
					     (valid == 0 && now[k] != now[last])))
			read_entry(r->rd, ipa, t->level);
		last = (int)k;
	}
	memcpy(seen_table[i], now, sizeof(seen_table[i]));
}

/* --- CSM --------------------------------------------------------------------------------------------------------------------- */

static struct apt_key key_of(const struct oracle_item *item)
{
	switch (item->role) {
	case CSM_ROLE_REGION:
		return apt_region_key(item->id);
	case CSM_ROLE_SHARE:
		return apt_rid_key(APT_SHARE, item->peer, item->n);
	default:
		return apt_rid_key(APT_CONSUMER, item->peer, item->n);
	}
}

/* Where an entry lies is the monitor's choice; from then on it stays there. */
static void learn_index(struct oracle_item *item)
{
	struct apt *apt = csm_apt(granule_find((struct pa){ oracle.realm[item->realm].rd }));
	const struct apt_entry *e = apt == NULL ? NULL : apt_find(apt, key_of(item));

	if (e == NULL)
		differs("the monitor has no entry of role %d in realm %d, the model has one", item->role,
			item->realm);
	if (oracle_find_index(item->realm, e->index) != NULL)
		differs("two entries of a realm have index %u", e->index);
	item->index = e->index;
}

/* All entries of the realm, as its host reads them. */
static void read_items(int realm)
{
	const struct oracle_realm *r = &oracle.realm[realm];

	for (uint64_t index = 0; index < oracle_slots(r);) {
		const uint64_t arg[] = { RMI_CSM_ENTRY_READ, r->rd, index };

		trial_quietly(RMI_CSM, arg, 3);
		oracle_next_index(realm, &index);
	}
}

static bool look_at_items(bool thorough)
{
	bool changed[ORACLE_REALMS] = { false }, any = false;

	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->index == UINT64_MAX)
			learn_index(i);
		changed[i->realm] |= i->changed;
		any |= i->changed;
	}
	for (int i = 0; i < (int)ORACLE_REALMS; i++) {
		if (oracle.realm[i].live && oracle.realm[i].has_apt && (thorough || changed[i]))
			read_items(i);
	}
	return any;
}

void look(bool thorough)
{
	const char *wrong = NULL;
	const struct granule *first = granule_at(0);
	bool changed = look_at_items(thorough);

	for (unsigned int i = 0; i < ORACLE_GRANULES; i++) {
		changed |= oracle.granule[i].changed;
		look_at_granule(i, first + i, thorough);
		if (oracle.granule[i].table != NULL) {
			changed |= oracle.granule[i].table->is_changed;
			look_at_table(i, thorough);
		}
	}
	if (changed || thorough)
		wrong = oracle_invariants();
	if (wrong != NULL)
		differs("%s", wrong);
	oracle_changes_seen();
}
