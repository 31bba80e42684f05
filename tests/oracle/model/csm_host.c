/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's operations (docs/csm.md "Host interface").
 */
#include "oracle/model/inside.h"

static void host_version(const uint64_t *x, struct oracle_answer *a)
{
	may_fail(a, x[2] != CSM_ABI_VERSION, RMI_ERROR_INPUT);
	a->x[1] = a->x[2] = CSM_ABI_VERSION;
	a->x[3] = oracle.csm_features;
}

static void apt_create(const uint64_t *x, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[2], a);

	may_fail(a, !granule_is(x[3], ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	may_fail(a, r->has_apt || r->state == ORACLE_OFF, RMI_ERROR_REALM);
	if (fails(a))
		return;
	set_state(oracle_granule(x[3]), ORACLE_APT);
	r->has_apt = true;
	r->apt_root = x[3];
	r->num_extensions = 0;
	r->last_id = 0;
	memset(r->peer, 0, sizeof(r->peer));
}

static void apt_extend(const uint64_t *x, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[2], a);

	may_fail(a, !granule_is(x[3], ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	may_fail(a, !r->has_apt, RMI_ERROR_REALM);
	if (fails(a))
		return;
	set_state(oracle_granule(x[3]), ORACLE_APT);
	assert(r->num_extensions < sizeof(r->extension) / sizeof(r->extension[0]));
	r->extension[r->num_extensions++] = x[3];
}

/* --- APT_DESTROY ----------------------------------------------------------------------------------------------------------- */

static void ring(struct oracle_answer *a, int realm)
{
	a->x[3] = oracle.realm[realm].rd;
	a->x[4] = oracle.realm[realm].doorbell;
}

/* One granule goes back, whichever the monitor takes; the root is the last. */
static void release_granule(struct oracle_realm *r, uint64_t released, struct oracle_answer *a)
{
	a->x[1] = r->apt_root;
	if (r->num_extensions == 0) {
		r->has_apt = false;
	} else {
		unsigned int i = 0;

		while (i + 1 < r->num_extensions && r->extension[i] != released)
			i++;
		a->x[1] = r->extension[i];
		r->extension[i] = r->extension[--r->num_extensions];
		a->x[2] = 1 + r->num_extensions;
	}
	set_state(oracle_granule(a->x[1]), ORACLE_DELEGATED);
}

static void drop_consumer(struct oracle_item *range, struct oracle_answer *a)
{
	struct oracle_item *share = share_of(range);

	may_fail(a, share != NULL && share->mapped != 0, RMI_ERROR_REALM);
	if (fails(a))
		return;
	if (share != NULL) {
		ring(a, share->realm);
		share_detached(share);
	}
	end_item(range);
}

static void apt_destroy(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[2], a);
	struct oracle_item *range;
	struct gone gone;

	a->x[4] = 0;
	if (fails(a))
		return;
	may_fail(a, !r->has_apt || r->num_recs != 0, RMI_ERROR_REALM);
	if (fails(a))
		return;
	if (oracle_range_at(realm_number(r), 0, UINT64_MAX) == NULL) {
		release_granule(r, hint->x[1], a);
		return;
	}
	/* It is the monitor's choice with which range it begins, as long as it is one. */
	a->x[2] = 1 + r->num_extensions;
	range = oracle_find_index(realm_number(r), hint->next_range);
	assert(range != NULL && range->role != CSM_ROLE_SHARE);
	if (range->role == CSM_ROLE_CONSUMER) {
		drop_consumer(range, a);
		return;
	}
	close_region(range, &gone);
	if (gone.ring != ORACLE_NONE)
		ring(a, gone.ring);
}

/* --- UNMAP, FILL, ENTRY_READ ----------------------------------------------------------------------------------------------- */

static struct oracle_item *find_range(const uint64_t *x, struct oracle_answer *a)
{
	const struct oracle_realm *r = find_realm(x[2], a);
	struct oracle_item *range = NULL;

	if (fails(a))
		return NULL;
	if (IS_ALIGNED(x[3], PAGE) && x[3] < oracle_size(r))
		range = oracle_range_at(realm_number(r), x[3], x[3] + PAGE);
	if (range != NULL && range->role != CSM_ROLE_CONSUMER)
		range = NULL;
	may_fail(a, range == NULL, RMI_ERROR_INPUT);
	return range;
}

static void break_attachment(struct oracle_item *range, struct oracle_item *share, struct oracle_answer *a)
{
	if (range->state == CSM_STATE_ATTACHED) {
		set_item_state(range, CSM_STATE_BROKEN);
		range->phase = ORACLE_IDLE;
		make_pending(range);
	}
	if (share->state == CSM_STATE_ATTACHED) {
		set_item_state(share, CSM_STATE_BROKEN);
		make_pending(share);
		ring(a, share->realm);
	}
}

static uint8_t unmapped_ripas(const struct oracle_item *range, const struct oracle_item *share)
{
	if (range->state == CSM_STATE_DESTROYING || share->state == CSM_STATE_REVOKED)
		return ending_of(range);
	return (range->flags & CSM_RESERVE_FLAG_RAM) ? RMI_RAM : RMI_DESTROYED;
}

static void unmap(const uint64_t *x, struct oracle_answer *a)
{
	struct oracle_item *range = find_range(x, a), *share;
	uint64_t cursor;

	a->x[4] = 0;
	if (fails(a))
		return;
	share = share_of(range);
	a->x[1] = range->base + range->size;
	if (share == NULL)
		return;
	break_attachment(range, share, a);
	cursor = x[3] - range->base;
	unmap_step(share, &cursor, unmapped_ripas(range, share));
	a->x[1] = range->base + cursor;
	if (share->mapped == 0 && share->state == CSM_STATE_BROKEN &&
	    !(range->flags & CSM_RESERVE_FLAG_RAM)) {
		share_detached(share);
		ring(a, share->realm);
	}
}

static void fill(const uint64_t *x, struct oracle_answer *a)
{
	const struct oracle_item *range = find_range(x, a), *region;
	struct oracle_item *share;
	uint64_t cursor, before;
	struct oracle_place c;

	if (fails(a))
		return;
	share = share_of(range);
	may_fail(a, share == NULL || share->state != CSM_STATE_ATTACHED, RMI_ERROR_INPUT);
	if (fails(a))
		return;
	region = &oracle.item[share->region];
	cursor = x[3] - range->base;
	c = place_in(range->realm, x[3]);
	may_fail(a, c.entry->what != ORACLE_FOREIGN && c.level < level_for(region, range->base, cursor),
		 rtt_code(c.level));
	if (fails(a))
		return;
	before = share->mapped;
	map_step(region, share, &cursor);
	a->x[1] = range->base + cursor;
	a->x[2] = share->mapped - before;
}

static void entry_read(const uint64_t *x, struct oracle_answer *a)
{
	const struct oracle_realm *r = find_realm(x[2], a);
	const struct oracle_item *item;
	uint64_t index = x[3];

	a->x[4] = 0;
	if (fails(a))
		return;
	may_fail(a, !r->has_apt, RMI_ERROR_REALM);
	if (fails(a))
		return;
	may_fail(a, index >= oracle_slots(r), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	item = oracle_next_index(realm_number(r), &index);
	a->x[1] = CSM_INDEX_NONE;
	a->x[4] = index < oracle_slots(r) ? index : CSM_INDEX_NONE;
	if (item == NULL)
		return;
	a->x[1] = (uint64_t)item->role | (uint64_t)item->state << 8;
	a->x[2] = range_of(item)->base;
	a->x[3] = range_of(item)->size;
}

void host_csm(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	switch (x[1]) {
	case RMI_CSM_VERSION:
		host_version(x, a);
		break;
	case RMI_CSM_APT_CREATE:
		apt_create(x, a);
		break;
	case RMI_CSM_APT_EXTEND:
		apt_extend(x, a);
		break;
	case RMI_CSM_APT_DESTROY:
		apt_destroy(x, hint, a);
		break;
	case RMI_CSM_UNMAP:
		unmap(x, a);
		break;
	case RMI_CSM_FILL:
		fill(x, a);
		break;
	case RMI_CSM_ENTRY_READ:
		entry_read(x, a);
		break;
	default:
		may_fail(a, true, RMI_ERROR_INPUT);
	}
}
