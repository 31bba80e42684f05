/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attestation tokens, as the calling realm sees them.
 */
#include "bench.h"

void bench_token(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t buffer = test_ram(realm), size;
	struct script_result r;

	script(realm, BENCH_TOUCH, buffer, GRANULE_SIZE);
	r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	size = r.x[2];
	bench_row("rsi_token_init", bench_instructions(r.x[0]), 1, 0);
	/* Signed and read in one call, as nothing interrupts it. */
	r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, buffer, 0, GRANULE_SIZE);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	CHECK_EQ(r.x[2], size);
	CHECK_EQ(r.x[5], 1);
	bench_row("rsi_token_continue", bench_instructions(r.x[0]), 1, 0);
	realm_end(realm);
}
