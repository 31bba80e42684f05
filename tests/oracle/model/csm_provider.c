/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CREATE, SHARE, REVOKE, DESTROY (docs/csm.md "Realm interface").
 */
#include "oracle/model/inside.h"

/* --- CREATE ------------------------------------------------------------------------------------------------------------ */

enum scan { SCAN_DONE, SCAN_MORE, SCAN_COARSE, SCAN_BAD };

/* Up to ORACLE_STEP entries: none DESTROYED or another's; if `fine`, all that is EMPTY can become RAM. */
static enum scan scan_region(struct oracle_item *region, bool fine)
{
	for (unsigned int i = 0; i < ORACLE_STEP && region->cursor < region->size; i++) {
		struct oracle_place p = place_in(region->realm, region->base + region->cursor);

		if ((p.entry->what != ORACLE_NOTHING && p.entry->what != ORACLE_OWN) ||
		    p.entry->ripas == RMI_DESTROYED)
			return SCAN_BAD;
		if (fine && p.entry->ripas == RMI_EMPTY && !lies_within(&p, region->base, region->size))
			return SCAN_COARSE;
		region->cursor = next_offset(&p, region->base, region->size);
	}
	return region->cursor == region->size ? SCAN_DONE : SCAN_MORE;
}

static enum step create_asked(const struct csm_asked *c, struct oracle_item *region, struct csm_reply *r)
{
	if (c->answered != CSM_EVENT_P_REALM)
		return reply_ask(r, CSM_EVENT_P_REALM, region->base, region->size, 0);
	if (c->rejected)
		return give_up(region, r, RSI_CSM_ERROR_HOST);
	region->phase = ORACLE_CHECK;
	region->cursor = 0;
	return MORE;
}

static enum step create_checked(const struct csm_asked *c, struct oracle_item *region, struct csm_reply *r)
{
	if (c->answered == CSM_EVENT_RTT_NEEDED && c->rejected)
		return give_up(region, r, RSI_CSM_ERROR_HOST);
	switch (scan_region(region, true)) {
	case SCAN_BAD:
		return give_up(region, r, RSI_CSM_ERROR_HOST);
	case SCAN_COARSE:
		return reply_ask(r, CSM_EVENT_RTT_NEEDED, region->base + region->cursor,
				 region->size - region->cursor, LEVEL_PAGE);
	case SCAN_DONE:
		region->phase = ORACLE_CONVERT;
		region->cursor = 0;
		return MORE;
	default:
		return MORE;
	}
}

static enum step create_goes_on(const struct csm_asked *c, struct oracle_item *region, struct csm_reply *r)
{
	enum scan scan;

	switch (region->phase) {
	case ORACLE_SCAN:
		scan = scan_region(region, false);
		if (scan == SCAN_BAD)
			return give_up(region, r, RSI_ERROR_INPUT);
		if (scan == SCAN_DONE)
			region->phase = ORACLE_ASK;
		return MORE;
	case ORACLE_ASK:
		return create_asked(c, region, r);
	case ORACLE_CHECK:
		return create_checked(c, region, r);
	default:
		if (!ripas_step(region, &region->cursor, RMI_RAM))
			return MORE;
		region->phase = ORACLE_IDLE;
		set_item_state(region, CSM_STATE_CREATED);
		reply_with(r, RSI_SUCCESS);
		r->value[r->values++] = region->id;
		return END;
	}
}

enum step do_create(struct csm_asked *c, struct csm_reply *r)
{
	struct oracle_realm *self = &oracle.realm[c->self];
	uint64_t base = c->x[1], size = c->x[2], flags = c->x[3];
	struct oracle_item *range;

	if (flags != 0 || !range_is_valid(self, base, size))
		return reply_with(r, RSI_ERROR_INPUT);
	range = oracle_range_at(c->self, base, base + size);
	if (range == NULL) {
		if (!need_room(c, r, 1, 1))
			return END;
		range = new_item(c->self, CSM_ROLE_REGION);
		range->state = CSM_STATE_CREATING;
		range->phase = ORACLE_SCAN;
		range->id = ++self->last_id;
		range->base = base;
		range->size = size;
	} else if (range->role != CSM_ROLE_REGION || range->state != CSM_STATE_CREATING ||
		   range->base != base || range->size != size) {
		return reply_with(r, RSI_ERROR_INPUT);
	}
	return create_goes_on(c, range, r);
}

