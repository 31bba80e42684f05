/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The run loop of a REC, and one function per exit reason (DEN0137 A4.3).
 */
#include <caec/arm.h>
#include <caec/psci.h>

#include "rec.h"
#include "rmi_call.h"

/* A handler's answer, and why to stop where that isn't the handler's doing. */
struct outcome {
	enum host_action action;
	enum host_stop stop;
	uint64_t result;
};

static const struct outcome go_on = { HOST_RESUME, HOST_STOP_HANDLER, RMI_SUCCESS };

static struct outcome as_told(enum host_action action)
{
	return (struct outcome){ action, HOST_STOP_HANDLER, RMI_SUCCESS };
}

static struct outcome stop(enum host_stop why, uint64_t result)
{
	return (struct outcome){ HOST_STOP, why, result };
}

/* --- Synchronous exits --------------------------------------------------------------------------- */

void host_rec_answer_mmio(struct host_rec *rec, const struct host_mmio *access, bool done)
{
	struct rmi_rec_enter *enter = &rec->run->enter;

	enter->flags &= ~(RMI_REC_ENTER_FLAG_EMUL_MMIO | RMI_REC_ENTER_FLAG_INJECT_SEA);
	enter->flags |= done ? RMI_REC_ENTER_FLAG_EMUL_MMIO : RMI_REC_ENTER_FLAG_INJECT_SEA;
	if (done && !access->is_write)
		enter->gprs[0] = access->value;
}

static struct outcome exit_mmio(struct host_rec *rec, const struct host_handlers *handlers, uint64_t esr)
{
	struct host_mmio access = {
		.ipa = host_exit_ipa(&rec->run->exit),
		.bytes = 1U << ESR_SAS(esr),
		.is_write = (esr & ESR_WNR) != 0,
	};

	if (access.is_write)
		access.value = rec->run->exit.gprs[0];
	host_rec_answer_mmio(rec, &access, handlers->mmio != NULL && handlers->mmio(rec, &access));
	return go_on;
}

static struct outcome exit_protected(struct host_rec *rec, const struct host_handlers *handlers, uint64_t ipa)
{
	uint64_t result;

	if (handlers->fault != NULL)
		return as_told(handlers->fault(rec, ipa));
	result = host_serve_fault(rec->realm, ipa);
	return result == RMI_SUCCESS ? go_on : stop(HOST_STOP_FAULT, result);
}

/* An error in memory, or where there is none: the realm has been told, and there is no IPA. */
static bool is_external(uint64_t esr)
{
	return ESR_FSC(esr) == FSC_EXTERNAL ||
	       (ESR_FSC(esr) >= FSC_EXTERNAL_WALK_FIRST && ESR_FSC(esr) <= FSC_EXTERNAL_WALK_LAST);
}

static struct outcome exit_abort(struct host_rec *rec, const struct host_handlers *handlers, uint64_t esr)
{
	uint64_t ipa = host_exit_ipa(&rec->run->exit);

	if (is_external(esr))
		return go_on;
	if (ipa < host_unprotected_base(rec->realm))
		return exit_protected(rec, handlers, ipa);
	if (ESR_EC(esr) != EC_DATA_ABORT_LOWER)
		return stop(HOST_STOP_ERROR, HOST_ERROR_RMM);
	if (handlers->unprotected != NULL && handlers->unprotected(rec, ipa))
		return go_on;
	if ((esr & ESR_ISV) != 0)
		return exit_mmio(rec, handlers, esr);
	rec->run->enter.flags |= RMI_REC_ENTER_FLAG_INJECT_SEA;
	return go_on;
}

static struct outcome exit_sync(struct host_rec *rec, const struct host_handlers *handlers)
{
	uint64_t esr = rec->run->exit.esr;

