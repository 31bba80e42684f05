/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls that a realm makes: RSI, PSCI, SMCCC and CSM. The REC runs on this PE; rec->gprs are its registers
 * and rec->pc the address of the SMC. No lock is held.
 *
 * Each function returns true if the realm goes on (results written, pc past the SMC) and false if the
 * REC exits to the host (`exit` filled; pc as DEN0137 B5 says for that call).
 */
#ifndef CALL_RSI_H
#define CALL_RSI_H

#include <caec/csm.h>
#include <caec/psci.h>
#include <caec/rsi.h>

#include "model/rec.h"

/* Any SMC of a realm: dispatches to the functions below. */
bool realm_call(struct rec *rec, struct rmi_rec_exit *exit);

bool psci_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit);
bool rsi_csm_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit);

/* Results of an RSI command: x0-x3 are written, x4.. stay; steps over the SMC. */
bool rsi_return(struct rec *rec, uint64_t x0, uint64_t x1, uint64_t x2);

/* RSI_IPA_STATE_SET and GET (rsi_ripas.c). */
bool rsi_ipa_state_set(struct rec *rec, struct rmi_rec_exit *exit);
bool rsi_ipa_state_get(struct rec *rec, struct rmi_rec_exit *exit);

/* RSI_ATTESTATION_TOKEN_INIT and CONTINUE (rsi_token.c). */
bool rsi_attestation_token_init(struct rec *rec, struct rmi_rec_exit *exit);
bool rsi_attestation_token_continue(struct rec *rec, struct rmi_rec_exit *exit);

/* RMI_REC_ENTER: the realm learns how far its RSI_IPA_STATE_SET came; nothing if it waits for none. */
void rsi_ripas_resume(struct rec *rec, bool rejected);

/*
 * RMI_REC_ENTER of a REC with an RSI_HOST_CALL pending: the host's registers go to the realm's structure.
 * False: the structure is not there; `exit` is filled and the call stays pending.
 */
bool rsi_host_call_resume(struct rec *rec, const uint64_t *gprs, struct rmi_rec_exit *exit);

/*
 * RMI_REC_ENTER of a REC whose RSI_CSM_* call waits for the host (rec->csm.pending): goes on with the
 * call. `rejected`: the host refused. Returns as above.
 */
bool rsi_csm_resume(struct rec *rec, bool rejected, struct rmi_rec_exit *exit);

/* Writes the result of a call that leaves the other registers alone, and steps over the SMC. */
static inline bool realm_return(struct rec *rec, uint64_t x0)
{
	rec->gprs[0] = x0;
	rec_skip(rec);
	return true;
}

/* --- Access to realm memory for a call's buffer (rsi_memory.c, DEN0137 A5.2.4...) ------------- */

enum realm_memory {
	REALM_MEMORY_OK,
	REALM_MEMORY_INPUT, /* RIPAS EMPTY, or a CSM mapping that the realm may not write: ERROR_INPUT */
	REALM_MEMORY_FAULT, /* the host must supply the page: `exit` has the emulated data abort */
};

/*
 * Finds the granule at the protected IPA `addr` for reading and writing. On OK `*mem` is where the monitor sees
 * it, and the realm's tables stay locked until realm_memory_put(). FAULT fills `exit`.
 */
enum realm_memory realm_memory_get(struct rec *rec, struct ipa addr, void **mem, struct rmi_rec_exit *exit);
void realm_memory_put(struct rec *rec);

#endif
