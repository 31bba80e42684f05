/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLBs and walk caches (sim.h). Maintenance is broadcast (port.h knows no other), so there is one state: what the worst PE
 * may hold. It holds every descriptor that a walk of a realm's tables came across, from when a command has ended to when
 * it is invalidated, and at an invalidation it walks again at once. It is kept beside the table that the descriptor is
 * from, at the same index.
 *
 * What is wrong: a valid descriptor that has become another valid one (break-before-make), one that is cached when the
 * command is over though the table has it no more, a granule that is wiped though a descriptor leads to it or
 * was read from it, a VMID that is used again, or whose realm ends, before all of it was invalidated; and, of what a PE
 * writes, a table that an entry leads to, or a valid descriptor at the end of the command, that was not published.
 *
 * Walks begin at the RDs that sim_tlb_watch() named. Tables whose lock is held, or that of their RD, are in somebody's
 * hands: they are looked at when that command ends. With threads (sim_threads()) nothing is looked at.
 */
#include "sim/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "model/realm.h"

#define VALID UINT64_C(1)
#define TYPE UINT64_C(3)
#define TABLE UINT64_C(3) /* above level 3; there it is a page */
#define NS (UINT64_C(1) << 55)
#define ADDRESS UINT64_C(0x0000fffffffff000)
#define LEVEL_PAGE 3
#define VMID_SHIFT 48
#define REALMS_MAX 4096U

/* A realm, by what a PE has in VTTBR_EL2 and VTCR_EL2 for it. */
struct walks {
	uint64_t rd; /* 0: it has ended */
	uint64_t root;
	uint32_t num_roots;
	int start;
	uint16_t vmid;
	bool vmid_is_used; /* since all of it was invalidated */
};

static struct {
	size_t count;
	struct walks of[REALMS_MAX];
} realms;
static struct sim_tlb_table *tables; /* of each granule */
static uint32_t *leads_to;           /* of each granule: cached descriptors that lead to it */
static size_t mapped;                /* bytes */

/* Tables that are to be looked at. */
static struct {
	uint32_t *number;
	size_t count;
} queue;

void sim_tlb_reset(void)
{
	if (mapped != 0)
		munmap(tables, mapped);
	mapped = sim_machine.count * sizeof(*tables);
	tables = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		      0);
	free(leads_to);
	free(queue.number);
	leads_to = calloc(sim_machine.count, sizeof(*leads_to));
	queue.number = calloc(sim_machine.count, sizeof(*queue.number));
	assert_true(tables != MAP_FAILED && leads_to != NULL && queue.number != NULL);
	queue.count = 0;
	realms.count = 0;
}

struct sim_tlb_table *sim_tlb_table(size_t number)
{
	return &tables[number];
}

uint32_t *sim_tlb_leads_to(void)
{
	return leads_to;
}

/* --- What is cached ------------------------------------------------------------------------------------------ */

static unsigned int shift_of(int level)
{
	return 12U + 9U * (unsigned int)(LEVEL_PAGE - level);
}

static bool is_table(uint64_t e, int level)
{
	return level < LEVEL_PAGE && (e & TYPE) == TABLE;
}

/* The descriptor leads to these granules, or (true) to none more. */
static void count_granules(uint64_t e, int level, bool more)
{
	uint64_t first = ((e & ADDRESS) - SIM_DRAM_BASE) / GRANULE_SIZE;
	uint64_t count = is_table(e, level) ? 1 : (UINT64_C(1) << shift_of(level)) / GRANULE_SIZE;

	if ((e & NS) && !is_table(e, level))
		return; /* the granule protection check is for that */
	for (uint64_t n = first; n < first + count; n++) {
		if (n >= sim_machine.count)
			continue;
		leads_to[n] += more ? 1 : UINT32_MAX;
	}
}

static void cache(size_t table, unsigned int index, uint64_t e, int level)
{
	sim_touch(table);
	tables[table].entry[index] = e;
	tables[table].filled++;
	count_granules(e, level, true);
}

