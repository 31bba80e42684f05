/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_BENCH: exits, one after the other, which the host counts from its side.
 */
#include "bench.h"
#include "lib/csm.h"
#include "lib/hostcall.h"
#include "lib/smc.h"
#include "common/string.h"

/* Nothing but the call. */
static inline void bare_host_call(struct rsi_host_call *call)
{
	register uint64_t x0 __asm__("x0") = RSI_HOST_CALL;
	register uint64_t x1 __asm__("x1") = (uintptr_t)call;

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1)
			 :
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
}

/* What the realm does with its vector registers between two exits. */
static inline void use_vectors(uint64_t use)
{
	if (use == BENCH_USE_FP)
		bench_use_fp();
	else if (use == BENCH_USE_SVE)
		__asm__ volatile(".inst 0x2518e3e0"); /* ptrue p0.b */
}

/* CPACR_EL1.ZEN. */
static void allow_sve(void)
{
	uint64_t cpacr;

	__asm__ volatile("mrs %0, cpacr_el1" : "=r"(cpacr));
	__asm__ volatile("msr cpacr_el1, %0\n\tisb" : : "r"(cpacr | UINT64_C(3) << 16));
}

void bench_host_call(const uint64_t a[6], uint64_t r[6])
{
	struct rsi_host_call *call = hostcall_buffer();
	uint64_t start;

	memset(call, 0, sizeof(*call));
	call->imm = HOSTCALL_YIELD;
	if (a[1] == BENCH_USE_SVE)
		allow_sve();
	start = ticks();
	for (uint64_t i = 0; i < a[0]; i++) {
		use_vectors(a[1]);
		bare_host_call(call);
	}
	r[0] = ticks() - start;
}

void bench_load(const uint64_t a[6], uint64_t r[6])
{
	for (uint64_t i = 0; i < a[1]; i++)
		r[0] += *(volatile uint64_t *)a[0];
}

void bench_store(const uint64_t a[6], uint64_t r[6])
{
	(void)r;
	for (uint64_t i = 0; i < a[1]; i++)
		*(volatile uint64_t *)a[0] = i;
}

/* Two realms notify each other in turns: the one that leads begins, the other one answers when it has been notified. */
void bench_ping(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[0], a[1] };
	enum csm_role role = (enum csm_role)a[3];
	uint64_t index;

	for (uint64_t i = 0; i < a[4]; i++) {
		if (role == CSM_ROLE_SHARE && realm_csm_notify(&peer, a[2], role) != CSM_OK)
			r[0]++;
		if (realm_csm_pending(0, &index) != CSM_OK || index == CSM_INDEX_NONE)
			r[0]++;
		if (role == CSM_ROLE_CONSUMER && realm_csm_notify(&peer, a[2], role) != CSM_OK)
			r[0]++;
	}
}
