/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control registers of EL2 while a realm runs, bit by bit, with what each is for (DDI0487 D24.2; IHI0069). QEMU has no
 * effect to show for many of them; those that it has are tested on the machine, too (`machine:` in the reason).
 */
#include "pe.h"

struct bit {
	uint64_t bits;
	const char *why;
};

#define BIT(n) (UINT64_C(1) << (n))
#define FIELD(n, value) ((uint64_t)(value) << (n))

static void check_register(const char *name, const struct bit *bits, size_t count)
{
	uint64_t found = pe_read(name), all = 0;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(all & bits[i].bits, 0);
		all |= bits[i].bits;
		if ((found & bits[i].bits) != bits[i].bits)
			fail_msg("%s is 0x%lx, lacks 0x%lx: %s", name, (unsigned long)found,
				 (unsigned long)bits[i].bits, bits[i].why);
	}
	if (found != all)
		fail_msg("%s: 0x%lx without a reason", name, (unsigned long)(found & ~all));
}
#define CHECK_REGISTER(name, ...)                                  \
	do {                                                       \
		static const struct bit bits_[] = { __VA_ARGS__ }; \
		check_register(name, bits_, ARRAY_SIZE(bits_));    \
	} while (0)

#define HCR_BITS                                                                                          \
	{ BIT(0), "VM: stage 2 is on (machine: every test)" },                                            \
		{ BIT(1), "SWIO: DC ISW of a realm cleans, too: it does not undo what others wrote" },    \
		{ BIT(2), "PTW: a stage 1 walk through Device memory faults" },                           \
		{ BIT(3), "FMO: FIQs are not the realm's" },                                              \
		{ BIT(4), "IMO: IRQs are not the realm's (machine: interrupts)" },                        \
		{ BIT(5), "AMO: nor are SErrors; and VSE works" },                                        \
		{ BIT(9),                                                                                 \
		  "FB: local maintenance reaches the PE on which the REC was (machine: tlb_broadcast)" }, \
		{ FIELD(10, 1), "BSU: and so do barriers" },                                              \
		{ BIT(18), "TID3: ID registers are as idreg.c says (machine: sve_discovery)" },           \
		{ BIT(19), "TSC: SMC comes here, not to EL3 (machine: every test)" },                     \
		{ BIT(20), "TIDCP: IMPLEMENTATION DEFINED registers (machine: registers_all)" },          \
		{ BIT(31), "RW: EL1 is AArch64" }, { BIT(34), "E2H: the monitor's own regime" },          \
		{ BIT(35), "TLOR: LORegions (machine: registers_all)" },                                  \
		{ BIT(36), "TERR: error records (machine: registers_all)" },                              \
		{ BIT(37), "TEA: external aborts come here (QEMU takes them to EL1)" },                   \
		{ BIT(40),                                                                                \
		  "APK: the realm's pointer authentication keys are its own (machine: registers)" },      \
		{ BIT(41), "API: and their use" },                                                        \
	{                                                                                                 \
		BIT(46), "FWB: the realm cannot make its memory uncacheable"                              \
	}

static void test_hcr(void **state)
{
	(void)state;
	pe_enter(pe_reset());
	CHECK_REGISTER("hcr_el2", HCR_BITS);
}

/* Back at the host nothing of it is left but E2H. */
static void test_hcr_after(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_enter(rec);
	run_end(rec, &exit);
	CHECK_REGISTER("hcr_el2", { BIT(34), "E2H" });
	assert_int_equal(pe_read("ich_hcr_el2"), 0);
}

/* At the next entry it is the same: an SError waits only if there was one. */
static void test_hcr_again(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_enter(rec);
	run_end(rec, &exit);
	run_begin(rec, &(struct rmi_rec_enter){ .flags = 0 });
	CHECK_REGISTER("hcr_el2", HCR_BITS);
}

static void test_wait_traps(void **state)
{
	struct rec *rec = pe_reset();

	(void)state;
	pe_enter(rec);
	run_begin(rec, &(struct rmi_rec_enter){ .flags = RMI_REC_ENTER_FLAG_TRAP_WFI });
	CHECK_REGISTER("hcr_el2", HCR_BITS, { BIT(13), "TWI: as the host asks" });
	run_begin(rec, &(struct rmi_rec_enter){ .flags = RMI_REC_ENTER_FLAG_TRAP_WFE });
	CHECK_REGISTER("hcr_el2", HCR_BITS, { BIT(14), "TWE: as the host asks" });
}

