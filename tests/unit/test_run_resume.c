/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a realm goes on after an exception, and with what: calls, and what is not there; which aborts are its own fault,
 * which the host's business, which nobody's any more (DEN0137 A5.2); an access that the host has completed; timers whose
 * state the host has not heard.
 */
#include "pe.h"

#include "run/aarch64/esr.h"

#define PC UINT64_C(0x1000)
#define VBAR UINT64_C(0xffff800000080000)
#define FAR UINT64_C(0xffff000012345abc)
#define GPR(n) (UINT64_C(0x1122334455660000) + (n))
#define OUTSIDE (UINT64_C(1) << PE_IPA_BITS)
#define MAPPED (UINT64_C(2) << 30)

#define DATA (UINT64_C(0x24) << 26 | ESR_IL)
#define FETCH (UINT64_C(0x20) << 26 | ESR_IL)
#define TRANSLATION UINT64_C(0x07)
#define PERMISSION UINT64_C(0x0f)
#define ALIGNMENT UINT64_C(0x21)

static struct rec *rec;
static const struct rmi_rec_enter nothing;

static void start(void)
{
	rec = pe_reset();
	pe_map(rec, MAPPED, rtte_assigned(granule_pa(pe_granule(GRANULE_DATA)), RTT_LEVEL_PAGE, RMI_RAM));
	pe_enter(rec);
	for (unsigned int i = 0; i < 31; i++)
		rec->gprs[i] = GPR(i);
	rec->pstate = PSTATE_EL1H;
	pe_write("vbar_el12", VBAR);
	pe_write("far_el12", 1);
	pe_write("par_el1", 0x5678);
}

/* --- Calls, and what is not there --------------------------------------------------------------------------------------- */

static void check_undefined_at(uint64_t pc)
{
	assert_int_equal(rec->pc, VBAR + 0x200);
	assert_int_equal(pe_read("elr_el12"), pc);
	assert_int_equal(pe_read("esr_el12"), ESR_IL);
}

/* It runs on after this exception, and the host does not hear of it. */
static void pass(uint64_t esr)
{
	struct pe_exception e[] = { { RUN_EXIT_SYNC, esr, FAR, PE_EMPTY }, { .kind = RUN_EXIT_IRQ } };
	struct rmi_rec_exit exit, expected = { .exit_reason = RMI_EXIT_IRQ };

	start();
	pe_run_each(rec, e, 2, NULL, &exit);
	assert_memory_equal(&exit, &expected, sizeof(exit));
}

/* A call is the caller's to answer; with another immediate it is none. */
static void test_calls(void **state)
{
	struct pe_exception smc = { .kind = RUN_EXIT_SYNC,
				    .esr = (uint64_t)EC_SMC64 << ESR_EC_SHIFT | ESR_IL };
	struct rmi_rec_exit exit, expected = { .exit_reason = 0 };

	(void)state;
	start();
	assert_int_equal(pe_run(rec, &smc, &exit), RUN_SMC);
	assert_memory_equal(&exit, &expected, sizeof(exit));
	assert_int_equal(rec->pc, PC);
	assert_int_equal(rec->gprs[0], GPR(0));
	for (uint64_t bit = 0; bit < 16; bit++) {
		pass(smc.esr | UINT64_C(1) << bit);
		assert_int_equal(rec->pc, PC + 4);
		assert_int_equal(rec->gprs[0], SMCCC_NOT_SUPPORTED);
		assert_int_equal(rec->gprs[1], GPR(1));
	}
}

static bool has_meaning(uint64_t ec)
{
	static const unsigned int classes[] = {
		EC_WFX, EC_SIMD, EC_SMC64, EC_SYSREG, EC_SVE, EC_DATA_ABORT_LOWER, EC_INSTRUCTION_ABORT_LOWER
	};

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i] == ec)
			return true;
	return false;
}

/* All other classes of exceptions are what the realm has not. HVC is reported behind itself. */
static void test_classes(void **state)
{
	(void)state;
	for (uint64_t ec = 0; ec < 64; ec++) {
		if (has_meaning(ec))
			continue;
		pass(ec << ESR_EC_SHIFT | ESR_IL);
		check_undefined_at(ec == EC_HVC64 ? PC - 4 : PC);
	}
}

/* Vectors: SVE's are there for who has it. */
static void test_vectors(void **state)
{
	(void)state;
	pass((uint64_t)EC_SIMD << ESR_EC_SHIFT);
	assert_int_equal(rec->pc, PC);
	assert_true(context_of(rec)->simd_live);
	pass((uint64_t)EC_SVE << ESR_EC_SHIFT);
	check_undefined_at(PC);
	assert_false(context_of(rec)->simd_live);
}

/* --- Aborts --------------------------------------------------------------------------------------------------------- */

