/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Boot, from the point where the MMU is on, and the loop that serves EL3 (RMM-EL3 interface 0.4).
 */
#include <stdatomic.h>

#include "call/rmi.h"
#include "cold.h"
#include "port/aarch64/fault.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/percpu.h"
#include "port/aarch64/smc.h"
#include "port/port.h"
#include "run/aarch64/init.h"

struct percpu percpu[PORT_MAX_CPUS];
const uint64_t percpu_size = sizeof(struct percpu);

/* Read by boot.S without the MMU, and before .bss is clear: it comes with the image. */
uint32_t boot_is_cold_done __attribute__((section(".data"))) = 0;

static uint32_t num_cpus;

void monitor_main(uint64_t cpu, uint64_t version, uint64_t cpus, uint64_t shared_pa, bool warm);

/* Other PEs look at the flag before they have the MMU: it must be in memory, not in a cache. */
static void cold_boot_done(void)
{
	boot_is_cold_done = 1;
	clean_to_memory(&boot_is_cold_done);
}

/* Answers EL3 and takes its next call, for ever. */
static _Noreturn void serve(void)
{
	uint64_t x[8] = { EL3_BOOT_COMPLETE, BOOT_SUCCESS };
	struct smc_regs regs = { { 0 } };

	el3_call(x);
	for (unsigned int i = 0; i < 8; i++)
		regs.x[i] = x[i];
	for (;;) {
		if (atomic_load_explicit(&fault_stopped, memory_order_relaxed))
			fault_park();
		rmi_call(&regs);
		el3_reply(&regs);
	}
}

void monitor_main(uint64_t cpu, uint64_t version, uint64_t cpus, uint64_t shared_pa, bool warm)
{
	enum boot_error error = BOOT_SUCCESS;

	this_cpu()->index = (uint32_t)cpu;
	if (!warm) {
		struct cold_args args = { .version = version, .cpus = cpus, .shared_pa = shared_pa };

		error = cold_boot(&args, (void *)LAYOUT_SHARED);
		num_cpus = (uint32_t)cpus; /* at most PORT_MAX_CPUS */
	}
	if (error == BOOT_SUCCESS && cpu >= num_cpus)
		error = BOOT_CPU_ID_OUT_OF_RANGE;
	if (error == BOOT_SUCCESS) {
		run_cpu_init();
		if (!warm)
			cold_boot_done();
		serve();
	}
	for (;;) {
		uint64_t x[8] = { EL3_BOOT_COMPLETE, (uint64_t)(int64_t)error };

		el3_call(x);
	}
}
