/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID registers that a realm reads, field by field, against what it can do (DDI0487 D24.2): each field is given every
 * value by the machine, and the realm must find what the table says. Registers that are not in the group that HCR_EL2.TID3
 * traps are the CPU's own: MIDR_EL1 (VPIDR_EL2), MPIDR_EL1 (VMPIDR_EL2), REVIDR_EL1, AIDR_EL1, CTR_EL0, DCZID_EL0, CLIDR_EL1.
 */
#include "pe.h"

/* What the realm finds of a field. */
enum rule {
	ZERO,   /* nothing, whatever there is */
	KEEP,   /* the machine's */
	MOST,   /* the machine's, but no more than `value` */
	FIXED,  /* `value` */
	SIGNED, /* the machine's, but a positive value is 0 */
	SVE,    /* the machine's in a realm with SVE, else 0 */
	PMU,    /* the machine's up to `value` in a realm with PMU, else 0 */
};

struct field {
	unsigned int shift;
	enum rule rule;
	uint64_t value;
	const char *name, *why;
};

struct idreg {
	unsigned int crm, op2;
	const char *name; /* as run/ asks for it */
	const char *printed;
	struct field fields[16];
};

#define NEW_STATE "registers that are not switched, and trapped"
#define EL2_ONLY "a realm has no EL2"
#define INSTRUCTIONS "instructions without state of their own"
#define UNNAMED "not assigned"

