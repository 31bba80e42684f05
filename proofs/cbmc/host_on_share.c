/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM_UNMAP, RMI_CSM_FILL and what RMI_APT_DESTROY does of a consumer's range (csm/host_operations.c), from any state of the
 * two realms (two_realms.h), which is another when their locks are had than it was when the host's call looked.
 */
#include "two_realms.h"

#include "csm/host_operations.c"

static uint64_t addr;
static bool was_unmapped, has_mapped, has_place;
static enum rmi_ripas left_as;

struct granule *granule_find_lock(struct pa where, enum granule_state state)
{
	CLAIM(state == GRANULE_RD && !is_locked[0]);
	is_locked[0] = c_lives && where.v == granule_pa(c_rd).v;
	return is_locked[0] ? c_rd : NULL;
}

void granule_unlock(struct granule *g)
{
	CLAIM(g == c_rd && is_locked[0] && !is_locked[1]);
	is_locked[0] = false;
}

/* Before it has the locks, others have done whatever they may. */
bool csm_lock_pair(struct granule *self, struct csm_rid self_rid, struct csm_rid rid, struct granule **peer)
{
	CLAIM(self == c_rd && !is_locked[0] && !is_locked[1]);
	any_realms(NULL);
	if (!c_lives || !rid_equal(c_realm.rid, self_rid))
		return false;
	is_locked[0] = true;
	is_locked[1] = p_lives && rid_equal(p_realm.rid, rid);
	*peer = is_locked[1] ? p_rd : NULL;
	return true;
}

/* `range-overlap`: what has a byte there. A range is whole pages, and does not wrap (`range-valid`). */
struct apt_entry *csm_find_overlap(struct apt *apt, uint64_t base, uint64_t top)
{
	const struct apt_entry *c = &the_consumer;

	CLAIM(apt == &c_apt && base == addr && top == addr + GRANULE_SIZE);
	ASSUME(is_aligned(c->base | c->size, GRANULE_SIZE) && c->size > 0 && c->base + c->size > c->base);
	return apt->consumer != NULL && base < c->base + c->size && c->base < top ? apt->consumer : NULL;
}

enum rmi_ripas csm_ending(const struct apt_entry *consumer)
{
	if (consumer->state == CSM_STATE_DESTROYING)
		return RMI_EMPTY;
	return (consumer->as_consumer.flags & CSM_RESERVE_FLAG_RAM) ? RMI_RAM : RMI_EMPTY;
}

/* share.c's, of which `csm-detach` says the same. */
void csm_share_detached(struct granule *p, struct apt_entry *share)
{
	CLAIM(p == p_rd && is_locked[1] && share == p_apt.share && share->as_share.mapped == 0);
	share->as_share.consumer = APT_NONE;
	if (share->state != CSM_STATE_REVOKED)
		share->state = CSM_STATE_OFFERED;
}

static void is_of_the_share(const struct apt_entry *share, const uint64_t *cursor)
{
	CLAIM(is_locked[0] && is_locked[1] && share == p_apt.share && share_is_linked() && entries_meet());
	CLAIM(*cursor < the_consumer.size && *cursor == addr - the_consumer.base);
}

bool csm_unmap_step(struct apt_entry *share, uint64_t *cursor, enum rmi_ripas ripas)
{
	is_of_the_share(share, cursor);
	CLAIM(share->state != CSM_STATE_ATTACHED && the_consumer.state != CSM_STATE_ATTACHED);
	was_unmapped = true;
	left_as = ripas;
	share->as_share.mapped = any_u64();
	*cursor = any_u64();
	return any_bool();
}

bool csm_has_place(struct granule *p, const struct apt_entry *region, struct granule *c, uint64_t c_base,
		   uint64_t offset, int *level)
{
	CLAIM(p == p_rd && c == c_rd && region == &the_region && c_base == the_consumer.base &&
	      offset == addr - c_base);
	*level = any_from_to(0, RTT_LEVEL_PAGE);
	return has_place;
}

