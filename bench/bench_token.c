/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attestation tokens, as the calling realm sees them.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

/* CONTINUE with a small buffer, over and over. */
static void in_parts(struct test_realm *realm, uint64_t buffer, uint64_t size)
{
	const uint64_t part = 256;
	struct script_result r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5);

	CHECK_EQ(r.x[1], RSI_SUCCESS);
	r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, buffer, 0, part);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	CHECK_EQ(r.x[5], (size + part - 1) / part);
	bench_row("rsi_token_continue_in_parts_of_256", bench_instructions(r.x[0]), 1, 0);
}

#define PERIOD ABI_U64(100000) /* instructions between two interrupts */

static unsigned int interrupts;

static void next_interrupt(void)
{
	timer_preempt_after(PERIOD / bench_instructions(1));
}

static enum host_action on_interrupt(struct test_realm *realm)
{
	(void)realm;
	interrupts++;
	next_interrupt();
	return HOST_RESUME;
}

/* The host's timer goes off all the time; what its handling costs is in the row. */
static void under_interrupts(struct test_realm *realm, uint64_t buffer, uint64_t size)
{
	struct script_result r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5);

	CHECK_EQ(r.x[1], RSI_SUCCESS);
	realm->interrupt = on_interrupt;
	interrupts = 0;
	next_interrupt();
	r = script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, buffer, 0, GRANULE_SIZE);
	timer_stop();
	realm->interrupt = NULL;
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	CHECK_EQ(r.x[2], size);
	CHECK(interrupts > 1);
	bench_row("rsi_token_continue_irq_each_100k", bench_instructions(r.x[0]), 1, 0);
	print("BENCH rsi_token_continue_irq_exits %u exits\n", interrupts);
}

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
	in_parts(realm, buffer, size);
	under_interrupts(realm, buffer, size);
	realm_end(realm);
}

/* As many items of the sharing state as a token has room for: all are encoded under one lock. */
void bench_token_csm(void)
{
	struct test_realm *p = bench_realm(NULL, 10), *c = bench_realm(NULL, 10);
	struct script_result r = script(c, BENCH_SMC, RSI_CSM_REALM_ID), shared;
	uint64_t id = script(p, BENCH_SMC, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0).x[2];

	for (unsigned int i = 0; i < 250; i++) {
		shared = script(p, BENCH_SMC, RSI_CSM_SHARE, id, r.x[2], r.x[3], CSM_PERM_RO, 0);
		CHECK_EQ(shared.x[1], RSI_SUCCESS);
	}
	r = script(p, BENCH_SMC, RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("rsi_token_init_250_shares", bench_instructions(r.x[0]), 1, 0);
	realm_end(p);
	realm_end(c);
}
