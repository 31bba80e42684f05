/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_*: the realm's calls for CSM (docs/csm.md "Realm interface"). Which registers carry what, when a
 * call leaves for the host, and how it goes on; the rules are in csm/.
 */
#include "call/rsi.h"
#include "csm/csm.h"

static void csm_version(const struct csm_call *call, struct csm_answer *a)
{
	a->outcome = CSM_DONE;
	a->status = call->args->version == CSM_ABI_VERSION ? RSI_SUCCESS : RSI_ERROR_INPUT;
	a->value[0] = CSM_ABI_VERSION;
	a->value[1] = CSM_ABI_VERSION;
	a->value[2] = CSM_FEATURES_OFFERED;
	a->num_values = 3;
}

/* SMCCC: the service's UUID comes in x0-x3, its revision in x0 and x1. */
static void csm_uid(const struct csm_call *call, struct csm_answer *a)
{
	(void)call;
	a->outcome = CSM_DONE;
	a->status = RSI_CSM_UID_0;
	a->value[0] = RSI_CSM_UID_1;
	a->value[1] = RSI_CSM_UID_2;
	a->value[2] = RSI_CSM_UID_3;
	a->num_values = 3;
}

static void csm_revision(const struct csm_call *call, struct csm_answer *a)
{
	(void)call;
	a->outcome = CSM_DONE;
	a->status = CSM_ABI_VERSION >> 16;
	a->value[0] = CSM_ABI_VERSION & 0xffff;
	a->num_values = 1;
}

/* --- Which registers carry what --------------------------------------------------------------------------- */

typedef void csm_decode(const uint64_t *x, struct csm_args *a);

static void no_args(const uint64_t *x, struct csm_args *a)
{
	(void)x;
	*a = (struct csm_args){ 0 };
}

static void version_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .version = x[1] };
}

static void create_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .base = x[1], .size = x[2], .flags = x[3] };
}

static void share_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){
		.id = x[1], .peer = { x[2], x[3] }, .permission = x[4], .flags = x[5], .rim = &x[6]
	};
}

/* REVOKE, ATTACH, DETACH; RESERVE has the range, too, and NOTIFY the caller's role. */
static void pair_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .peer = { x[1], x[2] }, .n = x[3] };
}

static void reserve_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){
		.peer = { x[1], x[2] }, .n = x[3], .base = x[4], .size = x[5], .flags = x[6]
	};
}

static void notify_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .peer = { x[1], x[2] }, .n = x[3], .role = x[4] };
}

static void doorbell_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .mpidr = x[1] };
}

static void destroy_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .id = x[1] };
}

/* QUERY, PENDING. */
static void index_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .index = x[1] };
}

static void peer_measurement_args(const uint64_t *x, struct csm_args *a)
{
	*a = (struct csm_args){ .peer = { x[1], x[2] }, .index = x[3] };
}

struct command {
	uint32_t fid;
	csm_decode *decode;
	csm_command *run;
};

static const struct command commands[] = {
	{ RSI_CSM_CALL_UID, no_args, csm_uid },
	{ RSI_CSM_CALL_REVISION, no_args, csm_revision },
	{ RSI_CSM_VERSION, version_args, csm_version },
	{ RSI_CSM_REALM_ID, no_args, csm_realm_id },
	{ RSI_CSM_CREATE, create_args, csm_create },
	{ RSI_CSM_SHARE, share_args, csm_share },
	{ RSI_CSM_REVOKE, pair_args, csm_revoke },
	{ RSI_CSM_DESTROY, destroy_args, csm_destroy },
	{ RSI_CSM_RESERVE, reserve_args, csm_reserve },
	{ RSI_CSM_ATTACH, pair_args, csm_attach },
	{ RSI_CSM_DETACH, pair_args, csm_detach },
	{ RSI_CSM_QUERY, index_args, csm_query },
	{ RSI_CSM_NOTIFY, notify_args, csm_notify },
	{ RSI_CSM_PENDING, index_args, csm_pending },
	{ RSI_CSM_PEER_MEASUREMENT, peer_measurement_args, csm_peer_measurement },
	{ RSI_CSM_DOORBELL, doorbell_args, csm_doorbell },
};

static const struct command *find_command(uint32_t fid)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].fid == fid)
			return &commands[i];
	}
	return NULL;
}

/* --- Calls ---------------------------------------------------------------------------------------------------- */

/* Without an APT a realm can't tell this monitor from one without CSM (I10). */
static bool has_csm(struct granule *rd)
{
	bool has;

	REQUIRE(granule_lock(rd, GRANULE_RD));
	has = realm_of(rd)->apt != NULL;
	granule_unlock(rd);
	return has;
}

static bool finish(struct rec *rec, uint64_t status, const uint64_t *value, uint32_t num_values)
{
	for (uint32_t i = 0; i < num_values; i++)
		rec->gprs[1 + i] = value[i];
	return realm_return(rec, status);
}

/* The host must act, or hear of it, before the realm goes on. */
static bool leave(struct rec *rec, const struct csm_answer *a, struct rmi_rec_exit *exit)
{
	rec->csm.pending = true;
	rec->csm.event = a->event;
	rec->csm.done = a->outcome == CSM_TELL;
	exit->exit_reason = RMI_EXIT_CSM;
	exit->csm_event = a->event;
	exit->csm_base = a->base;
	exit->csm_size = a->size;
	exit->csm_argument = a->argument;
	exit->csm_ring = a->doorbell.rd;
	exit->csm_ring_rec = a->doorbell.rec;
	return false;
}

static bool run(struct rec *rec, uint8_t asked, bool rejected, struct rmi_rec_exit *exit)
{
	const struct command *command = find_command((uint32_t)rec->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT);
	struct csm_call call = { .rd = rec->rd, .asked = asked, .rejected = rejected };
	struct csm_answer answer = { .outcome = CSM_DONE };
	struct csm_args args;

	if (command == NULL || !has_csm(rec->rd))
		return realm_return(rec, SMCCC_NOT_SUPPORTED);
	command->decode(rec->gprs, &args);
	call.args = &args;
	command->run(&call, &answer);
	if (answer.outcome != CSM_DONE)
		return leave(rec, &answer, exit);
	return finish(rec, answer.status, answer.value, answer.num_values);
}

bool rsi_csm_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	(void)fid; /* in x0, which a resumed call must read again */
	return run(rec, 0, false, exit);
}

bool rsi_csm_resume(struct rec *rec, bool rejected, struct rmi_rec_exit *exit)
{
	rec->csm.pending = false;
	if (rec->csm.done)
		return realm_return(rec, RSI_SUCCESS);
	return run(rec, rec->csm.event, rejected, exit);
}
