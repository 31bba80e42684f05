/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What attestation needs of the machine and of its cryptography, beside port.h. EL3's half has an
 * implementation per port, the cryptography is the same on both (port/crypto_sign.c, by Mbed TLS).
 */
#ifndef PORT_ATTEST_H
#define PORT_ATTEST_H

#include "port/arena.h"

#define PORT_P384_SIZE 48U /* bytes of a scalar, of a coordinate */
#define PORT_SIGNATURE_SIZE 96U
#define PORT_SHA384_SIZE 48U
#define PORT_CHALLENGE_SIZE 32U

struct port_bytes {
	const void *data;
	size_t size;
};

/* --- EL3 (RMM-EL3 interface 0.4) -------------------------------------------------------------------------- */

/*
 * The realm attestation key (RAK): a P-384 private key, big-endian. EL3's copy in shared memory is wiped.
 * False: EL3 has none. At cold boot only.
 */
bool port_attest_key(uint8_t key[PORT_P384_SIZE]);

enum port_token {
	PORT_TOKEN_PART,
	PORT_TOKEN_BUSY, /* ask again, the same way */
	PORT_TOKEN_NONE,
};

/*
 * The next part of the platform token, in memory of the port's that keeps it until the next call: `*part`. `*left`:
 * how many bytes are to come in further parts, by EL3's account. `challenge` begins a token, NULL goes on with
 * it. At cold boot only.
 */
enum port_token port_platform_token(const uint8_t *challenge, struct port_bytes *part, uint64_t *left);

/* EL3's memory is no longer needed: wipes it. */
void port_platform_token_end(void);

/* --- Cryptography ---------------------------------------------------------------------------------------------- */

/* SHA-384 of `count` parts, one behind the other. */
void port_sha384(const struct port_bytes *parts, size_t count, uint8_t digest[PORT_SHA384_SIZE]);

/*
 * Takes the key with which port_sign_step() signs, and computes its public point. False: it is not a key of
 * P-384. Once, at cold boot, before any signature.
 */
bool port_sign_init(const uint8_t key[PORT_P384_SIZE], uint8_t x[PORT_P384_SIZE], uint8_t y[PORT_P384_SIZE]);

enum port_sign {
	PORT_SIGN_MORE, /* call again with the same arena and digest */
	PORT_SIGN_DONE,
	PORT_SIGN_FAILED,
};

/*
 * One step of a signature: ECDSA with P-384 of `digest`, r and s big-endian. The nonce is derived from key
 * and digest (RFC 6979), so a digest has one signature. All that there is so far is in `arena`, which is
 * empty at the first step, and again when it is done or has failed; arena_reset() in between forgets it. Any
 * number of signatures may be under way, each in an arena of its own.
 */
enum port_sign port_sign_step(struct arena *arena, const uint8_t digest[PORT_SHA384_SIZE],
			      uint8_t signature[PORT_SIGNATURE_SIZE]);

/* Overwrites a secret; the compiler does not leave it out. */
void port_forget(void *secret, size_t size);

/* For port/crypto_sign.c: where this PE keeps the arena that it works in now. */
struct arena **port_current_arena(void);

#endif
