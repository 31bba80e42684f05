/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RESERVE, ATTACH, DETACH (docs/csm.md "Realm interface").
 */
#include "oracle/model/inside.h"

/* --- RESERVE ----------------------------------------------------------------------------------------------------------- */

/* A whole aligned block lies in the range. */
static bool holds_block(const struct oracle_item *range)
{
	uint64_t first = ALIGN_DOWN(range->base + BLOCK - 1, BLOCK);

	return first + BLOCK <= range->base + range->size;
}

/* The entry at the cursor spans more than the range. */
static enum step ask_finer(const struct oracle_item *range, struct csm_reply *r)
{
	uint64_t at = range->base + range->cursor, top = range->base + range->size;
	uint64_t start = ALIGN_DOWN(at, BLOCK);

	if (start < range->base || start + BLOCK > top)
		return reply_ask(r, CSM_EVENT_RTT_NEEDED, at, MIN(start + BLOCK, top) - at, LEVEL_PAGE);
	return reply_ask(r, CSM_EVENT_RTT_NEEDED, at, ALIGN_DOWN(top, BLOCK) - at, LEVEL_BLOCK);
}

static enum step reserve_checked(const struct csm_asked *c, struct oracle_item *range, struct csm_reply *r)
{
	if (c->answered == CSM_EVENT_RTT_NEEDED && c->rejected)
		return give_up(range, r, RSI_CSM_ERROR_HOST);
	for (unsigned int i = 0; i < ORACLE_STEP && range->cursor < range->size; i++) {
		struct oracle_place p = place_in(range->realm, range->base + range->cursor);

		if (p.entry->what != ORACLE_NOTHING)
			return give_up(range, r, RSI_CSM_ERROR_HOST);
		if (!lies_within(&p, range->base, range->size) && p.entry->ripas != RMI_EMPTY)
			return ask_finer(range, r);
		range->cursor = next_offset(&p, range->base, range->size);
	}
	if (range->cursor == range->size) {
		range->phase = ORACLE_CONVERT;
		range->cursor = 0;
	}
	return MORE;
}

static enum step reserve_goes_on(const struct csm_asked *c, struct oracle_item *range, struct csm_reply *r)
{
	if (range->phase == ORACLE_ASK) {
		if (c->answered != CSM_EVENT_C_REALM)
			return reply_ask(r, CSM_EVENT_C_REALM, range->base, range->size,
					 holds_block(range) ? LEVEL_BLOCK : LEVEL_PAGE);
		if (c->rejected)
			return give_up(range, r, RSI_CSM_ERROR_HOST);
		range->phase = ORACLE_CHECK;
		range->cursor = 0;
		return MORE;
	}
	if (range->phase == ORACLE_CHECK)
		return reserve_checked(c, range, r);
	if (!ripas_step(range, &range->cursor, RMI_EMPTY))
		return MORE;
	range->phase = ORACLE_IDLE;
	set_item_state(range, CSM_STATE_RESERVED);
	return reply_with(r, RSI_SUCCESS);
}

enum step do_reserve(struct csm_asked *c, struct csm_reply *r)
{
	const struct oracle_realm *self = &oracle.realm[c->self];
	struct csm_rid rid = { c->x[1], c->x[2] };
	uint64_t n = c->x[3], base = c->x[4], size = c->x[5], flags = c->x[6];
	struct oracle_item *range;

	if ((flags & ~CSM_RESERVE_FLAG_RAM) != 0 || !range_is_valid(self, base, size) ||
	    same_rid(rid, self->rid))
		return reply_with(r, RSI_ERROR_INPUT);
	range = oracle_find_consumer(c->self, rid, n);
	if (range != NULL && range->state == CSM_STATE_CREATING && range->base == base &&
	    range->size == size && range->flags == flags)
		return reserve_goes_on(c, range, r);
	if (range != NULL)
		return reply_with(r, RSI_ERROR_STATE);
	if (oracle_range_at(c->self, base, base + size) != NULL)
		return reply_with(r, RSI_ERROR_INPUT);
	if (!need_room(c, r, 1, 1))
		return END;
	range = new_item(c->self, CSM_ROLE_CONSUMER);
	range->state = CSM_STATE_CREATING;
	range->phase = ORACLE_ASK;
	range->peer = rid;
	range->n = n;
	range->base = base;
	range->size = size;
	range->flags = flags;
	return reserve_goes_on(c, range, r);
}

/* --- ATTACH -------------------------------------------------------------------------------------------------------------- */

/* Both sides consent (I1). */
static void attach(struct oracle_item *range, struct oracle_item *share)
{
	if (share->consumer == ORACLE_NONE) {
		share->consumer = range->realm;
		share->base = range->base;
		share->size = range->size;
		set_item_state(share, CSM_STATE_ATTACHED);
	}
	set_item_state(range, CSM_STATE_ATTACHED);
	range->permission = share->permission;
	range->phase = ORACLE_MAP;
	range->cursor = 0;
}

/* There is an entry of the level at which the provider's memory shall be mapped, or finer, or it is mapped. */
static bool has_place(const struct oracle_item *region, const struct oracle_item *range, uint64_t offset,
		      const struct oracle_place *p)
{
	return p->entry->what == ORACLE_FOREIGN || p->level >= level_for(region, range->base, offset);
}

