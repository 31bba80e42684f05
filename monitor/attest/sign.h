/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signatures in steps, by Mbed TLS: the same code in the firmware and in the unit tests.
 */
#ifndef ATTEST_SIGN_H
#define ATTEST_SIGN_H

#include "attest/arena.h"
#include "port/attest.h"

#define SIGNATURE_SIZE 96U
#define SHA384_SIZE 48U

/* SHA-384 of `count` parts, one behind the other. */
void sign_sha384(const struct port_bytes *parts, size_t count, uint8_t digest[SHA384_SIZE]);

/*
 * Takes the key with which sign_step() signs, and computes its public point. False: it is not a key of
 * P-384. Once, at cold boot, before any signature.
 */
bool sign_init(const uint8_t key[PORT_P384_SIZE], uint8_t x[PORT_P384_SIZE], uint8_t y[PORT_P384_SIZE]);

enum sign {
	SIGN_MORE, /* call again with the same arena and digest */
	SIGN_DONE,
	SIGN_FAILED,
};

/*
 * One step of a signature: ECDSA with P-384 of `digest`, r and s big-endian. The nonce is derived from key
 * and digest (RFC 6979), so a digest has one signature. All that there is so far is in `arena`, which is
 * empty at the first step, and again when it is done or has failed; arena_reset() in between forgets it. Any
 * number of signatures may be under way, each in an arena of its own.
 */
enum sign sign_step(struct arena *arena, const uint8_t digest[SHA384_SIZE],
		    uint8_t signature[SIGNATURE_SIZE]);

/* Overwrites a secret; the compiler does not leave it out. */
void secret_wipe(void *secret, size_t size);

#endif
