/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's CSM table as a list of regions, shares and consumer ranges (docs/csm.md "Metadata", "States"), and what the base
 * commands ask of it ("Changed RMI commands").
 */
#include "oracle/model/inside.h"

#define ROOT_SLOTS 15U
#define EXTENSION_SLOTS 32U

/* --- The list ---------------------------------------------------------------------------------------------------------- */

struct oracle_item *new_item(int realm, enum csm_role role)
{
	struct oracle_item *item = oracle.item;

	while (item->live)
		item++;
	assert(item < oracle.item + ORACLE_ITEMS);
	*item = (struct oracle_item){
		.live = true,
		.changed = true,
		.role = role,
		.realm = realm,
		.order = ++oracle.clock,
		.index = UINT64_MAX,
		.release = ORACLE_NONE,
		.region = ORACLE_NONE,
		.consumer = ORACLE_NONE,
	};
	return item;
}

void end_item(struct oracle_item *item)
{
	item->live = false;
	item->changed = true;
}

void set_item_state(struct oracle_item *item, enum csm_state state)
{
	item->changed |= item->state != state;
	item->state = state;
}

void make_pending(struct oracle_item *item)
{
	if (item->pending == 0)
		item->pending = ++oracle.clock;
}

static bool is_range(const struct oracle_item *item)
{
	return item->live && item->role != CSM_ROLE_SHARE;
}

struct oracle_item *oracle_range_at(int realm, uint64_t base, uint64_t top)
{
	struct oracle_item *last = NULL;

	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (is_range(i) && i->realm == realm && i->base < top && base < i->base + i->size &&
		    (last == NULL || i->base > last->base))
			last = i;
	}
	return last;
}

struct oracle_item *find_region(int realm, uint64_t id)
{
	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm && i->role == CSM_ROLE_REGION && i->id == id)
			return i;
	}
	return NULL;
}

static struct oracle_item *find_pair(int realm, enum csm_role role, struct csm_rid peer, uint64_t n)
{
	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm && i->role == role && same_rid(i->peer, peer) && i->n == n)
			return i;
	}
	return NULL;
}

struct oracle_item *oracle_find_share(int provider, struct csm_rid consumer, uint64_t n)
{
	return find_pair(provider, CSM_ROLE_SHARE, consumer, n);
}

struct oracle_item *oracle_find_consumer(int realm, struct csm_rid provider, uint64_t n)
{
	return find_pair(realm, CSM_ROLE_CONSUMER, provider, n);
}

struct oracle_item *oracle_find_index(int realm, uint64_t index)
{
	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm && i->index == index)
			return i;
	}
	return NULL;
}

struct oracle_item *oracle_next_index(int realm, uint64_t *index)
{
	uint64_t end = MIN(oracle_slots(&oracle.realm[realm]), *index + ORACLE_STEP);
	struct oracle_item *item = NULL;

	while (item == NULL && *index < end)
		item = oracle_find_index(realm, (*index)++);
	return item;
}

struct oracle_item *consumer_of(const struct oracle_item *share)
{
	return oracle_find_consumer(share->consumer, oracle.realm[share->realm].rid, share->n);
}

struct oracle_item *share_of(const struct oracle_item *range)
{
	int provider = oracle_realm_of_rid(range->peer);
	struct oracle_item *share =
		provider == ORACLE_NONE
			? NULL
			: oracle_find_share(provider, oracle.realm[range->realm].rid, range->n);

	return share != NULL && share->consumer == range->realm ? share : NULL;
}

const struct oracle_item *range_of(const struct oracle_item *item)
{
	return item->role == CSM_ROLE_SHARE ? &oracle.item[item->region] : item;
}

struct oracle_item *next_share(const struct oracle_item *region, const struct oracle_item *after)
{
	struct oracle_item *next = NULL;

	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->role == CSM_ROLE_SHARE && i->region == region - oracle.item &&
		    (after == NULL || i->order > after->order) && (next == NULL || i->order < next->order))
			next = i;
	}
	return next;
}

/* --- Room -------------------------------------------------------------------------------------------------------------- */

uint64_t oracle_slots(const struct oracle_realm *r)
{
	return ROOT_SLOTS + (uint64_t)r->num_extensions * EXTENSION_SLOTS;
}

/* Entries in use; numbers of realms that are gone may be forgotten already. */
static void count_used(int realm, unsigned int *least, unsigned int *most)
{
	const struct oracle_realm *r = &oracle.realm[realm];

	*least = 0;
	for (const struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm)
			*least += 1 + i->is_measured;
	}
	*most = *least;
	for (unsigned int i = 0; i < ORACLE_PEERS; i++) {
		*most += r->peer[i].live;
		*least += r->peer[i].live && oracle_realm_of_rid(r->peer[i].rid) != ORACLE_NONE;
	}
}

