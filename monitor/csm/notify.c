/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications between the two sides of a share: RSI_CSM_NOTIFY, PENDING, DOORBELL (docs/csm.md). That there is news is
 * kept here, in the APT of the side that was notified; the host's doorbell only says "look".
 */
#include "csm/internal.h"
#include "model/rec.h"

#define ROLE_PROVIDER 0U
#define ROLE_CONSUMER 1U

/* The consumer side of a share: `c`'s entry for `n` of provider `p`, or NULL. */
static struct apt_entry *find_consumer(struct granule *c, const struct granule *p, uint64_t n)
{
	struct apt *apt = c == NULL ? NULL : csm_apt(c);

	return apt == NULL ? NULL : apt_find(apt, apt_rid_key(APT_CONSUMER, realm_of(p)->rid, n));
}

static bool is_attached(const struct apt_entry *e)
{
	return e != NULL && e->state == CSM_STATE_ATTACHED;
}

static void notify_locked(const struct csm_call *call, struct granule *peer, struct csm_answer *a)
{
	uint64_t n = call->args->n, role = call->args->role;
	bool provides = role == ROLE_PROVIDER;
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *own, *other;

	csm_done(a, apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (apt == NULL || role > ROLE_CONSUMER)
		return;
	own = apt_find(apt, apt_rid_key(provides ? APT_SHARE : APT_CONSUMER, call->args->peer, n));
	other = provides ? find_consumer(peer, call->rd, n) : csm_find_share(peer, call->rd, n);
	if (own != NULL && own->state == CSM_STATE_REVOKED) {
		csm_done(a, RSI_CSM_ERROR_REVOKED);
		return;
	}
	if (!is_attached(own) || !is_attached(other)) {
		csm_done(a, RSI_CSM_ERROR_DENIED);
		return;
	}
	csm_make_pending(peer, other);
	/* Each time, also if it is pending already: the host may not have rung then. */
	csm_tell(a, CSM_EVENT_NOTIFY, 0, 0, granule_pa(peer).v);
	a->doorbell = csm_doorbell_of(peer);
}

void csm_notify(const struct csm_call *call, struct csm_answer *a)
{
	struct granule *peer = csm_lock_call(call, call->args->peer);

	notify_locked(call, peer, a);
	csm_unlock_pair(call->rd, peer);
}

/* Of those with an index from `first` on, the one that has waited longest; CSM_STEP are looked at. */
static struct apt_entry *find_pending(struct apt *apt, uint64_t first)
{
	struct apt_entry *e = apt_pending_first(apt);

	for (unsigned int i = 0; e != NULL && e->index < first && i < CSM_STEP - 1; i++)
		e = apt_entry(apt, e->pending.next);
	return e != NULL && e->index >= first ? e : NULL;
}

static void pending_locked(const struct csm_call *call, struct csm_answer *a)
{
	struct apt *apt = csm_apt(call->rd);
	struct apt_entry *e;

	csm_done(a, SMCCC_NOT_SUPPORTED);
	if (apt == NULL)
		return;
	csm_done(a, RSI_SUCCESS);
	a->value[0] = CSM_INDEX_NONE;
	a->num_values = 1;
	e = find_pending(apt, call->args->index);
	if (e != NULL) {
		a->value[0] = e->index;
		apt_pending_remove(apt, e);
	}
}

void csm_pending(const struct csm_call *call, struct csm_answer *a)
{
	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	pending_locked(call, a);
	granule_unlock(call->rd);
}

/* Which of its RECs the host is to ring for the realm: a hint to the host, as the doorbell is one to the realm. */
static void doorbell_locked(const struct csm_call *call, struct csm_answer *a)
{
	struct realm *realm = realm_of(call->rd);
	uint64_t mpidr = call->args->mpidr;

	csm_done(a, realm->apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	if (realm->apt == NULL || !rec_mpidr_is_used(realm, mpidr))
		return;
	realm->doorbell = (uint32_t)rec_index_of_mpidr(mpidr);
	csm_done(a, RSI_SUCCESS);
}

void csm_doorbell(const struct csm_call *call, struct csm_answer *a)
{
	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	doorbell_locked(call, a);
	granule_unlock(call->rd);
}
