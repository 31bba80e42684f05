/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's operations on a realm's APT and on what is mapped through it (docs/csm.md "Host interface").
 * None of them needs the help of a realm (I9), and each does a bounded amount of work (I8).
 */
#include "csm/internal.h"

/* --- APT_CREATE, APT_EXTEND -------------------------------------------------------------------------------- */

uint64_t csm_apt_create(struct pa rd_pa, struct pa granule)
{
	struct granule *root = granule_find_delegated(granule);
	uint64_t result = RMI_ERROR_REALM;
	struct granule *rd;
	struct realm *realm;

	if (root == NULL)
		return RMI_ERROR_INPUT;
	rd = granule_find_lock(rd_pa, GRANULE_RD);
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	realm = realm_of(rd);
	if (atomic_load(&realm->state) != REALM_SYSTEM_OFF && realm->apt == NULL) {
		result = RMI_ERROR_INPUT;
		if (granule_lock(root, GRANULE_DELEGATED)) {
			apt_init(root);
			granule_unlock_as(root, GRANULE_APT);
			realm->apt = root;
			result = RMI_SUCCESS;
		}
	}
	granule_unlock(rd);
	return result;
}

uint64_t csm_apt_extend(struct pa rd_pa, struct pa granule)
{
	struct granule *g = granule_find_delegated(granule);
	uint64_t result = RMI_ERROR_REALM;
	struct granule *rd;
	struct apt *apt;

	if (g == NULL)
		return RMI_ERROR_INPUT;
	rd = granule_find_lock(rd_pa, GRANULE_RD);
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	apt = csm_apt(rd);
	if (apt != NULL) {
		result = RMI_ERROR_INPUT;
		if (granule_lock(g, GRANULE_DELEGATED)) {
			bool fits = apt_extend(apt, g);

			granule_unlock_as(g, fits ? GRANULE_APT : GRANULE_DELEGATED);
			result = fits ? RMI_SUCCESS : RMI_ERROR_REALM;
		}
	}
	granule_unlock(rd);
	return result;
}

/* --- APT_DESTROY ---------------------------------------------------------------------------------------------- */

/* Frees a consumer entry that holds no mapping any more. */
static uint64_t drop_consumer(struct granule *rd, struct csm_rid rid, struct csm_rid provider, uint64_t n,
			      struct csm_doorbell *doorbell)
{
	struct apt_entry *consumer, *share;
	uint64_t result = RMI_SUCCESS;
	struct granule *peer;
	struct apt *apt;

	if (!csm_lock_pair(rd, rid, provider, &peer))
		return RMI_ERROR_INPUT;
	apt = csm_apt(rd);
	consumer = apt == NULL ? NULL : apt_find(apt, apt_rid_key(APT_CONSUMER, provider, n));
	if (consumer != NULL) {
		share = csm_find_share(peer, rd, n);
		if (share != NULL && share->as_share.consumer == granule_index(rd)) {
			if (share->as_share.mapped != 0) {
				result = RMI_ERROR_REALM; /* RMI_CSM_UNMAP first */
			} else {
				csm_share_detached(peer, share);
				*doorbell = csm_doorbell_of(peer);
			}
		}
		if (result == RMI_SUCCESS)
			apt_remove(apt, consumer);
	}
	csm_unlock_pair(rd, peer);
	return result;
}

/* No entry with a range is left: one granule goes back to the host. The RD is locked. */
static void release_granule(struct realm *realm, uint64_t *released, uint64_t *held)
{
	struct granule *g = apt_shrink(realm->apt);

	if (g == realm->apt)
		realm->apt = NULL;
	else
		*held = apt_num_granules(apt_of(realm->apt));
	granule_retire(g);
	*released = granule_pa(g).v;
}

uint64_t csm_apt_destroy(struct pa rd_pa, uint64_t *released, uint64_t *held, struct csm_doorbell *doorbell)
{
	struct granule *rd = granule_find_lock(rd_pa, GRANULE_RD);
	struct apt_entry *range, seen;
	struct csm_gone gone;
	struct realm *realm;
	struct csm_rid rid;
	struct apt *apt;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	realm = realm_of(rd);
	apt = csm_apt(rd);
	if (apt == NULL || realm->num_recs != 0) {
		granule_unlock(rd);
		return RMI_ERROR_REALM;
	}
	rid = realm->rid;
	range = apt_any_range(apt);
	if (range == NULL) {
		release_granule(realm, released, held);
		granule_unlock(rd);
		return RMI_SUCCESS;
	}
	*held = apt_num_granules(apt);
	seen = *range;
	granule_unlock(rd);

	/* The other realm's lock may come before ours: look, let go, and lock both. */
	if (seen.kind == APT_CONSUMER)
		return drop_consumer(rd, rid, seen.peer, seen.n, doorbell);
	csm_region_close(rd, rid, seen.as_region.id, &gone);
	*doorbell = gone.doorbell;
	return RMI_SUCCESS;
}

/* --- UNMAP, FILL ------------------------------------------------------------------------------------------------ */

