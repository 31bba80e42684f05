/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * With whom a realm shares memory: what its attestation token says (docs/attestation.md).
 */
#include "csm/internal.h"

void csm_sharing_begin(struct granule *rd, struct csm_sharing_walk *w)
{
	w->apt = csm_apt(rd);
	w->looked_at = 0;
	w->cut_off = false;
	if (w->apt != NULL)
		apt_walk_begin(w->apt, &w->entries);
}

/* The provider's consent stands, or the consumer still has pages, as long as the entry is there. */
static void describe_share(struct apt *apt, const struct apt_entry *share, struct csm_sharing *item)
{
	*item = (struct csm_sharing){
		.peer = share->peer,
		.permission = (enum csm_permission)share->permission,
		.size = apt_entry(apt, share->as_share.region)->size,
	};
}

/* False: nothing of the provider's is, or can any more be, mapped through this entry. */
static bool describe_consumer(const struct apt_entry *consumer, struct csm_sharing *item)
{
	/* BROKEN: the host may have unmapped a part of it only. DESTROYING: DETACH is not complete. */
	if (consumer->state != CSM_STATE_ATTACHED && consumer->state != CSM_STATE_BROKEN &&
	    consumer->state != CSM_STATE_DESTROYING)
		return false;
	*item = (struct csm_sharing){
		.consumer = true,
		.peer = consumer->peer,
		.permission = (enum csm_permission)consumer->permission,
		.size = consumer->size,
	};
	return true;
}

bool csm_sharing_next(struct csm_sharing_walk *w, struct csm_sharing *item)
{
	struct apt_entry *e;

	if (w->apt == NULL)
		return false;
	while ((e = apt_walk_next(w->apt, &w->entries)) != NULL) {
		if (w->looked_at++ == CSM_STEP) {
			w->cut_off = true;
			return false;
		}
		if (e->kind == APT_SHARE) {
			describe_share(w->apt, e, item);
			return true;
		}
		if (e->kind == APT_CONSUMER && describe_consumer(e, item))
			return true;
	}
	return false;
}
