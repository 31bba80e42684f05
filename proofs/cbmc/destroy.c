/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of RSI_CSM_DESTROY (csm/provider.c), from any state of the two realms (two_realms.h), on what `csm-close-unused` and
 * `csm-close-first` show of a step of taking a region apart: what P, the host and C hear of it.
 */
#include "two_realms.h"

#include "csm/provider.c"

static struct csm_args args;
static struct csm_gone closed;
static enum csm_step closing;
static bool has_closed;

bool granule_lock(struct granule *g, enum granule_state state)
{
	CLAIM(g == p_rd && state == GRANULE_RD && !is_locked[0] && !is_locked[1]);
	is_locked[1] = true;
	return true;
}

void granule_unlock(struct granule *g)
{
	CLAIM(g == p_rd && is_locked[1]);
	is_locked[1] = false;
}

enum csm_step csm_region_close(struct granule *rd, struct csm_rid rid, uint64_t id, struct csm_gone *gone)
{
	CLAIM(rd == p_rd && rid_equal(rid, p_realm.rid) && id == args.id);
	CLAIM(!is_locked[0] && !is_locked[1] && !has_closed && nothing_changed());
	has_closed = true;
	closing = any_bool() ? CSM_STEP_MORE : CSM_STEP_END;
	closed = (struct csm_gone){ .kind = APT_FREE };
	if (any_bool())
		closed = (struct csm_gone){ .kind = closing == CSM_STEP_MORE ? APT_SHARE : APT_REGION,
					    .base = any_u64(),
					    .size = any_u64() };
	if (closed.kind == APT_SHARE)
		closed.doorbell = (struct csm_doorbell){ granule_pa(c_rd).v, any_u32() };
	*gone = closed;
	return closing;
}

/* docs/csm.md, failure conditions of DESTROY, in their order. */
static uint64_t specified(void)
{
	if (p_realm.apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	if (p_apt.region == NULL || the_region.as_region.id != args.id)
		return RSI_ERROR_INPUT;
	return the_region.state == CSM_STATE_CREATING ? RSI_ERROR_STATE : RSI_SUCCESS;
}

/* What went: a consumer's range, and the call comes back; or the region. */
static void is_told(const struct csm_answer *a, enum csm_outcome outcome, struct pa of)
{
	CLAIM(a->outcome == outcome && a->event == CSM_EVENT_REMOVE && a->argument == of.v);
	CLAIM(a->base == closed.base && a->size == closed.size);
	CLAIM(a->doorbell.rd == closed.doorbell.rd && a->doorbell.rec == closed.doorbell.rec);
}

void prove_destroy(void)
{
	struct csm_call call = { .rd = p_rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	struct csm_answer a = { 0 };
	enum csm_step step;
	uint64_t wanted;

	any_realms(p_rd);
	args = (struct csm_args){ .id = any_u64() };
	wanted = specified();
	step = destroy_step(&call, &a);
	CLAIM(!is_locked[0] && !is_locked[1]);
	REACHES(wanted == SMCCC_NOT_SUPPORTED);
	REACHES(wanted == RSI_ERROR_INPUT);
	REACHES(wanted == RSI_ERROR_STATE);
	REACHES(wanted == RSI_SUCCESS);
	CLAIM(has_closed == (wanted == RSI_SUCCESS));
	if (!has_closed) {
		CLAIM(step == CSM_STEP_END && a.outcome == CSM_DONE && a.status == wanted);
		CLAIM(nothing_changed());
		return;
	}
	CLAIM(step == (closing == CSM_STEP_MORE && closed.kind == APT_FREE ? CSM_STEP_MORE : CSM_STEP_END));
	if (step == CSM_STEP_MORE)
		return;
	if (closed.kind == APT_SHARE)
		is_told(&a, CSM_ASK, granule_pa(c_rd));
	else if (closed.kind == APT_REGION)
		is_told(&a, CSM_TELL, granule_pa(p_rd));
	else /* another REC has finished it */
		CLAIM(a.outcome == CSM_DONE && a.status == RSI_ERROR_INPUT);
	CLAIM(closed.kind != APT_REGION || (a.status == RSI_SUCCESS && a.num_values == 0));
}