/* clang-format off */
static const struct idreg idregs[] = {
	{ 4, 0, "id_aa64pfr0_el1", "ID_AA64PFR0_EL1", {
		{ 0, FIXED, 1, "EL0", "AArch64 only" },
		{ 4, FIXED, 1, "EL1", "AArch64 only" },
		{ 8, ZERO, 0, "EL2", EL2_ONLY },
		{ 12, MOST, 1, "EL3", "SMC is the realm's interface (DEN0137 A2.1.2.3); never AArch32" },
		{ 16, KEEP, 0, "FP", "switched" },
		{ 20, KEEP, 0, "AdvSIMD", "switched" },
		{ 24, KEEP, 0, "GIC", "the virtual CPU interface" },
		{ 28, ZERO, 0, "RAS", "error records are trapped; a virtual SError says nothing more" },
		{ 32, SVE, 0, "SVE", "a realm's parameter (RNBYKC)" },
		{ 36, ZERO, 0, "SEL2", EL2_ONLY },
		{ 40, ZERO, 0, "MPAM", "trapped" },
		{ 44, ZERO, 0, "AMU", "RJJVZS: not for realms" },
		{ 48, KEEP, 0, "DIT", "PSTATE, switched" },
		{ 52, ZERO, 0, "RME", "granule protection is not the realm's business" },
		{ 56, MOST, 1, "CSV2", "2 and 3 have SCXTNUM_ELx, which is trapped" },
		{ 60, KEEP, 0, "CSV3", "the CPU's" } } },
	{ 4, 1, "id_aa64pfr1_el1", "ID_AA64PFR1_EL1", {
		{ 0, KEEP, 0, "BT", "PSTATE, switched" },
		{ 4, KEEP, 0, "SSBS", "PSTATE, switched" },
		{ 8, ZERO, 0, "MTE", NEW_STATE },
		{ 12, ZERO, 0, "RAS_frac", "no RAS" },
		{ 16, ZERO, 0, "MPAM_frac", "no MPAM" },
		{ 20, ZERO, 0, UNNAMED, UNNAMED },
		{ 24, ZERO, 0, "SME", NEW_STATE },
		{ 28, ZERO, 0, "RNDR_trap", "EL3's" },
		{ 32, ZERO, 0, "CSV2_frac", "2 has SCXTNUM_ELx" },
		{ 36, ZERO, 0, "NMI", "HCRX_EL2 does not enable it" },
		{ 40, ZERO, 0, "MTE_frac", "no MTE" },
		{ 44, ZERO, 0, "GCS", NEW_STATE },
		{ 48, ZERO, 0, "THE", NEW_STATE },
		{ 52, ZERO, 0, "MTEX", "no MTE" },
		{ 56, ZERO, 0, "DF2", "no RAS" },
		{ 60, ZERO, 0, "PFAR", NEW_STATE } } },
	{ 4, 4, "s3_0_c0_c4_4", "ID_AA64ZFR0_EL1", {
		{ 0, SVE, 0, "SVEver", INSTRUCTIONS }, { 4, SVE, 0, "AES", INSTRUCTIONS },
		{ 8, SVE, 0, UNNAMED, INSTRUCTIONS }, { 12, SVE, 0, UNNAMED, INSTRUCTIONS },
		{ 16, SVE, 0, "BitPerm", INSTRUCTIONS }, { 20, SVE, 0, "BF16", INSTRUCTIONS },
		{ 24, SVE, 0, "B16B16", INSTRUCTIONS }, { 28, SVE, 0, UNNAMED, INSTRUCTIONS },
		{ 32, SVE, 0, "SHA3", INSTRUCTIONS }, { 36, SVE, 0, UNNAMED, INSTRUCTIONS },
		{ 40, SVE, 0, "SM4", INSTRUCTIONS }, { 44, SVE, 0, "I8MM", INSTRUCTIONS },
		{ 48, SVE, 0, UNNAMED, INSTRUCTIONS }, { 52, SVE, 0, "F32MM", INSTRUCTIONS },
		{ 56, SVE, 0, "F64MM", INSTRUCTIONS }, { 60, SVE, 0, UNNAMED, INSTRUCTIONS } } },
	{ 5, 0, "id_aa64dfr0_el1", "ID_AA64DFR0_EL1", {
		{ 0, MOST, 10, "DebugVer", "Armv8.9 has registers that are not switched" },
		{ 4, ZERO, 0, "TraceVer", "trapped" },
		{ 8, PMU, 8, "PMUVer", "a realm's parameter; Armv8.9 has registers that are not switched" },
		{ 12, FIXED, 5, "BRPs", "a realm's parameter" },
		{ 16, ZERO, 0, "PMSS", "trapped" },
		{ 20, FIXED, 3, "WRPs", "a realm's parameter" },
		{ 24, ZERO, 0, "SEBEP", "trapped" },
		{ 28, ZERO, 0, "CTX_CMPs", "one: of how many the realm gets, the parameters do not say" },
		{ 32, ZERO, 0, "PMSVer", "RDCBNL: not for realms" },
		{ 36, FIXED, 15, "DoubleLock", "OSDLR_EL1 is emulated as if it was not there" },
		{ 40, ZERO, 0, "TraceFilt", "trapped" },
		{ 44, ZERO, 0, "TraceBuffer", "RNXDXG: not for realms" },
		{ 48, ZERO, 0, "MTPMU", "EL3's" },
		{ 52, ZERO, 0, "BRBE", "trapped" },
		{ 56, ZERO, 0, "ExtTrcBuff", "no trace" },
		{ 60, ZERO, 0, "HPMN0", EL2_ONLY } } },
	{ 6, 0, "id_aa64isar0_el1", "ID_AA64ISAR0_EL1", {
		{ 0, KEEP, 0, UNNAMED, INSTRUCTIONS }, { 4, KEEP, 0, "AES", INSTRUCTIONS },
		{ 8, KEEP, 0, "SHA1", INSTRUCTIONS }, { 12, KEEP, 0, "SHA2", INSTRUCTIONS },
		{ 16, KEEP, 0, "CRC32", INSTRUCTIONS }, { 20, KEEP, 0, "Atomic", INSTRUCTIONS },
		{ 24, ZERO, 0, "TME", "withdrawn from the architecture" },
		{ 28, KEEP, 0, "RDM", INSTRUCTIONS }, { 32, KEEP, 0, "SHA3", INSTRUCTIONS },
		{ 36, KEEP, 0, "SM3", INSTRUCTIONS }, { 40, KEEP, 0, "SM4", INSTRUCTIONS },
		{ 44, KEEP, 0, "DP", INSTRUCTIONS }, { 48, KEEP, 0, "FHM", INSTRUCTIONS },
		{ 52, KEEP, 0, "TS", INSTRUCTIONS }, { 56, KEEP, 0, "TLB", "HFGITR_EL2 traps none" },
		{ 60, KEEP, 0, "RNDR", INSTRUCTIONS } } },
	{ 6, 1, "id_aa64isar1_el1", "ID_AA64ISAR1_EL1", {
		{ 0, KEEP, 0, "DPB", INSTRUCTIONS }, { 4, KEEP, 0, "APA", "keys are switched" },
		{ 8, KEEP, 0, "API", "keys are switched" }, { 12, KEEP, 0, "JSCVT", INSTRUCTIONS },
		{ 16, KEEP, 0, "FCMA", INSTRUCTIONS }, { 20, KEEP, 0, "LRCPC", INSTRUCTIONS },
		{ 24, KEEP, 0, "GPA", "keys are switched" }, { 28, KEEP, 0, "GPI", "keys are switched" },
		{ 32, KEEP, 0, "FRINTTS", INSTRUCTIONS }, { 36, KEEP, 0, "SB", INSTRUCTIONS },
		{ 40, KEEP, 0, "SPECRES", "HFGITR_EL2 traps none" }, { 44, KEEP, 0, "BF16", INSTRUCTIONS },
		{ 48, KEEP, 0, "DGH", INSTRUCTIONS }, { 52, KEEP, 0, "I8MM", INSTRUCTIONS },
		{ 56, KEEP, 0, "XS", "TLBI ...nXS; stage 2 has no XS" },
		{ 60, ZERO, 0, "LS64", "HCRX_EL2 does not enable it" } } },
	{ 6, 2, "id_aa64isar2_el1", "ID_AA64ISAR2_EL1", {
		{ 0, KEEP, 0, "WFxT", "as WFE and WFI" }, { 4, KEEP, 0, "RPRES", "FPCR, switched" },
		{ 8, KEEP, 0, "GPA3", "keys are switched" }, { 12, KEEP, 0, "APA3", "keys are switched" },
		{ 16, ZERO, 0, "MOPS", "HCRX_EL2 does not enable it" },
		{ 20, KEEP, 0, "BC", INSTRUCTIONS }, { 24, KEEP, 0, "PAC_frac", "the CPU's" },
		{ 28, KEEP, 0, "CLRBHB", "an instruction that a kernel needs against others of its own" },
		{ 32, ZERO, 0, "SYSREG_128", NEW_STATE }, { 36, ZERO, 0, "SYSINSTR_128", NEW_STATE },
		{ 40, ZERO, 0, "PRFMSLC", "a hint" }, { 44, ZERO, 0, UNNAMED, UNNAMED },
		{ 48, ZERO, 0, "RPRFM", "a hint" }, { 52, KEEP, 0, "CSSC", INSTRUCTIONS },
		{ 56, ZERO, 0, "LUT", "not tried" }, { 60, ZERO, 0, "ATS1A", "not tried" } } },
	{ 7, 0, "id_aa64mmfr0_el1", "ID_AA64MMFR0_EL1", {
		{ 0, MOST, 5, "PARange", "48 bits; how many there are RSI_REALM_CONFIG says (IXDBQB)" },
		{ 4, KEEP, 0, "ASIDBits", "the CPU's" }, { 8, KEEP, 0, "BigEnd", "SCTLR_EL1, switched" },
		{ 12, KEEP, 0, "SNSMem", "the CPU's" }, { 16, KEEP, 0, "BigEndEL0", "SCTLR_EL1, switched" },
		{ 20, MOST, 1, "TGran16", "2 is LPA2, which realms do not get" },
		{ 24, KEEP, 0, "TGran64", "TCR_EL1, switched" },
		{ 28, SIGNED, 0, "TGran4", "1 is LPA2" },
		{ 32, ZERO, 0, "TGran16_2", EL2_ONLY }, { 36, ZERO, 0, "TGran64_2", EL2_ONLY },
		{ 40, ZERO, 0, "TGran4_2", EL2_ONLY }, { 44, KEEP, 0, "ExS", "SCTLR_EL1, switched" },
		{ 48, ZERO, 0, UNNAMED, UNNAMED }, { 52, ZERO, 0, UNNAMED, UNNAMED },
		{ 56, ZERO, 0, "FGT", EL2_ONLY },
		{ 60, MOST, 1, "ECV", "the self-synchronized views of the counters; 2 is EL2's offset" } } },
	{ 7, 1, "id_aa64mmfr1_el1", "ID_AA64MMFR1_EL1", {
		{ 0, MOST, 2, "HAFDBS", "3 and 4 need TCR2_EL1, HACDBS" }, { 4, ZERO, 0, "VMIDBits", EL2_ONLY },
		{ 8, ZERO, 0, "VH", EL2_ONLY }, { 12, KEEP, 0, "HPDS", "TCR_EL1, switched" },
		{ 16, ZERO, 0, "LO", "trapped" }, { 20, KEEP, 0, "PAN", "PSTATE, switched" },
		{ 24, KEEP, 0, "SpecSEI", "the CPU's" }, { 28, ZERO, 0, "XNX", "stage 2 is EL2's" },
		{ 32, ZERO, 0, "TWED", EL2_ONLY }, { 36, KEEP, 0, "ETS", "the CPU's" },
		{ 40, ZERO, 0, "HCX", EL2_ONLY }, { 44, ZERO, 0, "AFP", "not tried" },
		{ 48, KEEP, 0, "nTLBPA", "the CPU's" }, { 52, ZERO, 0, "TIDCP1", "those are EL2's to trap" },
		{ 56, ZERO, 0, "CMOW", "HCRX_EL2 does not enable it" },
		{ 60, KEEP, 0, "ECBHB", "the CPU's: whether a kernel must flush branch history" } } },
	{ 7, 2, "id_aa64mmfr2_el1", "ID_AA64MMFR2_EL1", {
		{ 0, KEEP, 0, "CnP", "another REC on this PE finds the TLB empty (run.c)" },
		{ 4, KEEP, 0, "UAO", "PSTATE, switched" }, { 8, KEEP, 0, "LSM", "SCTLR_EL1, switched" },
		{ 12, ZERO, 0, "IESB", "no RAS" }, { 16, MOST, 1, "VARange", "2 needs 128-bit tables" },
		{ 20, KEEP, 0, "CCIDX", "the CPU's" }, { 24, ZERO, 0, "NV", EL2_ONLY },
		{ 28, KEEP, 0, "ST", "TCR_EL1, switched" }, { 32, KEEP, 0, "AT", "the CPU's" },
		{ 36, MOST, 1, "IDS", "2 is EL2's and EL3's traps" }, { 40, ZERO, 0, "FWB", EL2_ONLY },
		{ 44, ZERO, 0, UNNAMED, UNNAMED }, { 48, KEEP, 0, "TTL", "the CPU's" },
		{ 52, KEEP, 0, "BBM", "the CPU's" }, { 56, ZERO, 0, "EVT", EL2_ONLY },
		{ 60, KEEP, 0, "E0PD", "TCR_EL1, switched" } } },
};
/* clang-format on */

