/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated machine's EL3 serves what a test gives it: a realm attestation key and a platform token. To the
 * monitor the latter is bytes; here they are a pattern, so that a test sees each of them in its place.
 */
#ifndef SIM_EL3_H
#define SIM_EL3_H

#include "port/attest.h"

#define SIM_PLATFORM_TOKEN_SIZE 1518U
#define SIM_PLATFORM_TOKEN_MAX 20480U

struct sim_el3 {
	bool has_key;
	bool has_token;
	uint8_t key[PORT_P384_SIZE];
	uint8_t token[SIM_PLATFORM_TOKEN_MAX];
	size_t token_size;
	size_t part_max;                        /* bytes of the largest part; 0: EL3 hands out empty ones */
	unsigned int busy;                      /* that often EL3 is busy, at each part */
	size_t fails_at;                        /* the part that begins there can't be had */
	bool never_ends;                        /* EL3 says that more is left, whatever there is */
	uint8_t challenge[PORT_CHALLENGE_SIZE]; /* the last that it was asked for */

	size_t at;             /* how much of the token has been handed out */
	unsigned int refusals; /* at this part */
	bool in_use;           /* between a part and the end */
};

/* What EL3 has; tests may change it. */
struct sim_el3 *sim_el3(void);

/* A key and a token that are the same every time. */
void sim_el3_reset(void);

#endif
