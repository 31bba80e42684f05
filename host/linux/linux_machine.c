/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running the machine of a Linux realm (linux_machine.h): its exits, its vCPUs, what it shares with us.
 */
#include "linux_machine.h"

#include "board/console.h"
#include "board/cpu.h"
#include "board/gic.h"
#include "linux_devices.h"
#include "linux_yank.h"
#include "board/memory.h"
#include "board/rmm.h"
#include "board/smp.h"
#include "common/string.h"

static struct linux_machine *machine_of(const struct host_rec *rec)
{
	return rec->realm->owner;
}

/* --- The end --------------------------------------------------------------------------------------------- */

void linux_machine_stop(struct linux_machine *machine, enum linux_end end, uint64_t ipa)
{
	uint32_t runs = LINUX_RUNS;

	if (__atomic_compare_exchange_n(&machine->end, &runs, end, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		machine->fault_ipa = ipa;
	for (unsigned int i = 0; i < machine->cpus; i++)
		if (machine->first_cpu + i != cpu_id())
			gic_kick(machine->first_cpu + i);
}

/* --- Exits ----------------------------------------------------------------------------------------------- */

static enum host_action on_enter(struct host_rec *rec)
{
	vgic_load(&machine_of(rec)->vgic, rec->index, &rec->run->enter);
	return HOST_RESUME;
}

static void on_leave(struct host_rec *rec, bool ran)
{
	struct linux_machine *machine = machine_of(rec);

	if (!ran)
		return;
	vgic_sync(&machine->vgic, rec->index, &rec->run->exit);
	if (machine->yank != NULL && rec->index == 0)
		linux_yank(machine->yank, machine);
}

static enum host_action on_sysreg(struct host_rec *rec, uint64_t esr, uint64_t value)
{
	vgic_sysreg(&machine_of(rec)->vgic, rec->index, esr, value);
	return HOST_RESUME;
}

static enum host_action on_interrupt(struct host_rec *rec)
{
	struct linux_machine *machine = machine_of(rec);

	gic_handle();
	linux_machine_feed(machine);
	return linux_machine_is_over(machine) ? HOST_STOP : HOST_RESUME;
}

/* WFI: until there is an interrupt for it, or a timer of its runs out. */
static enum host_action on_idle(struct host_rec *rec)
{
	struct linux_machine *machine = machine_of(rec);
	uint64_t next = host_rec_next_timer(rec), now;

	for (;;) {
		linux_machine_feed(machine);
		if (linux_machine_is_over(machine))
			return HOST_STOP;
		now = counter_now();
		if (now >= next || vgic_pending(&machine->vgic, rec->index))
			break;
		if (next != UINT64_MAX)
			timer_preempt_after(next - now);
		wfi();
		gic_handle();
	}
	timer_stop();
	return HOST_RESUME;
}

/* --- Shared pages ---------------------------------------------------------------------------------------- */

/* What the realm gives up it wants to share: its DMA buffers. What it takes back is its own again. */
static void on_ripas_changed(struct host_rec *rec, uint64_t base, uint64_t top, enum rmi_ripas ripas)
{
	struct linux_machine *machine = machine_of(rec);

	spin_lock(&machine->lock);
	for (uint64_t at = base; at < top; at += GRANULE_SIZE) {
		uint64_t page = (at - LINUX_RAM_BASE) / GRANULE_SIZE;

		if (at < LINUX_RAM_BASE || page >= linux_machine_pages(machine))
			continue;
		if (ripas == RMI_EMPTY && machine->shared[page] == 0) {
			if (!linux_machine_share(machine, page))
				linux_machine_stop(machine, LINUX_NO_MEMORY, at);
		} else if (ripas == RMI_RAM && machine->shared[page] != 0) {
			linux_machine_unshare(machine, page);
		}
	}
	spin_unlock(&machine->lock);
}

static enum host_action on_fault(struct host_rec *rec, uint64_t ipa)
{
	struct linux_machine *machine = machine_of(rec);
	uint64_t result = host_serve_fault(rec->realm, ipa);

	if (result == RMI_SUCCESS)
		return HOST_RESUME;
	linux_machine_stop(machine, result == HOST_ERROR_MEMORY ? LINUX_NO_MEMORY : LINUX_FAULT, ipa);
	return HOST_STOP;
}

/* --- Confidential shared memory -------------------------------------------------------------------------- */

/* True: this is the one that was to be refused. */
static bool counts_down(uint32_t *refuse)
{
	uint32_t left = __atomic_load_n(refuse, __ATOMIC_RELAXED);

	while (left != 0)
		if (__atomic_compare_exchange_n(refuse, &left, left - 1, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return left == 1;
	return false;
}

static bool on_csm(struct host_rec *rec, const struct host_csm_request *request)
{
	struct linux_machine *machine = machine_of(rec);

	if (machine->csm != LINUX_CSM_SERVED ||
	    (host_csm_is_request(request->event) && counts_down(&machine->refuse)))
		return false;
	return host_csm_serve(rec->realm, request) == RMI_SUCCESS;
}

/* --- Running --------------------------------------------------------------------------------------------- */

/* From another vCPU. The target's thread takes it where it is: asleep, or on its way out of CPU_OFF. */
static void on_cpu_on(struct host_rec *target)
{
	struct linux_machine *machine = machine_of(target);

	__atomic_store_n(&machine->turned_on[target->index], true, __ATOMIC_SEQ_CST);
	gic_kick(machine->first_cpu + target->index);
}

static const struct host_handlers handlers = {
	.enter = on_enter,
	.leave = on_leave,
	.interrupt = on_interrupt,
	.mmio = linux_devices_access,
	.cpu_on = on_cpu_on,
	.csm = on_csm,
	.ripas_changed = on_ripas_changed,
	.fault = on_fault,
	.sysreg = on_sysreg,
	.idle = on_idle,
};

/* Until the vCPU is turned on (true), or all is over. Its CPU serves the terminal meanwhile, as it would running it. */
static bool await_cpu_on(struct linux_machine *machine, unsigned int index)
{
	while (!linux_machine_is_over(machine)) {
		if (__atomic_exchange_n(&machine->turned_on[index], false, __ATOMIC_SEQ_CST))
			return true;
		linux_machine_feed(machine);
		wfi();
		gic_handle();
	}
	return false;
}

/* Until it turns itself off, or all is over. */
static void run_while_on(struct linux_machine *machine, struct host_rec *rec)
{
	uint64_t result, exits = rec->exits;

	switch (host_rec_run(rec, &handlers, &result)) {
	case HOST_STOP_HANDLER:
	case HOST_STOP_CPU_OFF:
		break;
	case HOST_STOP_SYSTEM_OFF:
		linux_machine_stop(machine, LINUX_OFF, 0);
		break;
	default:
		/* Turned on while it ran, which is nothing, and off since: it can't be entered, and need not be. */
		if (result != RMI_ERROR_REC || rec->exits != exits)
			linux_machine_stop(machine, LINUX_BROKEN, 0);
		break;
	}
}

static void run_vcpu(void *argument)
{
	struct host_rec *rec = argument;
	struct linux_machine *machine = machine_of(rec);

	while (await_cpu_on(machine, rec->index))
		run_while_on(machine, rec);
	if (__atomic_sub_fetch(&machine->present, 1, __ATOMIC_SEQ_CST) == 0)
		linux_machine_destroy(machine);
}

/* Each vCPU keeps its CPU from here to the end, on or off: whoever waits for the machine waits for all of them. */
void linux_machine_start(struct linux_machine *machine)
{
	struct host_rec *own = NULL;

	machine->started = counter_now();
	machine->turned_on[0] = true;
	machine->present = machine->cpus;
	for (unsigned int i = 0; i < machine->cpus; i++) {
		if (machine->first_cpu + i == cpu_id())
			own = &machine->realm.recs[i];
		else
			cpu_run(machine->first_cpu + i, run_vcpu, &machine->realm.recs[i]);
	}
	if (own != NULL)
		run_vcpu(own);
}

void linux_machine_wait(struct linux_machine *machine)
{
	for (unsigned int i = 0; i < machine->cpus; i++)
		if (machine->first_cpu + i != cpu_id())
			cpu_wait(machine->first_cpu + i);
}
