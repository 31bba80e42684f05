/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CSM adds to the base commands (csm.h). Without an APT every question here is answered at once with
 * "no", and nothing is done (I10).
 */
#include "model/csm_internal.h"

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
	share = apt_entry(apt, region->first);
	for (unsigned int seen = 0; share != NULL && seen < CSM_STEP && consumers < CSM_STEP_CONSUMERS;
	     seen++) {
		if (share->state == CSM_STATE_ATTACHED) {
			csm_map_page(rd, region, share, addr.v - region->base);
			consumers++;
		}
		share = apt_entry(apt, share->next);
	}
}

bool csm_data_release(struct granule *rd, struct ipa addr, struct granule *data)
{
	struct apt_entry *region = region_at(rd, addr.v);
	struct apt *apt = csm_apt(rd);
	unsigned int consumers = 0;
	struct apt_entry *share;

	REQUIRE(region != NULL); /* only regions are mapped elsewhere */
	share = apt_entry(apt, region->release != APT_NONE ? region->release : region->first);
	for (unsigned int seen = 0; share != NULL && seen < CSM_STEP && consumers < CSM_STEP_CONSUMERS;
	     seen++) {
		if (share->consumer != APT_NONE) {
			csm_unmap_page(share, addr.v - region->base, data);
			consumers++;
		}
		share = apt_entry(apt, share->next);
	}
	if (granule_refs(data) == 0)
		share = NULL;
	/* At the end of the list the next call starts over: somebody may have attached meanwhile. */
	region->release = share == NULL ? APT_NONE : share->index;
	return granule_refs(data) == 0;
}
