/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mapping P's pages in C and unmapping them. The caller holds P's RD lock; C's tables are locked here.
 *
 * A mapping in C always has the permission of the share (I4), is page i of P for page i of C (I3), and
 * is counted twice: in the share (`mapped`, pages) and in P's DATA granule (its references; those of the first, if it is a
 * block), so that neither the share nor the granule can go while it is there.
 */
#include "csm/internal.h"

#define BLOCK_SIZE rtt_entry_size(RTT_LEVEL_BLOCK)

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
	return &realm_of(granule_at(share->as_share.consumer))->s2;
}

/* --- A place for each page ------------------------------------------------------------------------------------- */

/*
 * The level at which C maps what P has where `p` stands, `offset` into the region: a block where P has at least a block, it
 * lies in C's range as a whole, aligned like P's, and none of its pages is on its way out.
 */
static int level_for(const struct apt_entry *region, const struct rtt_walk *p, uint64_t c_base,
		     uint64_t offset)
{
	uint64_t within = (c_base + offset) & (BLOCK_SIZE - 1);
	uint64_t start = offset - within;

	if (p->level > RTT_LEVEL_BLOCK || within > offset || region->size - start < BLOCK_SIZE ||
	    !is_aligned(region->base + start, BLOCK_SIZE) || provider_page(p) == NULL)
		return RTT_LEVEL_PAGE;
	if (region->phase == APT_PHASE_RELEASE && region->cursor - start < BLOCK_SIZE)
		return RTT_LEVEL_PAGE;
	return RTT_LEVEL_BLOCK;
}

/* As far as the same tables are wanted, by blocks; CSM_STEP of them are looked at. */
static void measure_lack(const struct s2 *p_s2, const struct apt_entry *region, uint64_t c_base,
			 uint64_t from, struct csm_lack *lack)
{
	uint64_t offset = from;
	struct rtt_walk pw = { 0 };

	for (unsigned int i = 0; i < CSM_STEP && offset < region->size; i++) {
		rtt_walk_on(p_s2, &pw, ipa(region->base + offset));
		if ((uint64_t)level_for(region, &pw, c_base, offset) != lack->level)
			break;
		offset = align_down(c_base + offset, BLOCK_SIZE) + BLOCK_SIZE - c_base;
	}
	lack->size = min_u64(offset, region->size) - from;
}

/* Where the walk of C stands there is a place for what P has, which is to be mapped at `level`. */
static bool is_place(const struct rtt_walk *c, int level)
{
	return rtte_kind(c->entry, c->level) == RTTE_CSM || c->level >= level;
}

bool csm_has_place(struct granule *p, const struct apt_entry *region, struct granule *c, uint64_t c_base,
		   uint64_t offset, int *level)
{
	struct rtt_walk cw = rtt_walk(&realm_of(c)->s2, ipa(c_base + offset), RTT_LEVEL_PAGE);
	struct rtt_walk pw;

	*level = cw.level;
	if (cw.level == RTT_LEVEL_PAGE)
		return true;
	pw = rtt_walk(&realm_of(p)->s2, ipa(region->base + offset), RTT_LEVEL_PAGE);
	return is_place(&cw, level_for(region, &pw, c_base, offset));
}

enum csm_scan csm_scan_places(struct granule *p, const struct apt_entry *region, struct granule *c,
			      uint64_t c_base, uint64_t *cursor, struct csm_lack *lack)
{
	const struct s2 *p_s2 = &realm_of(p)->s2, *c_s2 = &realm_of(c)->s2;
	struct rtt_walk pw = { 0 }, cw = { 0 };

	for (unsigned int i = 0; i < CSM_STEP && *cursor < region->size; i++) {
		struct ipa at = ipa(c_base + *cursor);
		uint64_t entry;
		int level;

		rtt_walk_on(c_s2, &cw, at);
		entry = rtt_entry_size(cw.level);
		if (cw.level == RTT_LEVEL_PAGE) {
			/* One table of pages serves 512 of them. */
			*cursor = min_u64(rtt_table_end(c_s2, &cw, at) - c_base, region->size);
			continue;
		}
		rtt_walk_on(p_s2, &pw, ipa(region->base + *cursor));
		level = level_for(region, &pw, c_base, *cursor);
		if (!is_place(&cw, level)) {
			lack->level = (uint64_t)level;
			measure_lack(p_s2, region, c_base, *cursor, lack);
			return CSM_SCAN_COARSE;
		}
		*cursor = min_u64(align_down(at.v, entry) + entry - c_base, region->size);
	}
	return *cursor == region->size ? CSM_SCAN_DONE : CSM_SCAN_MORE;
}

/* --- Mapping -------------------------------------------------------------------------------------------------------- */

/* The walk stands at an entry of `level`, and `first` is where the page or block begins. */
static inline void map_at(struct apt_entry *share, struct rtt_walk *c, int level, struct granule *first)
{
	rtt_set(c, rtte_csm(granule_pa(first), level, (enum csm_permission)share->permission));
	granule_get(first, 1);
	share->as_share.mapped += rtt_entry_size(level) / GRANULE_SIZE;
}