#define VTCR_BITS                                                                        \
	{ FIELD(8, 1), "IRGN0: walks Write-Back" }, { FIELD(10, 1), "ORGN0: the same" }, \
		{ FIELD(12, 3), "SH0: Inner Shareable" },                                \
		{ BIT(30), "NSA: unprotected IPAs are Non-secure PAs" },                 \
	{                                                                                \
		BIT(31), "RES1"                                                          \
	}

static void test_stage2(void **state)
{
	struct rec *rec = pe_reset();

	(void)state;
	pe_enter(rec);
	CHECK_REGISTER("vtcr_el2", VTCR_BITS, { 64 - PE_IPA_BITS, "T0SZ" },
		       { FIELD(6, 1), "SL0: starts at level 1" }, { FIELD(16, 5), "PS: 48 bits" },
		       { BIT(19), "VS: 16 bits of VMID" });
	assert_int_equal(pe_read("vttbr_el2"), s2_vttbr(&rec->realm->s2));
	assert_int_equal(pe_read("vmpidr_el2"), rec->mpidr);
}

/* SL0 by the level at which the tables start; PS of a CPU whose addresses are longer than the tables'. */
static void test_stage2_others(void **state)
{
	static const uint64_t sl0[] = { 2, 1, 0 };
	struct rec *rec = pe_reset();

	(void)state;
	pe_write("id_aa64mmfr0_el1", UINT64_C(2) << 56 | 6);
	for (int8_t start = 0; start < 3; start++) {
		rec->realm->s2.start = start;
		pe_enter(rec);
		assert_int_equal(pe_read("vtcr_el2") >> 6 & 3, sl0[start]);
		assert_int_equal(pe_read("vtcr_el2") >> 16 & 7, 5);
	}
}

/* Before a realm has run on a PE: maintenance acts on whole VMIDs, and the realm will be told which CPU this is. */
static void test_boot(void **state)
{
	(void)state;
	pe_reset();
	for (unsigned int cpu = 0; cpu < PE_CPUS; cpu++) {
		pe_use(cpu);
		pe_write("midr_el1", 0x410fd4c0 + cpu);
	}
	pe_boot();
	assert_int_equal(pe_read("vpidr_el2"), 0x410fd4c1);
	CHECK_REGISTER("vtcr_el2", VTCR_BITS, { BIT(19), "VS: 16 bits of VMID" });
	sim_features()->vmid_bits = 8;
	pe_boot();
	CHECK_REGISTER("vtcr_el2", VTCR_BITS);
}

static void test_traps(void **state)
{
	(void)state;
	pe_reset();
	pe_write("id_aa64pfr0_el1", UINT64_C(1) << 40); /* MPAM */
	pe_write("s3_0_c10_c4_4", UINT64_C(1) << 17);   /* MPAMIDR_EL1.HAS_HCR */
	assert_null(run_machine_init());
	run_cpu_init();
	CHECK_REGISTER("cptr_el2", { BIT(28), "TTA: trace (machine: registers_all)" },
		       { BIT(30), "TAM: activity monitors (machine: registers_all)" });
	CHECK_REGISTER("mdcr_el2", { 1, "HPMN: 0 is CONSTRAINED UNPREDICTABLE without FEAT_HPMN0" },
		       { BIT(5), "TPMCR (machine: pmu_hidden)" }, { BIT(6), "TPM (machine: pmu_hidden)" },
		       { BIT(9), "TDA: until the realm uses breakpoints (machine: debug_breakpoint)" },
		       { BIT(10), "TDOSA: the OS lock is emulated (machine: debug_breakpoint)" },
		       { BIT(11), "TDRA: no ROM table" }, { BIT(14), "TPMS: no profiling" },
		       { BIT(17), "HPMD: nothing counts the monitor's events" },
		       { BIT(19), "TTRF: trace filter (machine: registers_all)" },
		       { BIT(23), "HCCD: nor its cycles" },
		       { BIT(27), "TDCC: the debug channel (machine: debug_registers)" });
	CHECK_REGISTER("s3_4_c3_c1_4", { BIT(5), "DBGCLAIM: the debugger's (machine: debug_registers)" },
		       { BIT(10), "OSECCR_EL1: the debugger's" });
	CHECK_REGISTER("s3_4_c3_c1_5", { BIT(5), "DBGCLAIM, written (machine: debug_registers)" },
		       { BIT(10), "OSECCR_EL1, written" });
	CHECK_REGISTER("s3_4_c10_c5_0", { BIT(48), "MPAM2_EL2.TRAPMPAM0EL1" },
		       { BIT(49), "MPAM2_EL2.TRAPMPAM1EL1" });
	CHECK_REGISTER("s3_4_c10_c4_0", { BIT(31), "MPAMHCR_EL2.TRAP_MPAMIDR_EL1" });
}

