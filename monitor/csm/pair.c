/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locking the two realms of a share, and finding it.
 */
#include "csm/internal.h"

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
