/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A provider P and a consumer C, for proofs about a step of a CSM command (csm/provider.c, consumer.c, share.c): their tables
 * have at most one entry of each kind that such a step looks at, in any state in which it can be. What is below them is any
 * that keeps to its contract: locks, trees, walks of tables have proofs of their own.
 */
#ifndef TWO_REALMS_H
#define TWO_REALMS_H

#include "prove.h"

#include "csm/internal.h"

struct apt {
	struct apt_entry *region, *share, *consumer, *peer; /* NULL: there is none */
	uint32_t room;
};

static struct granule storage[4]; /* RD of C, RD of P, root of C's table, of P's */
static struct granule *const c_rd = &storage[0], *const p_rd = &storage[1];
static struct realm c_realm, p_realm;
static struct apt c_apt, p_apt;
static struct apt_entry the_consumer, the_peer, the_region, the_share; /* indexes 0, and 0, 1, 2 of P */
static bool p_lives, c_lives, is_locked[2];                            /* of C, of P */

struct pa granule_pa(const struct granule *g)
{
	return pa((uint64_t)(g == &storage[0]   ? 1
			     : g == &storage[1] ? 2
			     : g == &storage[2] ? 3
						: 4) *
		  GRANULE_SIZE);
}

uint32_t granule_index(const struct granule *g)
{
	return g == c_rd ? 0 : 1;
}

struct granule *granule_at(uint32_t index)
{
	CLAIM(index < 2);
	return index == 0 ? c_rd : p_rd;
}

static struct granule *caller; /* alive, and may look at its own RID */

void *port_mem(struct pa where)
{
	switch (where.v / GRANULE_SIZE) {
	case 1:
		CLAIM(is_locked[0] || caller == c_rd);
		return &c_realm;
	case 2:
		CLAIM(is_locked[1] || caller == p_rd);
		return &p_realm;
	case 3:
		CLAIM(is_locked[0]);
		return &c_apt;
	default:
		CLAIM(is_locked[1]);
		return &p_apt;
	}
}

/* --- Contracts: what `pair-lock`, `apt-find-key`, ... show of them --- */

static bool has_rid(const struct apt_entry *e, const struct apt_key *key)
{
	return e->peer.lo == key->a && e->peer.hi == key->b;
}

struct apt_entry *apt_find(struct apt *apt, struct apt_key key)
{
	switch (key.kind) {
	case APT_REGION:
		return apt->region != NULL && apt->region->as_region.id == key.a ? apt->region : NULL;
	case APT_SHARE:
		return apt->share != NULL && has_rid(apt->share, &key) && apt->share->n == key.n ? apt->share
												 : NULL;
	case APT_CONSUMER:
		return apt->consumer != NULL && has_rid(apt->consumer, &key) && apt->consumer->n == key.n
			       ? apt->consumer
			       : NULL;
	default:
		CLAIM(key.kind == APT_PEER && key.n == 0);
		return apt->peer != NULL && has_rid(apt->peer, &key) ? apt->peer : NULL;
	}
}

/* Of P's table alone is an entry named by its index; it may be free. */
struct apt_entry *apt_entry(struct apt *apt, uint32_t index)
{
	CLAIM(apt == &p_apt && (index == APT_NONE || index < 3));
	return index == APT_NONE ? NULL : index == 0 ? &the_peer : index == 1 ? &the_region : &the_share;
}

bool apt_has_room(const struct apt *apt, uint32_t count)
{
	return apt->room >= count;
}

void apt_remove(struct apt *apt, struct apt_entry *e)
{
	CLAIM(e != NULL && (e == apt->region || e == apt->share || e == apt->consumer || e == apt->peer));
	e->kind = APT_FREE;
	if (e == apt->peer)
		apt->peer = NULL;
	else if (e == apt->region)
		apt->region = NULL;
	else if (e == apt->share)
		apt->share = NULL;
	else
		apt->consumer = NULL;
}