/* --- SHARE ------------------------------------------------------------------------------------------------------------- */

static struct oracle_peer *find_peer(struct oracle_realm *r, struct csm_rid rid)
{
	for (unsigned int i = 0; i < ORACLE_PEERS; i++) {
		if (r->peer[i].live && same_rid(r->peer[i].rid, rid))
			return &r->peer[i];
	}
	return NULL;
}

static struct oracle_peer *new_peer(struct oracle_realm *r, struct csm_rid rid)
{
	struct oracle_peer *p = r->peer;

	while (p->live)
		p++;
	assert(p < r->peer + ORACLE_PEERS);
	*p = (struct oracle_peer){ .live = true, .rid = rid };
	return p;
}

static void add_share(struct oracle_realm *self, const struct oracle_item *region, const uint64_t *x,
		      struct csm_reply *r)
{
	struct csm_rid rid = { x[2], x[3] };
	struct oracle_peer *peer = find_peer(self, rid);
	struct oracle_item *share = new_item(region->realm, CSM_ROLE_SHARE);

	if (peer == NULL)
		peer = new_peer(self, rid);
	share->state = CSM_STATE_OFFERED;
	share->region = (int)(region - oracle.item);
	share->peer = rid;
	share->n = peer->next++;
	share->permission = x[4];
	share->is_measured = x[5] & CSM_SHARE_FLAG_MEASURED;
	if (share->is_measured)
		memcpy(share->rim, &x[6], sizeof(share->rim));
	reply_with(r, RSI_SUCCESS);
	r->value[r->values++] = share->n;
}

enum step do_share(struct csm_asked *c, struct csm_reply *r)
{
	struct oracle_realm *self = &oracle.realm[c->self];
	uint64_t permission = c->x[4], flags = c->x[5];
	struct csm_rid rid = { c->x[2], c->x[3] };
	unsigned int measured = (flags & CSM_SHARE_FLAG_MEASURED) ? 1 : 0;
	const struct oracle_item *region = find_region(c->self, c->x[1]);

	if (permission < CSM_PERM_RO || permission > CSM_PERM_RX || (flags & ~CSM_SHARE_FLAG_MEASURED) != 0 ||
	    same_rid(rid, self->rid) || region == NULL)
		return reply_with(r, RSI_ERROR_INPUT);
	if (region->state != CSM_STATE_CREATED)
		return reply_with(r, RSI_ERROR_STATE);
	if (oracle_realm_of_rid(rid) == ORACLE_NONE)
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	if (need_room(c, r, (find_peer(self, rid) == NULL ? 2U : 1U) + measured, 2 + measured))
		add_share(self, region, c->x, r);
	return END;
}

/* --- REVOKE, DESTROY ------------------------------------------------------------------------------------------------------- */

enum step do_revoke(struct csm_asked *c, struct csm_reply *r)
{
	struct csm_rid rid = { c->x[1], c->x[2] };
	struct oracle_item *share = oracle_find_share(c->self, rid, c->x[3]);
	uint64_t base, size;
	int consumer;

	if (share == NULL)
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	base = share->base;
	size = share->size;
	consumer = share->consumer;
	if (close_share(share) == MORE)
		return MORE;
	reply_with(r, RSI_SUCCESS);
	if (consumer == ORACLE_NONE)
		return END;
	reply_ask(r, CSM_EVENT_REMOVE, base, size, oracle.realm[consumer].rd);
	r->outcome = TELL;
	reply_ring(r, consumer);
	return END;
}

enum step do_destroy(struct csm_asked *c, struct csm_reply *r)
{
	struct oracle_item *region = find_region(c->self, c->x[1]);
	struct gone gone;
	enum step step;

	if (region == NULL)
		return reply_with(r, RSI_ERROR_INPUT);
	if (region->state == CSM_STATE_CREATING)
		return reply_with(r, RSI_ERROR_STATE);
	step = close_region(region, &gone);
	if (step == MORE && !gone.share)
		return MORE;
	reply_with(r, RSI_SUCCESS);
	if (gone.share) {
		reply_ask(r, CSM_EVENT_REMOVE, gone.base, gone.size, oracle.realm[gone.ring].rd);
		reply_ring(r, gone.ring);
		return END;
	}
	reply_ask(r, CSM_EVENT_REMOVE, gone.base, gone.size, oracle.realm[c->self].rd);
	r->outcome = TELL;
	return END;
}
