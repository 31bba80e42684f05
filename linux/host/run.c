// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Running a REC: what the kernel decides about its exits, when its thread has something else to do,
 * how it sleeps.
 *
 * Interrupts of this CPU are masked from the last look at what there is to do to the end of
 * RMI_REC_ENTER. So whatever comes in between (a kick, a signal, the tick) comes by an interrupt,
 * and with that the realm is left at once.
 */
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>

#include <asm/arch_timer.h>

#include <caec/psci.h>

#include "host.h"

static unsigned int halt_poll_us = 20;
module_param(halt_poll_us, uint, 0644);
MODULE_PARM_DESC(halt_poll_us,
		 "how long a REC that waits for interrupts keeps its CPU, if nobody else wants it");

static struct caec_rec *rec_of(const struct host_rec *rec)
{
	return rec->owner;
}

static u64 now(void)
{
	return arch_timer_read_cntpct_el0();
}

/* --- Coming and going ------------------------------------------------------------------------- */

static void attach(struct caec_rec *rec, struct task_struct *runner)
{
	spin_lock_irq(&rec->kick_lock);
	rec->runner = runner;
	spin_unlock_irq(&rec->kick_lock);
}

/*
 * There is work at the return to user space: throttling by its cgroup. (rseq's, with each
 * preemption, can wait.)
 */
static bool has_work(void)
{
	return test_thread_flag(TIF_NOTIFY_RESUME) &&
	       (task_work_pending(current) || current->memcg_nr_pages_over_high);
}

/* What user space is for: signals, work at the return to it, its own wish. */
static bool is_wanted_outside(struct caec_rec *rec)
{
	return signal_pending(current) || has_work() || READ_ONCE(rec->run->immediate_exit);
}

static bool is_wanted_elsewhere(void)
{
	return need_resched() || test_thread_flag(TIF_NEED_RESCHED_LAZY);
}

/* True: it is to come out. */
static bool must_stop(struct caec_rec *rec)
{
	if (rec->stop == CAEC_HOST_EXIT_NONE && is_wanted_outside(rec))
		rec->stop = CAEC_HOST_EXIT_INTR;
	return rec->stop != CAEC_HOST_EXIT_NONE || caec_realm_is_over(rec->realm);
}

static enum host_action on_enter(struct host_rec *r)
{
	struct caec_rec *rec = rec_of(r);

	for (;;) {
		if (must_stop(rec))
			return HOST_STOP;
		if (READ_ONCE(rec->realm->csm_watched))
			caec_csm_watch(rec->realm);
		if (is_wanted_elsewhere())
			schedule();
		local_irq_disable();
		WRITE_ONCE(rec->kicked, false);
		smp_mb(); /* what the kicker had to tell is seen from here on */
		if (!must_stop(rec) && !is_wanted_elsewhere())
			break;
		local_irq_enable();
	}
	vgic_load(&rec->realm->vgic, r->index, &r->run->enter);
	rec->entered = now();
	return HOST_RESUME;
}

/* An entry that was refused gives back what was loaded for it. */
static void on_leave(struct host_rec *r, bool ran)
{
	struct caec_rec *rec = rec_of(r);

	atomic64_add(now() - rec->entered, &rec->realm->counts[CAEC_HOST_COUNT_TICKS]);
	local_irq_enable();
	if (ran) {
		rec->ran = true;
		caec_count(rec->realm, CAEC_HOST_COUNT_EXITS);
	} else {
		memcpy(r->run->exit.gicv3_lrs, r->run->enter.gicv3_lrs, sizeof(r->run->exit.gicv3_lrs));
		r->run->exit.gicv3_hcr = 0;
	}
	vgic_sync(&rec->realm->vgic, r->index, &r->run->exit);
}

/* --- Sleep ------------------------------------------------------------------------------------ */

static bool wakes(struct caec_rec *rec)
{
	return is_wanted_outside(rec) || caec_realm_is_over(rec->realm);
}

/* Timers that are further away are looked at again. */
#define MAX_SLEEP_SECONDS 600

static ktime_t duration(u64 ticks)
{
	u64 frequency = arch_timer_get_cntfrq();

	ticks = min(ticks, frequency * MAX_SLEEP_SECONDS);
	return ns_to_ktime(mul_u64_u32_div(ticks, NSEC_PER_SEC, frequency));
}

/* Until the condition holds, a kick that brings it, or `deadline` (of the counter). */
static void sleep_until(struct caec_rec *rec, bool (*condition)(struct caec_rec *rec), u64 deadline)
{
	ktime_t timeout;
	u64 at;

	WRITE_ONCE(rec->asleep, true);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		at = now();
		if (condition(rec) || wakes(rec) || at >= deadline)
			break;
		timeout = duration(deadline - at);
		schedule_hrtimeout_range(&timeout, 0, HRTIMER_MODE_REL);
	}
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(rec->asleep, false);
}

