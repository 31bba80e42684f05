/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_BENCH: times of single operations, as the realm sees them. The host decides what is measured
 * and works the numbers out.
 */
#include "lib/channel.h"
#include "lib/hostcall.h"
#include "lib/rsi.h"
#include "lib/smc.h"
#include "program.h"
#include "string.h"

#define MESSAGE_MAX 0x10000

static struct channel channel; /* the one end that this realm has */
static uint8_t message[MESSAGE_MAX] __attribute__((aligned(64), section(".noinit")));

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

static void host_call(const uint64_t a[6], uint64_t r[6])
{
	struct rsi_host_call *call = hostcall_buffer();
	uint64_t start;

	memset(call, 0, sizeof(*call));
	call->imm = HOSTCALL_YIELD;
	start = ticks();
	for (uint64_t i = 0; i < a[0]; i++)
		bare_smc(RSI_HOST_CALL, (uintptr_t)call);
	r[0] = ticks() - start;
}

static void copy(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();

	for (uint64_t i = 0; i < a[3]; i++)
		memcpy((void *)a[0], (const void *)a[1], a[2]);
	r[0] = ticks() - start;
}

static void touch(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();

	for (uint64_t at = 0; at < a[1]; at += GRANULE_SIZE)
		*(volatile uint64_t *)(a[0] + at) = at;
	r[0] = ticks() - start;
}

/* --- Messages ------------------------------------------------------------------------------------ */

static void open(const uint64_t a[6], uint64_t r[6])
{
	r[0] = channel_open(&channel, (void *)a[0], a[1]);
}

static void send(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start;
	bool wake;

	if (a[0] > sizeof(message)) {
		r[1] = CHANNEL_TOO_LONG;
		return;
	}
	start = ticks();
	r[1] = channel_send(&channel, message, a[0], &wake);
	r[0] = ticks() - start;
}

static void receive(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();
	size_t length = 0;
	bool wake;

	(void)a;
	r[1] = channel_receive(&channel, message, sizeof(message), &length, &wake);
	r[0] = ticks() - start;
	r[2] = length;
}

static const struct step steps[] = {
	{ SCRIPT_READ64, step_read64 }, { SCRIPT_WRITE64, step_write64 },
	{ BENCH_CLOCK, clock },         { BENCH_SMC, smc_once },
	{ BENCH_SMC_LOOP, smc_loop },   { BENCH_HOST_CALL, host_call },
	{ BENCH_COPY, copy },           { BENCH_OPEN, open },
	{ BENCH_SEND, send },           { BENCH_RECEIVE, receive },
	{ BENCH_TOUCH, touch },
};
const struct program bench_program = PROGRAM(steps);
