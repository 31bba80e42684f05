/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The invariants of docs/csm.md, of the model's own state. That the monitor's tables are the model's is looked at after each
 * command (look.c); so what holds here holds there.
 */
#include "oracle/model/inside.h"

static uint32_t explained[ORACLE_GRANULES]; /* leaves of other realms, each with its reason */

/* The leaf of C that covers the page at `offset` of its range is P's, there, and as shared. */
static const char *check_foreign(const struct oracle_item *range, const struct oracle_place *c,
				 uint64_t offset)
{
	const struct oracle_item *share = share_of(range), *region;
	struct oracle_place p;
	uint64_t ipa;

	if (range->state != CSM_STATE_ATTACHED && range->state != CSM_STATE_BROKEN &&
	    range->state != CSM_STATE_DESTROYING)
		return "I1: mapped without the consumer's consent";
	if (share == NULL || share->state == CSM_STATE_OFFERED)
		return "I1: mapped without the provider's consent";
	region = &oracle.item[share->region];
	if (!region->live || region->realm != share->realm || region->size != range->size ||
	    share->base != range->base || share->size != range->size)
		return "I3: the range is not the region's";
	ipa = region->base + offset;
	p = place_in(share->realm, ipa);
	if (p.entry->what != ORACLE_OWN)
		return "I6: the provider shares what is not its own";
	if (p.entry->pa + (ipa - p.start) != c->entry->pa + (range->base + offset - c->start))
		return "I3: another page than the provider's";
	if (c->entry->permission != share->permission)
		return "I4: another permission than the share's";
	if (!granule_is(c->entry->pa, ORACLE_DATA))
		return "I2: no page of a realm";
	return NULL;
}

static const char *check_range(const struct oracle_item *range)
{
	for (uint64_t offset = 0; offset < range->size; offset += PAGE) {
		struct oracle_place c = place_in(range->realm, range->base + offset);
		const char *wrong;

		if (c.level < LEVEL_PAGE && c.entry->what != ORACLE_FOREIGN) {
			offset = c.start + c.size - PAGE - range->base;
			continue;
		}
		if (c.entry->what == ORACLE_OWN && range->state != CSM_STATE_CREATING &&
		    !(range->is_ending && (range->flags & CSM_RESERVE_FLAG_RAM)))
			return "I3: a page of the consumer's own in its range";
		if (c.entry->what != ORACLE_FOREIGN)
			continue;
		wrong = check_foreign(range, &c, offset);
		if (wrong != NULL)
			return wrong;
		if (c.start == range->base + offset)
			explained[oracle_granule(c.entry->pa) - oracle.granule]++;
	}
	return NULL;
}

static const char *check_overlap(const struct oracle_item *range)
{
	for (const struct oracle_item *i = oracle.item; i < range; i++) {
		if (i->live && i->role != CSM_ROLE_SHARE && i->realm == range->realm &&
		    i->base < range->base + range->size && range->base < i->base + i->size)
			return "I6: ranges overlap";
	}
	return NULL;
}

const char *oracle_invariants(void)
{
	const char *wrong = NULL;

	memset(explained, 0, sizeof(explained));
	for (const struct oracle_item *i = oracle.item; wrong == NULL && i < oracle.item + ORACLE_ITEMS;
	     i++) {
		if (!i->live || i->role == CSM_ROLE_SHARE)
			continue;
		wrong = check_overlap(i);
		if (wrong == NULL && i->role == CSM_ROLE_CONSUMER)
			wrong = check_range(i);
	}
	for (unsigned int i = 0; wrong == NULL && i < ORACLE_GRANULES; i++) {
		if (oracle.granule[i].mappings != explained[i])
			wrong = "I1: mapped outside all consumer ranges";
	}
	return wrong;
}