	switch (ESR_EC(esr)) {
	case EC_INSTRUCTION_ABORT_LOWER:
	case EC_DATA_ABORT_LOWER:
		return exit_abort(rec, handlers, esr);
	case EC_WFX:
		return handlers->idle != NULL ? as_told(handlers->idle(rec)) : go_on;
	case EC_SYSREG:
		return handlers->sysreg != NULL ? as_told(handlers->sysreg(rec, esr, rec->run->exit.gprs[0]))
						: go_on;
	default:
		return stop(HOST_STOP_ERROR, HOST_ERROR_RMM);
	}
}

/* --- PSCI ---------------------------------------------------------------------------------------- */

/* MPIDR_EL1 layout: Aff0 [3:0] is used, Aff1 [15:8] counts clusters of 16. */
static struct host_rec *rec_of_mpidr(struct host_realm *realm, uint64_t mpidr)
{
	uint64_t index = (mpidr & 0xf) | ((mpidr >> 8 & 0xff) << 4);

	return index < realm->rec_count ? &realm->recs[index] : NULL;
}

static struct outcome complete(struct host_rec *rec, const struct host_handlers *handlers, bool turn_on)
{
	struct host_rec *target = rec_of_mpidr(rec->realm, rec->run->exit.gprs[1]);
	struct host *host = rec->realm->host;
	bool deny = turn_on && handlers->cpu_on == NULL;
	uint64_t result;

	if (target == NULL)
		return stop(HOST_STOP_ERROR, HOST_ERROR_RMM);
	result = host_rmi_psci_complete(host, rec->pa, target->pa, deny ? PSCI_DENIED : PSCI_SUCCESS);
	if (result != RMI_SUCCESS)
		return stop(HOST_STOP_ERROR, host_fail(host, RMI_PSCI_COMPLETE, result));
	if (turn_on && !deny)
		handlers->cpu_on(target);
	return go_on;
}

static struct outcome exit_psci(struct host_rec *rec, const struct host_handlers *handlers)
{
	switch (rec->run->exit.gprs[0]) {
	case PSCI_CPU_ON:
	case PSCI_CPU_ON_32:
		return complete(rec, handlers, true);
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO_32:
		return complete(rec, handlers, false);
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND_32:
		return handlers->idle != NULL ? as_told(handlers->idle(rec)) : go_on;
	case PSCI_CPU_OFF:
		return stop(HOST_STOP_CPU_OFF, RMI_SUCCESS);
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
		return stop(HOST_STOP_SYSTEM_OFF, RMI_SUCCESS);
	default:
		return stop(HOST_STOP_ERROR, HOST_ERROR_RMM);
	}
}

/* --- The others ---------------------------------------------------------------------------------- */

static struct outcome exit_ripas(struct host_rec *rec, const struct host_handlers *handlers)
{
	uint64_t base = rec->run->exit.ripas_base, top = rec->run->exit.ripas_top;
	enum rmi_ripas ripas = (enum rmi_ripas)rec->run->exit.ripas_value;
	uint64_t result;

	if (handlers->ripas != NULL && !handlers->ripas(rec, base, top, ripas)) {
		rec->run->enter.flags |= RMI_REC_ENTER_FLAG_RIPAS_REJECT;
		return go_on;
	}
	result = host_set_ripas(rec, base, top);
	if (result != RMI_SUCCESS) /* what is done is done; the realm is told how far it got */
		rec->run->enter.flags |= RMI_REC_ENTER_FLAG_RIPAS_REJECT;
	if (result == RMI_SUCCESS && ripas == RMI_EMPTY)
		host_reclaim(rec->realm, base, top - base);
	if (result == RMI_SUCCESS && handlers->ripas_changed != NULL)
		handlers->ripas_changed(rec, base, top, ripas);
	return go_on;
}

static struct outcome exit_host_call(struct host_rec *rec, const struct host_handlers *handlers)
{
	if (handlers->host_call == NULL)
		return stop(HOST_STOP_HANDLER, RMI_SUCCESS);
	__builtin_memcpy(rec->run->enter.gprs, rec->run->exit.gprs, sizeof(rec->run->enter.gprs));
	return as_told(handlers->host_call(rec, rec->run->exit.imm, rec->run->enter.gprs));
}

