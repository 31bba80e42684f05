/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Synchronous exceptions and SErrors from a realm, sorted (DEN0137 A4.4).
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"

#define WFX_IS_TIMED 2 /* TI: WFIT, WFET */
#define WFX_RN_SHIFT 5

#define ISS_IMM16 UINT64_C(0xffff) /* of SMC */

#define SERROR_IDS (UINT64_C(1) << 24)
#define SERROR_AET_SHIFT 10
#define SERROR_FSC_ASYNC 0x11

#define HCR_VSE (UINT64_C(1) << 8)

static enum trap_result trap_wfx(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = esr & EXIT_ESR_WFX;
	if (esr & WFX_IS_TIMED)
		exit->gprs[0] = realm_gpr(rec, (unsigned int)(esr >> WFX_RN_SHIFT) & 0x1f);
	rec_skip(rec);
	return TRAP_EXIT;
}

enum trap_result trap_sync(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t esr = read_sysreg("esr_el2");

	switch (esr_ec(esr)) {
	case EC_SMC64:
		if ((esr & ISS_IMM16) == 0)
			return TRAP_SMC;
		/* No call of SMCCC; what is not PSCI or RSI is not supported (DEN0137 RYLFMD). */
		rec->gprs[0] = SMCCC_NOT_SUPPORTED;
		rec_skip(rec);
		return TRAP_RESUME;
	case EC_DATA_ABORT_LOWER:
	case EC_INSTRUCTION_ABORT_LOWER:
		return trap_abort(rec, esr, exit);
	case EC_SYSREG:
		return trap_sysreg(rec, esr, exit);
	case EC_WFX:
		return trap_wfx(rec, esr, exit);
	case EC_SVE:
		if (!rec->realm->has_sve) {
			inject_undefined(rec);
			return TRAP_RESUME;
		}
		simd_give(rec);
		return TRAP_RESUME;
	case EC_SIMD:
		simd_give(rec);
		return TRAP_RESUME;
	case EC_HVC64:
		/* HVC returns behind itself; an undefined instruction is reported where it is. */
		rec->pc -= 4;
		inject_undefined(rec);
		return TRAP_RESUME;
	default:
		/* SME and whatever else is trapped because realms are not offered it. */
		inject_undefined(rec);
		return TRAP_RESUME;
	}
}

enum trap_result trap_serror(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t esr = read_sysreg("esr_el2");
	unsigned int aet = (unsigned int)(esr >> SERROR_AET_SHIFT) & 7;

	(void)rec;
	/* Uncontainable, or nobody knows: nothing here can be trusted any more (DEN0137 A4.5.2). */
	REQUIRE(!(esr & SERROR_IDS) && (esr & ESR_FSC) == SERROR_FSC_ASYNC && aet != 0);
	if (aet == 1 || aet == 3) /* unrecoverable, recoverable: the realm takes it */
		write_sysreg("hcr_el2", read_sysreg("hcr_el2") | HCR_VSE);
	exit->exit_reason = RMI_EXIT_SERROR;
	exit->esr = esr & EXIT_ESR_SERROR;
	return TRAP_EXIT;
}
