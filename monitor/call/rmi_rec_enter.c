/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER (DEN0137 B4.3.13, A4.3, A4.4): what the host hands in, the loop around the realm, what it gets.
 */
#include "call/rmi.h"
#include "call/rsi.h"
#include "model/rec.h"
#include "run/run.h"

/* --- The page shared with the host ----------------------------------------------------------------------- */

/* One field of the host's half, or several in a row. */
#define GET(enter, run, first, bytes) \
	port_ns_read(&(enter)->first, pa((run).v + offsetof(struct rmi_rec_run, enter.first)), (bytes))

/* What every entry uses; the registers come later, if at all. Nothing is read twice. */
static bool read_enter(struct rmi_rec_enter *enter, struct pa run)
{
	size_t num_lrs = port_features()->num_lrs + 1U;

	return GET(enter, run, flags, sizeof(enter->flags)) &&
	       GET(enter, run, gicv3_hcr, sizeof(enter->gicv3_hcr) + num_lrs * sizeof(enter->gicv3_lrs[0]));
}

static bool read_gprs(struct rmi_rec_enter *enter, struct pa run, const struct rec *rec)
{
	if (rec->host_call_pending)
		return GET(enter, run, gprs, sizeof(enter->gprs));
	return GET(enter, run, gprs, sizeof(enter->gprs[0]));
}

#define PUT(exit, run, first, bytes) \
	port_ns_write(pa((run).v + offsetof(struct rmi_rec_run, exit.first)), &(exit)->first, (bytes))

/* Fields that belong to one reason (DEN0137 A4.3). */
static bool write_reason(const struct rmi_rec_exit *exit, struct pa run)
{
	switch (exit->exit_reason) {
	case RMI_EXIT_SYNC:
	case RMI_EXIT_SERROR:
		return PUT(exit, run, esr, 3 * sizeof(exit->esr)) &&
		       PUT(exit, run, gprs, sizeof(exit->gprs[0]));
	case RMI_EXIT_PSCI:
		return PUT(exit, run, gprs, 4 * sizeof(exit->gprs[0]));
	case RMI_EXIT_HOST_CALL:
		return PUT(exit, run, gprs, sizeof(exit->gprs)) && PUT(exit, run, imm, sizeof(uint64_t));
	case RMI_EXIT_RIPAS_CHANGE:
		return PUT(exit, run, ripas_base, 3 * sizeof(uint64_t));
	case RMI_EXIT_CSM:
		return PUT(exit, run, csm_event, 6 * sizeof(uint64_t));
	default:
		return true;
	}
}

/* All that the record does not carry is zero. */
static bool write_exit(const struct rmi_rec_exit *exit, struct pa run)
{
	size_t num_lrs = port_features()->num_lrs + 1U;

	return port_ns_zero(pa(run.v + offsetof(struct rmi_rec_run, exit)), sizeof(*exit)) &&
	       PUT(exit, run, exit_reason, sizeof(uint64_t)) &&
	       PUT(exit, run, gicv3_hcr, sizeof(exit->gicv3_hcr) + num_lrs * sizeof(exit->gicv3_lrs[0])) &&
	       PUT(exit, run, gicv3_misr, 2 * sizeof(exit->gicv3_misr)) &&
	       PUT(exit, run, cntp_ctl, 4 * sizeof(exit->cntp_ctl)) &&
	       PUT(exit, run, pmu_ovf_status, sizeof(uint64_t)) && write_reason(exit, run);
}

/* The builtin: a few stores each. */
#define CLEAR(exit, first, bytes) __builtin_memset(&(exit)->first, 0, (bytes))

/* What write_exit() looks at and run_end() does not fill. */
static void clear_exit(struct rmi_rec_exit *exit)
{
	CLEAR(exit, exit_reason, sizeof(uint64_t));
	CLEAR(exit, esr, 3 * sizeof(exit->esr));
	CLEAR(exit, gprs, 4 * sizeof(exit->gprs[0]));
	CLEAR(exit, ripas_base, 3 * sizeof(uint64_t));
	CLEAR(exit, imm, sizeof(uint64_t));
	CLEAR(exit, csm_event, 6 * sizeof(uint64_t));
	CLEAR(exit, pmu_ovf_status, sizeof(uint64_t));
}

/* --- The entry ------------------------------------------------------------------------------------------- */

