/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of RSI_CSM_ATTACH (csm/consumer.c), from any state of the two realms (two_realms.h): who may map what.
 */
#include "two_realms.h"

#include "csm/consumer.c"

static bool admitted, has_mapped, has_looked;

bool csm_share_admits(struct apt *apt, const struct apt_entry *share, const struct realm *consumer)
{
	CLAIM(apt == &p_apt && share == &the_share && consumer == &c_realm);
	return admitted;
}

enum csm_scan csm_scan_places(struct granule *p, const struct apt_entry *region, struct granule *c,
			      uint64_t c_base, uint64_t *cursor, struct csm_lack *lack)
{
	enum csm_scan scan = (enum csm_scan)any_from_to(CSM_SCAN_DONE, CSM_SCAN_COARSE);

	CLAIM(p == p_rd && c == c_rd && region == &the_region && c_base == the_consumer.base);
	has_looked = true;
	*lack = (struct csm_lack){ any_u64(), any_u64() };
	*cursor = any_u64();
	return scan;
}

/* I1, I3, I4, at the moment when pages are mapped: the one place where a consumer gets any. */
bool csm_map_step(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t *cursor,
		  uint64_t *mapped)
{
	CLAIM(p == p_rd && is_locked[0] && is_locked[1] && p_lives);
	CLAIM(region == p_apt.region && share == p_apt.share && cursor == &c_apt.consumer->cursor);
	CLAIM(region->state == CSM_STATE_CREATED && share->state == CSM_STATE_ATTACHED && admitted);
	CLAIM(rid_equal(share->peer, c_realm.rid) && rid_equal(the_consumer.peer, p_realm.rid) &&
	      share->n == the_consumer.n);
	CLAIM(the_consumer.state == CSM_STATE_ATTACHED && share->as_share.consumer == granule_index(c_rd));
	CLAIM(share->base == the_consumer.base && share->size == the_consumer.size &&
	      region->size == share->size);
	has_mapped = true;
	share->as_share.mapped = any_u64();
	*mapped = any_u64();
	*cursor = any_u64();
	return any_bool();
}

/* docs/csm.md, failure conditions of ATTACH, in their order. */
static uint64_t specified(const struct csm_args *args)
{
	const struct apt_entry *e = &the_consumer;
	bool shared = p_lives && p_apt.share != NULL && rid_equal(args->peer, p_realm.rid) &&
		      rid_equal(the_share.peer, c_realm.rid) && the_share.n == args->n &&
		      the_share.state != CSM_STATE_REVOKED;

	if (c_realm.apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	if (c_apt.consumer == NULL || !rid_equal(e->peer, args->peer) || e->n != args->n)
		return RSI_CSM_ERROR_DENIED;
	if (e->state == CSM_STATE_REVOKED)
		return RSI_CSM_ERROR_REVOKED;
	if (e->state != CSM_STATE_RESERVED && e->state != CSM_STATE_ATTACHED)
		return RSI_ERROR_STATE;
	if (!shared || the_region.state != CSM_STATE_CREATED || the_region.size != e->size || !admitted)
		return e->state == CSM_STATE_ATTACHED ? RSI_CSM_ERROR_REVOKED : RSI_CSM_ERROR_DENIED;
	return RSI_SUCCESS;
}

void prove_attach(void)
{
	struct csm_args args = { .peer = any_rid(), .n = any_u64() };
	struct csm_call call = { .rd = c_rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	struct csm_answer a = { 0 };
	enum csm_step step;
	uint64_t wanted;

	any_realms(c_rd);
	admitted = any_bool();
	wanted = specified(&args);
	step = attach_step(&call, &a);
	CLAIM(!is_locked[0] && !is_locked[1]);
	CLAIM(share_is_sane() && pair_is_sane());
	if (wanted != RSI_SUCCESS) {
		CLAIM(step == CSM_STEP_END && a.outcome == CSM_DONE && a.status == wanted &&
		      nothing_changed());
		return;
	}
	/* By the book there is nothing against it. Only the host can be. */
	CLAIM(step == CSM_STEP_MORE || a.outcome == CSM_ASK || a.status == RSI_SUCCESS ||
	      (a.status == RSI_CSM_ERROR_HOST && call.rejected && call.asked == CSM_EVENT_RTT_NEEDED &&
	       !has_mapped));
	CLAIM(step == CSM_STEP_MORE || a.outcome != CSM_DONE || a.status != RSI_SUCCESS ||
	      (has_mapped && a.value[0] == the_share.permission &&
	       the_consumer.permission == the_share.permission));
	CLAIM(!has_mapped || !has_looked); /* what P has has a place before anything changes: another step */
}
