/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Translation Tables as lists of entries (DEN0137 A5.5), and the commands on them (B4.3.15 - B4.3.22).
 */
#include <stdlib.h>

#include "oracle/model/inside.h"

uint64_t oracle_entry_size(int level)
{
	return PAGE << (9 * (LEVEL_PAGE - level));
}

uint64_t oracle_size(const struct oracle_realm *r)
{
	return UINT64_C(1) << r->ipa_bits;
}

bool oracle_is_protected(const struct oracle_realm *r, uint64_t ipa)
{
	return ipa < oracle_size(r) / 2;
}

struct oracle_place oracle_walk(const struct oracle_realm *r, uint64_t ipa, int level)
{
	uint64_t root = ipa / (oracle_entry_size(r->start) * ORACLE_ENTRIES);
	struct oracle_place p = { .table = oracle_granule(r->root + root * PAGE)->table, .level = r->start };

	for (;;) {
		p.size = oracle_entry_size(p.level);
		p.start = ALIGN_DOWN(ipa, p.size);
		p.index = (unsigned int)((p.start - p.table->base) / p.size);
		p.entry = &p.table->entry[p.index];
		if (p.level == level || p.entry->what != ORACLE_TABLE)
			return p;
		p.table = oracle_granule(p.entry->pa)->table;
		p.level++;
	}
}

bool is_counted(const struct oracle_entry *e)
{
	return e->what == ORACLE_OWN || e->what == ORACLE_FOREIGN || e->what == ORACLE_TABLE;
}

static void count_mapping(const struct oracle_entry *e, uint32_t more)
{
	struct oracle_granule *g;

	if (e->what != ORACLE_FOREIGN)
		return;
	g = oracle_granule(e->pa);
	g->mappings += more;
	g->changed = true;
}

void put_entry(const struct oracle_place *p, struct oracle_entry e)
{
	if (is_counted(p->entry) != is_counted(&e))
		oracle_granule(p->table->pa)->changed = true;
	count_mapping(p->entry, UINT32_MAX);
	count_mapping(&e, 1);
	*p->entry = e;
	p->table->is_changed = p->table->changed[p->index] = true;
}

void set_ripas(const struct oracle_place *p, uint8_t ripas)
{
	struct oracle_entry e = *p->entry;

	e.ripas = ripas;
	put_entry(p, e);
}

static void put_nothing(const struct oracle_place *p, uint8_t what, uint8_t ripas)
{
	put_entry(p, (struct oracle_entry){ .what = what, .ripas = ripas });
}

static bool has_address(const struct oracle_entry *e)
{
	return e->what == ORACLE_OWN || e->what == ORACLE_FOREIGN || e->what == ORACLE_NS;
}

void new_table(struct oracle_granule *g, int level, uint64_t base, struct oracle_entry first, uint64_t step)
{
	struct oracle_table *t = calloc(1, sizeof(*t));

	assert(t != NULL);
	set_state(g, ORACLE_RTT);
	g->table = t;
	t->pa = oracle_pa(g);
	t->level = level;
	t->base = base;
	t->is_changed = true;
	for (unsigned int i = 0; i < ORACLE_ENTRIES; i++, first.pa += step) {
		t->entry[i] = first;
		t->changed[i] = true;
		count_mapping(&first, 1);
	}
}

static bool is_live(const struct oracle_entry *e)
{
	return is_counted(e) || e->what == ORACLE_NS;
}

static uint64_t table_end(const struct oracle_realm *r, const struct oracle_place *p)
{
	return MIN(p->table->base + ORACLE_ENTRIES * p->size, oracle_size(r));
}

uint64_t skip_non_live(const struct oracle_realm *r, const struct oracle_place *p, uint64_t ipa)
{
	uint64_t at = p->start, end = table_end(r, p);

	if (is_live(p->entry))
		return ipa;
	for (unsigned int i = p->index; at < end && !is_live(&p->table->entry[i]); i++)
		at += p->size;
	return at;
}

struct oracle_granule *usable_page(const struct oracle_place *p, uint64_t ipa)
{
	if (p->entry->what != ORACLE_OWN || p->entry->ripas != RMI_RAM)
		return NULL;
	return oracle_granule(ALIGN_DOWN(p->entry->pa + (ipa - p->start), PAGE));
}

/* --- Arguments --------------------------------------------------------------------------------------------------------- */

