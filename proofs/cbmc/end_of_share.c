/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of RSI_CSM_DETACH and of RSI_CSM_REVOKE (csm/consumer.c, provider.c, share.c), from any state of the two realms
 * (two_realms.h): when it says that a share has ended, nothing of it is mapped (I5), and no entry says otherwise.
 */
#include "two_realms.h"

#include "csm/consumer.c"
#include "csm/provider.c"
#include "csm/share.c"

static bool was_unmapped, is_whole; /* by the last step of unmapping: there was one; it saw the whole range */
static enum rmi_ripas left_as;
static struct apt_rim rim;
static bool is_bound, is_freed;

/* A pass over the range begins at its start, with a state in which nothing is mapped any more. */
bool csm_unmap_step(struct apt_entry *share, uint64_t *cursor, enum rmi_ripas ripas)
{
	bool goes_on = caller == c_rd ? consumer_before.state == CSM_STATE_DESTROYING
				      : share_before.state == CSM_STATE_REVOKED;

	CLAIM(is_locked[0] && is_locked[1] && share == p_apt.share && share->as_share.consumer == 0);
	CLAIM(cursor == (caller == c_rd ? &the_consumer.cursor : &the_share.cursor));
	CLAIM(share->state == CSM_STATE_REVOKED || (share->state == CSM_STATE_BROKEN && caller == c_rd));
	CLAIM(goes_on || *cursor == 0);
	was_unmapped = true;
	is_whole = any_bool();
	left_as = ripas;
	share->as_share.mapped = is_whole ? 0 : any_u64();
	*cursor = any_u64();
	return is_whole;
}

static bool ripas_is_set;

bool csm_set_ripas(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor, enum rmi_ripas ripas)
{
	CLAIM(is_locked[0] && s2 == &c_realm.s2 && base == the_consumer.base && size == the_consumer.size &&
	      ripas == RMI_EMPTY);
	CLAIM(!share_is_linked() || !entries_meet());
	*cursor = any_u64();
	ripas_is_set = any_bool();
	return ripas_is_set;
}

struct apt_rim *apt_find_rim(struct apt *apt, uint32_t index)
{
	(void)index;
	return apt == &p_apt && is_bound ? &rim : NULL;
}

void apt_free_rim(struct apt *apt, struct apt_rim *bound)
{
	CLAIM(apt == &p_apt && is_bound && !is_freed && bound == &rim);
	is_freed = true;
}

static void stays_sane(void)
{
	CLAIM(!is_locked[0] && !is_locked[1]);
	CLAIM(share_is_sane() && pair_is_sane());
	CLAIM(!was_unmapped || is_whole || share_is_linked()); /* what may still be mapped has its link */
}

static struct csm_args args;
static struct csm_call call;
static struct csm_answer a;

static void any_call(struct granule *calls)
{
	any_realms(calls);
	is_bound = any_bool();
	args = (struct csm_args){ .peer = any_rid(), .n = any_u64() };
	call = (struct csm_call){ .rd = calls, .args = &args, .asked = any_u8(), .rejected = any_bool() };
}

void prove_detach(void)
{
	enum csm_step step;
	bool linked;

	any_call(c_rd);
	linked = share_is_linked() && the_share.n == args.n && rid_equal(args.peer, p_realm.rid);
	step = detach_step(&call, &a);
	stays_sane();
	if (c_realm.apt == NULL || !rid_equal(consumer_before.peer, args.peer) ||
	    consumer_before.n != args.n) {
		CLAIM(step == CSM_STEP_END && a.outcome == CSM_DONE && nothing_changed());
		CLAIM(a.status ==
		      (c_realm.apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED : RSI_CSM_ERROR_DENIED));
		return;
	}
	if (step == CSM_STEP_END && a.outcome == CSM_DONE) { /* there was no such entry */
		CLAIM(a.status == RSI_CSM_ERROR_DENIED && c_apt.consumer == NULL && nothing_changed());
		return;
	}
	CLAIM(was_unmapped == linked && (!linked || left_as == RMI_EMPTY));
	if (step == CSM_STEP_MORE) {
		CLAIM(c_apt.consumer != NULL && the_consumer.state == CSM_STATE_DESTROYING);
		return;
	}
	CLAIM(a.outcome == CSM_TELL && a.status == RSI_SUCCESS && a.event == CSM_EVENT_REMOVE);
	CLAIM(a.base == consumer_before.base && a.size == consumer_before.size &&
	      a.argument == granule_pa(c_rd).v);
	CLAIM(c_apt.consumer == NULL && (!linked || (is_whole && the_share.as_share.consumer == APT_NONE)));
	/* P hears of it, unless it takes the share back itself: its consent stands. */
	CLAIM(num_pending == (linked && share_before.state != CSM_STATE_REVOKED));
	CLAIM((a.doorbell.rd != 0) == (num_pending == 1) &&
	      (num_pending == 0 || a.doorbell.rd == granule_pa(p_rd).v));
}

void prove_revoke(void)
{
	enum csm_step step;
	bool linked, there;

	any_call(p_rd);
	there = p_apt.share != NULL && the_share.n == args.n && rid_equal(the_share.peer, args.peer);
	linked = there && share_is_linked();
	step = revoke_step(&call, &a);
	stays_sane();
	CLAIM(was_unmapped == linked);
	if (!there) {
		CLAIM(step == CSM_STEP_END && a.outcome == CSM_DONE && nothing_changed());
		CLAIM(a.status ==
		      (p_realm.apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED : RSI_CSM_ERROR_DENIED));
		return;
	}
	if (linked)
		CLAIM(left_as == (consumer_before.state != CSM_STATE_DESTROYING &&
						  (consumer_before.as_consumer.flags & CSM_RESERVE_FLAG_RAM)
					  ? RMI_RAM
					  : RMI_EMPTY));
	if (step == CSM_STEP_MORE) {
		CLAIM(linked && !is_whole && the_share.state == CSM_STATE_REVOKED && share_is_linked() &&
		      !is_freed);
		return;
	}
	CLAIM(a.status == RSI_SUCCESS && p_apt.share == NULL && the_region.as_region.first == APT_NONE &&
	      the_region.as_region.last == APT_NONE && is_freed == is_bound);
	CLAIM(!linked || (is_whole && the_consumer.state == CSM_STATE_REVOKED && num_pending == 1));
	CLAIM(a.outcome == (linked ? CSM_TELL : CSM_DONE));
	CLAIM(!linked ||
	      (a.event == CSM_EVENT_REMOVE && a.base == share_before.base && a.size == share_before.size &&
	       a.argument == granule_pa(c_rd).v && a.doorbell.rd == granule_pa(c_rd).v));
}
