/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a provider does: RSI_CSM_CREATE, SHARE, REVOKE, DESTROY (docs/csm.md).
 */
#include "csm/internal.h"

/* Entries of kind APT_PEER looked at, for each new one, to forget those whose realm is gone. */
#define FORGET_STEP 8U

/* --- CREATE -------------------------------------------------------------------------------------------- */

static enum csm_step create_failed(struct apt *apt, struct apt_entry *region, struct csm_answer *a,
				   uint64_t status)
{
	apt_remove(apt, region);
	csm_done(a, status);
	return CSM_STEP_END;
}

/* The phases of a region in creation; nothing of the realm changes before APT_PHASE_CONVERT. */
static enum csm_step create_phase(const struct csm_call *call, struct apt *apt, struct apt_entry *region,
				  struct csm_answer *a)
{
	const struct s2 *s2 = &realm_of(call->rd)->s2;
	enum csm_scan scan;

	switch (region->phase) {
	case APT_PHASE_SCAN:
		scan = csm_scan(s2, region->base, region->size, &region->cursor, CSM_WANT_REGION);
		if (scan == CSM_SCAN_BAD)
			return create_failed(apt, region, a, RSI_ERROR_INPUT);
		if (scan == CSM_SCAN_DONE)
			region->phase = APT_PHASE_ASK;
		return CSM_STEP_MORE;

	case APT_PHASE_ASK:
		if (call->asked != CSM_EVENT_P_REALM) {
			csm_ask(a, CSM_EVENT_P_REALM, region->base, region->size, 0);
			return CSM_STEP_END;
		}
		if (call->rejected)
			return create_failed(apt, region, a, RSI_CSM_ERROR_HOST);
		region->phase = APT_PHASE_CHECK;
		region->cursor = 0;
		return CSM_STEP_MORE;

	case APT_PHASE_CHECK:
		if (call->asked == CSM_EVENT_RTT_NEEDED && call->rejected)
			return create_failed(apt, region, a, RSI_CSM_ERROR_HOST);
		scan = csm_scan(s2, region->base, region->size, &region->cursor, CSM_WANT_REGION_FINE);
		if (scan == CSM_SCAN_BAD) /* the host has destroyed a page meanwhile */
			return create_failed(apt, region, a, RSI_CSM_ERROR_HOST);
		if (scan == CSM_SCAN_COARSE) {
			csm_ask(a, CSM_EVENT_RTT_NEEDED, region->base + region->cursor,
				region->size - region->cursor, RTT_LEVEL_PAGE);
			return CSM_STEP_END;
		}
		if (scan == CSM_SCAN_DONE) {
			region->phase = APT_PHASE_CONVERT;
			region->cursor = 0;
		}
		return CSM_STEP_MORE;

	default:
		if (!csm_set_ripas(s2, region->base, region->size, &region->cursor, RMI_RAM))
			return CSM_STEP_MORE;
		region->phase = APT_PHASE_NONE;
		region->state = CSM_STATE_CREATED;
		csm_done(a, RSI_SUCCESS);
		a->value[0] = region->as_region.id;
		a->num_values = 1;
		return CSM_STEP_END;
	}
}

static enum csm_step create_locked(const struct csm_call *call, struct csm_answer *a)
{
	uint64_t base = call->args->base, size = call->args->size, flags = call->args->flags;
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *region;

	csm_done(a, apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (apt == NULL || flags != 0 || !csm_range_is_valid(realm_of(call->rd), base, size))
		return CSM_STEP_END;
	region = csm_find_overlap(apt, base, base + size);
	if (region == NULL) {
		if (!csm_need_room(apt, 1, call, a))
			return CSM_STEP_END;
		region = apt_alloc(apt, APT_REGION);
		region->state = CSM_STATE_CREATING;
		region->phase = APT_PHASE_SCAN;
		region->as_region.id = apt_new_id(apt);
		region->base = base;
		region->size = size;
		if (!apt_insert(apt, region))
			return CSM_STEP_END;
	} else if (region->kind != APT_REGION || region->state != CSM_STATE_CREATING ||
		   region->base != base || region->size != size) {
		return CSM_STEP_END;
	}
	return create_phase(call, apt, region, a);
}

static enum csm_step create_step(const struct csm_call *call, struct csm_answer *a)
{
	enum csm_step step;

	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	step = create_locked(call, a);
	granule_unlock(call->rd);
	return step;
}

void csm_create(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(create_step, call, a);
}

/* --- SHARE --------------------------------------------------------------------------------------------- */

/*
 * A realm that is gone never comes back under its RID: its share numbers may be forgotten. "None" is the one answer of
 * the registry that can't become stale, and of a realm whose RD is locked it says no such thing.
 */
static void forget_dead_peers(struct apt *apt)
{
	uint32_t *hand = apt_peer_hand(apt);
	uint32_t slots = apt_num_slots(apt);

	for (unsigned int i = 0; i < FORGET_STEP; i++) {
		struct apt_entry *e = apt_entry(apt, *hand % slots);

		*hand = (*hand + 1) % slots;
		if (e->kind == APT_PEER && registry_find(e->peer) == NULL)
			apt_remove(apt, e);
	}
}

/* The entry that counts the shares to `peer`; there is room for one. NULL: it can't be made. */
static struct apt_entry *find_peer(struct apt *apt, struct csm_rid peer)
{
	struct apt_entry *e = apt_find(apt, apt_rid_key(APT_PEER, peer, 0));

	if (e != NULL)
		return e;
	e = apt_alloc(apt, APT_PEER);
	e->peer = peer;
	return apt_insert(apt, e) ? e : NULL;
}

/* NULL: there is a share with that number. */
static struct apt_entry *add_share(struct apt *apt, struct apt_entry *region, struct csm_rid peer, uint64_t n,
				   enum csm_permission permission)
{
	struct apt_entry *share = apt_alloc(apt, APT_SHARE);
	struct apt_entry *last = apt_entry(apt, region->as_region.last);

