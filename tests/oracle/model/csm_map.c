/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A provider's pages in a consumer's tables: mapped, unmapped, entry by entry (docs/csm.md "Changed RMI commands", blocks).
 */
#include "oracle/model/inside.h"

uint64_t next_offset(const struct oracle_place *p, uint64_t base, uint64_t size)
{
	return MIN(p->start + p->size - base, size);
}

bool lies_within(const struct oracle_place *p, uint64_t base, uint64_t size)
{
	return p->start >= base && p->start + p->size <= base + size;
}

struct oracle_place place_in(int realm, uint64_t ipa)
{
	return oracle_walk(&oracle.realm[realm], ipa, LEVEL_PAGE);
}

static bool is_released(const struct oracle_item *region, uint64_t from, uint64_t size)
{
	return region->phase == ORACLE_RELEASE && region->cursor >= from && region->cursor < from + size;
}

int level_for(const struct oracle_item *region, uint64_t c_base, uint64_t offset)
{
	struct oracle_place p = place_in(region->realm, region->base + offset);
	uint64_t within = (c_base + offset) % BLOCK, start = offset - within;

	if (p.level > LEVEL_BLOCK || usable_page(&p, region->base + offset) == NULL || within > offset ||
	    region->size - start < BLOCK || !IS_ALIGNED(region->base + start, BLOCK) ||
	    is_released(region, start, BLOCK))
		return LEVEL_PAGE;
	return LEVEL_BLOCK;
}

static void put_foreign(struct oracle_item *share, const struct oracle_place *c,
			const struct oracle_granule *g)
{
	put_entry(c, (struct oracle_entry){ .what = ORACLE_FOREIGN,
					    .permission = (uint8_t)share->permission,
					    .pa = oracle_pa(g) });
	share->mapped += c->size / PAGE;
}

/* A hole is RAM that is not there: the host hears of an access. */
static void put_hole(const struct oracle_item *share, const struct oracle_place *c)
{
	if (c->entry->ripas != RMI_RAM && lies_within(c, share->base, share->size))
		set_ripas(c, RMI_RAM);
}

/* What the provider has there comes to the consumer's entry, if that is of its level. */
static void map_at(const struct oracle_item *region, struct oracle_item *share, const struct oracle_place *c,
		   uint64_t offset, bool is_hole)
{
	uint64_t ipa = region->base + offset;
	struct oracle_place p = place_in(region->realm, ipa);
	const struct oracle_granule *page = is_hole ? NULL : usable_page(&p, ipa);

	if (c->entry->what != ORACLE_NOTHING)
		return;
	if (c->level == LEVEL_PAGE && page != NULL)
		put_foreign(share, c, page);
	else if (c->level == LEVEL_BLOCK && level_for(region, share->base, offset) == LEVEL_BLOCK)
		put_foreign(share, c, page - (share->base + offset - c->start) / PAGE);
	else
		put_hole(share, c);
}

bool map_step(const struct oracle_item *region, struct oracle_item *share, uint64_t *cursor)
{
	for (unsigned int i = 0; i < ORACLE_STEP && *cursor < region->size; i++) {
		struct oracle_place c = place_in(share->consumer, share->base + *cursor);

		map_at(region, share, &c, *cursor, is_released(region, *cursor, PAGE));
		*cursor = next_offset(&c, share->base, region->size);
	}
	return *cursor == region->size;
}

void map_page(const struct oracle_item *region, struct oracle_item *share, uint64_t offset)
{
	struct oracle_place c = place_in(share->consumer, share->base + offset);

	if (c.level == LEVEL_PAGE)
		map_at(region, share, &c, offset, false);
}

static void put_nothing(struct oracle_item *share, const struct oracle_place *c, uint8_t ripas)
{
	if (c->entry->what == ORACLE_FOREIGN)
		share->mapped -= c->size / PAGE;
	put_entry(c, (struct oracle_entry){ .what = ORACLE_NOTHING, .ripas = ripas });
}

