/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mapping P's pages in C and unmapping them. The caller holds P's RD lock; C's tables are locked here.
 *
 * A mapping in C always has the permission of the share (I4), is page i of P for page i of C (I3), and
 * is counted twice: in the share (`mapped`) and in P's DATA granule (its references), so that neither
 * the share nor the granule can go while it is there.
 */
#include "csm/internal.h"

#define BLOCK_PAGES RTT_ENTRIES

/* The granule that P owns and can reach where the walk stands; NULL: a hole. */
static struct granule *provider_page(const struct rtt_walk *p)
{
	uint64_t offset = p->addr & (rtt_entry_size(p->level) - 1);

	if (rtte_kind(p->entry, p->level) != RTTE_ASSIGNED || rtte_ripas(p->entry, p->level) != RMI_RAM)
		return NULL;
	return granule_find(pa(rtte_pa(p->entry, p->level).v + offset));
}

struct granule *csm_provider_page(struct granule *p, uint64_t addr)
{
	struct rtt_walk w = rtt_walk(&realm_of(p)->s2, ipa(addr), RTT_LEVEL_PAGE);

	return provider_page(&w);
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
	const struct s2 *p_s2 = &realm_of(p)->s2;
	const struct s2 *c_s2 = consumer_s2(share);
	const uint64_t released = region->phase == APT_PHASE_RELEASE ? region->cursor : UINT64_MAX;
	struct rtt_walk pw = { 0 }, cw = { 0 };

	port_publish();
	rtt_lock(c_s2);
	for (unsigned int i = 0; i < CSM_STEP && *cursor < region->size; i++) {
		rtt_walk_on(p_s2, &pw, ipa(region->base + *cursor));
		rtt_walk_on(c_s2, &cw, ipa(share->base + *cursor));
		if (map_entry(share, &cw, *cursor == released ? NULL : provider_page(&pw)))
			(*mapped)++;
		*cursor += GRANULE_SIZE;
	}
	rtt_unlock(c_s2);
	port_publish();
	return *cursor == region->size;
}

void csm_map_page(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t offset)
{
	const struct s2 *c_s2 = consumer_s2(share);
	struct rtt_walk pw = rtt_walk(&realm_of(p)->s2, ipa(region->base + offset), RTT_LEVEL_PAGE);
	struct rtt_walk cw;

	rtt_lock(c_s2);
	cw = rtt_walk(c_s2, ipa(share->base + offset), RTT_LEVEL_PAGE);
	map_entry(share, &cw, provider_page(&pw));
	rtt_unlock(c_s2);
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
	struct rtt_walk w = { 0 };

	rtt_lock(s2);
	port_tlb_begin(s2_vttbr(s2));
	while (budget > 0 && *cursor < share->size) {
		uint64_t addr = share->base + *cursor;
		uint64_t size, start;
		enum rtte_kind kind;
		bool within;

		rtt_walk_on(s2, &w, ipa(addr));
		size = rtt_entry_size(w.level);
		start = align_down(addr, size);
		within = start >= share->base && start + size <= top;
		kind = rtte_kind(w.entry, w.level);
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

uint64_t csm_unmap_page(struct apt_entry *share, uint64_t offset, struct granule *data)
{
	const struct s2 *s2 = consumer_s2(share);
	uint64_t addr = share->base + offset;
	uint64_t before = share->mapped;
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
	return before - share->mapped;
}
