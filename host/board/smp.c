/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other CPUs. A mailbox is written by whoever gives the work until `state` says BUSY, by its CPU
 * until it says IDLE. Both sides wait in WFI for an SGI. One that arrives between looking and WFI is
 * still pending then, and WFI doesn't wait.
 *
 * Any CPU may wait for any other, whoever gave the work: who waits says so in `waiters` first, then looks at
 * `state`. The CPU that is done changes `state` first, then looks who waits. So at least one sees the other.
 *
 * Each SGI goes out between two changes of state, of which the receiver awaits the second before it takes
 * the interrupt. So none is left over to turn up later, as an exit of a REC that nobody can explain.
 */
#include <stdint.h>

#include <caec/psci.h>

#include "console.h"
#include "cpu.h"
#include "fw_cfg.h"
#include "gic.h"
#include "platform.h"
#include "smp.h"

enum state { STATE_OFF, STATE_IDLE, STATE_GIVEN, STATE_BUSY, STATE_DONE };

static struct mailbox {
	uint32_t state;   /* enum state */
	uint32_t waiters; /* who wants to know when it is done: a bit for each CPU */
	void (*function)(void *argument);
	void *argument;
} mailboxes[PLATFORM_MAX_CPUS];

static unsigned int count = 1;

extern const uint8_t secondary_entry[];
void secondary_main(unsigned int cpu) __attribute__((noreturn));

static uint32_t state_of(unsigned int cpu)
{
	return __atomic_load_n(&mailboxes[cpu].state, __ATOMIC_SEQ_CST);
}

static void set_state(unsigned int cpu, uint32_t state)
{
	__atomic_store_n(&mailboxes[cpu].state, state, __ATOMIC_SEQ_CST);
}

static uint32_t self(void)
{
	return UINT32_C(1) << cpu_id();
}

static void await_change(unsigned int cpu, uint32_t from, uint32_t passing)
{
	while (state_of(cpu) == from) {
		wfi();
		gic_handle();
	}
	while (state_of(cpu) == passing)
		__asm__ volatile("yield");
	gic_handle();
}

/* The CPU has done what it was given, or has just come. */
static void become_idle(unsigned int cpu)
{
	uint32_t waiters;

	set_state(cpu, STATE_DONE);
	waiters = __atomic_exchange_n(&mailboxes[cpu].waiters, 0, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < PLATFORM_MAX_CPUS; i++)
		if ((waiters >> i & 1) != 0)
			gic_kick(i);
	set_state(cpu, STATE_IDLE);
}

void secondary_main(unsigned int cpu)
{
	gic_start_cpu();
	for (;;) {
		become_idle(cpu);
		await_change(cpu, STATE_IDLE, STATE_GIVEN);
		mailboxes[cpu].function(mailboxes[cpu].argument);
	}
}

void smp_start(void)
{
	count = fw_cfg_cpu_count();
	if (count > PLATFORM_MAX_CPUS) {
		print("note: this machine has %u CPUs; this program uses %u at most\n", count,
		      PLATFORM_MAX_CPUS);
		count = PLATFORM_MAX_CPUS;
	}
	for (unsigned int cpu = 1; cpu < count; cpu++) {
		uint64_t x[6] = { PSCI_CPU_ON, cpu, (uintptr_t)secondary_entry, cpu };

		mailboxes[cpu].waiters = self();
		smc(x);
		if (x[0] != PSCI_SUCCESS)
			verdict_fail("PSCI_CPU_ON of CPU %u: %ld", cpu, (long)x[0]);
		await_change(cpu, STATE_OFF, STATE_DONE);
	}
}

unsigned int cpu_count(void)
{
	return count;
}

void cpu_run(unsigned int cpu, void (*function)(void *argument), void *argument)
{
	if (cpu >= count || cpu == cpu_id() || state_of(cpu) != STATE_IDLE)
		verdict_fail("CPU %u can't be given work", cpu);
	mailboxes[cpu].function = function;
	mailboxes[cpu].argument = argument;
	set_state(cpu, STATE_GIVEN);
	gic_kick(cpu);
	set_state(cpu, STATE_BUSY);
}

void cpu_wait(unsigned int cpu)
{
	__atomic_fetch_or(&mailboxes[cpu].waiters, self(), __ATOMIC_SEQ_CST);
	while (state_of(cpu) == STATE_GIVEN)
		__asm__ volatile("yield");
	await_change(cpu, STATE_BUSY, STATE_DONE);
	/* It may have looked before: then nobody has taken the bit back. */
	__atomic_fetch_and(&mailboxes[cpu].waiters, ~self(), __ATOMIC_SEQ_CST);
}

bool cpu_is_busy(unsigned int cpu)
{
	return state_of(cpu) != STATE_IDLE;
}
