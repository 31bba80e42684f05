/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding and locking the two realms of a share; running a command in bounded steps.
 */
#include "csm/internal.h"

void csm_run(csm_step_fn *step, const struct csm_call *call, struct csm_answer *a)
{
	struct csm_call c = *call;

	while (step(&c, a) == CSM_STEP_MORE) {
		c.asked = 0; /* an answer of the host counts once */
		if (port_irq_pending()) {
			csm_done(a, RSI_INCOMPLETE);
			return;
		}
	}
}

/* Locks the RD at `g` if it is (still) that of the realm `rid`. */
static bool lock_realm(struct granule *g, struct csm_rid rid)
{
	if (!granule_lock(g, GRANULE_RD))
		return false;
	if (rid_equal(realm_of(g)->rid, rid))
		return true;
	/* The granule has become another realm's RD since it was looked up. */
	granule_unlock(g);
	return false;
}

bool csm_lock_pair(struct granule *self, struct csm_rid self_rid, struct csm_rid rid, struct granule **peer)
{
	struct granule *other = registry_find(rid);

	if (other == self)
		other = NULL;
	if (other != NULL && other < self && !lock_realm(other, rid))
		other = NULL;
	if (!lock_realm(self, self_rid)) {
		if (other != NULL && other < self)
			granule_unlock(other);
		return false;
	}
	if (other != NULL && other > self && !lock_realm(other, rid))
		other = NULL;
	*peer = other;
	return true;
}

struct granule *csm_lock_call(const struct csm_call *call, struct csm_rid rid)
{
	struct granule *peer;

	REQUIRE(csm_lock_pair(call->rd, realm_of(call->rd)->rid, rid, &peer));
	return peer;
}

void csm_unlock_pair(struct granule *self, struct granule *peer)
{
	granule_unlock(self);
	if (peer != NULL)
		granule_unlock(peer);
}

struct apt_entry *csm_find_share(struct granule *p, const struct granule *c, uint64_t n)
{
	struct apt *apt = p == NULL ? NULL : csm_apt(p);

	return apt == NULL ? NULL : apt_find(apt, apt_rid_key(APT_SHARE, realm_of(c)->rid, n));
}

struct apt_entry *csm_find_overlap(struct apt *apt, uint64_t base, uint64_t top)
{
	/* Ranges don't overlap each other: the last one that starts below `top` decides. */
	struct apt_entry *e = apt_find_ipa(apt, top - 1);

	return e != NULL && e->base + e->size > base ? e : NULL;
}

bool csm_range_is_valid(const struct realm *realm, uint64_t base, uint64_t size)
{
	return is_aligned(base | size, GRANULE_SIZE) && base + size >= base &&
	       s2_range_is_protected(&realm->s2, base, base + size);
}

bool csm_need_room(struct apt *apt, uint32_t count, const struct csm_call *call, struct csm_answer *a)
{
	if (apt_has_room(apt, count))
		return true;
	if (call->asked == CSM_EVENT_APT_FULL)
		csm_done(a, RSI_CSM_ERROR_MEMORY);
	else
		csm_ask(a, CSM_EVENT_APT_FULL, 0, 0, 0);
	return false;
}
