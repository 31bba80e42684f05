/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID registers that realms see: the machine's, without what is not switched between realms and is
 * therefore trapped (DEN0137 A3.1; DDI0487 D24.2).
 */
#include "run/aarch64/context.h"

/* Field masks, by the position of the field's lowest bit. */
#define FIELD(shift) (UINT64_C(0xf) << (shift))

/* Of the group op0 3, op1 0, CRn 0. */
#define REGISTER(crm, op2) ((crm) << 4 | (op2))

/* A field that is at most `limit` (unsigned). */
static uint64_t at_most(uint64_t value, unsigned int shift, uint64_t limit)
{
	return id_field(value, shift) <= limit ? value : (value & ~FIELD(shift)) | limit << shift;
}

/*
 * EL0 and EL1 in AArch64 only, EL3 in no other (it says that there is SMC), FP, AdvSIMD, GIC, SVE where the realm has it,
 * DIT, CSV2 without SCXTNUM, CSV3. No EL2.
 */
static uint64_t pfr0(const struct realm *realm)
{
	uint64_t v = read_sysreg("id_aa64pfr0_el1");

	v &= FIELD(PFR0_EL3) | FIELD(PFR0_FP) | FIELD(PFR0_ADVSIMD) | FIELD(PFR0_GIC) | FIELD(PFR0_DIT) |
	     FIELD(PFR0_CSV2) | FIELD(PFR0_CSV3) | (realm->has_sve ? FIELD(PFR0_SVE) : 0);
	v = at_most(v, PFR0_EL3, 1);
	return at_most(v, PFR0_CSV2, 1) | 1U << PFR0_EL0 | 1U << PFR0_EL1;
}

/* BT and SSBS. */
static uint64_t pfr1(void)
{
	return read_sysreg("id_aa64pfr1_el1") & (FIELD(PFR1_BT) | FIELD(PFR1_SSBS));
}

/*
 * Debug and PMU of Armv8.8 at most (later ones have registers that are not switched), the PMU where the realm has it; the
 * break- and watchpoints of the realm's parameters. No double lock: it is not emulated.
 */
static uint64_t dfr0(const struct realm *realm)
{
	uint64_t v = read_sysreg("id_aa64dfr0_el1");

	v &= FIELD(DFR0_DEBUG_VER) | (realm->has_pmu ? FIELD(DFR0_PMU_VER) : 0);
	v = at_most(v, DFR0_DEBUG_VER, 10);
	return at_most(v, DFR0_PMU_VER, 8) | (uint64_t)realm->num_bps << DFR0_BRPS |
	       (uint64_t)realm->num_wps << DFR0_WRPS | FIELD(DFR0_DOUBLE_LOCK);
}

/* All but TME. */
static uint64_t isar0(void)
{
	return read_sysreg("id_aa64isar0_el1") & ~FIELD(ISAR0_TME);
}

/* All but LS64. */
static uint64_t isar1(void)
{
	return read_sysreg("id_aa64isar1_el1") & ~FIELD(ISAR1_LS64);
}

/* WFxT, RPRES, GPA3, APA3, BC, PAC_frac, CLRBHB, CSSC: what needs no new state. */
static uint64_t isar2(void)
{
	return read_sysreg("id_aa64isar2_el1") &
	       (FIELD(ISAR2_WFXT) | FIELD(ISAR2_RPRES) | FIELD(ISAR2_GPA3) | FIELD(ISAR2_APA3) |
		FIELD(ISAR2_BC) | FIELD(ISAR2_PAC_FRAC) | FIELD(ISAR2_CLRBHB) | FIELD(ISAR2_CSSC));
}

/* PARange of 48 bits at most, ASIDBits, BigEnd, SNSMem, BigEndEL0, granules without LPA2, ExS, ECV without EL2's offset. */
static uint64_t mmfr0(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr0_el1");

	v &= FIELD(MMFR0_PARANGE) | FIELD(MMFR0_ASIDBITS) | FIELD(MMFR0_BIGEND) | FIELD(MMFR0_SNSMEM) |
	     FIELD(MMFR0_BIGENDEL0) | FIELD(MMFR0_TGRAN16) | FIELD(MMFR0_TGRAN64) | FIELD(MMFR0_TGRAN4) |
	     FIELD(MMFR0_EXS) | FIELD(MMFR0_ECV);
	v = at_most(v, MMFR0_PARANGE, PARANGE_48_BITS);
	v = at_most(v, MMFR0_TGRAN16, 1);
	v = at_most(v, MMFR0_ECV, 1);
	/* TGran4 and TGran64 are signed: from 8 on there is none. */
	return id_field(v, MMFR0_TGRAN4) < 8 ? v & ~FIELD(MMFR0_TGRAN4) : v;
}

/* HAFDBS, HPDS, PAN, SpecSEI, ETS, nTLBPA, ECBHB. */
static uint64_t mmfr1(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr1_el1");

	return at_most(v & (FIELD(MMFR1_HAFDBS) | FIELD(MMFR1_HPDS) | FIELD(MMFR1_PAN) |
			    FIELD(MMFR1_SPECSEI) | FIELD(MMFR1_ETS) | FIELD(MMFR1_NTLBPA) |
			    FIELD(MMFR1_ECBHB)),
		       MMFR1_HAFDBS, 2);
}

/* CnP, UAO, LSM, VARange of 52 bits at most, CCIDX, ST, AT, IDS without EL2's traps, TTL, BBM, E0PD. */
static uint64_t mmfr2(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr2_el1");

	v &= FIELD(MMFR2_CNP) | FIELD(MMFR2_UAO) | FIELD(MMFR2_LSM) | FIELD(MMFR2_VARANGE) |
	     FIELD(MMFR2_CCIDX) | FIELD(MMFR2_ST) | FIELD(MMFR2_AT) | FIELD(MMFR2_IDS) | FIELD(MMFR2_TTL) |
	     FIELD(MMFR2_BBM) | FIELD(MMFR2_E0PD);
	v = at_most(v, MMFR2_VARANGE, 1);
	return at_most(v, MMFR2_IDS, 1);
}

uint64_t idreg_value(const struct realm *realm, unsigned int crm, unsigned int op2)
{
	switch (REGISTER(crm, op2)) {
	case REGISTER(4, 0):
		return pfr0(realm);
	case REGISTER(4, 1):
		return pfr1();
	case REGISTER(4, 4):
		return realm->has_sve ? read_sysreg(ID_AA64ZFR0_EL1) : 0;
	case REGISTER(5, 0):
		return dfr0(realm);
	case REGISTER(6, 0):
		return isar0();
	case REGISTER(6, 1):
		return isar1();
	case REGISTER(6, 2):
		return isar2();
	case REGISTER(7, 0):
		return mmfr0();
	case REGISTER(7, 1):
		return mmfr1();
	case REGISTER(7, 2):
		return mmfr2();
	default:
		return 0; /* AArch32, SME, and what has no name yet */
	}
}