static struct realm realm_of_kind(bool has_all)
{
	return (struct realm){ .has_sve = has_all, .has_pmu = has_all, .num_bps = 5, .num_wps = 3 };
}

static uint64_t expected(const struct field *f, const struct realm *realm, uint64_t there)
{
	switch (f->rule) {
	case KEEP:
		return there;
	case MOST:
		return there < f->value ? there : f->value;
	case FIXED:
		return f->value;
	case SIGNED:
		return there < 8 ? 0 : there;
	case SVE:
		return realm->has_sve ? there : 0;
	case PMU:
		return realm->has_pmu ? (there < f->value ? there : f->value) : 0;
	default:
		return 0;
	}
}

static void check_field(const struct idreg *r, const struct field *f, const struct realm *realm,
			uint64_t others)
{
	for (uint64_t there = 0; there < 16; there++) {
		uint64_t found;

		pe_write(r->name, (others & ~(UINT64_C(0xf) << f->shift)) | there << f->shift);
		found = idreg_value(realm, r->crm, r->op2) >> f->shift & 0xf;
		if (found != expected(f, realm, there))
			fail_msg("%s.%s is %lu for a realm where the CPU's is %lu (%s)", r->printed, f->name,
				 (unsigned long)found, (unsigned long)there, f->why);
	}
}

