/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID registers that realms see: the machine's, without what is not switched between realms and is
 * therefore trapped (DEN0137 A3.1; DDI0487 D24.2).
 */
#include "run/aarch64/context.h"

/* Field masks, by the position of the field's lowest bit. */
#define FIELD(shift) (UINT64_C(0xf) << (shift))

/* A field that is at most `limit` (unsigned). */
static uint64_t at_most(uint64_t value, unsigned int shift, uint64_t limit)
{
	return (value >> shift & 0xf) <= limit ? value : (value & ~FIELD(shift)) | limit << shift;
}

/*
 * EL0 and EL1 in AArch64 only, EL3 in no other (it says that there is SMC), FP, AdvSIMD, GIC, SVE where the realm has it,
 * DIT, CSV2 without SCXTNUM, CSV3. No EL2.
 */
static uint64_t pfr0(const struct realm *realm)
{
	uint64_t v = read_sysreg("id_aa64pfr0_el1");

	v &= FIELD(12) | FIELD(16) | FIELD(20) | FIELD(24) | FIELD(48) | FIELD(56) | FIELD(60) |
	     (realm->has_sve ? FIELD(32) : 0);
	v = at_most(v, 12, 1);
	return at_most(v, 56, 1) | 0x11;
}

/* BT and SSBS. */
static uint64_t pfr1(void)
{
	return read_sysreg("id_aa64pfr1_el1") & (FIELD(0) | FIELD(4));
}

/*
 * Debug and PMU of Armv8.8 at most (later ones have registers that are not switched), the PMU where the realm has it; the
 * break- and watchpoints of the realm's parameters. No double lock: it is not emulated.
 */
static uint64_t dfr0(const struct realm *realm)
{
	uint64_t v = read_sysreg("id_aa64dfr0_el1");

	v &= FIELD(0) | (realm->has_pmu ? FIELD(8) : 0);
	v = at_most(v, 0, 10);
	return at_most(v, 8, 8) | (uint64_t)realm->num_bps << 12 | (uint64_t)realm->num_wps << 20 | FIELD(36);
}

/* All but TME. */
static uint64_t isar0(void)
{
	return read_sysreg("id_aa64isar0_el1") & ~FIELD(24);
}

/* All but LS64. */
static uint64_t isar1(void)
{
	return read_sysreg("id_aa64isar1_el1") & ~FIELD(60);
}

/* WFxT, RPRES, GPA3, APA3, BC, PAC_frac, CLRBHB, CSSC: what needs no new state. */
static uint64_t isar2(void)
{
	return read_sysreg("id_aa64isar2_el1") &
	       (FIELD(0) | FIELD(4) | FIELD(8) | FIELD(12) | FIELD(20) | FIELD(24) | FIELD(28) | FIELD(52));
}

/* PARange of 48 bits at most, ASIDBits, BigEnd, SNSMem, BigEndEL0, granules without LPA2, ExS, ECV without EL2's offset. */
static uint64_t mmfr0(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr0_el1");

	v &= FIELD(0) | FIELD(4) | FIELD(8) | FIELD(12) | FIELD(16) | FIELD(20) | FIELD(24) | FIELD(28) |
	     FIELD(44) | FIELD(60);
	v = at_most(v, 0, 5);
	v = at_most(v, 20, 1);
	v = at_most(v, 60, 1);
	/* TGran4 and TGran64 are signed: from 8 on there is none. */
	return (v >> 28 & 0xf) < 8 ? v & ~FIELD(28) : v;
}

/* HAFDBS, HPDS, PAN, SpecSEI, ETS, nTLBPA, ECBHB. */
static uint64_t mmfr1(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr1_el1");

	return at_most(v & (FIELD(0) | FIELD(12) | FIELD(20) | FIELD(24) | FIELD(36) | FIELD(48) | FIELD(60)),
		       0, 2);
}

/* CnP, UAO, LSM, VARange of 52 bits at most, CCIDX, ST, AT, IDS without EL2's traps, TTL, BBM, E0PD. */
static uint64_t mmfr2(void)
{
	uint64_t v = read_sysreg("id_aa64mmfr2_el1");

	v &= FIELD(0) | FIELD(4) | FIELD(8) | FIELD(16) | FIELD(20) | FIELD(28) | FIELD(32) | FIELD(36) |
	     FIELD(48) | FIELD(52) | FIELD(60);
	v = at_most(v, 16, 1);
	return at_most(v, 36, 1);
}

uint64_t idreg_value(const struct realm *realm, unsigned int crm, unsigned int op2)
{
	switch (crm << 4 | op2) {
	case 0x40:
		return pfr0(realm);
	case 0x41:
		return pfr1();
	case 0x44:
		return realm->has_sve ? read_sysreg("s3_0_c0_c4_4") : 0; /* ID_AA64ZFR0_EL1 */
	case 0x50:
		return dfr0(realm);
	case 0x60:
		return isar0();
	case 0x61:
		return isar1();
	case 0x62:
		return isar2();
	case 0x70:
		return mmfr0();
	case 0x71:
		return mmfr1();
	case 0x72:
		return mmfr2();
	default:
		return 0; /* AArch32, SME, and what has no name yet */
	}
}