/* MPAM without the traps of MPAMHCR_EL2: that is not there to be written. */
static void test_mpam_without_hcr(void **state)
{
	(void)state;
	pe_reset();
	for (unsigned int cpu = 0; cpu < PE_CPUS; cpu++) {
		pe_use(cpu);
		pe_write("id_aa64pfr0_el1", UINT64_C(1) << 40);
	}
	pe_boot();
	CHECK_REGISTER("s3_4_c10_c5_0", { BIT(48), "MPAM2_EL2.TRAPMPAM0EL1" },
		       { BIT(49), "MPAM2_EL2.TRAPMPAM1EL1" });
	assert_int_equal(pe_event("s3_4_c10_c4_0", 0), PE_NEVER);
}

/* What is not switched must not be there, and without these traps realms can't be kept from it. */
static void test_lacking(void **state)
{
	static const struct {
		const char *name;
		uint64_t value;
		const char *says;
	} rows[] = {
		{ "id_aa64mmfr0_el1", 5, "FEAT_FGT" },
		{ "id_aa64isar1_el1", 0, "FEAT_PAuth" },
		{ "id_aa64pfr1_el1", UINT64_C(1) << 24, "SME" },
		/* Any of the three kinds of algorithms. */
		{ "id_aa64isar1_el1", 0x10, NULL },
		{ "id_aa64isar1_el1", 0x100, NULL },
		{ "id_aa64mmfr0_el1", UINT64_C(1) << 56 | 5, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *says;

		pe_reset();
		pe_write(rows[i].name, rows[i].value);
		says = run_machine_init();
		assert_int_equal(says == NULL, rows[i].says == NULL);
		assert_true(says == NULL || strstr(says, rows[i].says) != NULL);
	}
	pe_write("id_aa64isar1_el1", 0);
	pe_write("id_aa64isar2_el1", 0x1000); /* APA3 */
	assert_null(run_machine_init());
}

/* These trap what is 0 in them ("n..." bits), or enable what is 1. */
static void test_nothing_enabled(void **state)
{
	static const char *const zero[] = {
		"s3_4_c1_c1_4", "s3_4_c1_c1_5", "s3_4_c1_c1_6",                 /* HFGRTR, HFGWTR, HFGITR */
		"s3_4_c3_c1_0", "s3_4_c3_c1_1", "s3_4_c3_c1_2", "s3_4_c3_c1_3", /* HDFGxTR2, HFGxTR2 */
		"s3_4_c1_c2_2", "s3_4_c5_c2_3", "cntvoff_el2",  "ich_hcr_el2",  /* HCRX, VSESR */
	};

	(void)state;
	pe_reset();
	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		pe_write(zero[i], ~UINT64_C(0));
	assert_null(run_machine_init());
	run_cpu_init();
	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		if (pe_read(zero[i]) != 0)
			fail_msg("%s is not 0", zero[i]);
}

static void test_gic(void **state)
{
	struct rec *rec = pe_reset();

	(void)state;
	pe_enter(rec);
	CHECK_REGISTER("ich_hcr_el2", { BIT(0), "En (machine: interrupt_injected)" });
}

/* A timer's signal that the host knows of does not reach it again; the registers are the realm's. */
static void test_timers(void **state)
{
	static const struct {
		uint64_t cntv, cntp, masks;
	} cases[] = {
		{ 0, 0, 0 },
		{ 5, 0, BIT(18) }, /* CNTVMASK (machine: timer_interrupts) */
		{ 0, 5, BIT(19) }, /* CNTPMASK (machine: timer_interrupts) */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rec *rec = pe_reset();
		struct rmi_rec_exit exit;

		pe_enter(rec);
		pe_write("cntv_ctl_el02", cases[i].cntv);
		pe_write("cntp_ctl_el02", cases[i].cntp);
		context_of(rec)->timers_reported =
			(cases[i].cntv != 0 ? 1 : 0) | (cases[i].cntp != 0 ? 2 : 0);
		pe_run(rec, &(struct pe_exception){ .kind = RUN_EXIT_IRQ }, &exit);
		/* EL1PCTEN, EL1PTEN: the physical counter and timer are not trapped (machine: timer_interrupts). */
		assert_int_equal(pe_read("cnthctl_el2"), BIT(10) | BIT(11) | cases[i].masks);
	}
}

/* --- Counters ------------------------------------------------------------------------------------------- */

/* HPMN: what is not the realm's does not count, and 0 is said only where it may be. */
static void test_counters(void **state)
{
	static const struct {
		bool has_pmu, has_hpmn0, realm_has;
		uint8_t machine, realm;
		uint64_t hpmn;
	} cases[] = {
		{ true, false, false, 6, 0, 1 }, { true, true, false, 6, 0, 0 },
		{ true, false, false, 0, 0, 0 }, { false, false, false, 0, 0, 0 },
		{ true, false, true, 6, 2, 2 },  { true, true, true, 6, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rec *rec = pe_reset();
		struct rmi_rec_exit exit;
		uint64_t after;

		sim_features()->has_pmu = cases[i].has_pmu;
		sim_features()->has_hpmn0 = cases[i].has_hpmn0;
		sim_features()->pmu_num_ctrs = cases[i].machine;
		rec->realm->has_pmu = cases[i].realm_has;
		rec->realm->pmu_num_ctrs = cases[i].realm;
		pe_enter(rec);
		assert_int_equal(pe_read("mdcr_el2") & 0x1f, cases[i].hpmn);
		assert_int_equal(pe_read("mdcr_el2") & (BIT(5) | BIT(6)),
				 cases[i].realm_has ? 0 : BIT(5) | BIT(6));
		run_end(rec, &exit);
		after = cases[i].has_pmu && !cases[i].has_hpmn0 && cases[i].machine != 0;
		assert_int_equal(pe_read("mdcr_el2") & 0x7f, BIT(5) | BIT(6) | after);
	}
}

/* The host's counters tell nothing of a realm without PMU, and go on after it. */
static void test_counters_stand_still(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_write("pmcr_el0", PMCR_E | PMCR_LC);
	pe_enter(rec);
	assert_int_equal(pe_read("pmcr_el0"), PMCR_LC);
	run_end(rec, &exit);
	assert_int_equal(pe_read("pmcr_el0"), PMCR_E | PMCR_LC);
	pe_write("pmcr_el0", PMCR_LC);
	run_begin(rec, &(struct rmi_rec_enter){ 0 });
	run_end(rec, &exit);
	assert_int_equal(pe_read("pmcr_el0"), PMCR_LC);
}

/* An overflow is told as the hardware raises its interrupt: counted or not, but enabled, and only while the PMU is on. */
static void test_overflow(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 32; n++) {
		uint64_t overflows = n & 3, interrupts = n >> 2 & 3, on = n >> 4;
		struct rec *rec = pe_reset();
		struct rmi_rec_exit exit;

		rec->realm->has_pmu = true;
		rec->realm->pmu_num_ctrs = 2;
		pe_enter(rec);
		pe_write("pmovsset_el0", overflows);
		pe_write("pmintenset_el1", interrupts);
		pe_write("pmcr_el0", 6U << 11 | on);
		run_end(rec, &exit);
		assert_int_equal(exit.pmu_ovf_status, on != 0 && (overflows & interrupts) != 0
							      ? RMI_PMU_OVERFLOW_ACTIVE
							      : RMI_PMU_OVERFLOW_NOT_ACTIVE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hcr),
		cmocka_unit_test(test_hcr_after),
		cmocka_unit_test(test_wait_traps),
		cmocka_unit_test(test_stage2),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_hcr_again),
		cmocka_unit_test(test_stage2_others),
		cmocka_unit_test(test_mpam_without_hcr),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_traps),
		cmocka_unit_test(test_nothing_enabled),
		cmocka_unit_test(test_gic),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_counters_stand_still),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