/* The monitor said that there is none: the call left to ask for room, or ended without. */
static bool was_full(const struct csm_asked *c)
{
	const struct oracle_hint *h = c->entry->hint;

	return (h->exit->exit_reason == RMI_EXIT_CSM && h->exit->csm_event == CSM_EVENT_APT_FULL) ||
	       h->gprs[0] == RSI_CSM_ERROR_MEMORY;
}

bool need_room(struct csm_asked *c, struct csm_reply *r, unsigned int least, unsigned int most)
{
	uint64_t slots = oracle_slots(&oracle.realm[c->self]);
	unsigned int used_least, used_most;

	count_used(c->self, &used_least, &used_most);
	if (used_most + most <= slots || (used_least + least <= slots && !was_full(c)))
		return true;
	if (c->answered == CSM_EVENT_APT_FULL)
		reply_with(r, RSI_CSM_ERROR_MEMORY);
	else
		reply_ask(r, CSM_EVENT_APT_FULL, 0, 0, 0);
	return false;
}

/* --- What base commands ask --------------------------------------------------------------------------------------------- */

bool admits_data(int realm, uint64_t ipa)
{
	const struct oracle_item *range = oracle_range_at(realm, ipa, ipa + PAGE);

	return range == NULL || range->role != CSM_ROLE_CONSUMER ||
	       ((range->flags & CSM_RESERVE_FLAG_RAM) && range->is_ending &&
		range->state != CSM_STATE_DESTROYING);
}

/* No byte of it is in a consumer range, or all of it is in one. */
bool may_fold(int realm, uint64_t base, uint64_t top)
{
	for (const struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (!i->live || i->realm != realm || i->role != CSM_ROLE_CONSUMER)
			continue;
		if (i->base < top && base < i->base + i->size &&
		    !(i->base <= base && top <= i->base + i->size))
			return false;
	}
	return true;
}

static struct oracle_item *region_at(int realm, uint64_t ipa)
{
	struct oracle_item *range = oracle_range_at(realm, ipa, ipa + PAGE);

	return range != NULL && range->role == CSM_ROLE_REGION ? range : NULL;
}

/* The page comes to the first consumers of its region. */
void data_created(int realm, uint64_t ipa)
{
	struct oracle_item *region = region_at(realm, ipa);
	unsigned int seen = 0, served = 0;

	if (region == NULL)
		return;
	for (struct oracle_item *s = next_share(region, NULL);
	     s != NULL && seen < ORACLE_STEP && served < ORACLE_STEP / 8; s = next_share(region, s), seen++) {
		if (s->state != CSM_STATE_ATTACHED)
			continue;
		map_page(region, s, ipa - region->base);
		served++;
	}
}

/* Some consumers lose the page at the region's cursor: from the share on that comes next. */
static void release_step(struct oracle_item *region)
{
	struct oracle_item *s = region->release == ORACLE_NONE ? NULL : &oracle.item[region->release];
	unsigned int seen = 0, served = 0;

	for (; s != NULL && seen < ORACLE_STEP && served < ORACLE_STEP / 8;
	     s = next_share(region, s), seen++) {
		if (s->consumer == ORACLE_NONE)
			continue;
		unmap_page(s, region->cursor);
		served++;
	}
	region->release = s == NULL ? ORACLE_NONE : (int)(s - oracle.item);
}

/* Where a block of a consumer's would count that has the page, too (choice of the monitor: it looks no further). */
static bool may_be_shared(const struct oracle_granule *data)
{
	uint64_t first = ALIGN_DOWN(oracle_pa(data), BLOCK);

	return data->mappings != 0 ||
	       (granule_is(first, ORACLE_DATA) && oracle_granule(first)->mappings != 0);
}

static bool has_page(const struct oracle_item *region)
{
	uint64_t ipa = region->base + region->cursor;
	struct oracle_place p = place_in(region->realm, ipa);

	return usable_page(&p, ipa) != NULL;
}

bool data_released(int realm, uint64_t ipa, const struct oracle_granule *data)
{
	struct oracle_item *region = region_at(realm, ipa);

	if (region == NULL || !oracle.realm[realm].has_apt || !may_be_shared(data))
		return true;
	if (region->state == CSM_STATE_CREATING)
		return true; /* nobody has been offered it */
	/* Choice 8: a page whose way out has begun comes first. */
	if (region->phase == ORACLE_RELEASE && region->cursor != ipa - region->base) {
		if (region->release != ORACLE_NONE && has_page(region)) {
			release_step(region);
			return false;
		}
		region->phase = ORACLE_IDLE;
	}
	if (region->phase != ORACLE_RELEASE) {
		const struct oracle_item *first = next_share(region, NULL);

		region->phase = ORACLE_RELEASE;
		region->cursor = ipa - region->base;
		region->release = first == NULL ? ORACLE_NONE : (int)(first - oracle.item);
	}
	release_step(region);
	if (region->release != ORACLE_NONE)
		return false;
	region->phase = ORACLE_IDLE;
	return true;
}