/* `pair-lock-call`: both are locked, or the one that calls alone. */
struct granule *csm_lock_call(const struct csm_call *call, struct csm_rid rid)
{
	CLAIM(call->rd == caller && !is_locked[0] && !is_locked[1]);
	is_locked[0] = caller == c_rd || (c_lives && rid_equal(rid, c_realm.rid));
	is_locked[1] = caller == p_rd || (p_lives && rid_equal(rid, p_realm.rid));
	if (!is_locked[0] || !is_locked[1])
		return NULL;
	return caller == c_rd ? p_rd : c_rd;
}

/* The host does it for C. */
void csm_unlock_pair(struct granule *self, struct granule *peer)
{
	CLAIM(self == (caller == NULL ? c_rd : caller));
	CLAIM(is_locked[self == p_rd] && (peer != NULL) == is_locked[self == c_rd]);
	is_locked[0] = is_locked[1] = false;
}

struct apt_entry *csm_find_share(struct granule *p, const struct granule *c, uint64_t n)
{
	CLAIM(is_locked[c == p_rd] && is_locked[c == c_rd] == (p != NULL));
	return p == NULL || csm_apt(p) == NULL
		       ? NULL
		       : apt_find(csm_apt(p), apt_rid_key(APT_SHARE, realm_of(c)->rid, n));
}

static unsigned int num_pending;
static const struct apt_entry *last_pending;

void apt_pending_add(struct apt *apt, struct apt_entry *e)
{
	CLAIM(e == apt->share || e == apt->consumer);
	num_pending++;
	last_pending = e;
}

/* --- The state before --- */

static bool share_is_linked(void)
{
	return p_apt.share != NULL && the_share.as_share.consumer != APT_NONE;
}

/* C's entry and P's share are of one another. */
static bool entries_meet(void)
{
	return c_apt.consumer != NULL && p_apt.share != NULL && rid_equal(the_consumer.peer, p_realm.rid) &&
	       rid_equal(the_share.peer, c_realm.rid) && the_consumer.n == the_share.n;
}

/* The share alone: it is of the region, and has a consumer, and pages there, only in these states. */
static bool share_is_sane(void)
{
	const struct apt_share *s = &the_share.as_share;

	if (p_apt.share == NULL)
		return true;
	if (s->region != 1 || s->next != APT_NONE || s->prev != APT_NONE ||
	    the_share.permission < CSM_PERM_RO || the_share.permission > CSM_PERM_RX)
		return false;
	if (s->consumer == APT_NONE)
		return (the_share.state == CSM_STATE_OFFERED || the_share.state == CSM_STATE_REVOKED) &&
		       s->mapped == 0;
	return s->consumer == 0 && rid_equal(the_share.peer, c_realm.rid) &&
	       the_share.state >= CSM_STATE_ATTACHED && the_share.state <= CSM_STATE_BROKEN;
}

/* I1, I3 as they are written in the entries: what C uses of P, P has given to C, of the same size. */
static bool pair_is_sane(void)
{
	bool attached = c_apt.consumer != NULL && the_consumer.state == CSM_STATE_ATTACHED;

	if (share_is_linked() && (!entries_meet() || the_share.base != the_consumer.base ||
				  the_share.size != the_consumer.size || the_share.size != the_region.size))
		return false;
	if (share_is_linked() &&
	    (the_consumer.state == CSM_STATE_CREATING || the_consumer.state == CSM_STATE_RESERVED ||
	     the_consumer.state == CSM_STATE_REVOKED))
		return false;
	if (share_is_linked() && the_share.state == CSM_STATE_ATTACHED && !attached)
		return false;
	if (share_is_linked() && the_share.state == CSM_STATE_BROKEN && attached)
		return false;
	if (entries_meet() && attached &&
	    (!share_is_linked() || the_consumer.permission != the_share.permission))
		return false;
	return c_apt.consumer == NULL || the_consumer.phase != APT_PHASE_MAP || attached;
}

