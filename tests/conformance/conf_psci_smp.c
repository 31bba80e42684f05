/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four RECs on four CPUs turn each other on and off: REC n turns REC n + 1 on, then itself off, round and round (B6.3.2,
 * B6.3.3, A2.3.2).
 */
#include "conf_vm.h"

#include "board/gic.h"

#define RECS 4
#define HOPS 40

/* What a REC is doing, and what was seen of it. Written by its CPU, but for `wake`. */
struct core {
	unsigned int wake; /* it was turned on: enter it (atomic) */
	unsigned int step;
	unsigned int runs;    /* times it was turned on */
	unsigned int retries; /* CPU_ON of a REC that was not off yet */
	unsigned int odd;     /* exits, results and values that should not be */
};

static struct vm vm;
static struct core cores[RECS];
static unsigned int hops, stop; /* atomic */
static uint64_t entry;

static uint64_t counter_ipa(unsigned int rec)
{
	return vm_ram(&vm) + (uint64_t)rec * GRANULE_SIZE;
}

enum { STEP_READ, STEP_COUNT, STEP_ON, STEP_OFF };

/* The next operation of a REC that asks. */
static void next_operation(unsigned int rec, uint64_t gprs[RMI_NUM_GPRS])
{
	struct core *c = &cores[rec];

	switch (c->step) {
	case STEP_READ:
		gprs[0] = SCRIPT_READ64;
		gprs[1] = counter_ipa(rec);
		break;
	case STEP_COUNT:
		gprs[0] = SCRIPT_WRITE64;
		gprs[1] = counter_ipa(rec);
		gprs[2] = c->runs;
		break;
	case STEP_ON:
		gprs[0] = SCRIPT_SMC;
		gprs[1] = PSCI_CPU_ON;
		gprs[2] = (rec + 1) % RECS;
		gprs[3] = entry;
		gprs[4] = rec;
		break;
	default:
		gprs[0] = SCRIPT_SMC;
		gprs[1] = PSCI_CPU_OFF;
		break;
	}
}

/* The operation is done, with these results. */
static void note_result(unsigned int rec, const uint64_t *r)
{
	struct core *c = &cores[rec];

	switch (c->step) {
	case STEP_READ: /* what this REC wrote when it ran last */
		c->odd += r[1] != 0 || r[0] != c->runs - 1;
		c->step = STEP_COUNT;
		break;
	case STEP_COUNT:
		c->odd += r[0] != 0;
		c->step = STEP_ON;
		break;
	case STEP_ON:
		if ((int64_t)r[0] == PSCI_ALREADY_ON) {
			c->retries++;
			break;
		}
		c->odd += r[0] != PSCI_SUCCESS;
		c->step = STEP_OFF;
		if (__atomic_add_fetch(&hops, 1, __ATOMIC_ACQ_REL) >= HOPS)
			__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
		break;
	default:
		c->odd++;
		break;
	}
}

/* False: the REC is off, or gone wrong. */
static bool serve(unsigned int rec)
{
	struct rmi_rec_run *run = vm.realm->recs[rec].run;
	const struct rmi_rec_exit *exit = &run->exit;
	unsigned int target = (unsigned int)exit->gprs[1] % RECS;

	if (exit->exit_reason == RMI_EXIT_IRQ) {
		gic_handle();
		return true;
	}
	if (exit->exit_reason == RMI_EXIT_HOST_CALL && exit->imm == HOSTCALL_ASK) {
		next_operation(rec, run->enter.gprs);
		return true;
	}
	if (exit->exit_reason == RMI_EXIT_HOST_CALL && exit->imm == HOSTCALL_REPORT) {
		note_result(rec, &exit->gprs[1]);
		return true;
	}
	if (exit->exit_reason == RMI_EXIT_PSCI && exit->gprs[0] == PSCI_CPU_ON) {
		if (host_rmi_psci_complete(&rmm, vm.realm->recs[rec].pa, vm.realm->recs[target].pa,
					   PSCI_SUCCESS) != RMI_SUCCESS)
			cores[rec].odd++;
		__atomic_store_n(&cores[target].wake, 1, __ATOMIC_RELEASE);
		return true;
	}
	if (exit->exit_reason != RMI_EXIT_PSCI || exit->gprs[0] != PSCI_CPU_OFF)
		cores[rec].odd++;
	return false;
}

/*
 * A REC that is turned on, until it is off. A wake-up may be one too many: CPU_ON of a REC that is still on looks the same
 * from here. Then the REC is not runnable yet, or any more.
 */
static void run_once(unsigned int rec)
{
	const struct host_rec *r = &vm.realm->recs[rec];
	bool first = true;

	for (;;) {
		uint64_t result = host_rmi_rec_enter(&rmm, r->pa, r->run_pa);

		if (result != RMI_SUCCESS) {
			cores[rec].odd += !first || result != RMI_ERROR_REC;
			return;
		}
		if (first && rec + cores[rec].runs != 0) {
			/* It was turned on afresh. (REC 0 begins in a host call.) */
			cores[rec].step = STEP_READ;
		}
		if (first)
			cores[rec].runs++;
		first = false;
		if (!serve(rec))
			return;
	}
}

static void drive(void *argument)
{
	unsigned int rec = (unsigned int)(uintptr_t)argument;

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		if (__atomic_exchange_n(&cores[rec].wake, 0, __ATOMIC_ACQ_REL) != 0)
			run_once(rec);
		else
			__asm__ volatile("yield" ::: "memory");
	}
}

static void ring(void)
{
	unsigned int runs = 0, odd = 0, retries = 0;
	uint64_t r[6];

	vm_start(&vm, &(struct vm_options){ .recs = RECS });
	vm_do(&vm, 0, r, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY);
	entry = r[0];
	for (unsigned int i = 0; i < RECS; i++)
		vm_store(&vm, 0, counter_ipa(i), 0);
	/* REC 0 is parked: the first entry answers its question. */
	next_operation(0, vm_enter_of(&vm, 0)->gprs);
	cores[0].wake = 1;
	for (unsigned int i = 1; i < RECS; i++)
		cpu_run(i, drive, (void *)(uintptr_t)i);
	drive(0);
	for (unsigned int i = 1; i < RECS; i++)
		cpu_wait(i);
	for (unsigned int i = 0; i < RECS; i++) {
		conf_check_true("PSCI_CPU_ON", conf_text("REC %u was turned on %u times", i, cores[i].runs),
				cores[i].runs >= HOPS / RECS - 1);
		runs += cores[i].runs;
		odd += cores[i].odd;
		retries += cores[i].retries;
	}
	conf_check("PSCI_CPU_ON", conf_text("results and exits that should not be (%u retries)", retries),
		   odd, 0);
	conf_check_true("PSCI_CPU_ON", conf_text("%u turns of %u hops", runs, HOPS), runs >= HOPS);
	vm_end(&vm);
}

CONF_GROUP(psci_smp, .about = "four RECs on four CPUs turn each other on and off", .smp = RECS)
{
	conf_case(ring);
}
