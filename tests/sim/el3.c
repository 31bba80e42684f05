/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated machine's EL3, as far as attestation goes (el3.h).
 */
#include "sim/el3.h"

#include <string.h>

static struct sim_el3 el3;

/* A private key of no importance: 1, 2, ... 48. */
static void default_key(uint8_t key[PORT_P384_SIZE])
{
	for (size_t i = 0; i < PORT_P384_SIZE; i++)
		key[i] = (uint8_t)(i + 1);
}

struct sim_el3 *sim_el3(void)
{
	return &el3;
}

void sim_el3_reset(void)
{
	el3 = (struct sim_el3){ .has_key = true,
				.has_token = true,
				.token_size = SIM_PLATFORM_TOKEN_SIZE,
				.part_max = GRANULE_SIZE,
				.fails_at = SIZE_MAX };
	default_key(el3.key);
	for (size_t i = 0; i < sizeof(el3.token); i++)
		el3.token[i] = (uint8_t)(i * 7 + (i >> 8));
}

bool port_attest_key(uint8_t key[PORT_P384_SIZE])
{
	if (el3.has_key)
		memcpy(key, el3.key, PORT_P384_SIZE);
	return el3.has_key;
}

enum port_token port_platform_token(const uint8_t *challenge, struct port_bytes *part, uint64_t *left)
{
	size_t size;

	if (challenge != NULL) {
		memcpy(el3.challenge, challenge, PORT_CHALLENGE_SIZE);
		el3.at = 0;
	}
	el3.in_use = true;
	if (el3.refusals++ < el3.busy)
		return PORT_TOKEN_BUSY;
	el3.refusals = 0;
	size = min_u64(el3.part_max, el3.token_size - el3.at);
	if (!el3.has_token || el3.at >= el3.fails_at)
		return PORT_TOKEN_NONE;
	*part = (struct port_bytes){ el3.token + el3.at, size };
	el3.at += size;
	*left = el3.never_ends ? 1 : el3.token_size - el3.at;
	return PORT_TOKEN_PART;
}

void port_platform_token_end(void)
{
	el3.in_use = false;
}