static struct apt_entry consumer_before, peer_before, region_before, share_before;

/* Of a share: what either side's entry has. */
static struct apt_entry any_end(enum apt_kind kind, uint32_t index)
{
	return (struct apt_entry){ .kind = (uint8_t)kind,
				   .index = index,
				   .state = any_u8(),
				   .permission = any_u8(),
				   .peer = any_rid(),
				   .n = any_u64(),
				   .base = any_u64(),
				   .size = any_u64(),
				   .cursor = any_u64() };
}

/* The caller is one of them. */
static void any_realms(struct granule *calls)
{
	caller = calls;
	c_realm.rid = any_rid();
	p_realm.rid = any_rid();
	ASSUME(!rid_equal(c_realm.rid, p_realm.rid));
	p_lives = caller == p_rd || any_bool();
	c_lives = caller == c_rd || any_bool();
	c_realm.apt = any_bool() ? &storage[2] : NULL;
	p_realm.apt = any_bool() ? &storage[3] : NULL;
	the_consumer = any_end(APT_CONSUMER, 0);
	the_consumer.phase = any_u8();
	the_consumer.as_consumer.flags = (uint16_t)any_u32();
	the_region = (struct apt_entry){
		.kind = APT_REGION, .index = 1, .state = any_u8(), .base = any_u64(), .size = any_u64()
	};
	the_region.as_region = (struct apt_region){ any_u64(), any_u32(), any_u32(), APT_NONE };
	the_share = any_end(APT_SHARE, 2);
	the_share.as_share =
		(struct apt_share){ any_u64(), any_u32(), any_u32(), any_u32(), APT_NONE, any_u32() };
	c_apt.consumer = c_realm.apt != NULL && any_bool() ? &the_consumer : NULL;
	p_apt.region = p_realm.apt != NULL && any_bool() ? &the_region : NULL;
	p_apt.share = p_apt.region != NULL && any_bool() ? &the_share : NULL;
	ASSUME(the_region.as_region.first == (p_apt.share == NULL ? APT_NONE : 2) &&
	       the_region.as_region.last == the_region.as_region.first);
	ASSUME(the_consumer.state <= CSM_STATE_DESTROYING && the_consumer.phase <= APT_PHASE_RELEASE);
	the_peer = (struct apt_entry){ .kind = APT_PEER, .peer = any_rid(), .n = any_u64() };
	p_apt.peer = p_realm.apt != NULL && any_bool() ? &the_peer : NULL;
	the_peer.kind = p_apt.peer == NULL ? APT_FREE : APT_PEER;
	the_region.kind = p_apt.region == NULL ? APT_FREE : APT_REGION;
	the_share.kind = p_apt.share == NULL ? APT_FREE : APT_SHARE;
	p_apt.room = any_u32();
	c_apt.room = any_u32();
	ASSUME((p_lives && c_lives) ||
	       !share_is_linked()); /* neither goes before what is mapped is unmapped */
	ASSUME(share_is_sane() && pair_is_sane());
	consumer_before = the_consumer;
	peer_before = the_peer;
	region_before = the_region;
	share_before = the_share;
}

static bool same(const struct apt_entry *a, const struct apt_entry *b)
{
	return a->state == b->state && a->phase == b->phase && a->permission == b->permission &&
	       a->base == b->base && a->size == b->size && a->cursor == b->cursor && a->n == b->n &&
	       rid_equal(a->peer, b->peer);
}

/* But for who has news. */
static bool entries_are_same(void)
{
	return same(&the_consumer, &consumer_before) && same(&the_region, &region_before) &&
	       same(&the_share, &share_before) &&
	       the_share.as_share.consumer == share_before.as_share.consumer &&
	       the_share.as_share.mapped == share_before.as_share.mapped;
}

/* A call that fails has changed nothing of either realm. */
static bool nothing_changed(void)
{
	return entries_are_same() && num_pending == 0;
}

#endif