	share->state = CSM_STATE_OFFERED;
	share->permission = (uint8_t)permission;
	share->peer = peer;
	share->n = n;
	share->as_share.region = region->index;
	share->as_share.prev = region->as_region.last;
	if (!apt_insert(apt, share))
		return NULL;
	region->as_region.last = share->index;
	if (last != NULL)
		last->as_share.next = share->index;
	else
		region->as_region.first = share->index;
	return share;
}

/* As long as the consumer's RD is locked, what the table says of it (its next number) is not forgotten. */
static void share_locked(const struct csm_call *call, const struct granule *consumer, struct csm_answer *a)
{
	uint64_t permission = call->args->permission, flags = call->args->flags;
	struct csm_rid peer = call->args->peer;
	bool measured = (flags & CSM_SHARE_FLAG_MEASURED) != 0;
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *region, *count, *share;

	csm_done(a, apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (apt == NULL || permission < CSM_PERM_RO || permission > CSM_PERM_RX ||
	    (flags & ~CSM_SHARE_FLAG_MEASURED) != 0 || rid_equal(peer, realm_of(call->rd)->rid))
		return;
	region = apt_find(apt, apt_region_key(call->args->id));
	if (region == NULL)
		return;
	if (region->state != CSM_STATE_CREATED) {
		csm_done(a, RSI_ERROR_STATE);
		return;
	}
	if (consumer == NULL) {
		csm_done(a, RSI_CSM_ERROR_DENIED);
		return;
	}
	forget_dead_peers(apt);
	if (!csm_need_room(apt, measured ? 3 : 2, call, a)) /* the share, its consumer's number, the RIM */
		return;
	count = find_peer(apt, peer);
	share = count == NULL ? NULL
			      : add_share(apt, region, peer, count->n++, (enum csm_permission)permission);
	if (share == NULL) { /* never, as numbers only grow; and if it were, no reason to stop */
		csm_done(a, RSI_ERROR_STATE);
		return;
	}
	if (measured)
		csm_share_bind(apt, share, call->args->rim);
	csm_done(a, RSI_SUCCESS);
	a->value[0] = share->n;
	a->num_values = 1;
}

void csm_share(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *consumer = csm_lock_call(call, call->args->peer);

	share_locked(call, consumer, a);
	csm_unlock_pair(call->rd, consumer);
}

/* --- REVOKE -------------------------------------------------------------------------------------------- */

static enum csm_step revoke_locked(const struct csm_call *call, struct granule *peer, struct csm_answer *a)
{
	struct csm_rid rid = call->args->peer;
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *share;
	uint64_t base, size;
	bool attached;

	csm_done(a, SMCCC_NOT_SUPPORTED);
	if (apt == NULL)
		return CSM_STEP_END;
	share = apt_find(apt, apt_rid_key(APT_SHARE, rid, call->args->n));
	if (share == NULL) {
		csm_done(a, RSI_CSM_ERROR_DENIED);
		return CSM_STEP_END;
	}
	base = share->base;
	size = share->size;
	attached = share->as_share.consumer != APT_NONE;
	if (csm_share_close(call->rd, peer, share) == CSM_STEP_MORE)
		return CSM_STEP_MORE;
	csm_done(a, RSI_SUCCESS);
	if (attached) {
		csm_tell(a, CSM_EVENT_REMOVE, base, size, granule_pa(peer).v);
		a->doorbell = csm_doorbell_of(peer);
	}
	return CSM_STEP_END;
}

static enum csm_step revoke_step(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *peer = csm_lock_call(call, call->args->peer);
	enum csm_step step = revoke_locked(call, peer, a);

	csm_unlock_pair(call->rd, peer);
	return step;
}

void csm_revoke(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(revoke_step, call, a);
}

/* --- DESTROY ------------------------------------------------------------------------------------------- */

/* SUCCESS if the realm has a region `id` that DESTROY applies to. */
static uint64_t check_destroy(struct granule *rd, uint64_t id)
{
	struct apt *apt = csm_apt(rd);
	const struct apt_entry *region;

	if (apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	region = apt_find(apt, apt_region_key(id));
	if (region == NULL)
		return RSI_ERROR_INPUT;
	return region->state == CSM_STATE_CREATING ? RSI_ERROR_STATE : RSI_SUCCESS;
}

static enum csm_step destroy_step(const struct csm_call *call, struct csm_answer *a)
{
	struct csm_rid rid = realm_of(call->rd)->rid;
	struct csm_gone gone;
	uint64_t status;

	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	status = check_destroy(call->rd, call->args->id);
	granule_unlock(call->rd);
	csm_done(a, status);
	if (status != RSI_SUCCESS)
		return CSM_STEP_END;
	if (csm_region_close(call->rd, rid, call->args->id, &gone) == CSM_STEP_MORE) {
		if (gone.kind != APT_SHARE)
			return CSM_STEP_MORE;
		/* As REVOKE tells it; and the call goes on. */
		csm_ask(a, CSM_EVENT_REMOVE, gone.base, gone.size, gone.doorbell.rd);
		a->doorbell = gone.doorbell;
		return CSM_STEP_END;
	}
	if (gone.kind == APT_REGION)
		csm_tell(a, CSM_EVENT_REMOVE, gone.base, gone.size, granule_pa(call->rd).v);
	else
		csm_done(a, RSI_ERROR_INPUT); /* another REC of the realm finished it, and told the host */
	return CSM_STEP_END;
}

void csm_destroy(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(destroy_step, call, a);
}
