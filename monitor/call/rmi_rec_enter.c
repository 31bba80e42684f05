/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER (DEN0137 B4.3.13, A4.3, A4.4): what the host hands in, the loop around the realm, what it gets.
 */
#include "call/rmi.h"
#include "call/rsi.h"
#include "model/rec.h"
#include "run/run.h"

#define ENTER_GPRS offsetof(struct rmi_rec_enter, gprs)
#define ENTER_END (offsetof(struct rmi_rec_enter, gicv3_lrs) + sizeof(uint64_t) * RMI_NUM_LRS)

/* Reads what RmiRecEnter carries, once; the rest of the page is not looked at. */
static bool read_enter(struct rmi_rec_enter *enter, struct pa run)
{
	return port_ns_read(&enter->flags, run, sizeof(enter->flags)) &&
	       port_ns_read(enter->gprs, pa(run.v + ENTER_GPRS), ENTER_END - ENTER_GPRS);
}

/* realm_new, system_off, rec_runnable, rec_psci, rec_gicv3, rec_mmio. */
static uint64_t check_enter(const struct rec *rec, const struct rmi_rec_enter *enter)
{
	uint32_t state = atomic_load(&realm_of(rec->rd)->state);

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

uint64_t rmi_rec_enter(const uint64_t *arg, uint64_t *out)
{
	struct rmi_rec_exit exit = { 0 };
	struct rmi_rec_enter enter;
	struct pa run_pa = pa(arg[2]);
	struct granule *g;
	uint64_t result;

	(void)out;
	if (!granule_is_ns(run_pa) || !read_enter(&enter, run_pa))
		return RMI_ERROR_INPUT;
	g = granule_find_lock(pa(arg[1]), GRANULE_REC);
	if (g == NULL)
		return RMI_ERROR_INPUT;
	result = granule_refs(g) != 0 ? RMI_ERROR_REC : check_enter(rec_of(g), &enter);
	if (result != RMI_SUCCESS) {
		granule_unlock(g);
		return result;
	}
	granule_get(g, 1); /* RUNNING: the REC is this PE's, without the lock */
	granule_unlock(g);

	run(rec_of(g), &enter, &exit);
	granule_put(g, 1);
	/* The realm has run: a host that took its page away meanwhile has lost the record, not the realm. */
	if (!granule_is_ns(run_pa) ||
	    !port_ns_write(pa(run_pa.v + offsetof(struct rmi_rec_run, exit)), &exit, sizeof(exit)))
		return RMI_ERROR_INPUT;
	return RMI_SUCCESS;
}
