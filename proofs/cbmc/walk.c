/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks through tables (model/rtt.c) from starting level START, whatever memory holds: an entry may name any place as a
 * table, its own too.
 */
#include "prove.h"

/* The word at an address: any function. Tables here are places only: CBMC is slow with 512 words at an index. */
uint64_t __CPROVER_uninterpreted_word(uint64_t where);
static uint64_t word_at(const uint64_t *place);

#define __atomic_load_n(place, order) word_at(place)
#include "model/rtt.c"
#undef __atomic_load_n
#include "model/rtte.c"

#define LEVELS (RTT_LEVEL_PAGE + 1)
#define LOOKS (2 * LEVELS)

static struct rtte table[LOOKS][RTT_ENTRIES]; /* one for each look into a table */
static uint64_t where_it_is[LOOKS];
static unsigned int looks;
static struct s2 s2;

static uint64_t word_at(const uint64_t *place)
{
	uint64_t at = __CPROVER_POINTER_OFFSET(place) / sizeof(struct rtte);

	CLAIM(__CPROVER_r_ok(place, sizeof(*place)) && at / RTT_ENTRIES < looks);
	return __CPROVER_uninterpreted_word(where_it_is[at / RTT_ENTRIES] +
					    at % RTT_ENTRIES * sizeof(struct rtte));
}

void *port_mem(struct pa where)
{
	CLAIM(looks < LOOKS && is_aligned(where.v, GRANULE_SIZE));
	where_it_is[looks] = where.v;
	return table[looks++];
}

/* A walk by the book (Arm ARM D8.2): where it ends. */
struct by_the_book {
	int level;
	uint64_t table, index, entry;
};

/* Bits [47:39] of an address are the index in a table of level 0, and so on; those above choose the starting table. */
static struct by_the_book by_the_book(uint64_t addr, int to)
{
	struct by_the_book b = { .level = START, .table = s2.root.v + (addr >> (48 - 9 * START)) * 4096 };

	for (;;) {
		b.index = addr >> (39 - 9 * b.level) & 511;
		b.entry = __CPROVER_uninterpreted_word(b.table + b.index * 8);
		if (b.level == to || (b.entry & 3) != 3)
			return b;
		b.table = b.entry & UINT64_C(0x0000fffffffff000);
		b.level++;
	}
}

static void any_tables(void)
{
	s2 = (struct s2){ .num_roots = any_u32(), .start = START, .ipa_bits = any_u8() };
	s2.root = pa(any_u64());
	ASSUME(s2.ipa_bits <= 48 && s2_geometry_is_valid(s2.ipa_bits, s2.start, s2.num_roots));
	ASSUME(s2.root.v < UINT64_C(1) << 48 && is_aligned(s2.root.v, GRANULE_SIZE));
}

static uint64_t any_ipa(void)
{
	uint64_t addr = any_u64();

	ASSUME(addr < s2_size(&s2));
	return addr;
}

static void is_by_the_book(const struct rtt_walk *w, uint64_t addr, int to)
{
	struct by_the_book b = by_the_book(addr, to);

	CLAIM(w->level == b.level && w->addr == addr);
	CLAIM(w->table_pa.v == b.table && w->index == b.index && w->entry.v == b.entry);
}

/* One look for each level; no table but the starting tables, and those that an entry of one of them leads to. */
void prove_walk(void)
{
	int to = any_from_to(START, RTT_LEVEL_PAGE);
	struct rtt_walk w;
	uint64_t addr;

	any_tables();
	addr = any_ipa();
	w = rtt_walk(&s2, ipa(addr), to);
	is_by_the_book(&w, addr, to);
	CLAIM(looks == (unsigned int)(w.level - START + 1) &&
	      where_it_is[0] - s2.root.v < s2.num_roots * GRANULE_SIZE);
	CLAIM(w.table == table[looks - 1]);
	for (unsigned int i = 1; i < LEVELS && i < looks; i++)
		CLAIM(where_it_is[i] == by_the_book(addr, START + (int)i).table);
}

/* A walk that is taken on to another address ends where a new one would; from nowhere, too. */
void prove_walk_on(void)
{
	struct rtt_walk w = { .level = 0 };
	uint64_t addr;

	any_tables();
	if (any_bool())
		w = rtt_walk(&s2, ipa(any_ipa()), RTT_LEVEL_PAGE);
	addr = any_ipa();
	rtt_walk_on(&s2, &w, ipa(addr));
	is_by_the_book(&w, addr, RTT_LEVEL_PAGE);
}

#define SKIPPED 4

/* RttSkipNonLiveEntries (DEN0137 B3.72), where it goes on for up to SKIPPED entries: to the first that is live, or the table's end. */
void prove_skip_non_live(void)
{
	struct rtt_walk w = { .level = any_from_to(START, RTT_LEVEL_PAGE), .table = table[0] };
	uint64_t addr, size = rtt_entry_size(w.level), first, end, top;
	bool ends = false;

	any_tables();
	addr = any_ipa();
	looks = 1;
	where_it_is[0] = any_u64() & ~(uint64_t)(GRANULE_SIZE - 1);
	w.index = (unsigned int)(addr >> rtt_entry_shift(w.level)) % RTT_ENTRIES;
	w.entry.v = __CPROVER_uninterpreted_word(where_it_is[0] + w.index * 8);
	first = align_down(addr, size);
	end = min_u64(first + (RTT_ENTRIES - w.index) * size, s2_size(&s2));
	for (unsigned int i = 0; i < SKIPPED; i++) {
		struct rtte e = { __CPROVER_uninterpreted_word(where_it_is[0] + (w.index + i) * 8) };

		ends = ends || first + i * size >= end || rtte_is_live(e, w.level);
	}
	ASSUME(ends || first + SKIPPED * size == end);
	top = rtt_skip_non_live(&s2, &w, ipa(addr));
	if (rtte_is_live(w.entry, w.level)) {
		REACHES(top > first);
		CLAIM(top == addr); /* the tables of outcomes; B3.72 has `first` */
		return;
	}
	REACHES(top == end && end - first == SKIPPED * size);
	REACHES(top < end);
	CLAIM(top > first && top <= end && is_aligned(top, size));
	for (unsigned int i = 0; i <= SKIPPED; i++) {
		struct rtte e = { __CPROVER_uninterpreted_word(where_it_is[0] + (w.index + i) * 8) };
		uint64_t base = first + i * size;

		CLAIM(base >= top || !rtte_is_live(e, w.level));
		CLAIM(base != top || top == end || rtte_is_live(e, w.level));
	}
}
