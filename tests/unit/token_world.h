/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms that fetch attestation tokens (csm_world.h, tests/token/token.h).
 */
#ifndef TESTS_UNIT_TOKEN_WORLD_H
#define TESTS_UNIT_TOKEN_WORLD_H

#include "csm_world.h"

#include "attest/keys.h"
#include "model/realm.h"
#include "model/rec.h"
#include "sim/el3.h"
#include "token.h"

#define TOKEN_ROOM 32768U

/* EL3 has a key and a platform token, and the monitor has fetched them. */
static inline void token_boot(void)
{
	sim_el3_reset();
	assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
}

static inline void fill_challenge(uint8_t challenge[64], unsigned int seed)
{
	for (unsigned int i = 0; i < 64; i++)
		challenge[i] = (uint8_t)(seed * 31 + i * 5 + 1);
}

/* INIT; returns the size that it reports. */
static inline uint64_t token_init(struct world_realm *r, unsigned int seed)
{
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT };
	struct smc_regs out;

	fill_challenge((uint8_t *)&x[1], seed);
	out = world_smc_args(r, x);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	return out.x[1];
}

#define token_continue(r, addr, offset, size) world_smc(r, RSI_ATTESTATION_TOKEN_CONTINUE, addr, offset, size)

/* What the realm has at `addr`. */
static inline uint8_t *realm_bytes(struct world_realm *r, uint64_t addr)
{
	uint64_t out, desc;

	assert_true(world_translate(r, addr, &out, &desc));
	return world_mem(out);
}

/* The rest of the token, `chunk` bytes at a time through the page at `addr`, to `token`. Returns how many. */
static inline size_t token_read(struct world_realm *r, uint64_t addr, uint64_t chunk, uint8_t *token)
{
	struct smc_regs out;
	size_t length = 0;

	do {
		out = token_continue(r, addr, GRANULE_SIZE - chunk, chunk);
		assert_true(out.x[0] == RSI_SUCCESS || out.x[0] == RSI_INCOMPLETE);
		assert_true(out.x[1] <= chunk && length + out.x[1] <= TOKEN_ROOM);
		assert_true(out.x[1] == chunk || out.x[0] == RSI_SUCCESS);
		memcpy(token + length, realm_bytes(r, addr + GRANULE_SIZE - chunk), out.x[1]);
		length += out.x[1];
	} while (out.x[0] == RSI_INCOMPLETE);
	return length;
}

/* A whole token, verified. */
static inline size_t token_fetch(struct world_realm *r, uint64_t addr, unsigned int seed, struct token *t)
{
	static uint8_t bytes[TOKEN_ROOM];
	uint64_t size = token_init(r, seed);
	const char *wrong;

	assert_int_equal(token_read(r, addr, GRANULE_SIZE, bytes), size);
	wrong = token_open(t, bytes, size);
	if (wrong != NULL)
		fail_msg("token: %s", wrong);
	return size;
}

#endif
