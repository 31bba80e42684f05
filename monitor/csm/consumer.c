/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a consumer does: RSI_CSM_RESERVE, ATTACH, DETACH (docs/csm.md).
 */
#include "csm/internal.h"

/* --- RESERVE ------------------------------------------------------------------------------------------- */

static enum csm_step reserve_failed(struct apt *apt, struct apt_entry *consumer, struct csm_answer *a)
{
	apt_remove(apt, consumer);
	csm_done(a, RSI_CSM_ERROR_HOST);
	return CSM_STEP_END;
}

/* Tables down to blocks, where the range holds any: whether pages are wanted is not known before ATTACH. */
static uint64_t reserve_level(const struct apt_entry *consumer)
{
	uint64_t block = rtt_entry_size(RTT_LEVEL_BLOCK);
	uint64_t first = align_down(consumer->base + block - 1, block);

	return first + block <= consumer->base + consumer->size ? RTT_LEVEL_BLOCK : RTT_LEVEL_PAGE;
}

/* The RIPAS at the cursor can't be changed: a block that sticks out of the range needs pages, the others need not. */
static void ask_finer(const struct apt_entry *consumer, struct csm_answer *a)
{
	uint64_t block = rtt_entry_size(RTT_LEVEL_BLOCK);
	uint64_t at = consumer->base + consumer->cursor, top = consumer->base + consumer->size;
	uint64_t start = align_down(at, block);

	if (start < consumer->base || start + block > top)
		csm_ask(a, CSM_EVENT_RTT_NEEDED, at, min_u64(start + block, top) - at, RTT_LEVEL_PAGE);
	else
		csm_ask(a, CSM_EVENT_RTT_NEEDED, at, align_down(top, block) - at, RTT_LEVEL_BLOCK);
}

/* The phases of a reservation. What the range held is lost with the caller's consent. */
static enum csm_step reserve_phase(const struct csm_call *call, struct apt *apt, struct apt_entry *consumer,
				   struct csm_answer *a)
{
	const struct s2 *s2 = &realm_of(call->rd)->s2;
	enum csm_scan scan;

	switch (consumer->phase) {
	case APT_PHASE_ASK:
		if (call->asked != CSM_EVENT_C_REALM) {
			csm_ask(a, CSM_EVENT_C_REALM, consumer->base, consumer->size,
				reserve_level(consumer));
			return CSM_STEP_END;
		}
		if (call->rejected)
			return reserve_failed(apt, consumer, a);
		consumer->phase = APT_PHASE_CHECK;
		consumer->cursor = 0;
		return CSM_STEP_MORE;

	case APT_PHASE_CHECK:
		if (call->asked == CSM_EVENT_RTT_NEEDED && call->rejected)
			return reserve_failed(apt, consumer, a);
		scan = csm_scan(s2, consumer->base, consumer->size, &consumer->cursor, CSM_WANT_VACANT);
		if (scan == CSM_SCAN_BAD) /* the host says it has emptied the range, and has not */
			return reserve_failed(apt, consumer, a);
		if (scan == CSM_SCAN_COARSE) {
			ask_finer(consumer, a);
			return CSM_STEP_END;
		}
		if (scan == CSM_SCAN_DONE) {
			consumer->phase = APT_PHASE_CONVERT;
			consumer->cursor = 0;
		}
		return CSM_STEP_MORE;

	default:
		if (!csm_set_ripas(s2, consumer->base, consumer->size, &consumer->cursor, RMI_EMPTY))
			return CSM_STEP_MORE;
		consumer->phase = APT_PHASE_NONE;
		consumer->state = CSM_STATE_RESERVED;
		csm_done(a, RSI_SUCCESS);
		return CSM_STEP_END;
	}
}

static enum csm_step reserve_locked(const struct csm_call *call, struct csm_answer *a)
{
	struct csm_rid rid = call->args->peer;
	uint64_t n = call->args->n, base = call->args->base, size = call->args->size;
	uint64_t flags = call->args->flags;
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *consumer;

