/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI commands but for those with files of their own, and the dispatch of a realm's SMCs (DEN0137 B5.3).
 */
#include <string.h>

#include "call/rsi.h"
#include "model/measurement.h"

#define SMC_RANGE_MASK 0xbfffffe0U /* SMC32 or SMC64, of 32 functions */

/* The result, and x1-x3 zero but for outputs; further registers stay (DEN0137 B1.2, RKBWJD, and SMCCC; docs/limits.md). */
bool rsi_return(struct rec *rec, uint64_t x0, uint64_t x1, uint64_t x2)
{
	rec->gprs[1] = x1;
	rec->gprs[2] = x2;
	rec->gprs[3] = 0;
	return realm_return(rec, x0);
}

static bool rsi_version(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t requested = rec->gprs[1];
	bool supported = requested == RSI_ABI_VERSION;

	(void)exit;
	return rsi_return(rec, supported ? RSI_SUCCESS : RSI_ERROR_INPUT, RSI_ABI_VERSION, RSI_ABI_VERSION);
}

static bool rsi_features(struct rec *rec, struct rmi_rec_exit *exit)
{
	(void)exit;
	return rsi_return(rec, RSI_SUCCESS, 0, 0);
}

/* --- Measurements ---------------------------------------------------------------------------------------- */

static bool measurement_read(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t index = rec->gprs[1];

	(void)exit;
	if (index >= RSI_NUM_MEASUREMENTS)
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	memcpy(&rec->gprs[1], rec->realm->measurement[index], RSI_MEASUREMENT_SIZE);
	granule_unlock(rec->rd);
	return realm_return(rec, RSI_SUCCESS);
}

static bool measurement_extend(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t index = rec->gprs[1];
	uint64_t size = rec->gprs[2];
	const uint8_t *value = (const uint8_t *)&rec->gprs[3];

	(void)exit;
	if (index == 0 || index >= RSI_NUM_MEASUREMENTS || size > RSI_MEASUREMENT_SIZE)
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	measurement_extend_rem(rec->realm, (unsigned int)index, value, (size_t)size);
	granule_unlock(rec->rd);
	return rsi_return(rec, RSI_SUCCESS, 0, 0);
}

/*
 * The buffer of a call, at `addr`, aligned to its size (so that it lies in one granule). False: the call is over, and
 * `*next` is what its handler returns.
 */
static bool get_buffer(struct rec *rec, struct ipa addr, uint64_t size, void **mem, struct rmi_rec_exit *exit,
		       bool *next)
{
	enum realm_memory found = REALM_MEMORY_INPUT;

	if (is_aligned(addr.v, size) && s2_is_protected(&rec->realm->s2, addr.v))
		found = realm_memory_get(rec, addr, mem, exit);
	*next = found == REALM_MEMORY_INPUT && rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	return found == REALM_MEMORY_OK;
}

/* --- REALM_CONFIG ------------------------------------------------------------------------------------------ */

static bool realm_config(struct rec *rec, struct rmi_rec_exit *exit)
{
	struct ipa addr = ipa(rec->gprs[1]);
	const struct realm *realm = rec->realm;
	struct rsi_realm_config *config;
	void *mem;
	bool next;

	if (!get_buffer(rec, addr, sizeof(*config), &mem, exit, &next))
		return next;
	config = mem;
	memset(config, 0, sizeof(*config));
	config->ipa_width = realm->s2.ipa_bits;
	config->hash_algo = realm->hash_algo;
	memcpy(config->rpv, realm->rpv, sizeof(config->rpv));
	realm_memory_put(rec);
	return rsi_return(rec, RSI_SUCCESS, 0, 0);
}

/* --- HOST_CALL ----------------------------------------------------------------------------------------------- */

static bool host_call(struct rec *rec, struct rmi_rec_exit *exit)
{
	struct ipa addr = ipa(rec->gprs[1]);
	const struct rsi_host_call *call;
	void *mem;
	bool next;

	if (!get_buffer(rec, addr, sizeof(*call), &mem, exit, &next))
		return next;
	call = mem;
	exit->exit_reason = RMI_EXIT_HOST_CALL;
	exit->imm = call->imm;
	memcpy(exit->gprs, call->gprs, sizeof(exit->gprs));
	realm_memory_put(rec);
	rec->host_call_pending = true;
	rec->host_call = addr;
	rec_skip(rec);
	return false;
}

bool rsi_host_call_resume(struct rec *rec, const uint64_t *gprs, struct rmi_rec_exit *exit)
{
	struct rsi_host_call *call;
	void *mem;

	switch (realm_memory_get(rec, rec->host_call, &mem, exit)) {
	case REALM_MEMORY_FAULT:
		return false; /* still pending: the next entry tries again */
	case REALM_MEMORY_INPUT:
		/* The realm gave the buffer away, or lost it: it gets an error, not the results. */
		rec->gprs[0] = RSI_ERROR_INPUT;
		break;
	case REALM_MEMORY_OK:
		call = mem;
		memcpy(call->gprs, gprs, sizeof(call->gprs));
		realm_memory_put(rec);
		rec->gprs[0] = RSI_SUCCESS;
		break;
	}
	/* The results are in memory only: x1-x30 stay (DEN0137 B5.3.3). */
	rec->host_call_pending = false;
	return true;
}

/* --- Dispatch ------------------------------------------------------------------------------------------------ */

typedef bool rsi_command(struct rec *rec, struct rmi_rec_exit *exit);

static rsi_command *const commands[RSI_HOST_CALL - RSI_VERSION + 1] = {
	[0] = rsi_version,
	[RSI_FEATURES - RSI_VERSION] = rsi_features,
	[RSI_MEASUREMENT_READ - RSI_VERSION] = measurement_read,
	[RSI_MEASUREMENT_EXTEND - RSI_VERSION] = measurement_extend,
	[RSI_ATTESTATION_TOKEN_INIT - RSI_VERSION] = rsi_attestation_token_init,
	[RSI_ATTESTATION_TOKEN_CONTINUE - RSI_VERSION] = rsi_attestation_token_continue,
	[RSI_REALM_CONFIG - RSI_VERSION] = realm_config,
	[RSI_IPA_STATE_SET - RSI_VERSION] = rsi_ipa_state_set,
	[RSI_IPA_STATE_GET - RSI_VERSION] = rsi_ipa_state_get,
	[RSI_HOST_CALL - RSI_VERSION] = host_call,
};

bool realm_call(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint32_t fid = (uint32_t)rec->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT;
	uint32_t number = fid - RSI_VERSION;

	if (number < ARRAY_SIZE(commands))
		return commands[number](rec, exit);
	if ((fid & SMC_RANGE_MASK) == (PSCI_VERSION & SMC_RANGE_MASK))
		return psci_call(rec, fid, exit);
	if (fid == SMCCC_VERSION)
		return realm_return(rec, SMCCC_VERSION_1_3); /* wanted of a CPU with SVE (DEN0137 RVXJJQ) */
	return rsi_csm_call(rec, fid, exit);
}
