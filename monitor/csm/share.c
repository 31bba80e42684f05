/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shares and regions as data: lists, and taking them apart step by step (internal.h).
 */
#include "csm/internal.h"

#include <string.h>

void csm_share_detached(struct granule *p, struct apt_entry *share)
{
	REQUIRE(share->as_share.mapped == 0);
	share->as_share.consumer = APT_NONE;
	if (share->state == CSM_STATE_REVOKED)
		return;
	share->state = CSM_STATE_OFFERED; /* P's consent stands until P takes it back */
	csm_make_pending(p, share);
}

enum rmi_ripas csm_ending(const struct apt_entry *consumer)
{
	/* What C gives up of itself it does not want to touch any more. */
	if (consumer->state == CSM_STATE_DESTROYING)
		return RMI_EMPTY;
	return (consumer->as_consumer.flags & CSM_RESERVE_FLAG_RAM) ? RMI_RAM : RMI_EMPTY;
}

void csm_share_bind(struct apt *apt, struct apt_entry *share, const uint64_t rim[8])
{
	struct apt_rim *bound = apt_alloc_rim(apt);

	memcpy(bound->rim, rim, sizeof(bound->rim));
	share->as_share.rim = bound->index;
}

bool csm_share_admits(struct apt *apt, const struct apt_entry *share, const struct realm *consumer)
{
	const struct apt_rim *bound = apt_find_rim(apt, share->as_share.rim);

	return bound == NULL || memcmp(bound->rim, consumer->measurement[0], sizeof(bound->rim)) == 0;
}

void csm_share_remove(struct apt *apt, struct apt_entry *share)
{
	struct apt_entry *region = apt_entry(apt, share->as_share.region);
	struct apt_entry *prev = apt_entry(apt, share->as_share.prev);
	struct apt_entry *next = apt_entry(apt, share->as_share.next);
	struct apt_rim *bound = apt_find_rim(apt, share->as_share.rim);

	REQUIRE(share->as_share.consumer == APT_NONE);
	if (prev != NULL)
		prev->as_share.next = share->as_share.next;
	else
		region->as_region.first = share->as_share.next;
	if (next != NULL)
		next->as_share.prev = share->as_share.prev;
	else
		region->as_region.last = share->as_share.prev;
	if (region->as_region.release == share->index)
		region->as_region.release = share->as_share.next;
	if (bound != NULL)
		apt_free_rim(apt, bound);
	apt_remove(apt, share);
}

/* Takes the share from its consumer. */
static enum csm_step close_consumer(struct granule *p, struct granule *c, struct apt_entry *share)
{
	struct apt_entry *consumer;

	REQUIRE(c != NULL && granule_at(share->as_share.consumer) == c);
	consumer = apt_find(csm_apt(c), apt_rid_key(APT_CONSUMER, realm_of(p)->rid, share->n));
	REQUIRE(consumer != NULL);
	if (share->state != CSM_STATE_REVOKED) {
		share->state = CSM_STATE_REVOKED; /* nothing is mapped from now on */
		share->cursor = 0;
		consumer->as_consumer.flags |= APT_FLAG_ENDING;
	}
	if (!csm_unmap_step(share, &share->cursor, csm_ending(consumer)))
		return CSM_STEP_MORE;
	REQUIRE(share->as_share.mapped == 0);
	consumer->state = CSM_STATE_REVOKED;
	consumer->phase = APT_PHASE_NONE;
	share->as_share.consumer = APT_NONE;
	csm_make_pending(c, consumer);
	return CSM_STEP_END;
}

enum csm_step csm_share_close(struct granule *p, struct granule *c, struct apt_entry *share)
{
	if (share->as_share.consumer != APT_NONE && close_consumer(p, c, share) == CSM_STEP_MORE)
		return CSM_STEP_MORE;
	csm_share_remove(csm_apt(p), share);
	return CSM_STEP_END;
}

/* The oldest share of the region that has no consumer goes. Up to CSM_STEP_REMOVALS of them. */
static void drop_offered(struct apt *apt, struct apt_entry *region)
{
	for (unsigned int i = 0; i < CSM_STEP_REMOVALS; i++) {
		struct apt_entry *share = apt_entry(apt, region->as_region.first);

		if (share == NULL || share->as_share.consumer != APT_NONE)
			return;
		csm_share_remove(apt, share);
	}
}

/* A step of closing the region's first share, which names `peer`. */
static void close_first(struct granule *rd, struct granule *peer, struct apt_entry *share,
			struct csm_gone *gone)
{
	const struct csm_gone seen = { APT_SHARE, share->base, share->size, { 0, 0 } };
	bool attached = share->as_share.consumer != APT_NONE;

	if (csm_share_close(rd, peer, share) == CSM_STEP_END && attached) {
		*gone = seen;
		gone->doorbell = csm_doorbell_of(peer);
	}
}

enum csm_step csm_region_close(struct granule *rd, struct csm_rid rid, uint64_t id, struct csm_gone *gone)
{
	enum csm_step step = CSM_STEP_END;
	struct csm_rid peer_rid = { 0, 0 };
	struct apt_entry *region, *share;
	struct granule *peer = NULL;
	struct apt *apt;

	*gone = (struct csm_gone){ .kind = APT_FREE };
	/* Whom the first share names is known only under the lock: look, let go, lock both. */
	if (!csm_lock_pair(rd, rid, rid, &peer))
		return CSM_STEP_END;
	apt = csm_apt(rd);
	region = apt == NULL ? NULL : apt_find(apt, apt_region_key(id));
	if (region != NULL) {
		region->state = CSM_STATE_DESTROYING;
		drop_offered(apt, region);
		share = apt_entry(apt, region->as_region.first);
		if (share != NULL) {
			peer_rid = share->peer;
			step = CSM_STEP_MORE;
		} else {
			*gone = (struct csm_gone){ APT_REGION, region->base, region->size, { 0, 0 } };
			apt_remove(apt, region);
		}
	}
	granule_unlock(rd);
	if (step == CSM_STEP_END)
		return step;

	if (!csm_lock_pair(rd, rid, peer_rid, &peer))
		return CSM_STEP_END;
	apt = csm_apt(rd);
	region = apt == NULL ? NULL : apt_find(apt, apt_region_key(id));
	share = region == NULL ? NULL : apt_entry(apt, region->as_region.first);
	/* If another PE was faster the next step finds what is left. */
	if (share != NULL && rid_equal(share->peer, peer_rid))
		close_first(rd, peer, share, gone);
	csm_unlock_pair(rd, peer);
	return CSM_STEP_MORE;
}