enum fate { AGAIN, ITS_FAULT, BAD_ADDRESS, EXITS };

static const struct row {
	const char *what;
	uint64_t esr, ipa;
	enum fate fate;
} rows[] = {
	{ "nothing is there", DATA | TRANSLATION, PE_EMPTY, ITS_FAULT },
	{ "a fetch, nothing is there", FETCH | TRANSLATION, PE_EMPTY, ITS_FAULT },
	{ "not there yet", DATA | TRANSLATION, PE_RAM, EXITS },
	{ "a fetch, not there yet", FETCH | TRANSLATION, PE_RAM, EXITS },
	{ "mapped since", DATA | TRANSLATION, MAPPED, AGAIN },
	{ "a fetch, mapped since", FETCH | TRANSLATION, MAPPED, AGAIN },
	{ "more than the share allows, on a walk", DATA | PERMISSION | ESR_S1PTW, MAPPED, ITS_FAULT },
	{ "the host's memory", DATA | TRANSLATION, PE_UNPROTECTED, EXITS },
	{ "a fetch from the host's memory", FETCH | TRANSLATION, PE_UNPROTECTED, ITS_FAULT },
	{ "the last of its space", DATA | TRANSLATION, OUTSIDE - GRANULE_SIZE, EXITS },
	{ "beyond its space", DATA | TRANSLATION, OUTSIDE, BAD_ADDRESS },
	{ "a fetch beyond its space", FETCH | TRANSLATION, OUTSIDE, BAD_ADDRESS },
	{ "not aligned", DATA | ALIGNMENT, PE_RAM, ITS_FAULT },
};

static void check_taken(const struct row *row, uint64_t fsc)
{
	uint64_t ec = (row->esr >> 26 | 1) << 26; /* from EL1 itself */

	assert_int_equal(rec->pc, VBAR + 0x200);
	assert_int_equal(pe_read("elr_el12"), PC);
	assert_int_equal(pe_read("far_el12"), FAR);
	assert_int_equal(pe_read("esr_el12"), ec | ESR_IL | fsc);
}

static void check_row(const struct row *row)
{
	struct pe_exception e[] = { { RUN_EXIT_SYNC, row->esr, FAR, row->ipa }, { .kind = RUN_EXIT_IRQ } };
	struct rmi_rec_exit exit;

	start();
	pe_run_each(rec, e, row->fate == EXITS ? 1 : 2, NULL, &exit);
	assert_int_equal(exit.exit_reason, row->fate == EXITS ? RMI_EXIT_SYNC : RMI_EXIT_IRQ);
	if (row->fate == ITS_FAULT)
		check_taken(row, 1U << 9 | 0x10);
	else if (row->fate == BAD_ADDRESS)
		check_taken(row, 0);
	else
		assert_true(rec->pc == PC && pe_read("far_el12") == 1);
	/* What an answer of the host may complete. */
	assert_int_equal(rec->unprotected_abort, row->fate == EXITS && row->ipa >= PE_UNPROTECTED);
	assert_false(rec->emulatable_abort);
	assert_int_equal(pe_read("par_el1"), 0x5678);
}

static void test_aborts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

/* The hardware need not tell the address of such a fault: stage 1 is asked, in the realm's register, which is its own again. */
static void check_permission(uint64_t va, bool fails, uint64_t pc)
{
	struct pe_exception e[] = { { RUN_EXIT_SYNC, DATA | PERMISSION, va, PE_EMPTY },
				    { .kind = RUN_EXIT_IRQ } };
	struct rmi_rec_exit exit;

	start();
	pe_stage1_fails = fails;
	pe_run_each(rec, e, 2, NULL, &exit);
	assert_int_equal(rec->pc, pc);
	assert_int_equal(pe_read("par_el1"), 0x5678);
	assert_int_equal(pe_events[pe_event("at s1e1r", 0)].value, va);
	pe_stage1_fails = false;
}

static void test_permission(void **state)
{
	(void)state;
	check_permission(MAPPED + 0x123, false, VBAR + 0x200);
	check_permission(MAPPED + 0x123, true, PC); /* stage 1 says no by now */
}

/* --- Accesses that the host has completed ------------------------------------------------------------------------------- */

static void check_load(uint64_t esr, uint64_t value, uint64_t expected)
{
	start();
	rec->pstate |= PSTATE_BTYPE | PSTATE_SS;
	rec->abort_esr = DATA | ESR_ISV | esr | UINT64_C(9) << 16;
	run_complete_mmio(rec, value);
	assert_int_equal(rec->pc, PC + 4);
	assert_int_equal(rec->pstate, PSTATE_EL1H);
	for (unsigned int i = 0; i < 31; i++)
		assert_int_equal(rec->gprs[i], i == 9 ? expected : GPR(i));
}

