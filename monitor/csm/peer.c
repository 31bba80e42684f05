/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Local attestation: RSI_CSM_PEER_MEASUREMENT (docs/csm.md). A realm learns from the monitor what the peer is that it
 * shares with, or is offered memory by; no owner is in the loop.
 */
#include "csm/internal.h"

#include <string.h>

#define INDEX_RPV 5U

/* The realm has an entry of this kind that names `rid`. */
static bool names(struct granule *rd, enum apt_kind kind, struct csm_rid rid)
{
	struct apt *apt = csm_apt(rd);
	const struct apt_entry *e = apt == NULL ? NULL : apt_find_from(apt, apt_rid_key(kind, rid, 0));

	return e != NULL && e->kind == kind && rid_equal(e->peer, rid);
}

/*
 * Who consented to be known: a provider to those it named in a share; a consumer to the provider that it named
 * in a reservation and that named it in a share.
 */
static bool is_known(struct granule *self, struct granule *peer)
{
	struct csm_rid self_rid = realm_of(self)->rid, peer_rid = realm_of(peer)->rid;

	return names(peer, APT_SHARE, self_rid) ||
	       (names(self, APT_SHARE, peer_rid) && names(peer, APT_CONSUMER, self_rid));
}

static void peer_measurement_locked(const struct csm_call *call, struct granule *peer, struct csm_answer *a)
{
	uint64_t index = call->args->index;
	const struct realm *realm;

	csm_done(a, csm_apt(call->rd) == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (csm_apt(call->rd) == NULL || index > INDEX_RPV)
		return;
	if (peer == NULL || !is_known(call->rd, peer)) {
		csm_done(a, RSI_CSM_ERROR_DENIED);
		return;
	}
	realm = realm_of(peer);
	csm_done(a, RSI_SUCCESS);
	memcpy(a->value, index == INDEX_RPV ? realm->rpv : realm->measurement[index], RSI_MEASUREMENT_SIZE);
	a->value[8] = realm->hash_algo;
	a->num_values = 9;
}

void csm_peer_measurement(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *peer = csm_lock_call(call, call->args->peer);

	peer_measurement_locked(call, peer, a);
	csm_unlock_pair(call->rd, peer);
}