static void forget(size_t table, unsigned int index, int level)
{
	sim_touch(table);
	count_granules(tables[table].entry[index], level, false);
	tables[table].entry[index] = 0;
	tables[table].filled--;
}

/* --- Walks ----------------------------------------------------------------------------------------------------- */

static const uint64_t *table_mem(size_t table)
{
	return (const void *)(sim_machine.dram + table * GRANULE_SIZE);
}

static size_t number(uint64_t e)
{
	return sim_number_of(pa(e & ADDRESS));
}

static void check_entry(uint64_t was, uint64_t is, uint64_t addr)
{
	if (was != 0 && (is & VALID) && was != is)
		fail_msg("the descriptor for 0x%lx changes from 0x%lx to 0x%lx, both valid",
			 (unsigned long)addr, (unsigned long)was, (unsigned long)is);
}

static void look_at_all(size_t realm, size_t table, int level, uint64_t base);

#define SOME 64U /* entries that are compared at once */

static void look_at_entry(size_t table, unsigned int i, uint64_t now)
{
	const struct sim_tlb_table *t = &tables[table];
	uint64_t was = t->entry[i], addr = t->base + ((uint64_t)i << shift_of(t->level));

	check_entry(was, now, addr);
	if (was != 0 && !(now & VALID))
		fail_msg("a TLB still has 0x%lx for 0x%lx", (unsigned long)was, (unsigned long)addr);
	if (was != 0)
		return;
	cache(table, i, now, t->level);
	if (is_table(now, t->level))
		look_at_all(t->realm, number(now), t->level + 1, addr);
}

struct granule *sim_tlb_root(size_t table)
{
	return sim_machine.walked[table] ? granule_find(pa(realms.of[tables[table].realm].root)) : NULL;
}

/* What is cached of a table is what it has, and all that it has is cached. */
__attribute__((no_sanitize("address", "undefined"))) static void look_at(size_t table)
{
	const uint64_t *now = table_mem(table);
	const uint64_t *was = tables[table].entry;

	for (unsigned int i = 0; i < SIM_TABLE_ENTRIES; i++) {
		/* Most of most tables is what it was, and empty. */
		if (i % SOME == 0 && memcmp(&now[i], &was[i], SOME * sizeof(now[i])) == 0) {
			i += SOME - 1;
			continue;
		}
		if (((now[i] | was[i]) & VALID) && now[i] != was[i])
			look_at_entry(table, i, now[i]);
	}
}

/* The same of a table that a walk comes to now, and of those below it. */
static void look_at_all(size_t realm, size_t table, int level, uint64_t base)
{
	struct sim_tlb_table *t = &tables[table];

	sim_touch(table);
	sim_machine.walked[table] = true;
	t->realm = (uint16_t)realm;
	t->level = level;
	t->base = base;
	look_at(table);
}

static bool is_locked(uint64_t addr, enum granule_state state)
{
	const struct granule *g = granule_find(pa(addr));

	return granule_state(g) != state || (atomic_load(&g->word) & 1);
}

/* Nobody changes the realm's tables now. */
static bool is_quiet(const struct walks *w)
{
	return w->rd != 0 && !is_locked(w->rd, GRANULE_RD) && !is_locked(w->root, GRANULE_RTT);
}

static void look_from_roots(const struct walks *w)
{
	for (uint32_t i = 0; i < w->num_roots; i++)
		look_at_all((size_t)(w - realms.of), sim_number_of(pa(w->root)) + i, w->start,
			    (uint64_t)i << (shift_of(w->start) + 9));
}

void sim_tlb_opened(size_t n)
{
	if (tables[n].is_new || sim_machine.threads)
		return;
	tables[n].is_new = true;
	queue.number[queue.count++] = (uint32_t)n;
}