static void test_completed(void **state)
{
	const uint64_t value = 0x8182838485868788, sse = ESR_SSE, sf = ESR_SF;

	(void)state;
	for (uint64_t n = 0; n < 4; n++) {
		const uint64_t sas = n << 22, bits = 8U << n;
		const uint64_t mask = n == 3 ? UINT64_MAX : (UINT64_C(1) << bits) - 1, narrow = value & mask;

		check_load(sas | sf, value, narrow);
		check_load(sas, value, narrow & UINT32_MAX);
		check_load(sas | sse | sf, value, narrow | ~mask);
		check_load(sas | sse, value, (narrow | ~mask) & UINT32_MAX);
		/* No sign to extend. */
		check_load(sas | sse | sf, value & ~(UINT64_C(1) << (bits - 1)),
			   narrow & ~(UINT64_C(1) << (bits - 1)));
		check_load(sas | ESR_WNR | sf, value, GPR(9));
	}
}

/* To XZR: no register changes. */
static void test_completed_xzr(void **state)
{
	(void)state;
	start();
	rec->abort_esr = DATA | ESR_ISV | UINT64_C(31) << 16;
	run_complete_mmio(rec, UINT64_MAX);
	for (unsigned int i = 0; i < 31; i++)
		assert_int_equal(rec->gprs[i], GPR(i));
	assert_int_equal(rec->pc, PC + 4);
}

/* The host answers with an external abort. */
static void test_answered_abort(void **state)
{
	static const struct row row = { .esr = DATA };

	(void)state;
	start();
	rec->abort_esr = DATA | ESR_ISV | UINT64_C(9) << 16 | TRANSLATION;
	rec->abort_far = FAR;
	run_inject_sea(rec);
	check_taken(&row, 1U << 9 | 0x10);
}

/* --- Timers ------------------------------------------------------------------------------------------------------------- */

/* Each change of an output is told, once: with it the realm runs on. */
static void check_timers(uint64_t virt, uint64_t phys, uint32_t reported, bool told)
{
	struct pe_exception irq = { .kind = RUN_EXIT_IRQ };
	struct rmi_rec_exit exit;

	start();
	context_of(rec)->timers_reported = reported;
	pe_write("cntv_ctl_el02", virt);
	pe_write("cntp_ctl_el02", phys);
	assert_int_equal(pe_run_each(rec, &irq, told ? 0 : 1, NULL, &exit), RUN_EXIT);
	assert_int_equal(exit.exit_reason, RMI_EXIT_IRQ);
	run_end(rec, &exit);
	assert_int_equal(exit.cntv_ctl, virt);
	assert_int_equal(exit.cntp_ctl, phys);
	run_begin(rec, &nothing);
	pe_run_each(rec, &irq, 1, NULL, &exit);
}

static void test_timers(void **state)
{
	(void)state;
	for (uint64_t ctl = 0; ctl < 8; ctl++) {
		bool on = ctl == 5; /* enabled, not masked, its time has come */

		check_timers(ctl, 0, 0, on);
		check_timers(0, ctl, 0, on);
		check_timers(ctl, 0, 1, !on);
		check_timers(0, ctl, 2, !on);
		check_timers(ctl, ctl, 3, !on);
		check_timers(ctl, ctl, 1, true);
	}
}

/* A signal that is masked may need a moment to go; not for ever. */
static void check_retired(uint64_t virt, uint64_t phys, uint64_t pending, size_t least)
{
	struct pe_exception irq = { .kind = RUN_EXIT_IRQ };
	struct rmi_rec_exit exit;
	size_t isbs = 0;

	start();
	context_of(rec)->timers_reported = (virt == 5 ? 1 : 0) | (phys == 5 ? 2 : 0);
	pe_write("cntv_ctl_el02", virt);
	pe_write("cntp_ctl_el02", phys);
	pe_write("icc_hppir1_el1", pending);
	pe_forget_events();
	pe_run(rec, &irq, &exit);
	while (pe_event("isb", (unsigned int)isbs) != PE_NEVER)
		isbs++;
	assert_in_range(isbs, least, least + 1);
}

static void test_retired(void **state)
{
	(void)state;
	check_retired(0, 0, 27, 0);
	check_retired(5, 0, 1023, 1);
	check_retired(5, 0, 27, 1000);
	check_retired(5, 0, 30, 1);
	check_retired(0, 5, 30, 1000);
	check_retired(0, 5, 27, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),         cmocka_unit_test(test_classes),
		cmocka_unit_test(test_vectors),       cmocka_unit_test(test_aborts),
		cmocka_unit_test(test_permission),    cmocka_unit_test(test_completed),
		cmocka_unit_test(test_completed_xzr), cmocka_unit_test(test_answered_abort),
		cmocka_unit_test(test_timers),        cmocka_unit_test(test_retired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
