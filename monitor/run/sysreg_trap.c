/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers that a realm may not touch itself (DEN0137 A3.1, A6.1).
 */
#include "run/context.h"
#include "run/esr.h"

/* The syndrome of MSR and MRS (DDI0487, EC 0x18). */
#define ISS_IS_READ UINT64_C(0x1)

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

enum trap_result trap_sysreg(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	if (is_gic_for_host(esr)) {
		/* Interrupts between RECs are the host's to deliver. */
		exit->exit_reason = RMI_EXIT_SYNC;
		exit->esr = esr;
		exit->gprs[0] = realm_gpr(rec, iss_rt(esr));
		rec->pc += 4;
		return TRAP_EXIT;
	}
	if (is_id_group(esr)) {
		realm_set_gpr(rec, iss_rt(esr), idreg_value(realm_of(rec->rd), iss_crm(esr), iss_op2(esr)));
		rec->pc += 4;
		return TRAP_RESUME;
	}
	if (iss_op0(esr) == 2) {
		/* Debug registers read as zero and ignore writes (docs/limits.md). */
		if (esr & ISS_IS_READ)
			realm_set_gpr(rec, iss_rt(esr), 0);
		rec->pc += 4;
		return TRAP_RESUME;
	}
	/* What the ID registers say is not there is not there. */
	inject_undefined(rec);
	return TRAP_RESUME;
}
