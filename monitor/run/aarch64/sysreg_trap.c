/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers that a realm may not touch itself (DEN0137 A3.1, A6.1).
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"

/* ICC_SGI1R_EL1, ICC_ASGI1R_EL1, ICC_SGI0R_EL1, ICC_DIR_EL1: s3_0_c12_c11_{5,6,7,1}. */
static bool is_gic_for_host(uint64_t esr)
{
	unsigned int op2 = ESR_SYSREG_OP2(esr);

	return ESR_SYSREG_OP0(esr) == OP0_SYSTEM && ESR_SYSREG_OP1(esr) == 0 &&
	       ESR_SYSREG_CRN(esr) == CRN_GIC && ESR_SYSREG_CRM(esr) == 11 &&
	       ((op2 >= 5 && op2 <= 7) || op2 == 1) && !(esr & ESR_SYSREG_READ);
}

static bool is_id_group(uint64_t esr)
{
	return ESR_SYSREG_OP0(esr) == OP0_SYSTEM && ESR_SYSREG_OP1(esr) == 0 &&
	       ESR_SYSREG_CRN(esr) == CRN_ID && ESR_SYSREG_CRM(esr) >= 1 && ESR_SYSREG_CRM(esr) <= 7 &&
	       (esr & ESR_SYSREG_READ);
}

/* EL1's, and the debug channel's, which are EL0's: s2_3_c0_c{1,4,5}_0. From CRn 8 on there are none. */
static bool is_debug(uint64_t esr)
{
	unsigned int op1 = ESR_SYSREG_OP1(esr), crn = ESR_SYSREG_CRN(esr);

	return ESR_SYSREG_OP0(esr) == OP0_DEBUG && ((op1 == 0 && crn < 8) || (op1 == 3 && crn == 0));
}

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: s2_0_c0_c<n>_{4-7}; MDSCR_EL1: s2_0_c0_c2_2. */
static bool is_switched_debug(uint64_t esr)
{
	return ESR_SYSREG_OP1(esr) == 0 && ESR_SYSREG_CRN(esr) == 0 &&
	       (ESR_SYSREG_OP2(esr) >= 4 || (ESR_SYSREG_CRM(esr) == 2 && ESR_SYSREG_OP2(esr) == 2));
}

/* A debug register other than those: what it reads as. OSLSR_EL1 says that there is a lock, and its state. */
static uint64_t debug_value(const struct rec *rec, uint64_t esr)
{
	bool is_oslsr = ESR_SYSREG_NAME(esr) == ESR_OSLSR_EL1;

	return is_oslsr ? OSLSR_OSLM | context_of((struct rec *)rec)->os_lock << OSLSR_OSLK_SHIFT : 0;
}

/* Self-hosted debug is the realm's; the external debugger's side reads as zero and ignores writes. */
static enum trap_result trap_debug(struct rec *rec, uint64_t esr)
{
	bool is_oslar = ESR_SYSREG_NAME(esr) == ESR_OSLAR_EL1;

	if (is_switched_debug(esr) && !context_of(rec)->debug_live) {
		debug_give(context_of(rec));
		return TRAP_RESUME; /* and the access is made again */
	}
	if (esr & ESR_SYSREG_READ)
		realm_set_gpr(rec, ESR_SYSREG_RT(esr), debug_value(rec, esr));
	else if (is_oslar)
		debug_set_os_lock(context_of(rec), realm_gpr(rec, ESR_SYSREG_RT(esr)));
	rec_skip(rec);
	return TRAP_RESUME;
}

enum trap_result trap_sysreg(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	if (is_gic_for_host(esr)) {
		/* Interrupts between RECs are the host's to deliver. */
		exit->exit_reason = RMI_EXIT_SYNC;
		exit->esr = esr & EXIT_ESR_SYSREG;
		exit->gprs[0] = realm_gpr(rec, ESR_SYSREG_RT(esr));
		rec_skip(rec);
		return TRAP_EXIT;
	}
	if (is_id_group(esr)) {
		realm_set_gpr(rec, ESR_SYSREG_RT(esr),
			      idreg_value(rec->realm, ESR_SYSREG_CRM(esr), ESR_SYSREG_OP2(esr)));
		rec_skip(rec);
		return TRAP_RESUME;
	}
	if (is_debug(esr))
		return trap_debug(rec, esr);
	/* What the ID registers say is not there is not there. */
	inject_undefined(rec);
	return TRAP_RESUME;
}