bool unmap_step(struct oracle_item *share, uint64_t *cursor, uint8_t ripas)
{
	for (unsigned int i = 0; i < ORACLE_STEP && *cursor < share->size; i++) {
		struct oracle_place c = place_in(share->consumer, share->base + *cursor);

		if (c.entry->what == ORACLE_FOREIGN ||
		    (c.entry->what == ORACLE_NOTHING && lies_within(&c, share->base, share->size)))
			put_nothing(share, &c, ripas);
		*cursor = next_offset(&c, share->base, share->size);
	}
	return *cursor == share->size;
}

/* Of a block all goes. */
void unmap_page(struct oracle_item *share, uint64_t offset)
{
	struct oracle_place c = place_in(share->consumer, share->base + offset);

	if (c.entry->what == ORACLE_FOREIGN)
		put_nothing(share, &c, RMI_RAM);
}

/* What is the realm's own in the range gets the RIPAS; what the host has destroyed does not become RAM by that. */
bool ripas_step(const struct oracle_item *range, uint64_t *cursor, uint8_t ripas)
{
	for (unsigned int i = 0; i < ORACLE_STEP && *cursor < range->size; i++) {
		struct oracle_place p = place_in(range->realm, range->base + *cursor);
		uint8_t what = p.entry->what, now = p.entry->ripas;

		if (lies_within(&p, range->base, range->size) &&
		    (what == ORACLE_NOTHING || what == ORACLE_OWN) && now != ripas &&
		    !(ripas == RMI_RAM && now == RMI_DESTROYED))
			set_ripas(&p, ripas);
		*cursor = next_offset(&p, range->base, range->size);
	}
	return *cursor == range->size;
}

/* --- Ends ---------------------------------------------------------------------------------------------------------------- */

uint8_t ending_of(const struct oracle_item *consumer)
{
	if (consumer->state == CSM_STATE_DESTROYING)
		return RMI_EMPTY;
	return (consumer->flags & CSM_RESERVE_FLAG_RAM) ? RMI_RAM : RMI_EMPTY;
}

void share_detached(struct oracle_item *share)
{
	assert(share->mapped == 0);
	share->consumer = ORACLE_NONE;
	if (share->state == CSM_STATE_REVOKED)
		return;
	set_item_state(share, CSM_STATE_OFFERED);
	make_pending(share);
}

static enum step close_consumer(struct oracle_item *share)
{
	struct oracle_item *consumer = consumer_of(share);

	assert(consumer != NULL);
	if (share->state != CSM_STATE_REVOKED) {
		set_item_state(share, CSM_STATE_REVOKED);
		share->cursor = 0;
		consumer->is_ending = true;
	}
	if (!unmap_step(share, &share->cursor, ending_of(consumer)))
		return MORE;
	set_item_state(consumer, CSM_STATE_REVOKED);
	consumer->phase = ORACLE_IDLE;
	share->consumer = ORACLE_NONE;
	make_pending(consumer);
	return END;
}

static void end_share(struct oracle_item *share)
{
	struct oracle_item *region = &oracle.item[share->region];
	const struct oracle_item *next = next_share(region, share);

	if (region->release == share - oracle.item)
		region->release = next == NULL ? ORACLE_NONE : (int)(next - oracle.item);
	end_item(share);
}

enum step close_share(struct oracle_item *share)
{
	if (share->consumer != ORACLE_NONE && close_consumer(share) == MORE)
		return MORE;
	end_share(share);
	return END;
}

/* First go shares without consumer, up to the first that has one; then a step of that; the region last. */
enum step close_region(struct oracle_item *region, struct gone *gone)
{
	struct oracle_item *share = next_share(region, NULL);
	struct gone seen;

	*gone = (struct gone){ .ring = ORACLE_NONE };
	set_item_state(region, CSM_STATE_DESTROYING);
	for (unsigned int i = 0; i < ORACLE_STEP / 16 && share != NULL && share->consumer == ORACLE_NONE;
	     i++) {
		end_share(share);
		share = next_share(region, NULL);
	}
	if (share == NULL) {
		*gone = (struct gone){
			.region = true, .base = region->base, .size = region->size, .ring = ORACLE_NONE
		};
		end_item(region);
		return END;
	}
	seen = (struct gone){
		.share = true, .base = share->base, .size = share->size, .ring = share->consumer
	};
	if (close_share(share) == END && seen.ring != ORACLE_NONE)
		*gone = seen;
	return MORE;
}