static struct outcome exit_csm(struct host_rec *rec, const struct host_handlers *handlers)
{
	const struct host_csm_request request = {
		.event = (enum csm_event)rec->run->exit.csm_event,
		.base = rec->run->exit.csm_base,
		.size = rec->run->exit.csm_size,
		.argument = rec->run->exit.csm_argument,
		.ring = rec->run->exit.csm_ring,
		.ring_rec = rec->run->exit.csm_ring_rec,
	};
	bool granted = handlers->csm != NULL ? handlers->csm(rec, &request)
					     : host_csm_serve(rec->realm, &request) == RMI_SUCCESS;

	if (!granted)
		rec->run->enter.flags |= RMI_REC_ENTER_FLAG_CSM_REJECT;
	return go_on;
}

static struct outcome dispatch(struct host_rec *rec, const struct host_handlers *handlers)
{
	switch (rec->run->exit.exit_reason) {
	case RMI_EXIT_SYNC:
		return exit_sync(rec, handlers);
	case RMI_EXIT_IRQ:
	case RMI_EXIT_FIQ:
		return handlers->interrupt != NULL ? as_told(handlers->interrupt(rec)) : go_on;
	case RMI_EXIT_PSCI:
		return exit_psci(rec, handlers);
	case RMI_EXIT_RIPAS_CHANGE:
		return exit_ripas(rec, handlers);
	case RMI_EXIT_HOST_CALL:
		return exit_host_call(rec, handlers);
	case RMI_EXIT_SERROR:
		return stop(HOST_STOP_SERROR, RMI_SUCCESS);
	case RMI_EXIT_CSM:
		return exit_csm(rec, handlers);
	default:
		return stop(HOST_STOP_ERROR, HOST_ERROR_RMM);
	}
}

static enum host_stop run(struct host_rec *rec, const struct host_handlers *handlers, uint64_t *result)
{
	struct outcome outcome = go_on;

	while (outcome.action == HOST_RESUME) {
		if (handlers->enter == NULL) {
			host_rec_load_interrupts(rec);
		} else if (handlers->enter(rec) == HOST_STOP) {
			*result = RMI_SUCCESS;
			return HOST_STOP_HANDLER;
		}
		if (rec->trap_wfi)
			rec->run->enter.flags |= RMI_REC_ENTER_FLAG_TRAP_WFI;
		*result = host_rmi_rec_enter(rec->realm->host, rec->pa, rec->run_pa);
		if (handlers->leave != NULL)
			handlers->leave(rec, *result == RMI_SUCCESS);
		if (*result == rmi_result(RMI_ERROR_REALM, 1)) {
			*result = RMI_SUCCESS; /* another REC has turned the realm off */
			return HOST_STOP_SYSTEM_OFF;
		}
		if (*result != RMI_SUCCESS) {
			host_fail(rec->realm->host, RMI_REC_ENTER, *result);
			return HOST_STOP_ERROR;
		}
		/* Flags are answers to this exit: those of the last one have been heard. */
		rec->run->enter.flags = 0;
		rec->exits++;
		outcome = dispatch(rec, handlers);
	}
	*result = outcome.result;
	return outcome.stop;
}

enum host_stop host_rec_run(struct host_rec *rec, const struct host_handlers *handlers, uint64_t *result)
{
	const struct host *host = rec->realm->host;
	uint32_t runner = host->ops->thread != NULL ? host->ops->thread(host->context) + 1 : 0;
	enum host_stop why;

	/* From here on a doorbell kicks this thread: see ring() in csm.c. */
	__atomic_store_n(&rec->runner, runner, __ATOMIC_SEQ_CST);
	why = run(rec, handlers, result);
	__atomic_store_n(&rec->runner, 0, __ATOMIC_SEQ_CST);
	return why;
}
