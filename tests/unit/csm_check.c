/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The invariants of docs/csm.md (csm_check.h).
 */
#include "csm_check.h"

#include "csm/internal.h"
#include "world.h"

#define DESC_FOREIGN (UINT64_C(1) << 56)
#define DESC_NS (UINT64_C(1) << 55)
#define DESC_IS_BLOCK(desc) (((desc)&3) == 1)
#define BLOCK PAGES(512)

#define REALMS_MAX 16U
#define SHARES_MAX 1024U

static struct granule *rds[REALMS_MAX];
static unsigned int num_rds;

/* Mappings of others' pages: of each granule, and of each share by its provider and index. */
static uint32_t granule_mappings[WORLD_GRANULES];
static uint64_t share_mappings[REALMS_MAX][SHARES_MAX];

static uint64_t *share_mapping(const struct granule *rd, uint32_t index)
{
	unsigned int r = 0;

	while (r < num_rds && rds[r] != rd)
		r++;
	assert_true(r < num_rds && index < SHARES_MAX);
	return &share_mappings[r][index];
}

/* --- Pages ------------------------------------------------------------------------------------------------- */

/* The page of another's at `at`: there are a consumer, a share and a region that explain it. */
static void check_foreign(struct granule *rd, uint64_t at, uint64_t page, uint64_t desc)
{
	struct apt *apt = csm_apt(rd);
	struct apt_entry *consumer = apt == NULL ? NULL : csm_find_overlap(apt, at, at + GRANULE_SIZE);
	struct apt_entry *share, *region;
	struct granule *p;
	struct rtt_walk own;

	/* I1. */
	assert_non_null(consumer);
	assert_int_equal(consumer->kind, APT_CONSUMER);
	assert_true(consumer->state == CSM_STATE_ATTACHED || consumer->state == CSM_STATE_BROKEN ||
		    consumer->state == CSM_STATE_DESTROYING);
	p = registry_find(consumer->peer);
	assert_non_null(p);
	share = csm_find_share(p, rd, consumer->n);
	assert_non_null(share);
	assert_int_equal(share->as_share.consumer, granule_index(rd));
	assert_int_not_equal(share->state, CSM_STATE_OFFERED);
	assert_true(csm_share_admits(csm_apt(p), share, realm_of(rd)));
	assert_int_equal(share->base, consumer->base);
	assert_int_equal(share->size, consumer->size);
	/* I3, I6. */
	region = apt_entry(csm_apt(p), share->as_share.region);
	assert_int_equal(region->kind, APT_REGION);
	assert_int_equal(region->size, share->size);
	own = rtt_walk(&realm_of(p)->s2, ipa(region->base + at - consumer->base), RTT_LEVEL_PAGE);
	assert_int_equal(rtte_kind(own.entry, own.level), RTTE_ASSIGNED);
	assert_int_equal(rtte_pa(own.entry, own.level).v + (own.addr & (rtt_entry_size(own.level) - 1)),
			 page);
	/* I4. */
	assert_int_equal((desc >> 7 & 1) != 0, share->permission == CSM_PERM_RW);
	assert_int_equal((desc >> 53 & 3) == 0, share->permission == CSM_PERM_RX);
	assert_int_equal(consumer->permission, share->permission);

	/* A block counts in its first granule. */
	granule_mappings[(page - SIM_DRAM_BASE) / GRANULE_SIZE] +=
		!DESC_IS_BLOCK(desc) || is_aligned(at, BLOCK);
	(*share_mapping(p, share->index))++;
}

/* The realm's own page, in a consumer range: its provider has ended the share, and the realm asked for memory then. */
static void check_own(struct granule *rd, uint64_t at)
{
	struct apt *apt = csm_apt(rd);
	const struct apt_entry *e = apt == NULL ? NULL : csm_find_overlap(apt, at, at + GRANULE_SIZE);

	if (e == NULL || e->kind != APT_CONSUMER || e->state == CSM_STATE_CREATING)
		return;
	assert_true((e->as_consumer.flags & CSM_RESERVE_FLAG_RAM) &&
		    (e->as_consumer.flags & APT_FLAG_ENDING));
}

static void check_leaf(struct granule *rd, uint64_t at, uint64_t size, uint64_t desc)
{
	uint64_t first = desc & UINT64_C(0x0000fffffffff000);

	for (uint64_t i = 0; i < size; i += GRANULE_SIZE) {
		/* I2. */
		assert_true(sim_is_realm(pa(first + i)));
		assert_int_equal(world_state(first + i), GRANULE_DATA);
		if (desc & DESC_FOREIGN)
			check_foreign(rd, at + i, first + i, desc);
		else
			check_own(rd, at + i);
	}
}

