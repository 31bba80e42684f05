/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mapping P's pages in C and unmapping them. The caller holds P's RD lock; C's tables are locked here.
 *
 * A mapping in C always has the permission of the share (I4), is page i of P for page i of C (I3), and
 * is counted twice: in the share (`mapped`) and in P's DATA granule (its references), so that neither
 * the share nor the granule can go while it is there.
 */
#include "model/csm_internal.h"

#define BLOCK_PAGES RTT_ENTRIES

/* Walks the pages of a range in order, with one table walk per table. */
struct page_walk {
	const struct s2 *s2;
	struct rtt_walk w;
	uint64_t table_end; /* 0: none yet */
	bool coarse;        /* the walk ended above page level */
};

static void page_walk_to(struct page_walk *pw, uint64_t addr)
{
	if (addr >= pw->table_end) {
		pw->w = rtt_walk(pw->s2, ipa(addr), RTT_LEVEL_PAGE);
		pw->coarse = pw->w.level < RTT_LEVEL_PAGE;
		pw->table_end = align_down(addr, rtt_entry_size(RTT_LEVEL_PAGE - 1)) +
				rtt_entry_size(RTT_LEVEL_PAGE - 1);
		return;
	}
	if (pw->coarse)
		return; /* the entry of the walk covers this page too */
	pw->w.index = (unsigned int)(addr >> GRANULE_SHIFT) % RTT_ENTRIES;
	pw->w.entry = (struct rtte){ __atomic_load_n(&pw->w.table[pw->w.index].v, __ATOMIC_RELAXED) };
}

/* The granule that P owns and can reach at `addr`; NULL: a hole. */
static struct granule *provider_page(struct page_walk *p, uint64_t addr)
{
	uint64_t offset;

	page_walk_to(p, addr);
	if (rtte_kind(p->w.entry, p->w.level) != RTTE_ASSIGNED || rtte_ripas(p->w.entry, p->w.level) != RMI_RAM)
		return NULL;
	offset = addr & (rtt_entry_size(p->w.level) - 1);
	return granule_find(pa(rtte_pa(p->w.entry, p->w.level).v + offset));
}

static const struct s2 *consumer_s2(const struct apt_entry *share)
{
	return &realm_of(granule_at(share->consumer))->s2;
}

/* Maps `data` (NULL: hole) at the page of C where the walk stands. True: it is mapped now, and was not. */
static bool map_entry(struct apt_entry *share, struct rtt_walk *c, struct granule *data)
{
	if (rtte_kind(c->entry, c->level) != RTTE_UNASSIGNED || c->level < RTT_LEVEL_PAGE)
		return false;
	if (data == NULL) {
		/* A hole faults to the host, which may fill it. */
		if (rtte_ripas(c->entry, c->level) != RMI_RAM)
			rtt_set(c, rtte_unassigned(RMI_RAM));
		return false;
	}
	rtt_set(c, rtte_csm(granule_pa(data), RTT_LEVEL_PAGE, (enum csm_permission)share->permission));
	granule_get(data, 1);
	share->mapped++;
	return true;
}

bool csm_map_step(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t *cursor,
		  uint64_t *mapped)
{
	struct page_walk pw = { .s2 = &realm_of(p)->s2 };
	struct page_walk cw = { .s2 = consumer_s2(share) };

	port_publish();
	rtt_lock(cw.s2);
	for (unsigned int i = 0; i < CSM_STEP && *cursor < region->size; i++) {
		page_walk_to(&cw, share->base + *cursor);
		if (map_entry(share, &cw.w, provider_page(&pw, region->base + *cursor)))
			(*mapped)++;
		*cursor += GRANULE_SIZE;
	}
	rtt_unlock(cw.s2);
	port_publish();
	return *cursor == region->size;
}

void csm_map_page(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t offset)
{
	uint64_t cursor = offset;
	struct page_walk pw = { .s2 = &realm_of(p)->s2 };
	struct page_walk cw = { .s2 = consumer_s2(share) };

	rtt_lock(cw.s2);
	page_walk_to(&cw, share->base + cursor);
	map_entry(share, &cw.w, provider_page(&pw, region->base + cursor));
	rtt_unlock(cw.s2);
	port_publish();
}

/* The mapping where the walk stands goes; C's TLB entries for it are noted in the open batch. */
static void unmap_entry(struct apt_entry *share, struct rtt_walk *c, uint64_t addr, enum rmi_ripas ripas)
{
	struct pa first = rtte_pa(c->entry, c->level);
	uint64_t pages = rtt_entry_size(c->level) / GRANULE_SIZE;

	rtt_set(c, rtte_unassigned(ripas));
	port_tlb_leaf(ipa(addr));
	for (uint64_t i = 0; i < pages; i++)
		granule_put(granule_find(pa(first.v + i * GRANULE_SIZE)), 1);
	REQUIRE(share->mapped >= pages);
	share->mapped -= pages;
}

bool csm_unmap_step(struct apt_entry *share, uint64_t *cursor, enum rmi_ripas ripas)
{
	const struct s2 *s2 = consumer_s2(share);
	uint64_t top = share->base + share->size;
	unsigned int budget = CSM_STEP;

	rtt_lock(s2);
	port_tlb_begin(s2_vttbr(s2));
	while (budget > 0 && *cursor < share->size) {
		uint64_t addr = share->base + *cursor;
		struct rtt_walk w = rtt_walk(s2, ipa(addr), RTT_LEVEL_PAGE);
		uint64_t size = rtt_entry_size(w.level);
		uint64_t start = align_down(addr, size);
		bool within = start >= share->base && start + size <= top;
		enum rtte_kind kind = rtte_kind(w.entry, w.level);

		/* A block counts as the pages that it holds: folding keeps it inside one range. */
		if (kind == RTTE_CSM) {
			unmap_entry(share, &w, start, ripas);
			budget -= (unsigned int)min_u64(budget, size / GRANULE_SIZE);
		} else {
			if (kind == RTTE_UNASSIGNED && within)
				rtt_set(&w, rtte_unassigned(ripas));
			budget--;
		}
		*cursor = min_u64(start + size - share->base, share->size);
	}
	port_tlb_end();
	rtt_unlock(s2);
	return *cursor == share->size;
}

void csm_unmap_page(struct apt_entry *share, uint64_t offset, struct granule *data)
{
	const struct s2 *s2 = consumer_s2(share);
	uint64_t addr = share->base + offset;
	struct rtt_walk w;

	rtt_lock(s2);
	w = rtt_walk(s2, ipa(addr), RTT_LEVEL_PAGE);
	if (rtte_kind(w.entry, w.level) == RTTE_CSM) {
		uint64_t within = addr & (rtt_entry_size(w.level) - 1);

		REQUIRE(rtte_pa(w.entry, w.level).v + within == granule_pa(data).v);
		port_tlb_begin(s2_vttbr(s2));
		/* Of a block all goes: there is no table to keep the rest; CSM_FILL brings it back. */
		unmap_entry(share, &w, align_down(addr, rtt_entry_size(w.level)), RMI_RAM);
		port_tlb_end();
	}
	rtt_unlock(s2);
}
