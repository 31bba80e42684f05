/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks (model/rtt.c), for every geometry that a realm can have: any starting level, any number of starting tables, any IPA
 * width up to 48 bits. Below the starting tables there are TABLES tables, with any content, that lead to each other in any
 * way: each walk finds any four.
 */
#include "prove.h"

#include "model/rtt.c"
#include "model/rtte.c"

static struct s2 s2;
static struct rtte tables[TABLES][RTT_ENTRIES]; /* anything */
static bool is_first;                           /* the next table is a starting one */
static struct granule granule;

/* The tables of a walk: the starting one must be one of the realm's. Where another leads is anywhere in `tables`. */
void *port_mem(struct pa addr)
{
	CLAIM(is_aligned(addr.v, GRANULE_SIZE));
	if (is_first)
		CLAIM(addr.v - s2.root.v < s2.num_roots * (uint64_t)GRANULE_SIZE);
	is_first = false;
	return tables[addr.v / GRANULE_SIZE % TABLES];
}

struct granule *granule_find(struct pa addr)
{
	(void)addr;
	return &granule;
}

uint32_t granule_refs(const struct granule *g)
{
	return g->word;
}

void granule_get(struct granule *g, uint32_t count)
{
	g->word += count;
}

void granule_put(struct granule *g, uint32_t count)
{
	g->word -= count;
}

bool granule_lock(struct granule *g, enum granule_state expected)
{
	CLAIM(expected == GRANULE_RTT && g == &granule);
	return true;
}

void granule_unlock(struct granule *g)
{
	CLAIM(g == &granule);
}

static bool in_batch;

void port_tlb_begin(uint64_t vttbr)
{
	CLAIM(vttbr == s2_vttbr(&s2) && !in_batch);
	in_batch = true;
}

static uint64_t invalidated;

void port_tlb_leaf(struct ipa addr)
{
	CLAIM(in_batch);
	invalidated = addr.v;
}

void port_tlb_end(void)
{
	CLAIM(in_batch);
	in_batch = false;
}

/* What RMI_REALM_CREATE lets through. */
static void any_realm(void)
{
	for (unsigned int i = 0; i < TABLES; i++)
		__CPROVER_havoc_object(tables[i]);
	s2 = (struct s2){ .root = pa(any_u64()), .lock = &granule, .num_roots = any_u32(), .vmid = any_u16() };
	s2.start = (int8_t)any_from_to(-1, 4);
	s2.ipa_bits = any_u8();
	ASSUME(s2.ipa_bits >= 32 && s2.ipa_bits <= 48);
	ASSUME(s2_geometry_is_valid(s2.ipa_bits, s2.start, s2.num_roots));
	ASSUME(is_aligned(s2.root.v, GRANULE_SIZE * s2.num_roots) && s2.root.v < UINT64_C(1) << 48);
	is_first = true;
}

static struct ipa any_ipa(void)
{
	struct ipa addr = ipa(any_u64());

	ASSUME(addr.v < s2_size(&s2));
	return addr;
}

/* The starting tables have exactly the entries that the IPA space needs: no fewer, and none could go. */
void prove_geometry(void)
{
	unsigned int bits = any_u32();
	int64_t start = any_i64();
	uint64_t roots = any_u64(), entries;

	if (!s2_geometry_is_valid(bits, start, roots))
		return;
	CLAIM(start >= 0 && start <= 2);
	CLAIM(roots >= 1 && roots <= 16 && (roots & (roots - 1)) == 0);
	CLAIM(bits < 64);
	entries = (UINT64_C(1) << bits) / rtt_entry_size((int)start);
	CLAIM(roots == 1 ? entries >= 2 && entries <= 512 : entries == roots * 512);
}

/* A walk stays in the realm's tables, goes no deeper than asked, and ends at the entry of its address. */
void prove_walk(void)
{
	struct rtt_walk w;
	struct ipa addr;
	int level;

	any_realm();
	addr = any_ipa();
	level = any_from_to(0, RTT_LEVEL_PAGE);
	w = rtt_walk(&s2, addr, level);
	CLAIM(w.level >= s2.start && w.level <= RTT_LEVEL_PAGE && (w.level <= level || w.level == s2.start));
	CLAIM(w.index < RTT_ENTRIES && w.addr == addr.v);
	CLAIM(w.index == (addr.v >> rtt_entry_shift(w.level)) % RTT_ENTRIES);
	CLAIM(w.entry.v == w.table[w.index].v);
	CLAIM(w.level >= level || !rtte_is_table(w.entry, w.level));
}

/* A walk that goes on from anywhere ends where a new one does. */
void prove_walk_on(void)
{
	struct rtt_walk w = { 0 }, fresh;
	struct ipa from, to;

	any_realm();
	from = any_ipa();
	to = any_ipa();
	if (any_bool())
		w = rtt_walk(&s2, from, RTT_LEVEL_PAGE);
	is_first = true;
	fresh = rtt_walk(&s2, to, RTT_LEVEL_PAGE);
	is_first = w.table == NULL;
	rtt_walk_on(&s2, &w, to);
	CLAIM(w.table == fresh.table && w.index == fresh.index && w.level == fresh.level && w.addr == to.v);
	CLAIM(w.entry.v == fresh.entry.v);
}

/* What is skipped has nothing that lives, what comes next has or is the table's end; and the scan ends. */
void prove_skip(void)
{
	uint64_t end, next, entry;
	struct rtt_walk w;
	struct ipa addr;
	unsigned int i = any_u32();

	any_realm();
	addr = any_ipa();
	w = rtt_walk(&s2, addr, any_from_to(0, RTT_LEVEL_PAGE));
	entry = rtt_entry_size(w.level);
	end = rtt_table_end(&s2, &w, addr);
	CLAIM(end > addr.v && end <= s2_size(&s2));
	ASSUME(end - align_down(addr.v, entry) <= SKIPPED * entry);
	next = rtt_skip_non_live(&s2, &w, addr);
	CLAIM(next >= align_down(addr.v, entry) && next <= end);
	CLAIM(next == addr.v || is_aligned(next, entry));
	CLAIM(next > addr.v || rtte_is_live(w.entry, w.level));
	ASSUME(i >= w.index && i < RTT_ENTRIES && i - w.index < (next - align_down(addr.v, entry)) / entry);
	CLAIM(!rtte_is_live(w.table[i], w.level));
}

/* Replacing an entry keeps the table's count, and a mapping that goes is invalidated before it counts as gone. */
void prove_set(void)
{
	struct rtte e = { any_u64() };
	struct rtt_walk w;
	struct ipa addr;
	uint32_t before;
	bool was, mapped;

	any_realm();
	addr = any_ipa();
	w = rtt_walk(&s2, addr, any_from_to(0, RTT_LEVEL_PAGE));
	was = rtte_is_counted(w.entry, w.level);
	mapped = rtte_is_mapped(w.entry, w.level);
	before = any_u32();
	ASSUME(before >= was && before <= RTT_ENTRIES);
	granule.word = before;
	invalidated = ~addr.v;
	if (any_bool()) {
		ASSUME(!rtte_is_mapped(e, w.level));
		rtt_break(&s2, &w, addr, e);
		CLAIM(!mapped || invalidated == addr.v);
	} else {
		rtt_set(&w, e);
	}
	CLAIM(w.table[w.index].v == e.v && w.entry.v == e.v && !in_batch);
	CLAIM(granule.word == before - was + rtte_is_counted(e, w.level));
}
