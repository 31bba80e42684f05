/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers that a realm may not touch itself (DEN0137 A3.1, A6.1).
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"

/* The syndrome of MSR and MRS (DDI0487, EC 0x18). */
#define ISS_IS_READ UINT64_C(0x1)

#define OSLSR_OSLM UINT64_C(0x8) /* there is an OS lock */

static unsigned int iss_field(uint64_t esr, unsigned int shift, unsigned int bits)
{
	return (unsigned int)(esr >> shift) & ((1U << bits) - 1);
}

static unsigned int iss_op0(uint64_t esr)
{
	return iss_field(esr, 20, 2);
}

static unsigned int iss_op1(uint64_t esr)
{
	return iss_field(esr, 14, 3);
}

static unsigned int iss_crn(uint64_t esr)
{
	return iss_field(esr, 10, 4);
}

static unsigned int iss_crm(uint64_t esr)
{
	return iss_field(esr, 1, 4);
}

static unsigned int iss_op2(uint64_t esr)
{
	return iss_field(esr, 17, 3);
}

static unsigned int iss_rt(uint64_t esr)
{
	return iss_field(esr, 5, 5);
}

/* ICC_SGI1R_EL1, ICC_ASGI1R_EL1, ICC_SGI0R_EL1, ICC_DIR_EL1: s3_0_c12_c11_{5,6,7,1}. */
static bool is_gic_for_host(uint64_t esr)
{
	unsigned int op2 = iss_op2(esr);

	return iss_op0(esr) == 3 && iss_op1(esr) == 0 && iss_crn(esr) == 12 && iss_crm(esr) == 11 &&
	       ((op2 >= 5 && op2 <= 7) || op2 == 1) && !(esr & ISS_IS_READ);
}

static bool is_id_group(uint64_t esr)
{
	return iss_op0(esr) == 3 && iss_op1(esr) == 0 && iss_crn(esr) == 0 && iss_crm(esr) >= 1 &&
	       iss_crm(esr) <= 7 && (esr & ISS_IS_READ);
}

/* EL1's, and the debug channel's, which are EL0's: s2_3_c0_c{1,4,5}_0. */
static bool is_debug(uint64_t esr)
{
	return iss_op0(esr) == 2 && (iss_op1(esr) == 0 || (iss_op1(esr) == 3 && iss_crn(esr) == 0));
}

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: s2_0_c0_c<n>_{4-7}; MDSCR_EL1: s2_0_c0_c2_2. */
static bool is_switched_debug(uint64_t esr)
{
	return iss_crn(esr) == 0 && (iss_op2(esr) >= 4 || (iss_crm(esr) == 2 && iss_op2(esr) == 2));
}

/* A debug register other than those: what it reads as. OSLSR_EL1 says that there is a lock, and its state. */
static uint64_t debug_value(const struct rec *rec, uint64_t esr)
{
	bool is_oslsr = iss_crn(esr) == 1 && iss_crm(esr) == 1 && iss_op2(esr) == 4;

	return is_oslsr ? OSLSR_OSLM | context_of((struct rec *)rec)->os_lock << 1 : 0;
}

/* Self-hosted debug is the realm's; the external debugger's side reads as zero and ignores writes. */
static enum trap_result trap_debug(struct rec *rec, uint64_t esr)
{
	bool is_oslar = iss_crn(esr) == 1 && iss_crm(esr) == 0 && iss_op2(esr) == 4;

	if (is_switched_debug(esr) && !context_of(rec)->debug_live) {
		debug_give(context_of(rec));
		return TRAP_RESUME; /* and the access is made again */
	}
	if (esr & ISS_IS_READ)
		realm_set_gpr(rec, iss_rt(esr), debug_value(rec, esr));
	else if (is_oslar)
		debug_set_os_lock(context_of(rec), realm_gpr(rec, iss_rt(esr)));
	rec_skip(rec);
	return TRAP_RESUME;
}

enum trap_result trap_sysreg(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	if (is_gic_for_host(esr)) {
		/* Interrupts between RECs are the host's to deliver. */
		exit->exit_reason = RMI_EXIT_SYNC;
		exit->esr = esr & EXIT_ESR_SYSREG;
		exit->gprs[0] = realm_gpr(rec, iss_rt(esr));
		rec_skip(rec);
		return TRAP_EXIT;
	}
	if (is_id_group(esr)) {
		realm_set_gpr(rec, iss_rt(esr), idreg_value(rec->realm, iss_crm(esr), iss_op2(esr)));
		rec_skip(rec);
		return TRAP_RESUME;
	}
	if (is_debug(esr))
		return trap_debug(rec, esr);
	/* What the ID registers say is not there is not there. */
	inject_undefined(rec);
	return TRAP_RESUME;
}
