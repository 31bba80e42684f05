/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions that a realm takes at EL1 on the monitor's word (DEN0137 A4.5; DDI0487 D1.3). The realm's registers
 * are in the PE.
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"
#include "run/run.h"

static bool is_from_el0(const struct rec *rec)
{
	/* AArch32 is not offered, but where the CPU has it, EL1 can't be kept from running EL0 in it. */
	return (rec->pstate & (PSTATE_MODE & ~PSTATE_AARCH32)) == 0;
}

/* PSTATE as an exception to EL1 leaves it; what is not named is zero. */
static uint64_t exception_pstate(uint64_t old)
{
	uint64_t sctlr = read_sysreg("sctlr_el12"), pfr1 = read_sysreg("id_aa64pfr1_el1");
	uint64_t pstate = PSTATE_EL1H | PSTATE_DAIF | (old & (PSTATE_NZCV | PSTATE_DIT | PSTATE_PAN));

	if (!(sctlr & SCTLR_SPAN))
		pstate |= PSTATE_PAN;
	if (sctlr & SCTLR_DSSBS)
		pstate |= PSTATE_SSBS;
	if (id_field(pfr1, PFR1_MTE) != 0)
		pstate |= PSTATE_TCO;
	if (id_field(pfr1, PFR1_NMI) != 0 && !(sctlr & SCTLR_SPINTMASK))
		pstate |= PSTATE_ALLINT;
	return pstate;
}

static uint64_t vector_offset(uint64_t pstate)
{
	switch (pstate & PSTATE_MODE) {
	case PSTATE_EL1H:
		return VECTORS_SP_ELX;
	case PSTATE_EL1T:
		return VECTORS_SP_EL0;
	case PSTATE_AARCH32:
		return VECTORS_LOWER_AARCH32;
	default:
		return VECTORS_LOWER;
	}
}

static void take_exception(struct rec *rec, uint64_t esr)
{
	write_sysreg("esr_el12", esr);
	write_sysreg("elr_el12", rec->pc);
	write_sysreg("spsr_el12", rec->pstate);
	rec->pc = read_sysreg("vbar_el12") + vector_offset(rec->pstate);
	rec->pstate = exception_pstate(rec->pstate);
}

void inject_undefined(struct rec *rec)
{
	take_exception(rec, ESR_IL);
}

/* The class as seen from EL1, IL and WnR of the abort; the rest of its syndrome is EL2's business. */
static uint64_t abort_esr(const struct rec *rec, uint64_t esr, uint64_t fsc)
{
	unsigned int ec = ESR_EC(esr);
	uint64_t keep = ESR_IL | (ec == EC_DATA_ABORT_LOWER ? ESR_WNR : 0);

	if (!is_from_el0(rec))
		ec |= 1; /* from the same exception level */
	return ((uint64_t)ec << ESR_EC_SHIFT) | (esr & keep) | fsc;
}

void inject_external_abort(struct rec *rec, uint64_t esr, uint64_t far)
{
	write_sysreg("far_el12", far);
	take_exception(rec, abort_esr(rec, esr, FSC_EXTERNAL | ESR_EA));
}

void inject_address_size_fault(struct rec *rec, uint64_t esr, uint64_t far, unsigned int level)
{
	write_sysreg("far_el12", far);
	take_exception(rec, abort_esr(rec, esr, FSC_ADDRESS_SIZE | level));
}

void run_inject_sea(struct rec *rec)
{
	inject_external_abort(rec, rec->abort_esr, rec->abort_far);
}
