/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_BENCH: times of single operations, as the realm sees them. The host decides what is measured
 * and works the numbers out.
 */
#include "lib/rsi.h"
#include "lib/smc.h"
#include "bench.h"
#include "common/string.h"

static void clock(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();

	(void)a;
	r[1] = ticks() - start;
	r[0] = ticks_per_second();
}

static void smc_once(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();
	struct smc_regs regs;

	do {
		regs = smc_call(a[0], a[1], a[2], a[3], a[4], a[5]);
		r[5]++;
	} while (regs.x[0] == RSI_INCOMPLETE);
	r[0] = ticks() - start;
	memcpy(&r[1], regs.x, 4 * sizeof(r[0]));
}

/* Nothing but the call: what it costs without what a client makes of it. */
static inline uint64_t bare_smc(uint64_t fid, uint64_t argument)
{
	register uint64_t x0 __asm__("x0") = fid;
	register uint64_t x1 __asm__("x1") = argument;

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1)
			 :
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return x0;
}

static void smc_loop(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks(), result = 0;

	for (uint64_t i = 0; i < a[2]; i++)
		result = bare_smc(a[0], a[1]);
	r[0] = ticks() - start;
	r[1] = result;
}

static void touch(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();

	for (uint64_t at = 0; at < a[1]; at += GRANULE_SIZE)
		*(volatile uint64_t *)(a[0] + at) = at;
	r[0] = ticks() - start;
}

static const struct program_step steps[] = {
	{ SCRIPT_READ64, step_read64 },
	{ SCRIPT_WRITE64, step_write64 },
	{ BENCH_CLOCK, clock },
	{ BENCH_SMC, smc_once },
	{ BENCH_SMC_LOOP, smc_loop },
	{ BENCH_HOST_CALL, bench_host_call },
	{ BENCH_LOAD, bench_load },
	{ BENCH_STORE, bench_store },
	{ BENCH_PING, bench_ping },
	{ BENCH_OPEN, bench_open },
	{ BENCH_FILL, bench_fill },
	{ BENCH_CHECKSUM, bench_checksum },
	{ BENCH_SEND, bench_send },
	{ BENCH_RECEIVE, bench_receive },
	{ BENCH_PRODUCE, bench_produce },
	{ BENCH_CONSUME, bench_consume },
	{ BENCH_SEAL, bench_seal },
	{ BENCH_UNSEAL, bench_unseal },
	{ BENCH_TOUCH, touch },
	{ BENCH_PRODUCE_WORDS, bench_produce_words },
	{ BENCH_CONSUME_WORDS, bench_consume_words },
};
const struct program bench_program = PROGRAM(steps);