static void check_table(struct granule *rd, uint64_t table, int level, uint64_t base)
{
	const struct rtte *e = sim_mem(pa(table));

	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		uint64_t at = base + i * rtt_entry_size(level);

		if (rtte_is_table(e[i], level))
			check_table(rd, rtte_pa(e[i], level).v, level + 1, at);
		else if (rtte_is_mapped(e[i], level) && !(e[i].v & DESC_NS))
			check_leaf(rd, at, rtt_entry_size(level), e[i].v);
	}
}

/* --- Entries ----------------------------------------------------------------------------------------------- */

static void check_share(struct granule *rd, const struct apt_entry *share)
{
	struct csm_rid rid = realm_of(rd)->rid;
	const struct apt_entry *consumer;
	struct granule *c;

	assert_int_equal(share->as_share.mapped, *share_mapping(rd, share->index));
	if (share->as_share.consumer == APT_NONE) {
		assert_true(share->state == CSM_STATE_OFFERED || share->state == CSM_STATE_REVOKED);
		return;
	}
	c = granule_at(share->as_share.consumer);
	assert_int_equal(granule_state(c), GRANULE_RD);
	assert_true(rid_equal(realm_of(c)->rid, share->peer));
	consumer = apt_find(csm_apt(c), apt_rid_key(APT_CONSUMER, rid, share->n));
	assert_non_null(consumer);
	assert_int_not_equal(consumer->state, CSM_STATE_RESERVED);
	assert_int_not_equal(consumer->state, CSM_STATE_REVOKED);
	if (share->state == CSM_STATE_ATTACHED)
		assert_int_equal(consumer->state, CSM_STATE_ATTACHED);
}

/* A range that nothing is mapped in is no memory: access is an abort, not an exit. */
static void check_empty(struct granule *rd, const struct apt_entry *consumer)
{
	for (uint64_t at = 0; at < consumer->size; at += GRANULE_SIZE) {
		struct rtt_walk w = rtt_walk(&realm_of(rd)->s2, ipa(consumer->base + at), RTT_LEVEL_PAGE);

		assert_int_not_equal(rtte_ripas(w.entry, w.level), RMI_RAM);
	}
}

static void check_consumer(struct granule *rd, const struct apt_entry *e)
{
	if (e->state == CSM_STATE_ATTACHED) {
		struct granule *p = registry_find(e->peer);
		const struct apt_entry *share = p == NULL ? NULL : csm_find_share(p, rd, e->n);

		assert_non_null(share);
		assert_int_equal(share->as_share.consumer, granule_index(rd));
	}
	if (e->state == CSM_STATE_RESERVED ||
	    (e->state == CSM_STATE_REVOKED && !(e->as_consumer.flags & CSM_RESERVE_FLAG_RAM)))
		check_empty(rd, e);
}

static void check_entries(struct granule *rd)
{
	struct apt *apt = csm_apt(rd);

	for (uint32_t i = 0; apt != NULL && i < apt_num_slots(apt); i++) {
		const struct apt_entry *e = apt_entry(apt, i);

		if (e->kind == APT_SHARE)
			check_share(rd, e);
		if (e->kind == APT_CONSUMER)
			check_consumer(rd, e);
	}
}

/* --- Granules ---------------------------------------------------------------------------------------------- */

static void find_rds(void)
{
	num_rds = 0;
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		if (granule_state(granule_at(i)) != GRANULE_RD)
			continue;
		assert_true(num_rds < REALMS_MAX);
		rds[num_rds++] = granule_at(i);
	}
}

static void check_tables(struct granule *rd)
{
	const struct s2 *s2 = &realm_of(rd)->s2;

	assert_ptr_equal(registry_find(realm_of(rd)->rid), rd); /* I7 */
	for (uint32_t i = 0; i < s2->num_roots; i++)
		check_table(rd, s2->root.v + (uint64_t)i * GRANULE_SIZE, s2->start,
			    i * RTT_ENTRIES * rtt_entry_size(s2->start));
}

void csm_check_all(void)
{
	memset(granule_mappings, 0, sizeof(granule_mappings));
	find_rds();
	memset(share_mappings, 0, num_rds * sizeof(share_mappings[0]));
	for (unsigned int r = 0; r < num_rds; r++)
		check_tables(rds[r]);
	for (unsigned int r = 0; r < num_rds; r++)
		check_entries(rds[r]);
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		if (granule_state(granule_at(i)) == GRANULE_DATA)
			assert_int_equal(granule_refs(granule_at(i)), granule_mappings[i]);
		if (granule_state(granule_at(i)) == GRANULE_DELEGATED)
			assert_true(world_is_zero(granule_pa(granule_at(i)).v));
	}
}
