/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CSM adds to the base commands (csm.h). Without an APT every question here is answered at once with
 * "no", and nothing is done (I10).
 */
#include "csm/internal.h"

bool csm_range_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	struct apt *apt = csm_apt(rd);

	return apt != NULL && csm_find_overlap(apt, base, top) != NULL;
}

bool csm_consumer_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	struct apt *apt = csm_apt(rd);
	struct apt_entry *e = apt == NULL ? NULL : csm_find_overlap(apt, base, top);

	/* Regions may lie between: look below each, until there is a consumer, or nothing, or too many. */
	for (unsigned int i = 0; e != NULL && e->kind != APT_CONSUMER && i < CSM_STEP; i++)
		e = e->base <= base ? NULL : csm_find_overlap(apt, base, e->base);
	return e != NULL;
}

bool csm_consumer_covers(struct granule *rd, uint64_t base, uint64_t top)
{
	struct apt *apt = csm_apt(rd);
	struct apt_entry *e = apt == NULL ? NULL : csm_find_overlap(apt, base, top);

	return e != NULL && e->kind == APT_CONSUMER && e->base <= base && top <= e->base + e->size;
}

bool csm_admits_data(struct granule *rd, struct ipa addr)
{
	struct apt *apt = csm_apt(rd);
	const struct apt_entry *e = apt == NULL ? NULL : csm_find_overlap(apt, addr.v, addr.v + GRANULE_SIZE);

	if (e == NULL || e->kind != APT_CONSUMER)
		return true;
	/* Only what the provider itself took back: else the host could put a page where its data is looked for. */
	return (e->as_consumer.flags & CSM_RESERVE_FLAG_RAM) && (e->as_consumer.flags & APT_FLAG_ENDING) &&
	       e->state != CSM_STATE_DESTROYING;
}

static struct apt_entry *region_at(struct granule *rd, uint64_t addr)
{
	struct apt *apt = csm_apt(rd);
	struct apt_entry *e = apt == NULL ? NULL : csm_find_overlap(apt, addr, addr + GRANULE_SIZE);

	return e != NULL && e->kind == APT_REGION ? e : NULL;
}

void csm_data_created(struct granule *rd, struct ipa addr)
{
	struct apt_entry *region = region_at(rd, addr.v);
	struct apt *apt = csm_apt(rd);
	unsigned int consumers = 0;
	struct apt_entry *share;

	if (region == NULL)
		return;
	share = apt_entry(apt, region->as_region.first);
	for (unsigned int seen = 0; share != NULL && seen < CSM_STEP && consumers < CSM_STEP_CONSUMERS;
	     seen++) {
		if (share->state == CSM_STATE_ATTACHED) {
			csm_map_page(rd, region, share, addr.v - region->base);
			consumers++;
		}
		share = apt_entry(apt, share->as_share.next);
	}
}

bool csm_data_is_shared(struct granule *rd, const struct granule *data)
{
	const struct granule *first;

	if (csm_apt(rd) == NULL)
		return false;
	if (granule_refs(data) != 0)
		return true;
	/*
	 * A block that holds it begins there, and counts there; so does that page itself, should the block be split this
	 * moment. What begins there may be another realm's: then nothing is found.
	 */
	first = granule_find(pa(align_down(granule_pa(data).v, rtt_entry_size(RTT_LEVEL_BLOCK))));
	return first != NULL && granule_state(first) == GRANULE_DATA && granule_refs(first) != 0;
}

/* Consumers lose `page`, which is where the region's phase says: some of them, from where the last step stopped. */
static void release_step(struct apt *apt, struct apt_entry *region, struct granule *page)
{
	struct apt_entry *share = apt_entry(apt, region->as_region.release);
	unsigned int consumers = 0;

	for (unsigned int seen = 0; share != NULL && seen < CSM_STEP && consumers < CSM_STEP_CONSUMERS;
	     seen++) {
		if (share->as_share.consumer != APT_NONE) {
			csm_unmap_page(share, region->cursor, page);
			consumers++;
		}
		share = apt_entry(apt, share->as_share.next);
	}
	region->as_region.release = share == NULL ? APT_NONE : share->index;
}

bool csm_data_release(struct granule *rd, struct ipa addr, struct granule *data)
{
	struct apt_entry *region = region_at(rd, addr.v);
	struct apt *apt = csm_apt(rd);
	uint64_t offset;

	/* Only regions are mapped elsewhere; of one in creation nothing is, and its phase is CREATE's. */
	if (region == NULL || region->state == CSM_STATE_CREATING)
		return true;
	offset = addr.v - region->base;
	/* One page at a time, so that every call is progress: another one that was begun loses its consumers first. */
	if (region->phase == APT_PHASE_RELEASE && region->cursor != offset) {
		struct granule *other = csm_provider_page(rd, region->base + region->cursor);

		if (other != NULL && region->as_region.release != APT_NONE) {
			release_step(apt, region, other);
			return false;
		}
		region->phase = APT_PHASE_NONE;
	}
	if (region->phase != APT_PHASE_RELEASE) {
		region->phase = APT_PHASE_RELEASE;
		region->cursor = offset;
		region->as_region.release = region->as_region.first;
	}
	release_step(apt, region, data);
	if (region->as_region.release != APT_NONE)
		return false;
	region->phase = APT_PHASE_NONE;
	return true;
}