static bool has_interrupt(struct caec_rec *rec)
{
	return vgic_pending(&rec->realm->vgic, rec->rec->index);
}

/* Whoever has not long to wait does not sleep. True: the wait is over. */
static bool poll_halted(struct caec_rec *rec, u64 deadline)
{
	u64 end = now() + mul_u64_u32_div(arch_timer_get_cntfrq(), min(halt_poll_us, 1000U), USEC_PER_SEC);

	do {
		if (has_interrupt(rec) || wakes(rec) || now() >= deadline)
			return true;
		cpu_relax();
	} while (now() < end && !is_wanted_elsewhere());
	return false;
}

static enum host_action on_idle(struct host_rec *r)
{
	struct caec_rec *rec = rec_of(r);
	u64 deadline = host_rec_next_timer(r);

	caec_count(rec->realm,
		   r->run->exit.exit_reason == RMI_EXIT_PSCI ? CAEC_HOST_COUNT_PSCI : CAEC_HOST_COUNT_WFI);
	if (!poll_halted(rec, deadline)) {
		caec_count(rec->realm, CAEC_HOST_COUNT_SLEEPS);
		sleep_until(rec, has_interrupt, deadline);
	}
	return HOST_RESUME;
}

/* --- Exits that the kernel serves ------------------------------------------------------------- */

static enum host_action on_interrupt(struct host_rec *r)
{
	caec_count(rec_of(r)->realm, CAEC_HOST_COUNT_IRQ);
	return HOST_RESUME;
}

static enum host_action on_sysreg(struct host_rec *r, u64 esr, u64 value)
{
	struct caec_realm *realm = rec_of(r)->realm;

	caec_count(realm, CAEC_HOST_COUNT_GIC);
	vgic_sysreg(&realm->vgic, r->index, esr, value);
	return HOST_RESUME;
}

static void broke(struct caec_rec *rec, u32 why, u64 ipa, u64 result)
{
	const struct caec_host_run_error error = {
		.why = why,
		.ipa = ipa,
		.result = result,
		.esr = rec->rec->run->exit.esr,
	};

	caec_realm_break(rec->realm, &error);
}

/* No memory: for who is being killed there is no need of it either. */
static enum host_action no_page(struct caec_rec *rec, u64 ipa, u64 result)
{
	if (result != HOST_ERROR_MEMORY)
		broke(rec, CAEC_HOST_ERROR_FAULT, ipa, result);
	else if (!fatal_signal_pending(current))
		broke(rec, CAEC_HOST_ERROR_MEMORY, ipa, 0);
	return HOST_RESUME;
}

static enum host_action on_fault(struct host_rec *r, u64 ipa)
{
	u64 result = host_serve_fault(r->realm, ipa);

	caec_count(rec_of(r)->realm, CAEC_HOST_COUNT_FAULT);
	return result == RMI_SUCCESS ? HOST_RESUME : no_page(rec_of(r), ipa, result);
}

static bool on_unprotected(struct host_rec *r, u64 ipa)
{
	struct caec_rec *rec = rec_of(r);
	int error = caec_shared_fault(rec->realm, ipa);

	if (error == -ENOENT)
		return false;
	caec_count(rec->realm, CAEC_HOST_COUNT_SHARED);
	if (error)
		no_page(rec, ipa, HOST_ERROR_MEMORY);
	return true;
}

/* What is a realm's own again is not shared; what it shares it has given up already. */
static void on_ripas_changed(struct host_rec *r, u64 base, u64 top, enum rmi_ripas ripas)
{
	if (ripas == RMI_RAM)
		caec_shared_drop(rec_of(r)->realm, base + host_unprotected_base(r->realm), top - base);
}

static bool on_ripas(struct host_rec *r, u64 base, u64 top, enum rmi_ripas ripas)
{
	caec_count(rec_of(r)->realm, CAEC_HOST_COUNT_RIPAS);
	return true;
}

static void on_cpu_on(struct host_rec *target)
{
	struct caec_rec *rec = rec_of(target);

	WRITE_ONCE(rec->turned_on, true);
	caec_rec_kick(rec);
}

static bool on_csm(struct host_rec *r, const struct host_csm_request *request)
{
	caec_count(rec_of(r)->realm, CAEC_HOST_COUNT_CSM);
	return caec_csm_serve(rec_of(r)->realm, request);
}

/* --- Exits that user space serves ------------------------------------------------------------- */

static bool on_mmio(struct host_rec *r, struct host_mmio *access)
{
	struct caec_rec *rec = rec_of(r);
	bool done;

	if (caec_gic_access(rec->realm, access, &done)) {
		caec_count(rec->realm, CAEC_HOST_COUNT_GIC);
		return done;
	}
	if (caec_ioeventfd_signal(rec->realm, access)) {
		caec_count(rec->realm, CAEC_HOST_COUNT_EVENTFD);
		return true;
	}
	caec_count(rec->realm, CAEC_HOST_COUNT_MMIO);
	rec->mmio = *access;
	rec->stop = CAEC_HOST_EXIT_MMIO;
	return true;
}

