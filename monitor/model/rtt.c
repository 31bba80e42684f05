/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Translation Tables: geometry, walks, single entries (rtt.h).
 */
#include "model/rtt.h"

/* The number of IPA bits that one table of `level` translates. */
static unsigned int table_bits(int level)
{
	return GRANULE_SHIFT + RTT_INDEX_BITS * (unsigned int)(RTT_LEVEL_PAGE + 1 - level);
}

bool s2_geometry_is_valid(unsigned int ipa_bits, int64_t start, uint64_t num_roots)
{
	unsigned int bits;

	if (start < 0 || start >= RTT_LEVEL_PAGE)
		return false;
	bits = table_bits((int)start);
	if (ipa_bits > bits)
		return ipa_bits - bits <= 4 && num_roots == UINT64_C(1) << (ipa_bits - bits);
	/* One table, of which at least two entries are used: else the walk could start one level lower. */
	return num_roots == 1 && ipa_bits > bits - RTT_INDEX_BITS;
}

uint64_t s2_vttbr(const struct s2 *s2)
{
	return s2->root.v | ((uint64_t)s2->vmid << 48);
}

void rtt_lock(const struct s2 *s2)
{
	REQUIRE(granule_lock(s2->lock, GRANULE_RTT));
}

void rtt_unlock(const struct s2 *s2)
{
	granule_unlock(s2->lock);
}

void rtt_init_roots(const struct s2 *s2)
{
	struct rtte empty = rtte_unassigned(RMI_EMPTY), ns = rtte_unassigned_ns();
	uint64_t entries = s2_size(s2) / rtt_entry_size(s2->start);

	/* The granules were DELEGATED, so zero: the protected half is as it shall be. */
	REQUIRE(empty.v == 0);
	for (uint64_t i = entries / 2; i < entries;) {
		struct rtte *t = port_mem(pa(s2->root.v + i / RTT_ENTRIES * GRANULE_SIZE));

		do
			t[i % RTT_ENTRIES] = ns;
		while (++i % RTT_ENTRIES != 0 && i < entries);
	}
}

bool rtt_roots_are_live(const struct s2 *s2)
{
	for (uint32_t i = 0; i < s2->num_roots; i++) {
		if (granule_refs(granule_find(pa(s2->root.v + (uint64_t)i * GRANULE_SIZE))) != 0)
			return true;
	}
	return false;
}

/* One 64-bit load, as the hardware may change nothing and other PEs write whole entries. */
static struct rtte read_entry(const struct rtte *e)
{
	return (struct rtte){ __atomic_load_n(&e->v, __ATOMIC_RELAXED) };
}

struct rtt_walk rtt_walk(const struct s2 *s2, struct ipa addr, int level)
{
	unsigned int shift = rtt_entry_shift(s2->start);
	uint64_t index = addr.v >> shift;
	struct pa table = pa(s2->root.v + index / RTT_ENTRIES * GRANULE_SIZE);
	struct rtt_walk w = { .level = s2->start, .addr = addr.v };

	for (;;) {
		w.index = (unsigned int)(index % RTT_ENTRIES);
		w.table = port_mem(table);
		w.entry = read_entry(&w.table[w.index]);
		if (w.level >= level || !rtte_is_table(w.entry, w.level))
			break;
		table = rtte_pa(w.entry, w.level);
		w.level++;
		shift -= RTT_INDEX_BITS;
		index = addr.v >> shift;
	}
	w.table_pa = table;
	return w;
}

/* The walk moves to the entry of its table for `addr`. */
static void move_to(struct rtt_walk *w, struct ipa addr, unsigned int shift)
{
	w->addr = addr.v;
	w->index = (unsigned int)(addr.v >> shift) % RTT_ENTRIES;
	w->entry = read_entry(&w->table[w->index]);
}

void rtt_walk_on(const struct s2 *s2, struct rtt_walk *w, struct ipa addr)
{
	uint64_t differs = addr.v ^ w->addr;

	if (w->level == RTT_LEVEL_PAGE && differs < rtt_entry_size(RTT_LEVEL_BLOCK)) {
		move_to(w, addr, GRANULE_SHIFT);
		return;
	}
	/* So does one of blocks, below the starting tables, as long as nothing hangs from its entry. */
	if (w->level == RTT_LEVEL_BLOCK && w->level > s2->start &&
	    differs < rtt_entry_size(RTT_LEVEL_BLOCK - 1)) {
		move_to(w, addr, rtt_entry_shift(RTT_LEVEL_BLOCK));
		if (!rtte_is_table(w->entry, RTT_LEVEL_BLOCK))
			return;
	}
	*w = rtt_walk(s2, addr, RTT_LEVEL_PAGE);
}

uint64_t rtt_table_end(const struct s2 *s2, const struct rtt_walk *w, struct ipa addr)
{
	uint64_t size = UINT64_C(1) << table_bits(w->level);

	return min_u64(align_down(addr.v, size) + size, s2_size(s2));
}

uint64_t rtt_skip_non_live(const struct s2 *s2, const struct rtt_walk *w, struct ipa addr)
{
	uint64_t entry = rtt_entry_size(w->level);
	uint64_t end = rtt_table_end(s2, w, addr);
	uint64_t next = align_down(addr.v, entry);

	if (rtte_is_live(w->entry, w->level))
		return addr.v;
	for (unsigned int i = w->index; next < end; i++, next += entry) {
		if (rtte_is_live(read_entry(&w->table[i]), w->level))
			break;
	}
	return next;
}

void rtt_set(struct rtt_walk *w, struct rtte e)
{
	bool was = rtte_is_counted(w->entry, w->level);
	bool is = rtte_is_counted(e, w->level);

	__atomic_store_n(&w->table[w->index].v, e.v, __ATOMIC_RELEASE);
	w->entry = e;
	if (is && !was)
		granule_get(granule_find(w->table_pa), 1);
	else if (was && !is)
		granule_put(granule_find(w->table_pa), 1);
}

void rtt_break(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct rtte e)
{
	bool mapped = rtte_is_mapped(w->entry, w->level);

	ASSERT(!rtte_is_mapped(e, w->level));
	rtt_set(w, e);
	if (!mapped)
		return; /* the hardware caches no invalid entries (DDI0487 D8.16) */
	port_tlb_begin(s2_vttbr(s2));
	port_tlb_leaf(addr);
	port_tlb_end();
}