	csm_done(a, apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (apt == NULL || (flags & ~CSM_RESERVE_FLAG_RAM) != 0 ||
	    !csm_range_is_valid(realm_of(call->rd), base, size) || rid_equal(rid, realm_of(call->rd)->rid))
		return CSM_STEP_END;
	consumer = apt_find(apt, apt_rid_key(APT_CONSUMER, rid, n));
	if (consumer != NULL) {
		/* The same reservation, not complete yet, goes on; any other use of the number is an error. */
		if (consumer->state == CSM_STATE_CREATING && consumer->base == base &&
		    consumer->size == size && consumer->as_consumer.flags == flags)
			return reserve_phase(call, apt, consumer, a);
		csm_done(a, RSI_ERROR_STATE);
		return CSM_STEP_END;
	}
	if (csm_find_overlap(apt, base, base + size) != NULL)
		return CSM_STEP_END;
	/* Whether the provider exists, or will share, the caller can't know and is not told. */
	if (!csm_need_room(apt, 1, call, a))
		return CSM_STEP_END;
	consumer = apt_alloc(apt, APT_CONSUMER);
	consumer->state = CSM_STATE_CREATING;
	consumer->phase = APT_PHASE_ASK;
	consumer->peer = rid;
	consumer->n = n;
	consumer->base = base;
	consumer->size = size;
	consumer->as_consumer.flags = (uint16_t)flags;
	if (!apt_insert(apt, consumer))
		return CSM_STEP_END;
	return reserve_phase(call, apt, consumer, a);
}

static enum csm_step reserve_step(const struct csm_call *call, struct csm_answer *a)
{
	enum csm_step step;

	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	step = reserve_locked(call, a);
	granule_unlock(call->rd);
	return step;
}

void csm_reserve(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(reserve_step, call, a);
}

/* The caller's entry for the share. NULL: `a` says why there is none. */
static struct apt_entry *find_consumer(const struct csm_call *call, struct csm_answer *a)
{
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *consumer;

	if (apt == NULL) {
		csm_done(a, SMCCC_NOT_SUPPORTED);
		return NULL;
	}
	consumer = apt_find(apt, apt_rid_key(APT_CONSUMER, call->args->peer, call->args->n));
	if (consumer == NULL)
		csm_done(a, RSI_CSM_ERROR_DENIED);
	return consumer;
}

/* --- ATTACH -------------------------------------------------------------------------------------------- */

/* Both sides consent (I1): from here on P's pages may be mapped in C. */
static void link_share(const struct csm_call *call, struct apt_entry *share, struct apt_entry *consumer)
{
	if (share->as_share.consumer == APT_NONE) {
		share->as_share.consumer = granule_index(call->rd);
		share->base = consumer->base;
		share->size = consumer->size;
		share->state = CSM_STATE_ATTACHED;
	}
	consumer->state = CSM_STATE_ATTACHED;
	consumer->permission = share->permission;
	consumer->phase = APT_PHASE_MAP;
	consumer->cursor = 0;
}

static enum csm_step attach_phase(const struct csm_call *call, struct granule *peer, struct apt_entry *region,
				  struct apt_entry *share, struct apt_entry *consumer, struct csm_answer *a)
{
	struct csm_lack lack;
	uint64_t ignored = 0;
	enum csm_scan scan;

	if (consumer->phase != APT_PHASE_MAP) {
		/* Nothing changes before all that P has has a place in C's tables. */
		if (consumer->phase == APT_PHASE_NONE) {
			consumer->phase = APT_PHASE_CHECK;
			consumer->cursor = 0;
		}
		if (call->asked == CSM_EVENT_RTT_NEEDED && call->rejected) {
			consumer->phase = APT_PHASE_NONE;
			csm_done(a, RSI_CSM_ERROR_HOST);
			return CSM_STEP_END;
		}
		scan = csm_scan_places(peer, region, call->rd, consumer->base, &consumer->cursor, &lack);
		if (scan == CSM_SCAN_COARSE) {
			csm_ask(a, CSM_EVENT_RTT_NEEDED, consumer->base + consumer->cursor, lack.size,
				lack.level);
			return CSM_STEP_END;
		}
		if (scan == CSM_SCAN_DONE)
			link_share(call, share, consumer);
		return CSM_STEP_MORE;
	}
	if (!csm_map_step(peer, region, share, &consumer->cursor, &ignored))
		return CSM_STEP_MORE;
	consumer->phase = APT_PHASE_NONE;
	csm_done(a, RSI_SUCCESS);
	a->value[0] = share->permission;
	a->value[1] = share->as_share.mapped;
	a->value[2] = share->size / GRANULE_SIZE - share->as_share.mapped;
	a->num_values = 3;
	return CSM_STEP_END;
}

static enum csm_step attach_locked(const struct csm_call *call, struct granule *peer, struct csm_answer *a)
{
	struct apt_entry *consumer = find_consumer(call, a);
	struct apt_entry *share, *region;