/* rd, and where the table of `level` for `ipa` is, or shall be. NULL: the command fails. */
static struct oracle_realm *decode_table(uint64_t rd, uint64_t ipa, uint64_t level, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(rd, a);
	int64_t l = (int64_t)level;

	if (r == NULL)
		return NULL;
	may_fail(a, l <= r->start || l > LEVEL_PAGE || ipa >= oracle_size(r), RMI_ERROR_INPUT);
	if (fails(a))
		return NULL;
	may_fail(a, !IS_ALIGNED(ipa, oracle_entry_size((int)l - 1)), RMI_ERROR_INPUT);
	return r;
}

static struct oracle_place parent_of(const struct oracle_realm *r, uint64_t ipa, int level)
{
	return oracle_walk(r, ipa, level - 1);
}

/* --- Commands ------------------------------------------------------------------------------------------------------- */

void rtt_create(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[3];
	int level = (int)x[4];
	const struct oracle_realm *r = decode_table(x[1], ipa, x[4], a);
	struct oracle_entry parent;
	struct oracle_place p;

	(void)hint;
	may_fail(a, !granule_is(x[2], ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (r == NULL)
		return;
	p = parent_of(r, ipa, level);
	may_fail(a, p.level < level - 1 || p.entry->what == ORACLE_TABLE, rtt_code(p.level));
	if (fails(a))
		return;
	parent = *p.entry;
	put_entry(&p, (struct oracle_entry){ .what = ORACLE_TABLE, .pa = x[2] });
	new_table(oracle_granule(x[2]), level, p.start, parent,
		  has_address(&parent) ? oracle_entry_size(level) : 0);
}

static bool table_is_live(const struct oracle_table *t)
{
	for (unsigned int i = 0; i < ORACLE_ENTRIES; i++) {
		if (is_counted(&t->entry[i]))
			return true;
	}
	return false;
}

void rtt_destroy(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[2];
	int level = (int)x[3];
	const struct oracle_realm *r = decode_table(x[1], ipa, x[3], a);
	struct oracle_granule *table;
	struct oracle_place p;

	(void)hint;
	if (fails(a))
		return;
	p = parent_of(r, ipa, level);
	a->x[2] = skip_non_live(r, &p, ipa);
	may_fail(a, p.level < level - 1 || p.entry->what != ORACLE_TABLE, rtt_code(p.level));
	if (fails(a))
		return;
	table = oracle_granule(p.entry->pa);
	may_fail(a, table_is_live(table->table), rtt_code(level));
	if (fails(a))
		return;
	if (oracle_is_protected(r, ipa))
		put_nothing(&p, ORACLE_NOTHING, RMI_DESTROYED);
	else
		put_nothing(&p, ORACLE_NS_NOTHING, RMI_EMPTY);
	set_state(table, ORACLE_DELEGATED);
	a->x[1] = oracle_pa(table);
	a->x[2] = skip_non_live(r, &p, ipa);
}

/* All entries mean the same, and one entry above could say it. */
bool oracle_is_homogeneous(const struct oracle_table *t)
{
	const struct oracle_entry *first = &t->entry[0];
	uint64_t step = has_address(first) ? oracle_entry_size(t->level) : 0;

	if (first->what == ORACLE_TABLE)
		return false;
	if (has_address(first) &&
	    (t->level < LEVEL_BLOCK || !IS_ALIGNED(ALIGN_DOWN(first->pa, PAGE), step * ORACLE_ENTRIES)))
		return false;
	for (unsigned int i = 0; i < ORACLE_ENTRIES; i++) {
		const struct oracle_entry *e = &t->entry[i];

		if (e->what != first->what || e->ripas != first->ripas ||
		    e->permission != first->permission || e->pa != first->pa + i * step)
			return false;
	}
	return true;
}

/* The entries' mappings are gone with the table: they were one. */
static void forget_entries(struct oracle_table *t)
{
	for (unsigned int i = 0; i < ORACLE_ENTRIES; i++) {
		count_mapping(&t->entry[i], UINT32_MAX);
		t->entry[i] = (struct oracle_entry){ .what = ORACLE_NOTHING };
	}
}

void rtt_fold(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[2];
	int level = (int)x[3];
	const struct oracle_realm *r = decode_table(x[1], ipa, x[3], a);
	struct oracle_granule *table;
	struct oracle_entry whole;
	struct oracle_place p;

	(void)hint;
	if (fails(a))
		return;
	p = parent_of(r, ipa, level);
	may_fail(a, p.level < level - 1 || p.entry->what != ORACLE_TABLE, rtt_code(p.level));
	if (fails(a))
		return;
	table = oracle_granule(p.entry->pa);
	whole = table->table->entry[0];
	may_fail(a,
		 !oracle_is_homogeneous(table->table) ||
			 (whole.what == ORACLE_FOREIGN && level < LEVEL_PAGE) ||
			 !may_fold(realm_number(r), p.start, p.start + p.size),
		 rtt_code(level));
	if (fails(a))
		return;
	forget_entries(table->table);
	set_state(table, ORACLE_DELEGATED);
	put_entry(&p, whole);
	a->x[1] = oracle_pa(table);
}

/* --- Unprotected memory ------------------------------------------------------------------------------------------- */

/* rd, and the entry of `level` for `ipa`. */
static struct oracle_realm *decode_unprotected(uint64_t rd, uint64_t ipa, uint64_t level,
					       struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(rd, a);
	int64_t l = (int64_t)level;

	if (r == NULL)
		return NULL;
	may_fail(a,
		 l < 1 || l < r->start || l > LEVEL_PAGE || ipa >= oracle_size(r) ||
			 oracle_is_protected(r, ipa),
		 RMI_ERROR_INPUT);
	if (fails(a))
		return NULL;
	may_fail(a, !IS_ALIGNED(ipa, oracle_entry_size((int)l)), RMI_ERROR_INPUT);
	return r;
}

/* MemAttr, S2AP and the address are the host's; one MemAttr is reserved. */
static bool descriptor_is_valid(uint64_t desc, int level)
{
	uint64_t address = desc & UINT64_C(0xfffffffff000);

	return (desc & ~(address | 0xdc)) == 0 && (desc >> 2 & 7) != 4 &&
	       IS_ALIGNED(address, oracle_entry_size(level));
}

void rtt_map(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[2], desc = x[4];
	const struct oracle_realm *r = decode_unprotected(x[1], ipa, x[3], a);
	int level = (int)x[3];
	struct oracle_place p;

	(void)hint;
	if (r == NULL)
		return;
	may_fail(a, !descriptor_is_valid(desc, level), RMI_ERROR_INPUT);
	p = oracle_walk(r, ipa, level);
	may_fail(a, p.level < level || p.entry->what != ORACLE_NS_NOTHING, rtt_code(p.level));
	if (!fails(a))
		put_entry(&p, (struct oracle_entry){ .what = ORACLE_NS, .pa = desc });
}

void rtt_unmap(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	uint64_t ipa = x[2];
	const struct oracle_realm *r = decode_unprotected(x[1], ipa, x[3], a);
	int level = (int)x[3];
	struct oracle_place p;

	(void)hint;
	if (fails(a))
		return;
	p = oracle_walk(r, ipa, level);
	may_fail(a, p.level < level || p.entry->what != ORACLE_NS, rtt_code(p.level));
	if (!fails(a))
		put_nothing(&p, ORACLE_NS_NOTHING, RMI_EMPTY);
	a->x[1] = skip_non_live(r, &p, ipa);
}

/* --- READ_ENTRY ------------------------------------------------------------------------------------------------------ */

void rtt_read(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	const struct oracle_realm *r = find_realm(x[1], a);
	uint64_t ipa = x[2];
	int64_t level = (int64_t)x[3];
	struct oracle_place p;

	(void)hint;
	a->x[4] = 0;
	if (r == NULL)
		return;
	may_fail(a,
		 level < r->start || level > LEVEL_PAGE || ipa >= oracle_size(r) ||
			 !IS_ALIGNED(ipa, oracle_entry_size((int)level)),
		 RMI_ERROR_INPUT);
	if (fails(a))
		return;
	p = oracle_walk(r, ipa, (int)level);
	a->x[1] = (uint64_t)p.level;
	a->x[2] = p.entry->what == ORACLE_TABLE ? RMI_TABLE
		  : has_address(p.entry)        ? RMI_ASSIGNED
						: RMI_UNASSIGNED;
	a->x[3] = p.entry->pa;
	a->x[4] = p.entry->what == ORACLE_FOREIGN ? RMI_RAM : p.entry->ripas;
}
