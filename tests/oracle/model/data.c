/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages of a realm's own, and RIPAS (DEN0137 B4.3.5 - B4.3.7, B4.3.18, B4.3.21).
 */
#include "oracle/model/inside.h"

/* --- DATA_* ----------------------------------------------------------------------------------------------------------- */

/* ipa_*, rtt_walk, rtte_state: a place for a page. */
static void find_vacant(int realm, uint64_t ipa, struct oracle_place *p, struct oracle_answer *a)
{
	const struct oracle_realm *r = &oracle.realm[realm];

	may_fail(a, !IS_ALIGNED(ipa, PAGE) || !oracle_is_protected(r, ipa), RMI_ERROR_INPUT);
	if (!oracle_is_protected(r, ipa))
		return;
	*p = oracle_walk(r, ipa, LEVEL_PAGE);
	may_fail(a,
		 p->level < LEVEL_PAGE || p->entry->what != ORACLE_NOTHING || !admits_data(realm, p->start),
		 rtt_code(p->level));
}

static void assign(const struct oracle_place *p, uint64_t data, uint8_t ripas)
{
	set_state(oracle_granule(data), ORACLE_DATA);
	put_entry(p, (struct oracle_entry){ .what = ORACLE_OWN, .ripas = ripas, .pa = data });
}

void data_create(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t data = x[2], ipa = x[3], src = x[4], flags = x[5];
	int realm = oracle_realm_at(x[1]);
	struct oracle_place p;

	(void)hint;
	may_fail(a, (flags & ~RMI_DATA_FLAG_MEASURE) != 0, RMI_ERROR_INPUT);
	may_fail(a, !is_host_memory(src), RMI_ERROR_INPUT);
	may_fail(a, !granule_is(data, ORACLE_DELEGATED), RMI_ERROR_INPUT);
	may_fail(a, realm == ORACLE_NONE, RMI_ERROR_INPUT);
	if (realm == ORACLE_NONE)
		return;
	may_fail(a, oracle.realm[realm].state != ORACLE_NEW, RMI_ERROR_REALM);
	find_vacant(realm, ipa, &p, a);
	if (!fails(a))
		assign(&p, data, RMI_RAM);
}

void data_create_unknown(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t data = x[2], ipa = x[3];
	int realm = oracle_realm_at(x[1]);
	struct oracle_place p;

	(void)hint;
	may_fail(a, realm == ORACLE_NONE || !granule_is(data, ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (realm == ORACLE_NONE)
		return;
	find_vacant(realm, ipa, &p, a);
	if (fails(a))
		return;
	assign(&p, data, p.entry->ripas);
	data_created(realm, ipa);
}

void data_destroy(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[2];
	const struct oracle_realm *r = find_realm(x[1], a);
	struct oracle_granule *data;
	struct oracle_place p;

	(void)hint;
	if (r == NULL)
		return;
	may_fail(a, !IS_ALIGNED(ipa, PAGE) || !oracle_is_protected(r, ipa), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	p = oracle_walk(r, ipa, LEVEL_PAGE);
	may_fail(a, p.level < LEVEL_PAGE || p.entry->what != ORACLE_OWN, rtt_code(p.level));
	if (fails(a)) {
		a->x[2] = skip_non_live(r, &p, ipa);
		return;
	}
	data = oracle_granule(p.entry->pa);
	may_fail(a, !data_released(realm_number(r), ipa, data), RMI_CSM_AGAIN);
	if (fails(a))
		return;
	put_entry(&p,
		  (struct oracle_entry){ .what = ORACLE_NOTHING,
					 .ripas = p.entry->ripas == RMI_EMPTY ? RMI_EMPTY : RMI_DESTROYED });
	set_state(data, ORACLE_DELEGATED);
	a->x[1] = oracle_pa(data);
	a->x[2] = skip_non_live(r, &p, ipa);
}

/* --- INIT_RIPAS ------------------------------------------------------------------------------------------------------- */

/* The next entry of the same table. False: there is none. */
static bool next_place(struct oracle_place *p)
{
	if (++p->index == ORACLE_ENTRIES)
		return false;
	p->entry++;
	p->start += p->size;
	return true;
}

void init_ripas(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t base = x[2], top = x[3], at = base;
	const struct oracle_realm *r = find_realm(x[1], a);
	struct oracle_place p;

	(void)hint;
	if (r == NULL)
		return;
	may_fail(a, top <= base || top > oracle_size(r) / 2 || !IS_ALIGNED(top, PAGE), RMI_ERROR_INPUT);
	may_fail(a, r->state != ORACLE_NEW, RMI_ERROR_REALM);
	if (!oracle_is_protected(r, base))
		return;
	p = oracle_walk(r, base, LEVEL_PAGE);
	may_fail(a, p.start != base || p.entry->what != ORACLE_NOTHING || top - base < p.size,
		 rtt_code(p.level));
	if (fails(a))
		return;
	do {
		if (p.entry->what != ORACLE_NOTHING || top - at < p.size)
			break;
		set_ripas(&p, RMI_RAM);
		at += p.size;
	} while (next_place(&p));
	a->x[1] = at;
}

/* --- SET_RIPAS ---------------------------------------------------------------------------------------------------------- */

static bool may_change(int realm, const struct oracle_rec *rec, const struct oracle_place *p)
{
	return (p->entry->what == ORACLE_NOTHING || p->entry->what == ORACLE_OWN) &&
	       (p->entry->ripas != RMI_DESTROYED || rec->ripas_destroyed) &&
	       oracle_range_at(realm, p->start, p->start + p->size) == NULL;
}

/* How far from `base` on everything has the RIPAS that the realm asked for, then. */
static uint64_t change_ripas(int realm, const struct oracle_rec *rec, uint64_t base, uint64_t top, int *level)
{
	struct oracle_place p = oracle_walk(&oracle.realm[realm], base, LEVEL_PAGE);
	uint64_t at = base;

	*level = p.level;
	do {
		bool is_whole = at == p.start && top - p.start >= p.size;

		if (at >= top || !may_change(realm, rec, &p) || (p.entry->ripas != rec->ripas && !is_whole))
			break;
		if (p.entry->ripas != rec->ripas)
			set_ripas(&p, rec->ripas);
		at = MIN(p.start + p.size, top);
	} while (next_place(&p));
	return at;
}

void set_ripas_command(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t base = x[3], top = x[4], reached;
	int realm = oracle_realm_at(x[1]), level;
	struct oracle_rec *rec = oracle_rec_at(x[2]);

	(void)hint;
	may_fail(a, realm == ORACLE_NONE || rec == NULL, RMI_ERROR_INPUT);
	if (fails(a))
		return;
	may_fail(a, rec->realm != realm, RMI_ERROR_REC);
	may_fail(a, top <= base || !IS_ALIGNED(top, PAGE) || base != rec->ripas_base || top > rec->ripas_top,
		 RMI_ERROR_INPUT);
	if (fails(a))
		return;
	reached = change_ripas(realm, rec, base, top, &level);
	may_fail(a, reached == base, rtt_code(level));
	if (fails(a))
		return;
	rec->ripas_base = reached;
	a->x[1] = reached;
}
