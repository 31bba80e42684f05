/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI as C functions: arguments and outputs by name (DEN0137 B5.3). Outputs are stored on success only.
 */
#ifndef REALM_LIB_RSI_H
#define REALM_LIB_RSI_H

#include <caec/rsi.h>

/* The RMM speaks RSI 1.0. False: not a realm, or one of an RMM that is too new or too old. */
bool realm_rsi_present(void);

enum rsi_status realm_rsi_features(uint64_t index, uint64_t *value);

/* `config` is a whole granule of protected memory. */
enum rsi_status realm_rsi_realm_config(struct rsi_realm_config *config);

enum rsi_status realm_rsi_measurement_read(unsigned int index, uint8_t value[RSI_MEASUREMENT_SIZE]);
enum rsi_status realm_rsi_measurement_extend(unsigned int index, const uint8_t *value, size_t size);

/* `call` is 256-byte aligned: its imm and gprs go to the host, the host's gprs come back. */
enum rsi_status realm_rsi_host_call(struct rsi_host_call *call);

/* One step of a change: [base, *next) is done. The host may have refused the rest. */
enum rsi_status realm_rsi_ipa_state_set(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags,
					uint64_t *next, enum rsi_response *response);

/* [base, *top_out) has `ripas`, where *top_out is at most `top`. */
enum rsi_status realm_rsi_ipa_state_get(uint64_t base, uint64_t top, uint64_t *top_out,
					enum rsi_ripas *ripas);

/* --- The same to the end ------------------------------------------------------------------------- */

/* Changes all of [base, top). RSI_ERROR_STATE: refused, or no progress is made; [base, *done) is changed. */
enum rsi_status realm_rsi_change_ipa_state(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags,
					   uint64_t *done);

/* All of [base, top) has `ripas`. An error is a no. */
bool realm_rsi_ipa_state_is(uint64_t base, uint64_t top, enum rsi_ripas ripas);

/*
 * Writes an attestation token for `challenge` to `token`, which has room for `size` bytes; *length is how
 * long it is. RSI_ERROR_INPUT: no room. `page` is a granule to work in. On one REC from start to end.
 */
enum rsi_status realm_rsi_attestation_token(const uint8_t challenge[64], void *page, uint8_t *token,
					    size_t size, size_t *length);

#endif
