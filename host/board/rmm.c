/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * This machine for host/lib: SMCs, memory, locks, and complaints on the console.
 */
#include "console.h"
#include "cpu.h"
#include "gic.h"
#include "memory.h"
#include "rmm.h"
#include "spinlock.h"

struct host rmm;

static void ops_smc(void *context, struct host_rmi_regs *regs)
{
	(void)context;
	smc(regs->x);
}

static uint64_t ops_alloc(void *context, unsigned int count)
{
	(void)context;
	return memory_alloc(count);
}

static void ops_free(void *context, uint64_t pa)
{
	(void)context;
	if (!memory_free(pa))
		verdict_fail("granule 0x%lx freed that was not allocated", pa);
}

static void *ops_map(void *context, uint64_t pa)
{
	(void)context;
	return (void *)(uintptr_t)pa;
}

static void ops_lock(void *context, struct host_lock *lock)
{
	(void)context;
	spin_lock((struct spinlock *)(void *)lock);
}

static void ops_unlock(void *context, struct host_lock *lock)
{
	(void)context;
	spin_unlock((struct spinlock *)(void *)lock);
}
_Static_assert(sizeof(struct spinlock) == sizeof(struct host_lock), "a spinlock is what a host_lock holds");

static uint32_t ops_thread(void *context)
{
	(void)context;
	return cpu_id();
}

static void ops_kick(void *context, uint32_t number)
{
	(void)context;
	gic_kick(number);
}

static void ops_report(void *context, const char *command, uint64_t result)
{
	(void)context;
	print("host: %s: %s (0x%lx), index %u\n", command, host_result_name(result), result,
	      rmi_result_index(result));
}

static const struct host_ops ops = {
	.smc = ops_smc,
	.alloc = ops_alloc,
	.free = ops_free,
	.map = ops_map,
	.lock = ops_lock,
	.unlock = ops_unlock,
	.thread = ops_thread,
	.kick = ops_kick,
	.report = ops_report,
};

void rmm_init(void)
{
	uint64_t result = host_init(&rmm, &ops, NULL);

	if (result != RMI_SUCCESS)
		verdict_fail("no RMM of version 1.0: %s", host_result_name(result));
}