static void test_fields(void **state)
{
	const struct realm all = realm_of_kind(true), plain = realm_of_kind(false);

	(void)state;
	pe_reset();
	for (size_t i = 0; i < ARRAY_SIZE(idregs); i++) {
		for (unsigned int n = 0; n < 16; n++) {
			const struct field *f = &idregs[i].fields[n];

			assert_int_equal(f->shift, 4 * n); /* each once, in order */
			check_field(&idregs[i], f, &all, 0);
			check_field(&idregs[i], f, &all, ~UINT64_C(0));
			check_field(&idregs[i], f, &plain, ~UINT64_C(0));
		}
	}
}

static bool in_table(unsigned int crm, unsigned int op2)
{
	for (size_t i = 0; i < ARRAY_SIZE(idregs); i++)
		if (idregs[i].crm == crm && idregs[i].op2 == op2)
			return true;
	return false;
}

/*
 * AArch32's, ID_AA64PFR2_EL1 (FPMR, MTE), ID_AA64SMFR0_EL1, ID_AA64FPFR0_EL1 (FP8 needs FPMR), ID_AA64DFR1_EL1 and DFR2,
 * ID_AA64AFR<n>_EL1, ID_AA64ISAR3_EL1, ID_AA64MMFR3_EL1 and MMFR4 (registers that HCRX_EL2 does not enable), and what has no
 * name yet: nothing of it is for realms, and nothing is asked of the CPU.
 */
static void test_others(void **state)
{
	const struct realm all = realm_of_kind(true);

	(void)state;
	pe_reset();
	for (unsigned int crm = 1; crm < 8; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			if (!in_table(crm, op2))
				assert_int_equal(idreg_value(&all, crm, op2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