void sim_tlb_check(void)
{
	size_t left = 0;

	if (sim_machine.threads)
		return;
	for (size_t i = 0; i < queue.count; i++) {
		uint32_t n = queue.number[i];

		if (!sim_machine.walked[n]) {
			tables[n].is_new = false;
		} else if (is_quiet(&realms.of[tables[n].realm])) {
			tables[n].is_new = false;
			look_at(n);
		} else {
			queue.number[left++] = n;
		}
	}
	queue.count = left;
	for (size_t i = 0; i < realms.count; i++)
		realms.of[i].vmid_is_used |= is_quiet(&realms.of[i]);
}

void sim_tlb_watch(uint64_t rd)
{
	const struct s2 *s2 = &((const struct realm *)sim_mem(pa(rd)))->s2;
	size_t at = realms.count;

	if (sim_machine.threads)
		return;
	for (size_t i = 0; i < realms.count; i++) {
		if (realms.of[i].rd == 0)
			at = i;
		else if (realms.of[i].vmid == s2->vmid && realms.of[i].vmid_is_used)
			fail_msg("VMID %u is used again, and was not invalidated", s2->vmid);
	}
	assert_true(at < REALMS_MAX);
	realms.count += at == realms.count;
	realms.of[at] = (struct walks){ rd, s2->root.v, s2->num_roots, s2->start, s2->vmid, true };
	look_from_roots(&realms.of[at]);
}

void sim_tlb_renew(void)
{
	sim_tlb_reset();
	memset(sim_machine.walked, 0, sim_machine.count * sizeof(*sim_machine.walked));
	for (uint32_t n = 0; n < sim_machine.count; n++) {
		if (granule_state(granule_at(n)) == GRANULE_RD)
			sim_tlb_watch(granule_pa(granule_at(n)).v);
	}
}

/* --- What the monitor does --------------------------------------------------------------------------------------- */

static void realm_ends(struct walks *w)
{
	if (w->vmid_is_used)
		fail_msg("a realm ends, and its VMID %u was not invalidated", w->vmid);
	w->rd = 0;
}

void sim_tlb_wiped(size_t n)
{
	if (sim_machine.threads)
		return;
	assert_int_equal(sim_pe()->vttbr, 0); /* a batch that was not ended has invalidated nothing */
	for (size_t i = 0; i < realms.count; i++) {
		if (realms.of[i].rd != 0 && sim_number_of(pa(realms.of[i].root)) == n)
			realm_ends(&realms.of[i]);
	}
	if (leads_to[n] != 0)
		fail_msg("granule %zu is wiped, and a TLB or walk cache still leads to it", n);
	if (tables[n].filled != 0)
		fail_msg("granule %zu is wiped, and a TLB still has entries of this table", n);
	sim_machine.walked[n] = false;
}

static struct walks *realm_in_batch(void)
{
	uint16_t vmid = (uint16_t)(sim_pe()->vttbr >> VMID_SHIFT);

	assert_int_not_equal(sim_pe()->vttbr, 0);
	for (size_t i = 0; i < realms.count && !sim_machine.threads; i++) {
		if (realms.of[i].rd != 0 && realms.of[i].vmid == vmid)
			return &realms.of[i];
	}
	return NULL;
}

/* Down to the descriptor for `addr` through what is cached: each is shown to `visit` with its table. */
static void descend(const struct walks *w, uint64_t addr,
		    void (*visit)(size_t table, unsigned int index, int level, uint64_t addr))
{
	size_t table = sim_number_of(pa(w->root)) + (size_t)(addr >> (shift_of(w->start) + 9));

	for (int level = w->start;; level++) {
		unsigned int index = (unsigned int)(addr >> shift_of(level)) % SIM_TABLE_ENTRIES;
		uint64_t e = tables[table].entry[index];

		if (e == 0)
			return;
		visit(table, index, level, addr);
		if (!is_table(e, level))
			return;
		table = number(e);
	}
}

/* A walk may follow the invalidation at once: what the table still has is cached again. */
static void invalidate(size_t table, unsigned int index, int level, uint64_t addr)
{
	uint64_t was = tables[table].entry[index], is = table_mem(table)[index];

	check_entry(was, is, addr);
	if (was != is)
		forget(table, index, level);
}

