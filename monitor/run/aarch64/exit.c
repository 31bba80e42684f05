/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Synchronous exceptions and SErrors from a realm, sorted (DEN0137 A4.4).
 */
#include "run/aarch64/context.h"
#include "run/aarch64/esr.h"

#define AET_UNKNOWN AET_UNCONTAINABLE /* the same for us */

static enum trap_result trap_wfx(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = esr & EXIT_ESR_WFX;
	if (esr & ESR_WFX_TIMED)
		exit->gprs[0] = realm_gpr(rec, ESR_WFX_RN(esr));
	rec_skip(rec);
	return TRAP_EXIT;
}

enum trap_result trap_sync(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t esr = read_sysreg("esr_el2");

	switch (ESR_EC(esr)) {
	case EC_SMC64:
		if ((esr & ESR_IMM16) == 0)
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

/*
 * What was lost is not known to be the realm's alone, but its own state is certainly not to be trusted: no REC of it is
 * entered again (docs/threat-model.md).
 */
void realm_is_lost(const struct rec *rec)
{
	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	atomic_store(&rec->realm->state, REALM_SYSTEM_OFF);
	granule_unlock(rec->rd);
}

/* How bad it is. Syndromes that are not the architecture's, or not categorised, say nothing. */
static unsigned int serror_type(uint64_t esr)
{
	if ((esr & ESR_IDS) || ESR_FSC(esr) != FSC_SERROR)
		return AET_UNKNOWN;
	return ESR_AET(esr);
}

enum trap_result trap_serror(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t esr = read_sysreg("esr_el2");

	switch (serror_type(esr)) {
	case AET_RESTARTABLE:
	case AET_CORRECTED:
		break;
	case AET_UNRECOVERABLE:
	case AET_RECOVERABLE:
		write_sysreg("hcr_el2", read_sysreg("hcr_el2") | HCR_VSE); /* the realm takes it */
		break;
	default:
		realm_is_lost(rec);
		break;
	}
	exit->exit_reason = RMI_EXIT_SERROR;
	exit->esr = esr & EXIT_ESR_SERROR;
	return TRAP_EXIT;
}
