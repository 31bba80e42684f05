/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_NOTIFY (csm/notify.c), from any state of two realms (two_realms.h) that may share in both directions: who is told, and
 * that this is all that becomes of it.
 */
#include "two_realms.h"

#include "csm/notify.c"

/* The other way round: C's share for P, and P's range for it. */
static struct apt_entry back_share, back_consumer, back_share_before, back_consumer_before;
static struct csm_args args;

static void any_way_back(void)
{
	back_share = any_end(APT_SHARE, 0);
	back_consumer = any_end(APT_CONSUMER, 3);
	/* Who has news already has it once more: the host may have lost the last doorbell. */
	the_share.pending.is_listed = the_consumer.pending.is_listed = any_bool();
	back_share.pending.is_listed = back_consumer.pending.is_listed = any_bool();
	c_apt.share = c_realm.apt != NULL && any_bool() ? &back_share : NULL;
	p_apt.consumer = p_realm.apt != NULL && any_bool() ? &back_consumer : NULL;
	back_share_before = back_share;
	back_consumer_before = back_consumer;
}

/* The entry of a realm for the share that is meant, in the role. */
static const struct apt_entry *entry(const struct apt *apt, bool provides, struct csm_rid peer)
{
	const struct apt_entry *e = provides ? apt->share : apt->consumer;

	return e != NULL && rid_equal(e->peer, peer) && e->n == args.n ? e : NULL;
}

static const struct realm *self, *other;
static const struct apt_entry *own, *others; /* entries of the two */

static void find_entries(void)
{
	bool p_calls = caller == p_rd, provides = args.role == 0;
	bool other_lives = p_calls ? c_lives : p_lives;

	self = p_calls ? &p_realm : &c_realm;
	other = p_calls ? &c_realm : &p_realm;
	own = entry(p_calls ? &p_apt : &c_apt, provides, args.peer);
	others = other_lives && rid_equal(other->rid, args.peer)
			 ? entry(p_calls ? &c_apt : &p_apt, !provides, self->rid)
			 : NULL;
}

/* docs/csm.md, failure conditions of NOTIFY, in their order. */
static uint64_t specified(void)
{
	if (self->apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	if (args.role > 1)
		return RSI_ERROR_INPUT;
	if (own != NULL && own->state == CSM_STATE_REVOKED)
		return RSI_CSM_ERROR_REVOKED;
	return own != NULL && own->state == CSM_STATE_ATTACHED && others != NULL &&
			       others->state == CSM_STATE_ATTACHED
		       ? RSI_SUCCESS
		       : RSI_CSM_ERROR_DENIED;
}

/* The other's entry has news, and nothing else; the host hears which realm to ring, and where, and not for what. */
static void is_notified(const struct csm_answer *a)
{
	uint64_t ring = granule_pa(caller == p_rd ? c_rd : p_rd).v;

	CLAIM(num_pending == 1 && last_pending == others);
	CLAIM(a->outcome == CSM_TELL && a->event == CSM_EVENT_NOTIFY && a->base == 0 && a->size == 0);
	CLAIM(a->argument == ring && a->doorbell.rd == ring && a->doorbell.rec == other->doorbell);
	CLAIM(a->num_values == 0);
	/* Both consent at this moment (I1). */
	CLAIM((others != &the_consumer && others != &the_share) || share_is_linked());
}

void prove_notify(void)
{
	struct csm_call call = { .args = &args, .asked = any_u8(), .rejected = any_bool() };
	struct csm_answer a = { 0 };
	uint32_t c_rec = any_u32(), p_rec = any_u32(), c_room, p_room;
	uint64_t wanted;

	any_realms(any_bool() ? p_rd : c_rd);
	any_way_back();
	c_realm.doorbell = c_rec;
	p_realm.doorbell = p_rec;
	c_room = c_apt.room;
	p_room = p_apt.room;
	call.rd = caller;
	args = (struct csm_args){ .peer = any_rid(), .n = any_u64(), .role = any_u64() };
	find_entries();
	wanted = specified();
	csm_notify(&call, &a);
	CLAIM(!is_locked[0] && !is_locked[1] && a.status == wanted);
	CLAIM(entries_are_same() && same(&back_share, &back_share_before) &&
	      same(&back_consumer, &back_consumer_before));
	CLAIM(c_realm.doorbell == c_rec && p_realm.doorbell == p_rec && c_apt.room == c_room &&
	      p_apt.room == p_room);
	REACHES(wanted == SMCCC_NOT_SUPPORTED);
	REACHES(wanted == RSI_ERROR_INPUT);
	REACHES(wanted == RSI_CSM_ERROR_REVOKED && own == &the_share);
	REACHES(wanted == RSI_CSM_ERROR_REVOKED && own == &the_consumer);
	REACHES(wanted == RSI_CSM_ERROR_DENIED && own != NULL);
	REACHES(wanted == RSI_CSM_ERROR_DENIED && others != NULL);
	REACHES(wanted == RSI_SUCCESS && others == &the_share);
	REACHES(wanted == RSI_SUCCESS && others == &the_consumer);
	REACHES(wanted == RSI_SUCCESS && others == &back_share);
	REACHES(wanted == RSI_SUCCESS && others == &back_consumer);
	if (wanted == RSI_SUCCESS)
		is_notified(&a);
	else
		CLAIM(a.outcome == CSM_DONE && num_pending == 0);
}