static enum host_action on_host_call(struct host_rec *r, unsigned int imm, u64 gprs[RMI_NUM_GPRS])
{
	caec_count(rec_of(r)->realm, CAEC_HOST_COUNT_HOST_CALL);
	rec_of(r)->stop = CAEC_HOST_EXIT_HOST_CALL;
	return HOST_STOP;
}

static const struct host_handlers handlers = {
	.enter = on_enter,
	.leave = on_leave,
	.host_call = on_host_call,
	.interrupt = on_interrupt,
	.unprotected = on_unprotected,
	.mmio = on_mmio,
	.cpu_on = on_cpu_on,
	.ripas = on_ripas,
	.ripas_changed = on_ripas_changed,
	.csm = on_csm,
	.fault = on_fault,
	.sysreg = on_sysreg,
	.idle = on_idle,
};

/* --- RUN -------------------------------------------------------------------------------------- */

static bool is_turned_on(struct caec_rec *rec)
{
	return READ_ONCE(rec->turned_on);
}

static void await_cpu_on(struct caec_rec *rec)
{
	sleep_until(rec, is_turned_on, U64_MAX);
	if (!xchg(&rec->turned_on, false))
		return;
	rec->on = true;
	rec->ran = false;
}

/* Another REC's doing, of which its runner is about to tell: the entry is refused until then. */
static void end_of_psci(struct caec_rec *rec)
{
	if (rec->rec->run->exit.exit_reason != RMI_EXIT_PSCI)
		return;
	if (rec->rec->run->exit.gprs[0] == PSCI_SYSTEM_OFF)
		caec_realm_end(rec->realm, CAEC_HOST_STATE_OFF);
	else if (rec->rec->run->exit.gprs[0] == PSCI_SYSTEM_RESET)
		caec_realm_end(rec->realm, CAEC_HOST_STATE_RESET);
}

static void run_while_on(struct caec_rec *rec)
{
	u64 result;

	switch (host_rec_run(rec->rec, &handlers, &result)) {
	case HOST_STOP_HANDLER:
		break;
	case HOST_STOP_CPU_OFF:
		rec->on = false;
		break;
	case HOST_STOP_SYSTEM_OFF:
		end_of_psci(rec);
		cond_resched();
		break;
	case HOST_STOP_SERROR:
		broke(rec, CAEC_HOST_ERROR_SERROR, 0, 0);
		break;
	default:
		/*
		 * Turned on while it ran, which is nothing, and off since: it can't be entered, and
		 * need not be.
		 */
		if (rmi_result_status(result) == RMI_ERROR_REC && !rec->ran)
			rec->on = false;
		else
			broke(rec, CAEC_HOST_ERROR_RMM, 0, result);
		break;
	}
}

static u32 exit_of(u32 state)
{
	switch (state) {
	case CAEC_HOST_STATE_OFF:
		return CAEC_HOST_EXIT_SYSTEM_OFF;
	case CAEC_HOST_STATE_RESET:
		return CAEC_HOST_EXIT_SYSTEM_RESET;
	default:
		return CAEC_HOST_EXIT_ERROR;
	}
}

/* The run page says what `stop` is; of an exit that is asked about the answer is due. */
static void tell(struct caec_rec *rec)
{
	struct caec_host_run *run = rec->run;

	memset(run->padding, 0, sizeof(run->padding));
	switch (rec->stop) {
	case CAEC_HOST_EXIT_MMIO:
		run->mmio.ipa = rec->mmio.ipa;
		run->mmio.data = rec->mmio.value;
		run->mmio.size = rec->mmio.bytes;
		run->mmio.is_write = rec->mmio.is_write;
		rec->asked = rec->stop;
		break;
	case CAEC_HOST_EXIT_HOST_CALL:
		run->call.imm = rec->rec->run->exit.imm;
		memcpy(run->call.gprs, rec->rec->run->enter.gprs, sizeof(run->call.gprs));
		rec->asked = rec->stop;
		break;
	case CAEC_HOST_EXIT_ERROR:
		run->error = rec->realm->error;
		break;
	}
	run->exit_reason = rec->stop;
	caec_count(rec->realm, CAEC_HOST_COUNT_RETURNS);
}

int caec_run(struct caec_rec *rec)
{
	rec->stop = CAEC_HOST_EXIT_NONE;
	attach(rec, current);
	while (!must_stop(rec)) {
		if (rec->on)
			run_while_on(rec);
		else
			await_cpu_on(rec);
	}
	attach(rec, NULL);
	if (caec_realm_is_over(rec->realm))
		rec->stop = exit_of(rec->realm->state);
	tell(rec);
	return rec->stop == CAEC_HOST_EXIT_INTR ? -EINTR : 0;
}
