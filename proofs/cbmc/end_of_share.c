/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of RSI_CSM_DETACH, of RSI_CSM_REVOKE, and of taking a region apart (csm/consumer.c, provider.c, share.c), from any state
 * of the two realms (two_realms.h): when it says that a share has ended, nothing of it is mapped (I5), and no entry says otherwise.
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

/*
 * --- A step of taking a region apart ---
 * It looks at P, lets go, and looks again when it has the lock of the first share's consumer, too. In between others do whatever
 * they may: so either look is a proof by itself.
 */

static uint64_t id;
static struct csm_rid own, named; /* P's; that of the first share, as the first look found it */
static bool is_second;            /* the second look is what the proof is about */
static unsigned int looks;
static bool is_another; /* P is gone, as it can be where the host does this */

static bool region_is_there(void)
{
	return p_apt.region != NULL && the_region.as_region.id == id;
}

static bool region_was_there(void)
{
	return !is_another && region_before.kind == APT_REGION && region_before.as_region.id == id;
}

/* All that is left of a first look: there was a share, of any realm, and it is attached. */
static void any_first_look(void)
{
	caller = p_rd;
	p_realm.rid = own;
	p_realm.apt = &storage[3];
	the_share = (struct apt_entry){ .kind = APT_SHARE, .index = 2, .peer = any_rid() };
	the_region = (struct apt_entry){ .kind = APT_REGION, .index = 1 };
	the_region.as_region = (struct apt_region){ id, 2, 2, APT_NONE };
	p_apt.share = &the_share;
	p_apt.region = &the_region;
}

static void any_look(void)
{
	any_realms(p_rd);
	ASSUME(rid_equal(p_realm.rid, own));
	is_another = any_bool();
}

bool csm_lock_pair(struct granule *self, struct csm_rid self_rid, struct csm_rid rid, struct granule **peer)
{
	CLAIM(self == p_rd && rid_equal(self_rid, own) && !is_locked[0] && !is_locked[1]);
	named = rid;
	if (looks++ == 0) {
		CLAIM(rid_equal(rid, own));
		if (is_second)
			any_first_look();
		else
			any_look();
	} else {
		CLAIM(rid_equal(rid, the_share.peer));
		if (!is_second)
			return false; /* the other proof goes on */
		any_look();
	}
	if (is_another)
		return false;
	is_locked[1] = true;
	is_locked[0] = c_lives && rid_equal(rid, c_realm.rid);
	*peer = is_locked[0] ? c_rd : NULL;
	return true;
}

/* What the first look leaves is sane; nobody can share the region any more; of C nothing is another. */
void granule_unlock(struct granule *g)
{
	CLAIM(g == p_rd && is_locked[1] && !is_locked[0]);
	is_locked[1] = false;
	if (is_second)
		return;
	CLAIM(share_is_sane() && pair_is_sane());
	CLAIM(!region_is_there() || (the_region.state == CSM_STATE_DESTROYING && share_is_linked()));
	CLAIM(same(&the_consumer, &consumer_before) && num_pending == 0);
}

static void any_region(bool second)
{
	id = any_u64();
	own = any_rid();
	is_bound = any_bool();
	is_second = second;
}

/* The first look: the region goes if nobody uses it any more. */
void prove_close_unused(void)
{
	struct csm_gone gone;

	any_region(false);
	CLAIM(csm_region_close(p_rd, own, id, &gone) == CSM_STEP_END);
	stays_sane();
	CLAIM(!was_unmapped && gone.doorbell.rd == 0);
	REACHES(looks == 2);
	if (looks == 2)
		return;
	CLAIM(gone.kind == (region_was_there() ? APT_REGION : APT_FREE));
	REACHES(is_another);
	REACHES(!region_was_there());
	REACHES(region_was_there() && share_before.kind == APT_SHARE);
	if (!region_was_there()) {
		CLAIM(nothing_changed());
		return;
	}
	CLAIM(gone.base == region_before.base && gone.size == region_before.size);
	CLAIM(p_apt.region == NULL && p_apt.share == NULL);
	CLAIM(is_freed == (is_bound && share_before.kind == APT_SHARE));
}

/* The consumer has lost it, and has news; the region stays for the next step. */
static void share_is_gone(const struct csm_gone *gone)
{
	CLAIM(region_is_there() && p_apt.share == NULL && is_freed == is_bound);
	CLAIM(the_region.as_region.first == APT_NONE && the_region.as_region.last == APT_NONE);
	CLAIM(the_consumer.state == CSM_STATE_REVOKED && num_pending == 1);
	CLAIM(gone->kind == APT_SHARE && gone->base == share_before.base && gone->size == share_before.size);
	CLAIM(gone->doorbell.rd == granule_pa(c_rd).v && gone->doorbell.rec == c_realm.doorbell);
}

/* The second: the first share goes if it is of that consumer still; by steps, where pages are mapped. */
void prove_close_first(void)
{
	bool is_first, linked;
	struct csm_gone gone;
	enum csm_step step;

	any_region(true);
	step = csm_region_close(p_rd, own, id, &gone);
	stays_sane();
	is_first =
		region_was_there() && share_before.kind == APT_SHARE && rid_equal(share_before.peer, named);
	linked = is_first && share_before.as_share.consumer != APT_NONE;
	CLAIM(step == (is_another ? CSM_STEP_END : CSM_STEP_MORE) && was_unmapped == linked);
	REACHES(is_another);
	REACHES(linked && is_whole);
	REACHES(linked && !is_whole);
	REACHES(is_first && !linked);
	REACHES(region_was_there() && !is_first);
	if (linked && is_whole) {
		share_is_gone(&gone);
		return;
	}
	CLAIM(gone.kind == APT_FREE && num_pending == 0);
	if (linked)
		CLAIM(the_share.state == CSM_STATE_REVOKED && share_is_linked() && !is_freed);
	else
		CLAIM(same(&the_consumer, &consumer_before));
	CLAIM(is_first || nothing_changed());
	CLAIM(linked || !is_first || (p_apt.share == NULL && is_freed == is_bound));
}
