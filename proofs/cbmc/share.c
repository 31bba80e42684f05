/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_SHARE (csm/provider.c), from any state of the two realms (two_realms.h): what P can promise, and to whom.
 */
#include "two_realms.h"

#include "csm/provider.c"
#include "csm/steps.c"

static struct apt_entry new_share, new_peer;
static bool is_made, is_bound, is_unique;
static uint32_t hand;

/* Of realms that are neither, any; of these the truth. */
struct granule *registry_find(struct csm_rid rid)
{
	if (rid_equal(rid, c_realm.rid))
		return c_lives ? c_rd : NULL;
	return rid_equal(rid, p_realm.rid) || any_bool() ? p_rd : NULL;
}

uint32_t *apt_peer_hand(struct apt *apt)
{
	CLAIM(apt == &p_apt);
	return &hand;
}

uint32_t apt_num_slots(const struct apt *apt)
{
	CLAIM(apt == &p_apt);
	return 3;
}

struct apt_entry *apt_alloc(struct apt *apt, enum apt_kind kind)
{
	struct apt_entry *e = kind == APT_SHARE ? &new_share : &new_peer;

	CLAIM(apt->room > 0 && (kind == APT_SHARE || kind == APT_PEER));
	apt->room--;
	*e = (struct apt_entry){ .kind = (uint8_t)kind, .index = kind == APT_SHARE ? 3 : 4 };
	if (kind == APT_SHARE)
		e->as_share = (struct apt_share){ 0, APT_NONE, APT_NONE, APT_NONE, APT_NONE, APT_NONE };
	return e;
}

bool apt_insert(struct apt *apt, struct apt_entry *e)
{
	if (e == &new_peer) {
		apt->peer = &new_peer;
		return true;
	}
	is_made = is_unique;
	return is_made;
}

void csm_share_bind(struct apt *apt, struct apt_entry *share, const uint64_t rim[8])
{
	CLAIM(apt->room > 0 && share == &new_share && is_made && rim != NULL);
	is_bound = true;
}

/* docs/csm.md, failure conditions of SHARE, in their order. */
static uint64_t specified(const struct csm_args *args)
{
	if (p_realm.apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	if (args->permission - 1 > 2 || args->flags > CSM_SHARE_FLAG_MEASURED ||
	    rid_equal(args->peer, p_realm.rid) || p_apt.region == NULL || the_region.as_region.id != args->id)
		return RSI_ERROR_INPUT;
	if (the_region.state != CSM_STATE_CREATED)
		return RSI_ERROR_STATE;
	return c_lives && rid_equal(args->peer, c_realm.rid) ? RSI_SUCCESS : RSI_CSM_ERROR_DENIED;
}

/* Exactly what was asked for, to exactly that realm, under the next number, at the end of the region's list. */
static void is_as_asked(const struct csm_args *args, const struct csm_answer *a, uint64_t n)
{
	const struct apt_share *s = &new_share.as_share;
	uint32_t last = region_before.as_region.last;

	CLAIM(a->outcome == CSM_DONE && a->num_values == 1 && a->value[0] == n);
	CLAIM(rid_equal(new_share.peer, c_realm.rid) && new_share.n == n &&
	      new_share.permission == args->permission);
	CLAIM(new_share.state == CSM_STATE_OFFERED && s->consumer == APT_NONE && s->mapped == 0);
	CLAIM(s->region == 1 && s->prev == last && s->next == APT_NONE && the_region.as_region.last == 3);
	CLAIM(last == APT_NONE ? the_region.as_region.first == 3 : the_share.as_share.next == 3);
	CLAIM(is_bound == (args->flags == CSM_SHARE_FLAG_MEASURED));
	CLAIM(p_apt.peer != NULL && rid_equal(p_apt.peer->peer, c_realm.rid) && p_apt.peer->n == n + 1);
}

void prove_share(void)
{
	struct csm_args args = {
		.peer = any_rid(), .id = any_u64(), .permission = any_u64(), .flags = any_u64()
	};
	struct csm_call call = { .rd = p_rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	uint64_t rim[8], wanted, n = 0;
	struct csm_answer a = { 0 };
	uint32_t room;

	any_realms(p_rd);
	room = p_apt.room;
	hand = any_u32();
	is_unique = any_bool();
	args.rim = rim;
	wanted = specified(&args);
	if (p_apt.peer != NULL && rid_equal(the_peer.peer, c_realm.rid))
		n = the_peer.n;
	csm_share(&call, &a);
	CLAIM(!is_locked[0] && !is_locked[1] && nothing_changed());
	if (wanted != RSI_SUCCESS) {
		CLAIM(a.outcome == CSM_DONE && a.status == wanted && !is_made);
		CLAIM(p_apt.room == room && same(&the_peer, &peer_before) &&
		      the_region.as_region.last == region_before.as_region.last);
		return;
	}
	if (is_made) {
		CLAIM(a.status == RSI_SUCCESS);
		is_as_asked(&args, &a, n);
		return;
	}
	/* No room, or a number that was there: never, and no reason to stop. */
	CLAIM(a.outcome == CSM_ASK || a.status == RSI_CSM_ERROR_MEMORY ||
	      (!is_unique && a.status == RSI_ERROR_STATE));
	CLAIM(the_region.as_region.last == region_before.as_region.last);
}
