/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Data and instruction aborts of a realm at stage 2: whose business they are (DEN0137 A4.4, A5.2).
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"
#include "run/run.h"

#define FAR_IN_GRANULE UINT64_C(0xfff)

/* Synchronous external aborts, of the access or on a table walk. */
static bool is_external(uint64_t esr)
{
	unsigned int fsc = ESR_FSC(esr);

	return fsc == FSC_EXTERNAL || (fsc >= FSC_EXTERNAL_WALK_FIRST && fsc <= FSC_EXTERNAL_WALK_LAST);
}

/*
 * Address size, translation, access flag, permission: what the tables say. The others (alignment at stage 2, TLB
 * conflict, an atomic that the memory does not support) are the access's own fault, and have no IPA.
 */
static bool is_about_tables(uint64_t esr)
{
	return ESR_FSC(esr) < FSC_EXTERNAL;
}

/*
 * HPFAR_EL2 need not hold the address of a permission fault that is not on a table walk (DDI0487
 * D24.2.66): ask stage 1. False: stage 1 says no, by now; the access will be tried again.
 */
static bool fault_ipa(uint64_t esr, uint64_t far, uint64_t *hpfar)
{
	uint64_t saved, par;

	*hpfar = read_sysreg("hpfar_el2") & HPFAR_FIPA;
	if (ESR_FSC_TYPE(esr) != FSC_PERMISSION || (esr & ESR_S1PTW))
		return true;
	saved = read_sysreg("par_el1"); /* the realm's */
	at_s1e1r(far);
	par = read_sysreg("par_el1");
	write_sysreg("par_el1", saved);
	*hpfar = (par & PAR_ADDRESS) >> HPFAR_TO_IPA;
	return !(par & PAR_FAULT);
}

/* What the tables say of a protected address. */
enum lookup {
	LOOKUP_EMPTY,  /* RIPAS EMPTY */
	LOOKUP_MAPPED, /* another PE has mapped it since */
	LOOKUP_ABSENT,
};

static enum lookup look_up(const struct s2 *s2, uint64_t addr)
{
	enum lookup result = LOOKUP_ABSENT;
	struct rtt_walk w;

	rtt_lock(s2);
	w = rtt_walk(s2, ipa(addr), RTT_LEVEL_PAGE);
	if (rtte_ripas(w.entry, w.level) == RMI_EMPTY)
		result = LOOKUP_EMPTY;
	else if (rtte_is_mapped(w.entry, w.level))
		result = LOOKUP_MAPPED;
	rtt_unlock(s2);
	return result;
}

/* What the host is told of the syndrome, unless the address is an unprotected one. */
static uint64_t exit_esr_of(uint64_t esr)
{
	return ESR_EC(esr) == EC_DATA_ABORT_LOWER ? EXIT_ESR_DATA_ABORT : EXIT_ESR_INSTRUCTION_ABORT;
}

static enum trap_result exit_with(struct rmi_rec_exit *exit, uint64_t esr, uint64_t hpfar)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = esr;
	exit->hpfar = hpfar;
	return TRAP_EXIT;
}

/* The hardware reports an error in memory: by its severity (DDI0487, SET of an abort's syndrome). */
static enum trap_result external_abort(struct rec *rec, uint64_t esr, uint64_t far, struct rmi_rec_exit *exit)
{
	switch (ESR_SET(esr)) {
	case SET_RESTARTABLE:
		break;
	case SET_UNCONTAINABLE:
		realm_is_lost(rec);
		break;
	default:
		inject_external_abort(rec, esr, far);
		break;
	}
	return exit_with(exit, esr & exit_esr_of(esr), 0);
}

static enum trap_result protected_abort(struct rec *rec, uint64_t esr, uint64_t far, uint64_t hpfar,
					struct rmi_rec_exit *exit)
{
	enum lookup found = look_up(&rec->realm->s2, hpfar << HPFAR_TO_IPA);

	/* More than the share allows (csm.md I4), or nothing there. */
	if (found == LOOKUP_EMPTY || (found == LOOKUP_MAPPED && ESR_FSC_TYPE(esr) == FSC_PERMISSION)) {
		inject_external_abort(rec, esr, far);
		return TRAP_RESUME;
	}
	if (found == LOOKUP_MAPPED)
		return TRAP_RESUME;
	return exit_with(exit, esr & exit_esr_of(esr), hpfar);
}

static enum trap_result unprotected_abort(struct rec *rec, uint64_t esr, uint64_t far, uint64_t hpfar,
					  struct rmi_rec_exit *exit)
{
	/* Host memory is never executed. */
	if (ESR_EC(esr) == EC_INSTRUCTION_ABORT_LOWER) {
		inject_external_abort(rec, esr, far);
		return TRAP_RESUME;
	}
	rec->unprotected_abort = true;
	rec->abort_esr = esr;
	rec->abort_far = far;
	rec->abort_hpfar = hpfar;
	if (!(esr & ESR_ISV))
		return exit_with(exit, esr & EXIT_ESR_DATA_ABORT_UNPROTECTED, hpfar);
	rec->emulatable_abort = true;
	exit->far = far & FAR_IN_GRANULE;
	if (esr & ESR_WNR)
		exit->gprs[0] = realm_gpr(rec, ESR_SRT(esr)) & esr_access_mask(esr);
	return exit_with(exit, esr & EXIT_ESR_EMULATABLE, hpfar);
}

enum trap_result trap_abort(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	const struct s2 *s2 = &rec->realm->s2;
	uint64_t far = read_sysreg("far_el2");
	uint64_t hpfar;

	if (is_external(esr))
		return external_abort(rec, esr, far, exit);
	if (!is_about_tables(esr)) {
		inject_external_abort(rec, esr, far);
		return TRAP_RESUME;
	}
	if (!fault_ipa(esr, far, &hpfar))
		return TRAP_RESUME;
	if (hpfar << HPFAR_TO_IPA >= s2_size(s2)) {
		inject_address_size_fault(rec, esr, far, stage1_fault_level(s2, far));
		return TRAP_RESUME;
	}
	if (s2_is_protected(s2, hpfar << HPFAR_TO_IPA))
		return protected_abort(rec, esr, far, hpfar, exit);
	return unprotected_abort(rec, esr, far, hpfar, exit);
}

void run_complete_mmio(struct rec *rec, uint64_t value)
{
	uint64_t esr = rec->abort_esr;
	uint64_t mask = esr_access_mask(esr);

	if (!(esr & ESR_WNR)) {
		value &= mask;
		if ((esr & ESR_SSE) && (value & (mask ^ (mask >> 1))))
			value |= ~mask;
		if (!(esr & ESR_SF))
			value &= UINT32_MAX;
		realm_set_gpr(rec, ESR_SRT(esr), value);
	}
	rec_skip(rec);
}