/* realm_new, system_off, rec_runnable, rec_psci, rec_gicv3, rec_mmio. */
static uint64_t check_enter(const struct rec *rec, const struct rmi_rec_enter *enter)
{
	uint32_t state = atomic_load(&rec->realm->state);

	if (state == REALM_NEW)
		return rmi_result(RMI_ERROR_REALM, 0);
	if (state == REALM_SYSTEM_OFF)
		return rmi_result(RMI_ERROR_REALM, 1);
	if (!rec->runnable || rec->psci_pending || !run_gic_is_valid(enter))
		return RMI_ERROR_REC;
	if ((enter->flags & RMI_REC_ENTER_FLAG_EMUL_MMIO) &&
	    !(enter->flags & RMI_REC_ENTER_FLAG_INJECT_SEA) && !rec->emulatable_abort)
		return RMI_ERROR_REC;
	return RMI_SUCCESS;
}

/* The host's answer to the exit that was a data abort at an unprotected IPA. */
static void answer_abort(struct rec *rec, const struct rmi_rec_enter *enter)
{
	if (enter->flags & RMI_REC_ENTER_FLAG_INJECT_SEA) {
		if (rec->unprotected_abort)
			run_inject_sea(rec);
	} else if (enter->flags & RMI_REC_ENTER_FLAG_EMUL_MMIO) {
		run_complete_mmio(rec, enter->gprs[0]);
	}
}

/*
 * Gives the realm what it waits for. False: it can't go on, and the record says why; no instruction of it
 * has run.
 */
static bool resume(struct rec *rec, const struct rmi_rec_enter *enter, struct rmi_rec_exit *exit)
{
	answer_abort(rec, enter);
	/* What the host may answer belongs to the exit that comes next. */
	rec->emulatable_abort = false;
	rec->unprotected_abort = false;
	rsi_ripas_resume(rec, (enter->flags & RMI_REC_ENTER_FLAG_RIPAS_REJECT) != 0);
	if (rec->host_call_pending && !rsi_host_call_resume(rec, enter->gprs, exit))
		return false;
	if (rec->csm.pending)
		return rsi_csm_resume(rec, (enter->flags & RMI_REC_ENTER_FLAG_CSM_REJECT) != 0, exit);
	return true;
}

static void run(struct rec *rec, const struct rmi_rec_enter *enter, struct rmi_rec_exit *exit)
{
	run_begin(rec, enter);
	if (resume(rec, enter, exit)) {
		while (run_realm(rec, exit) == RUN_SMC && realm_call(rec, exit))
			;
	}
	run_end(rec, exit);
}

static bool is_ns(const struct granule *g)
{
	return g != NULL && granule_state(g) == GRANULE_UNDELEGATED;
}

/* Locks the REC and checks all there is to check: the REC is RUNNING on success, and unlocked in any case. */
static uint64_t begin(struct granule *g, struct rec *rec, struct rmi_rec_enter *enter, struct pa run_pa)
{
	uint64_t result;

	if (!granule_lock(g, GRANULE_REC))
		return RMI_ERROR_INPUT;
	result = granule_refs(g) != 0 ? RMI_ERROR_REC : check_enter(rec, enter);
	if (result == RMI_SUCCESS && !read_gprs(enter, run_pa, rec))
		result = RMI_ERROR_INPUT;
	if (result == RMI_SUCCESS)
		granule_get(g, 1); /* the REC is this PE's, without the lock */
	granule_unlock(g);
	return result;
}

uint64_t rmi_rec_enter(const uint64_t *arg, uint64_t *out)
{
	struct pa rec_pa = pa(arg[1]), run_pa = pa(arg[2]);
	struct granule *g = granule_find(rec_pa);
	const struct granule *run_granule = granule_find(run_pa);
	struct rmi_rec_enter enter;
	struct rmi_rec_exit exit;
	struct rec *rec;
	uint64_t result;

	(void)out;
	if (g == NULL || !is_ns(run_granule) || !read_enter(&enter, run_pa))
		return RMI_ERROR_INPUT;
	rec = port_mem(rec_pa);
	result = begin(g, rec, &enter, run_pa);
	if (result != RMI_SUCCESS)
		return result;

	clear_exit(&exit);
	run(rec, &enter, &exit);
	granule_put(g, 1);
	/* The realm has run: a host that took its page away meanwhile has lost the record, not the realm. */
	return is_ns(run_granule) && write_exit(&exit, run_pa) ? RMI_SUCCESS : RMI_ERROR_INPUT;
}