/* How far the same tables are lacking. */
static enum step ask_tables(const struct oracle_item *region, const struct oracle_item *range,
			    struct csm_reply *r)
{
	int level = level_for(region, range->base, range->cursor);
	uint64_t offset = range->cursor;

	for (unsigned int i = 0;
	     i < ORACLE_STEP && offset < region->size && level_for(region, range->base, offset) == level; i++)
		offset = ALIGN_DOWN(range->base + offset, BLOCK) + BLOCK - range->base;
	return reply_ask(r, CSM_EVENT_RTT_NEEDED, range->base + range->cursor,
			 MIN(offset, region->size) - range->cursor, (uint64_t)level);
}

static enum step attach_checked(const struct csm_asked *c, const struct oracle_item *region,
				struct oracle_item *share, struct oracle_item *range, struct csm_reply *r)
{
	if (range->phase == ORACLE_IDLE) {
		range->phase = ORACLE_CHECK;
		range->cursor = 0;
	}
	if (c->answered == CSM_EVENT_RTT_NEEDED && c->rejected) {
		range->phase = ORACLE_IDLE;
		return reply_with(r, RSI_CSM_ERROR_HOST);
	}
	for (unsigned int i = 0; i < ORACLE_STEP && range->cursor < range->size; i++) {
		struct oracle_place p = place_in(range->realm, range->base + range->cursor);
		uint64_t end = p.start + p.size;

		if (!has_place(region, range, range->cursor, &p))
			return ask_tables(region, range, r);
		if (p.level == LEVEL_PAGE) /* the rest of the table is of pages, too */
			end = p.table->base + ORACLE_ENTRIES * PAGE;
		range->cursor = MIN(end - range->base, range->size);
	}
	if (range->cursor == range->size)
		attach(range, share);
	return MORE;
}

static bool admits(const struct oracle_item *share, const struct oracle_realm *consumer)
{
	return !share->is_measured || memcmp(share->rim, consumer->measurement[0], sizeof(share->rim)) == 0;
}

enum step do_attach(struct csm_asked *c, struct csm_reply *r)
{
	const struct oracle_realm *self = &oracle.realm[c->self];
	struct csm_rid rid = { c->x[1], c->x[2] };
	struct oracle_item *range = oracle_find_consumer(c->self, rid, c->x[3]), *share;
	int provider = oracle_realm_of_rid(rid);
	const struct oracle_item *region;

	if (range == NULL)
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	if (range->state == CSM_STATE_REVOKED)
		return reply_with(r, RSI_CSM_ERROR_REVOKED);
	if (range->state != CSM_STATE_RESERVED && range->state != CSM_STATE_ATTACHED)
		return reply_with(r, RSI_ERROR_STATE);
	share = oracle_find_share(provider, self->rid, c->x[3]);
	region = share == NULL ? NULL : &oracle.item[share->region];
	if (region == NULL || share->state == CSM_STATE_REVOKED || region->state != CSM_STATE_CREATED ||
	    region->size != range->size || !admits(share, self))
		return reply_with(r, range->state == CSM_STATE_ATTACHED ? RSI_CSM_ERROR_REVOKED
									: RSI_CSM_ERROR_DENIED);
	if (range->phase != ORACLE_MAP)
		return attach_checked(c, region, share, range, r);
	if (!map_step(region, share, &range->cursor))
		return MORE;
	range->phase = ORACLE_IDLE;
	reply_with(r, RSI_SUCCESS);
	r->value[0] = share->permission;
	r->value[1] = share->mapped;
	r->value[2] = share->size / PAGE - share->mapped;
	r->values = 3;
	return END;
}

/* --- DETACH --------------------------------------------------------------------------------------------------------------- */

static bool nothing_to_do(const struct oracle_item *range)
{
	return range->state == CSM_STATE_RESERVED || range->state == CSM_STATE_CREATING ||
	       range->state == CSM_STATE_REVOKED;
}

/* True: the range is emptied, and the share has no consumer. */
static bool empty_range(struct oracle_item *range, struct oracle_item *share)
{
	if (share == NULL && nothing_to_do(range))
		return true;
	if (range->state != CSM_STATE_DESTROYING) {
		set_item_state(range, CSM_STATE_DESTROYING);
		range->phase = ORACLE_IDLE;
		range->cursor = 0;
	}
	if (share == NULL)
		return ripas_step(range, &range->cursor, RMI_EMPTY);
	if (share->state == CSM_STATE_ATTACHED)
		set_item_state(share, CSM_STATE_BROKEN);
	if (!unmap_step(share, &range->cursor, RMI_EMPTY))
		return false;
	share_detached(share);
	return true;
}

enum step do_detach(struct csm_asked *c, struct csm_reply *r)
{
	struct csm_rid rid = { c->x[1], c->x[2] };
	struct oracle_item *range = oracle_find_consumer(c->self, rid, c->x[3]), *share;

	if (range == NULL)
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	share = share_of(range);
	if (!empty_range(range, share))
		return MORE;
	reply_with(r, RSI_SUCCESS);
	reply_ask(r, CSM_EVENT_REMOVE, range->base, range->size, oracle.realm[c->self].rd);
	r->outcome = TELL;
	if (share != NULL && share->state == CSM_STATE_OFFERED)
		reply_ring(r, share->realm);
	end_item(range);
	return END;
}