/* A consumer range and the realms on both sides, all locked. */
struct attachment {
	struct granule *rd;
	struct granule *peer;
	struct apt_entry *consumer;
	struct apt_entry *share; /* NULL: nothing is mapped */
	struct apt_entry *region;
};

/* Finds the consumer range that holds `addr`. On SUCCESS both RDs are locked. */
static uint64_t find_attachment(struct pa rd_pa, uint64_t addr, struct attachment *at)
{
	struct granule *rd = granule_find_lock(rd_pa, GRANULE_RD);
	struct apt_entry *e, seen;
	struct csm_rid rid;
	struct apt *apt;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	rid = realm_of(rd)->rid;
	apt = csm_apt(rd);
	e = apt == NULL || !is_aligned(addr, GRANULE_SIZE) || addr + GRANULE_SIZE < addr
		    ? NULL
		    : csm_find_overlap(apt, addr, addr + GRANULE_SIZE);
	if (e == NULL || e->kind != APT_CONSUMER) {
		granule_unlock(rd);
		return RMI_ERROR_INPUT;
	}
	seen = *e;
	granule_unlock(rd);

	at->rd = rd;
	if (!csm_lock_pair(rd, rid, seen.peer, &at->peer))
		return RMI_ERROR_INPUT;
	apt = csm_apt(rd);
	at->consumer = apt == NULL ? NULL : apt_find(apt, apt_rid_key(APT_CONSUMER, seen.peer, seen.n));
	if (at->consumer == NULL || at->consumer->base != seen.base || at->consumer->size != seen.size) {
		csm_unlock_pair(rd, at->peer);
		return RMI_ERROR_INPUT;
	}
	at->share = csm_find_share(at->peer, rd, seen.n);
	if (at->share != NULL && at->share->as_share.consumer != granule_index(rd))
		at->share = NULL;
	at->region = at->share == NULL ? NULL : apt_entry(csm_apt(at->peer), at->share->as_share.region);
	return RMI_SUCCESS;
}

/* The range is no longer attached, by the host's doing alone: both sides hear of it. */
static void break_attachment(const struct attachment *at, struct csm_doorbell *doorbell)
{
	if (at->consumer->state == CSM_STATE_ATTACHED) {
		at->consumer->state = CSM_STATE_BROKEN;
		at->consumer->phase = APT_PHASE_NONE;
		csm_make_pending(at->rd, at->consumer);
	}
	if (at->share->state == CSM_STATE_ATTACHED) {
		at->share->state = CSM_STATE_BROKEN;
		csm_make_pending(at->peer, at->share);
		*doorbell = csm_doorbell_of(at->peer);
	}
}

/* Of what the host unmaps. A DETACH or REVOKE that is not complete leaves what it leaves otherwise. */
static enum rmi_ripas unmapped_ripas(const struct attachment *at)
{
	enum rmi_ripas ending = csm_ending(at->consumer);

	if (at->consumer->state == CSM_STATE_DESTROYING || at->share->state == CSM_STATE_REVOKED)
		return ending;
	return ending == RMI_RAM ? RMI_RAM : RMI_DESTROYED;
}

uint64_t csm_unmap(struct pa rd, uint64_t addr, uint64_t *next, struct csm_doorbell *doorbell)
{
	struct attachment at;
	uint64_t result = find_attachment(rd, addr, &at);
	uint64_t cursor;

	if (result != RMI_SUCCESS)
		return result;
	cursor = at.consumer->size; /* without a share there is nothing to do */
	if (at.share != NULL) {
		break_attachment(&at, doorbell);
		cursor = addr - at.consumer->base;
		csm_unmap_step(at.share, &cursor, unmapped_ripas(&at));
		/* A range that ends as memory waits for the provider's end: only then may it have pages of its own. */
		if (at.share->as_share.mapped == 0 && at.share->state == CSM_STATE_BROKEN &&
		    !(at.consumer->as_consumer.flags & CSM_RESERVE_FLAG_RAM)) {
			csm_share_detached(at.peer, at.share);
			*doorbell = csm_doorbell_of(at.peer);
		}
	}
	*next = at.consumer->base + cursor;
	csm_unlock_pair(at.rd, at.peer);
	return RMI_SUCCESS;
}

uint64_t csm_fill(struct pa rd, uint64_t addr, uint64_t *next, uint64_t *mapped)
{
	struct attachment at;
	uint64_t result = find_attachment(rd, addr, &at);
	uint64_t cursor;

	if (result != RMI_SUCCESS)
		return result;
	result = RMI_ERROR_INPUT;
	if (at.share != NULL && at.share->state == CSM_STATE_ATTACHED) {
		int level;

		cursor = addr - at.consumer->base;
		if (!csm_has_place(at.peer, at.region, at.rd, at.consumer->base, cursor, &level)) {
			result = rmi_result(RMI_ERROR_RTT, (unsigned int)level);
		} else {
			csm_map_step(at.peer, at.region, at.share, &cursor, mapped);
			*next = at.consumer->base + cursor;
			result = RMI_SUCCESS;
		}
	}
	csm_unlock_pair(at.rd, at.peer);
	return result;
}
