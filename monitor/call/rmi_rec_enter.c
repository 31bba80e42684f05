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
/* NOLINTBEGIN(bugprone-macro-parentheses): first is a field's name */
#define GET(enter, run, first, bytes) \
	port_ns_read(&(enter)->first, pa((run).v + offsetof(struct rmi_rec_run, enter.first)), (bytes))
/* NOLINTEND(bugprone-macro-parentheses) */

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

/* After which exits the host gets a field. */
enum carried { ALWAYS, ON_FAULT, ON_PSCI, ON_HOST_CALL, ON_RIPAS_CHANGE, ON_CSM };

static enum carried carried_after(uint64_t reason)
{
	switch (reason) {
	case RMI_EXIT_SYNC:
	case RMI_EXIT_SERROR:
		return ON_FAULT;
	case RMI_EXIT_PSCI:
		return ON_PSCI;
	case RMI_EXIT_HOST_CALL:
		return ON_HOST_CALL;
	case RMI_EXIT_RIPAS_CHANGE:
		return ON_RIPAS_CHANGE;
	case RMI_EXIT_CSM:
		return ON_CSM;
	default:
		return ALWAYS; /* and nothing more */
	}
}

/* Fields of the record in a row, in 64-bit words. */
struct exit_fields {
	enum carried carried;
	uint16_t offset;
	uint8_t words;
	uint8_t cleared; /* the first so many are zero before the realm runs, as nobody need fill them */
};

#define FIELDS(carried, first, words, cleared)                                \
	{                                                                     \
		carried, offsetof(struct rmi_rec_exit, first), words, cleared \
	}

/*
 * What the record carries, but for gicv3_hcr and the list registers behind it. What is not cleared is filled before every
 * such exit: by run_end(), or by the command (HOST_CALL: all registers). So nothing goes out that was not written, and this
 * list is the only one. What a host call carries comes first: an exit of that kind asks least.
 */
/* clang-format off */
static const struct exit_fields exit_fields[] = {
	FIELDS(ALWAYS, exit_reason, 1, 1),
	FIELDS(ALWAYS, gicv3_misr, 2, 0),
	FIELDS(ALWAYS, cntp_ctl, 4, 0),
	FIELDS(ALWAYS, pmu_ovf_status, 1, 1),
	FIELDS(ON_HOST_CALL, gprs, RMI_NUM_GPRS, 0),
	FIELDS(ON_HOST_CALL, imm, 1, 1),
	FIELDS(ON_FAULT, esr, 3, 3),
	FIELDS(ON_FAULT, gprs, 1, 1),
	FIELDS(ON_PSCI, gprs, 4, 4),
	FIELDS(ON_RIPAS_CHANGE, ripas_base, 3, 3),
	FIELDS(ON_CSM, csm_event, 6, 6),
};
/* clang-format on */

/* A loop over the list, unrolled: all of it is constants then, and a few stores or compares each. */
#define EACH_EXIT_FIELDS(f) \
	_Pragma("GCC unroll 16") for ((f) = exit_fields; (f) < exit_fields + ARRAY_SIZE(exit_fields); (f)++)

static void clear_exit(struct rmi_rec_exit *exit)
{
	const struct exit_fields *f;

	EACH_EXIT_FIELDS(f)
	__builtin_memset((uint8_t *)exit + f->offset, 0, f->cleared * sizeof(uint64_t));
}

/* The host's record is zero already: a lone word that is zero need not be written. */
static bool put(const struct rmi_rec_exit *exit, struct pa run, size_t offset, size_t words)
{
	const uint64_t *from = (const void *)((const uint8_t *)exit + offset);

	return (words == 1 && *from == 0) ||
	       port_ns_write(pa(run.v + offsetof(struct rmi_rec_run, exit) + offset), from,
			     words * sizeof(uint64_t));
}

/* All that the record does not carry is zero. */
static bool write_exit(const struct rmi_rec_exit *exit, struct pa run)
{
	enum carried carried = carried_after(exit->exit_reason);
	const struct exit_fields *f;

	if (!port_ns_zero(pa(run.v + offsetof(struct rmi_rec_run, exit)), sizeof(*exit)) ||
	    !put(exit, run, offsetof(struct rmi_rec_exit, gicv3_hcr), port_features()->num_lrs + 2U))
		return false;
	EACH_EXIT_FIELDS(f)
	{
		if ((f->carried == ALWAYS || f->carried == carried) && !put(exit, run, f->offset, f->words))
			return false;
	}
	return true;
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

/* Checks all there is to check of the REC, which is locked: it is RUNNING on success, and unlocked in any case. */
static uint64_t begin(struct granule *g, const struct rec *rec, struct rmi_rec_enter *enter, struct pa run_pa)
{
	uint64_t result = granule_refs(g) != 0 ? RMI_ERROR_REC : check_enter(rec, enter);

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
	if (!granule_lock(g, GRANULE_REC))
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