static void invalidate_leaf(size_t table, unsigned int index, int level, uint64_t addr)
{
	if (!is_table(tables[table].entry[index], level))
		invalidate(table, index, level, addr);
}

static void invalidate_table(size_t table, unsigned int index, int level, uint64_t addr)
{
	if (is_table(tables[table].entry[index], level))
		invalidate(table, index, level, addr);
}

/* All below the table, reached through what is cached. */
static void invalidate_below(size_t table, int level, uint64_t base)
{
	for (unsigned int i = 0; i < SIM_TABLE_ENTRIES && tables[table].filled != 0; i++) {
		uint64_t e = tables[table].entry[i], addr = base + ((uint64_t)i << shift_of(level));

		if (e == 0)
			continue;
		if (is_table(e, level))
			invalidate_below(number(e), level + 1, addr);
		check_entry(e, table_mem(table)[i], addr);
		forget(table, i, level);
	}
}

void port_tlb_begin(uint64_t vttbr)
{
	sim_point();
	assert_int_equal(sim_pe()->vttbr, 0);
	assert_int_not_equal(vttbr, 0);
	sim_pe()->vttbr = vttbr;
}

void port_tlb_leaf(struct ipa ipa)
{
	const struct walks *w = realm_in_batch();

	if (w != NULL)
		descend(w, ipa.v, invalidate_leaf);
}

void port_tlb_table(struct ipa ipa)
{
	const struct walks *w = realm_in_batch();

	if (w != NULL)
		descend(w, ipa.v, invalidate_table);
}

/* Of a realm without RECs no PE has the tables' address any more. */
static bool may_run(const struct walks *w)
{
	return ((const struct realm *)sim_mem(pa(w->rd)))->num_recs != 0;
}

void port_tlb_realm(void)
{
	struct walks *w = realm_in_batch();

	if (w == NULL)
		return;
	for (uint32_t i = 0; i < w->num_roots; i++)
		invalidate_below(sim_number_of(pa(w->root)) + i, w->start,
				 (uint64_t)i << (shift_of(w->start) + 9));
	w->vmid_is_used = false;
	if (may_run(w))
		look_from_roots(w);
}

void port_tlb_end(void)
{
	assert_int_not_equal(sim_pe()->vttbr, 0);
	sim_pe()->vttbr = 0;
	port_publish();
}

/* --- What walkers see ------------------------------------------------------------------------------------------------ */

void sim_table_made(struct pa table)
{
	sim_pe()->table = table.v;
}

void sim_written(uint64_t descriptor, int level)
{
	struct sim_pe *pe = sim_pe();

	if (!pe->in_command || !(descriptor & VALID))
		return;
	if (is_table(descriptor, level) && pe->table == (descriptor & ADDRESS))
		fail_msg("an entry leads to a table before walkers see what is in it");
	pe->unpublished = true;
}

void sim_check_published(void)
{
	if (sim_pe()->unpublished)
		fail_msg("walkers may not see a valid descriptor that was written");
}

void port_publish(void)
{
	sim_pe()->unpublished = false;
	sim_pe()->table = 0;
}

/* --- For tests and snapshots ----------------------------------------------------------------------------------------- */

static uint64_t found;

static void find_leaf(size_t table, unsigned int index, int level, uint64_t addr)
{
	(void)addr;
	if (!is_table(tables[table].entry[index], level))
		found = tables[table].entry[index];
}

uint64_t sim_tlb_entry(uint64_t vttbr, struct ipa addr)
{
	found = 0;
	for (size_t i = 0; i < realms.count; i++) {
		if (realms.of[i].rd != 0 && realms.of[i].vmid == vttbr >> VMID_SHIFT)
			descend(&realms.of[i], addr.v, find_leaf);
	}
	return found;
}

void *sim_tlb_realms(size_t *size)
{
	while (queue.count > 0)
		tables[queue.number[--queue.count]].is_new = false;
	*size = offsetof(typeof(realms), of) + realms.count * sizeof(realms.of[0]);
	return &realms;
}