/* I1, I3, as in ATTACH: the host brings about no mapping that the two realms did not agree on. */
bool csm_map_step(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t *cursor,
		  uint64_t *mapped)
{
	is_of_the_share(share, cursor);
	CLAIM(p == p_rd && region == p_apt.region && has_place);
	CLAIM(share->state == CSM_STATE_ATTACHED && the_consumer.state == CSM_STATE_ATTACHED);
	CLAIM(share->base == the_consumer.base && share->size == the_consumer.size &&
	      region->size == share->size);
	CLAIM(the_consumer.permission == share->permission);
	has_mapped = true;
	share->as_share.mapped = any_u64();
	*mapped = any_u64();
	*cursor = any_u64();
	return any_bool();
}

static void any_call(void)
{
	addr = any_u64();
	has_place = any_bool();
	any_realms(NULL);
}

static void stays_sane(uint64_t result)
{
	CLAIM(!is_locked[0] && !is_locked[1] && share_is_sane() && pair_is_sane());
	CLAIM(result == RMI_SUCCESS || (nothing_changed() && !was_unmapped && !has_mapped));
}

void prove_unmap(void)
{
	struct csm_doorbell doorbell = { 0, 0 };
	bool ends_as_ram, linked;
	uint64_t next = 0, result;

	any_call();
	result = csm_unmap(pa(any_u64()), addr, &next, &doorbell);
	stays_sane(result);
	CLAIM(result == RMI_SUCCESS || result == RMI_ERROR_INPUT);
	if (result != RMI_SUCCESS)
		return;
	linked = p_lives && p_apt.share != NULL && share_before.as_share.consumer != APT_NONE;
	CLAIM(was_unmapped == linked);
	if (!linked)
		return;
	ends_as_ram = (consumer_before.as_consumer.flags & CSM_RESERVE_FLAG_RAM) != 0;
	/* docs/csm.md, CSM_UNMAP: what the entries become, and when the share is OFFERED again. */
	if (consumer_before.state == CSM_STATE_DESTROYING)
		CLAIM(left_as == RMI_EMPTY);
	else if (ends_as_ram)
		CLAIM(left_as == RMI_RAM);
	else
		CLAIM(left_as == (share_before.state == CSM_STATE_REVOKED ? RMI_EMPTY : RMI_DESTROYED));
	CLAIM(the_share.state != CSM_STATE_ATTACHED);
	CLAIM((the_share.as_share.consumer == APT_NONE) ==
	      (the_share.as_share.mapped == 0 && share_before.state != CSM_STATE_REVOKED && !ends_as_ram));
	/* Both hear of what neither did. */
	CLAIM(num_pending == (unsigned int)(consumer_before.state == CSM_STATE_ATTACHED) +
				     (unsigned int)(share_before.state == CSM_STATE_ATTACHED));
	CLAIM(doorbell.rd ==
	      (share_before.state == CSM_STATE_ATTACHED || the_share.as_share.consumer == APT_NONE
		       ? granule_pa(p_rd).v
		       : 0));
}

void prove_fill(void)
{
	uint64_t next = 0, mapped = 0, result;

	any_call();
	result = csm_fill(pa(any_u64()), addr, &next, &mapped);
	stays_sane(result);
	CLAIM((result == RMI_SUCCESS) == has_mapped);
}

/* An entry goes only when nothing is mapped through it. */
void prove_drop_consumer(void)
{
	struct csm_doorbell doorbell = { 0, 0 };
	struct csm_rid rid = any_rid(), provider = any_rid();
	uint64_t n = any_u64(), result = drop_consumer(c_rd, rid, provider, n, &doorbell);
	bool linked = p_apt.share != NULL && share_before.as_share.consumer != APT_NONE &&
		      rid_equal(provider, p_realm.rid) && share_before.n == n;

	stays_sane(result);
	CLAIM(result != RMI_SUCCESS || !linked || share_before.as_share.mapped == 0);
	CLAIM(result != RMI_ERROR_REALM || share_before.as_share.mapped != 0);
	CLAIM((doorbell.rd != 0) == (result == RMI_SUCCESS && linked));
	CLAIM(result != RMI_SUCCESS || c_apt.consumer == NULL || !rid_equal(the_consumer.peer, provider) ||
	      the_consumer.n != n);
}
