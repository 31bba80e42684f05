/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What attestation needs of the machine, beside port.h: EL3's half, and where a PE is in a signature. An implementation
 * per port.
 */
#ifndef PORT_ATTEST_H
#define PORT_ATTEST_H

#include "model/types.h"

#define PORT_P384_SIZE 48U /* bytes of a scalar, of a coordinate */
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

/* --- Per PE ------------------------------------------------------------------------------------------------- */

struct arena;

/* Where this PE keeps the arena in which attest/sign.c works now. */
struct arena **port_current_arena(void);

#endif