	if (consumer == NULL)
		return CSM_STEP_END;
	if (consumer->state == CSM_STATE_REVOKED) {
		csm_done(a, RSI_CSM_ERROR_REVOKED);
		return CSM_STEP_END;
	}
	if (consumer->state != CSM_STATE_RESERVED && consumer->state != CSM_STATE_ATTACHED) {
		csm_done(a, RSI_ERROR_STATE);
		return CSM_STEP_END;
	}
	/* One answer for whatever is missing on the other side, so that nothing can be probed. */
	share = csm_find_share(peer, call->rd, call->args->n);
	region = share == NULL ? NULL : apt_entry(csm_apt(peer), share->as_share.region);
	if (region == NULL || share->state == CSM_STATE_REVOKED || region->state != CSM_STATE_CREATED ||
	    region->size != consumer->size || !csm_share_admits(csm_apt(peer), share, realm_of(call->rd))) {
		csm_done(a, consumer->state == CSM_STATE_ATTACHED ? RSI_CSM_ERROR_REVOKED
								  : RSI_CSM_ERROR_DENIED);
		return CSM_STEP_END;
	}
	return attach_phase(call, peer, region, share, consumer, a);
}

static enum csm_step attach_step(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *peer = csm_lock_call(call, call->args->peer);
	enum csm_step step = attach_locked(call, peer, a);

	csm_unlock_pair(call->rd, peer);
	return step;
}

void csm_attach(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(attach_step, call, a);
}

/* --- DETACH -------------------------------------------------------------------------------------------- */

/*
 * One step of emptying the range: the mappings go, and every entry that is C's own becomes EMPTY. True:
 * done, and the share (if any is left) has no consumer.
 */
static bool detach_range(const struct csm_call *call, struct granule *p, struct apt_entry *share,
			 struct apt_entry *consumer)
{
	const struct s2 *s2 = &realm_of(call->rd)->s2;
	bool linked = share != NULL && share->as_share.consumer == granule_index(call->rd);

	if (!linked && (consumer->state == CSM_STATE_RESERVED || consumer->state == CSM_STATE_CREATING ||
			consumer->state == CSM_STATE_REVOKED))
		return true; /* nothing is mapped; RIPAS is what it shall be, or was never changed */
	if (consumer->state != CSM_STATE_DESTROYING) {
		consumer->state = CSM_STATE_DESTROYING;
		consumer->phase = APT_PHASE_NONE;
		consumer->cursor = 0;
	}
	if (!linked)
		return csm_set_ripas(s2, consumer->base, consumer->size, &consumer->cursor, RMI_EMPTY);
	if (share->state == CSM_STATE_ATTACHED)
		share->state = CSM_STATE_BROKEN; /* nothing is mapped from now on */
	if (!csm_unmap_step(share, &consumer->cursor, RMI_EMPTY))
		return false;
	csm_share_detached(p, share);
	return true;
}

static enum csm_step detach_locked(const struct csm_call *call, struct granule *peer, struct csm_answer *a)
{
	struct apt_entry *share = csm_find_share(peer, call->rd, call->args->n);
	struct apt_entry *consumer = find_consumer(call, a);
	bool linked = share != NULL && share->as_share.consumer != APT_NONE;

	if (consumer == NULL)
		return CSM_STEP_END;
	if (!detach_range(call, peer, share, consumer))
		return CSM_STEP_MORE;
	csm_tell(a, CSM_EVENT_REMOVE, consumer->base, consumer->size, granule_pa(call->rd).v);
	if (linked && share->state == CSM_STATE_OFFERED)
		a->doorbell = csm_doorbell_of(peer);
	apt_remove(csm_apt(call->rd), consumer);
	return CSM_STEP_END;
}

static enum csm_step detach_step(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *peer = csm_lock_call(call, call->args->peer);
	enum csm_step step = detach_locked(call, peer, a);

	csm_unlock_pair(call->rd, peer);
	return step;
}

void csm_detach(const struct csm_call *call, struct csm_answer *a)
{
	csm_run(detach_step, call, a);
}
