/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_* (call/rsi_csm.c): a call of a realm, from its registers to its answer, or out to the host and back. The rules are any:
 * the commands answer what they like.
 */
#include "one_rd.h"

#include "call/rsi_csm.c"

static struct realm realm;
static struct rec rec;
static struct rmi_rec_exit exit_record;
static uint64_t gprs[31], pc;    /* of the realm before */
static struct csm_answer answer; /* of the command that ran */
static unsigned int runs;
static uint8_t asked;
static bool rejected;

void *port_mem(struct pa where)
{
	CLAIM(is_locked && where.v == GRANULE_SIZE);
	return &realm;
}

/* A command is run once, without a lock, for this realm, and with the host's answer if there is one. */
static void run_command(uint32_t fid, const struct csm_call *call, struct csm_answer *a)
{
	CLAIM(!is_locked && runs++ == 0 && realm.apt != NULL);
	CLAIM(((uint32_t)gprs[0] & ~(uint32_t)SMCCC_SVE_HINT) == fid);
	CLAIM(call->rd == &rd && call->asked == asked && call->rejected == rejected);
	*a = answer;
}

static void any_answer(void)
{
	answer.outcome = (enum csm_outcome)any_from_to(CSM_DONE, CSM_TELL);
	answer.status = any_u64();
	answer.num_values = (uint32_t)any_from_to(0, ARRAY_SIZE(answer.value));
	for (unsigned int i = 0; i < ARRAY_SIZE(answer.value); i++)
		answer.value[i] = any_u64();
	answer.event = any_u8();
	answer.base = any_u64();
	answer.size = any_u64();
	answer.argument = any_u64();
	answer.doorbell = (struct csm_doorbell){ any_u64(), any_u64() };
}

/* docs/csm.md "Realm interface": where the arguments are. */
static bool has_rid(struct csm_rid rid, unsigned int i)
{
	return rid.lo == gprs[i] && rid.hi == gprs[i + 1];
}

static bool is_pair(const struct csm_args *a)
{
	return has_rid(a->peer, 1) && a->n == gprs[3];
}

#define COMMAND(name, fid, arguments)                                      \
	void csm_##name(const struct csm_call *call, struct csm_answer *a) \
	{                                                                  \
		const struct csm_args *args = call->args;                  \
                                                                           \
		(void)args;                                                \
		CLAIM(arguments);                                          \
		run_command(fid, call, a);                                 \
	}

COMMAND(realm_id, RSI_CSM_REALM_ID, true)
COMMAND(create, RSI_CSM_CREATE, args->base == gprs[1] && args->size == gprs[2] && args->flags == gprs[3])
COMMAND(share, RSI_CSM_SHARE,
	args->id == gprs[1] && has_rid(args->peer, 2) && args->permission == gprs[4] &&
		args->flags == gprs[5] && args->rim == &rec.gprs[6])
COMMAND(revoke, RSI_CSM_REVOKE, is_pair(args))
COMMAND(destroy, RSI_CSM_DESTROY, args->id == gprs[1])
COMMAND(reserve, RSI_CSM_RESERVE,
	is_pair(args) && args->base == gprs[4] && args->size == gprs[5] && args->flags == gprs[6])
COMMAND(attach, RSI_CSM_ATTACH, is_pair(args))
COMMAND(detach, RSI_CSM_DETACH, is_pair(args))
COMMAND(notify, RSI_CSM_NOTIFY, is_pair(args) && args->role == gprs[4])
COMMAND(pending, RSI_CSM_PENDING, args->index == gprs[1])
COMMAND(query, RSI_CSM_QUERY, args->index == gprs[1])
COMMAND(peer_measurement, RSI_CSM_PEER_MEASUREMENT, has_rid(args->peer, 1) && args->index == gprs[3])
COMMAND(doorbell, RSI_CSM_DOORBELL, args->mpidr == gprs[1])

static void any_realm(void)
{
	rec.rd = &rd;
	rec.pc = pc = any_u64();
	for (unsigned int i = 0; i < ARRAY_SIZE(gprs); i++)
		rec.gprs[i] = gprs[i] = any_u64();
	realm.apt = any_bool() ? &root : NULL;
}