/* A hole faults to the host, which may fill it. */
static void map_hole(const struct apt_entry *share, struct rtt_walk *c)
{
	uint64_t start = align_down(c->addr, rtt_entry_size(c->level));

	if (rtte_ripas(c->entry, c->level) != RMI_RAM && start >= share->base &&
	    start + rtt_entry_size(c->level) <= share->base + share->size)
		rtt_set(c, rtte_unassigned(RMI_RAM));
}

/* Maps `data` (NULL: hole) at the page of C where the walk stands. */
static void map_entry(struct apt_entry *share, struct rtt_walk *c, struct granule *data)
{
	if (rtte_kind(c->entry, c->level) != RTTE_UNASSIGNED || c->level < RTT_LEVEL_PAGE)
		return;
	if (data == NULL)
		map_hole(share, c);
	else
		map_at(share, c, RTT_LEVEL_PAGE, data);
}

/* The entry of C is not a page's: a block goes there, or nothing. Returns where it ends, as an offset into the region. */
static uint64_t map_coarse(const struct apt_entry *region, struct apt_entry *share, const struct rtt_walk *p,
			   struct rtt_walk *c, uint64_t offset)
{
	uint64_t size = rtt_entry_size(c->level), start = align_down(c->addr, size);

	if (rtte_kind(c->entry, c->level) == RTTE_UNASSIGNED) {
		if (c->level == RTT_LEVEL_BLOCK &&
		    level_for(region, p, share->base, offset) == RTT_LEVEL_BLOCK)
			map_at(share, c, RTT_LEVEL_BLOCK,
			       granule_find(pa(granule_pa(provider_page(p)).v - (c->addr - start))));
		else
			map_hole(share, c);
	}
	return min_u64(start + size - share->base, region->size);
}

bool csm_map_step(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t *cursor,
		  uint64_t *mapped)
{
	const struct s2 *p_s2 = &realm_of(p)->s2;
	const struct s2 *c_s2 = consumer_s2(share);
	const uint64_t released = region->phase == APT_PHASE_RELEASE ? region->cursor : UINT64_MAX;
	const uint64_t before = share->as_share.mapped;
	struct rtt_walk pw = { 0 }, cw = { 0 };

	port_publish();
	rtt_lock(c_s2);
	for (unsigned int i = 0; i < CSM_STEP && *cursor < region->size; i++) {
		rtt_walk_on(p_s2, &pw, ipa(region->base + *cursor));
		rtt_walk_on(c_s2, &cw, ipa(share->base + *cursor));
		if (cw.level == RTT_LEVEL_PAGE) {
			map_entry(share, &cw, *cursor == released ? NULL : provider_page(&pw));
			*cursor += GRANULE_SIZE;
		} else {
			*cursor = map_coarse(region, share, &pw, &cw, *cursor);
		}
	}
	rtt_unlock(c_s2);
	port_publish();
	*mapped += share->as_share.mapped - before;
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
	granule_put(granule_find(first), 1);
	REQUIRE(share->as_share.mapped >= pages);
	share->as_share.mapped -= pages;
}

bool csm_unmap_step(struct apt_entry *share, uint64_t *cursor, enum rmi_ripas ripas)
{
	const struct s2 *s2 = consumer_s2(share);
	uint64_t top = share->base + share->size;
	struct rtt_walk w = { 0 };

	rtt_lock(s2);
	port_tlb_begin(s2_vttbr(s2));
	for (unsigned int i = 0; i < CSM_STEP && *cursor < share->size; i++) {
		uint64_t addr = share->base + *cursor;
		uint64_t size, start;
		enum rtte_kind kind;
		bool within;

		rtt_walk_on(s2, &w, ipa(addr));
		size = rtt_entry_size(w.level);
		start = align_down(addr, size);
		within = start >= share->base && start + size <= top;
		kind = rtte_kind(w.entry, w.level);
		/* A block lies in one range: no other is made, and folding keeps it so. */
		if (kind == RTTE_CSM)
			unmap_entry(share, &w, start, ripas);
		else if (kind == RTTE_UNASSIGNED && within)
			rtt_set(&w, rtte_unassigned(ripas));
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

/* --- How blocks are counted ----------------------------------------------------------------------------------------- */

void csm_block_split(struct pa first)
{
	for (uint64_t i = 0; i < RTT_ENTRIES; i++)
		granule_get(granule_find(pa(first.v + i * GRANULE_SIZE)), 1);
	granule_put(granule_find(first), 1);
}

void csm_block_made(struct pa first)
{
	granule_get(granule_find(first), 1);
	for (uint64_t i = 0; i < RTT_ENTRIES; i++)
		granule_put(granule_find(pa(first.v + i * GRANULE_SIZE)), 1);
}
