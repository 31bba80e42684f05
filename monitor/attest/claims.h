/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of a realm token (DEN0137 A7.2.3.1; docs/attestation.md).
 */
#ifndef ATTEST_CLAIMS_H
#define ATTEST_CLAIMS_H

#include "attest/cose.h"
#include "model/realm.h"

#define CLAIMS_CHALLENGE_SIZE 64U

/* Items of the sharing state that a token has at most. */
#define CLAIMS_MAX_SHARED 250U

/*
 * An upper bound of what claims_write() writes: 29 bytes for each item of the sharing state, 683 for everything
 * else.
 */
#define CLAIMS_MAX_SIZE (720U + CLAIMS_MAX_SHARED * 29U)

/* Writes the map of claims of the realm as it is now. The RD's lock is held: all claims are of one moment. */
void claims_write(struct cbor *c, struct granule *rd, const uint8_t challenge[CLAIMS_CHALLENGE_SIZE]);

#endif