/* The realm goes on behind its SMC; x0 and so many values are another, no other register. */
static void has_returned(bool goes_on, uint64_t x0, const uint64_t *value, uint32_t count)
{
	CLAIM(goes_on && !rec.csm.pending && rec.gprs[0] == x0 && rec.pc == pc + 4);
	for (unsigned int i = 1; i < ARRAY_SIZE(gprs); i++)
		CLAIM(rec.gprs[i] == (i <= count ? value[i - 1] : gprs[i]));
	CLAIM(exit_record.exit_reason == 0 && exit_record.csm_event == 0 && exit_record.csm_ring == 0);
}

/* The realm stays at its SMC with its registers; the host finds the event. */
static void has_left(bool goes_on)
{
	CLAIM(!goes_on && rec.csm.pending && rec.pc == pc);
	for (unsigned int i = 0; i < ARRAY_SIZE(gprs); i++)
		CLAIM(rec.gprs[i] == gprs[i]);
	CLAIM(exit_record.exit_reason == 0xca && exit_record.csm_event == answer.event);
	CLAIM(exit_record.csm_base == answer.base && exit_record.csm_size == answer.size &&
	      exit_record.csm_argument == answer.argument);
	CLAIM(exit_record.csm_ring == answer.doorbell.rd && exit_record.csm_ring_rec == answer.doorbell.rec);
	CLAIM(exit_record.esr == 0 && exit_record.gprs[0] == 0 && exit_record.ripas_base == 0 &&
	      exit_record.imm == 0); /* nothing of the realm beside it */
	CLAIM(rec.csm.event == answer.event && rec.csm.done == (answer.outcome == CSM_TELL));
}

static void has_run(bool goes_on)
{
	if (answer.outcome == CSM_DONE)
		has_returned(goes_on, answer.status, answer.value, answer.num_values);
	else
		has_left(goes_on);
}

/* Those that need no rules. */
static bool is_plain(uint32_t fid)
{
	return fid == RSI_CSM_CALL_UID || fid == RSI_CSM_CALL_REVISION || fid == RSI_CSM_VERSION;
}

/* Which command runs, on what; and none if the realm has no APT (I10). */
void prove_call(void)
{
	uint32_t fid;
	bool goes_on;

	any_realm();
	answer.status = any_u64();
	fid = (uint32_t)gprs[0] & ~(uint32_t)SMCCC_SVE_HINT;
	goes_on = rsi_csm_call(&rec, fid, &exit_record);
	CLAIM(!is_locked && (realm.apt != NULL || runs == 0));
	REACHES(realm.apt == NULL);
	REACHES(runs == 0 && realm.apt != NULL && !is_plain(fid));
	REACHES(runs == 0 && realm.apt != NULL && is_plain(fid));
	REACHES(runs == 1);
	if (runs == 1)
		has_returned(goes_on, answer.status, NULL, 0);
	else if (realm.apt == NULL || !is_plain(fid))
		has_returned(goes_on, SMCCC_NOT_SUPPORTED, NULL, 0);
	else
		CLAIM(goes_on && !rec.csm.pending && rec.pc == pc + 4);
}

/* Any answer, of one command: what comes of it is the same for all. */
void prove_answer(void)
{
	any_realm();
	any_answer();
	realm.apt = &root;
	rec.gprs[0] = gprs[0] = RSI_CSM_REALM_ID;
	has_run(rsi_csm_call(&rec, RSI_CSM_REALM_ID, &exit_record));
	CLAIM(runs == 1);
	REACHES(answer.outcome == CSM_DONE && answer.num_values == 10);
	REACHES(answer.outcome == CSM_ASK);
	REACHES(answer.outcome == CSM_TELL);
}

/* The next RMI_REC_ENTER: what is done is told, whatever the host says; what is not goes on, from the same arguments. */
void prove_resume(void)
{
	struct rec_csm before;
	bool goes_on;

	any_realm();
	realm.apt = &root;
	rec.gprs[0] = gprs[0] = RSI_CSM_REALM_ID;
	answer.status = any_u64();
	rec.csm.pending = true;
	rec.csm.done = any_bool();
	rec.csm.event = any_u8();
	before = rec.csm;
	asked = before.event;
	rejected = any_bool();
	goes_on = rsi_csm_resume(&rec, rejected, &exit_record);
	CLAIM(!is_locked && runs == !before.done);
	REACHES(before.done && rejected);
	REACHES(!before.done && rejected);
	if (before.done)
		has_returned(goes_on, RSI_SUCCESS, NULL, 0);
	else
		has_returned(goes_on, answer.status, NULL, 0);
}
