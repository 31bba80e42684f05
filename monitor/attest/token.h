/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The CCA attestation token of a REC's realm: made, signed in steps, read in parts (DEN0137 A7.2).
 *
 * All functions are called by the PE that runs the REC, without locks. What a token says is fixed by
 * attest_begin(): the state of the realm at RSI_ATTESTATION_TOKEN_INIT. Up to one token per REC; its memory
 * is the REC's auxiliary granules.
 */
#ifndef ATTEST_TOKEN_H
#define ATTEST_TOKEN_H

#include "attest/claims.h"
#include "model/rec.h"

/* Begins a token, whatever became of the one before. Returns its size in bytes. */
size_t attest_begin(struct rec *rec, const uint8_t challenge[CLAIMS_CHALLENGE_SIZE]);

bool attest_in_progress(const struct rec *rec);

enum attest_step {
	ATTEST_MORE, /* call again: bounded work is done each time */
	ATTEST_READY,
	ATTEST_FAILED, /* there is no key or no platform token, or the signature failed */
};

/* Works on the signature. A token is in progress. */
enum attest_step attest_step(struct rec *rec);

/*
 * Writes the next bytes of the token, `size` at most, to `to`. Returns how many; `*end`: that was the last of
 * them, and no token is in progress any more. The token is READY.
 */
size_t attest_read(struct rec *rec, uint8_t *to, size_t size, bool *end);

#endif
