/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In which order run/ writes registers, where another order would do harm; when it forgets translations; and what a REC has
 * after a reset.
 */
#include "pe.h"

static const struct rmi_rec_enter nothing;

/* `first` was written, or done, before `then`; the n-th time of each. */
static void check_before(const char *first, unsigned int n, const char *then, unsigned int m)
{
	size_t a = pe_event(first, n), b = pe_event(then, m);

	if (a == PE_NEVER || b == PE_NEVER || a > b)
		fail_msg("%s (%u) is not before %s (%u): %ld, %ld", first, n, then, m, (long)a, (long)b);
}

static uint64_t written(const char *what, unsigned int n)
{
	size_t at = pe_event(what, n);

	assert_int_not_equal(at, PE_NEVER);
	return pe_events[at].value;
}

static unsigned int times(const char *what)
{
	unsigned int n = 0;

	while (pe_event(what, n) != PE_NEVER)
		n++;
	return n;
}

/* A timer is off while its compare value changes, and has its own by the time that it is on. */
static void check_timer(const char *control, const char *compare, uint64_t last)
{
	check_before(control, 0, compare, 0);
	check_before(compare, 0, control, 1);
	assert_int_equal(written(control, 0), 0);
	assert_int_equal(written(control, 1), last);
	assert_int_equal(times(control), 2);
	assert_int_equal(times(compare), 1);
}

static void test_timers(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_enter(rec);
	context_of(rec)->el1.cntp_ctl = context_of(rec)->el1.cntv_ctl = CNT_CTL_ENABLE;
	pe_write("cntp_ctl_el02", CNT_CTL_ENABLE | CNT_CTL_IMASK);
	pe_write("cntv_ctl_el02", CNT_CTL_ENABLE | CNT_CTL_IMASK);
	pe_forget_events();
	run_begin(rec, &nothing);
	check_timer("cntp_ctl_el02", "cntp_cval_el02", CNT_CTL_ENABLE);
	check_timer("cntv_ctl_el02", "cntv_cval_el02", CNT_CTL_ENABLE);
	pe_forget_events();
	run_end(rec, &exit);
	check_timer("cntp_ctl_el02", "cntp_cval_el02", CNT_CTL_ENABLE | CNT_CTL_IMASK);
	check_timer("cntv_ctl_el02", "cntv_cval_el02", CNT_CTL_ENABLE | CNT_CTL_IMASK);
}

/* Counters stand still while they are exchanged, and nobody's bits are left in the registers that only set. */
static void check_counters(uint64_t last)
{
	static const char *const all[] = {
		"pmevcntr0_el0", "pmevtyper0_el0", "pmevcntr5_el0", "pmccntr_el0",    "pmccfiltr_el0",
		"pmselr_el0",    "pmuserenr_el0",  "pmovsset_el0",  "pmintenset_el1", "pmcntenset_el0",
	};

	assert_int_equal(times("pmcr_el0"), 2);
	assert_int_equal(written("pmcr_el0", 0) & PMCR_E, 0);
	assert_int_equal(written("pmcr_el0", 1) & PMCR_E, last);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		check_before("pmcr_el0", 0, all[i], 0);
		check_before(all[i], 0, "pmcr_el0", 1);
	}
	check_before("pmcntenclr_el0", 0, "pmcntenset_el0", 0);
	check_before("pmintenclr_el1", 0, "pmintenset_el1", 0);
	check_before("pmovsclr_el0", 0, "pmovsset_el0", 0);
}

/* The realm's number of counters is in force before they are its own, and the host's before they are the host's. */
static void test_counters(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	rec->realm->has_pmu = true;
	rec->realm->pmu_num_ctrs = 2;
	pe_enter(rec);
	run_end(rec, &exit);
	context_of(rec)->pmu.pmcr = PMCR_E;
	pe_forget_events();
	run_begin(rec, &nothing);
	check_counters(PMCR_E);
	check_before("pmcr_el0", 0, "mdcr_el2", 0);
	check_before("mdcr_el2", 0, "pmevcntr0_el0", 0);
	pe_forget_events();
	run_end(rec, &exit);
	check_counters(0);
	check_before("mdcr_el2", 0, "pmevcntr0_el0", 0);
}

/* The virtual interface is off before its list registers change, or it would raise interrupts at the host. */
static void test_interface(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_enter(rec);
	pe_forget_events();
	run_end(rec, &exit);
	check_before("ich_hcr_el2", 0, "ich_lr0_el2", 0);
	check_before("ich_hcr_el2", 0, "ich_vmcr_el2", 0);
	assert_int_equal(written("ich_hcr_el2", 0), 0);
	pe_forget_events();
	run_begin(rec, &nothing);
	check_before("ich_lr0_el2", 0, "ich_hcr_el2", 0);
	check_before("ich_ap1r0_el2", 0, "ich_hcr_el2", 0);
}

/* Vectors are open before the host's are put away, and the realm's length is in force before its own come. */
static void test_vectors(void **state)
{
	struct rec *rec = pe_reset();
	struct pe_exception e[] = { { .kind = RUN_EXIT_SYNC, .esr = (uint64_t)EC_SVE << ESR_EC_SHIFT },
				    { .kind = RUN_EXIT_IRQ } };
	struct rmi_rec_exit exit;

	(void)state;
	rec->realm->has_sve = true;
	rec->realm->sve_vl = 1;
	for (unsigned int cpu = 0; cpu < PE_CPUS; cpu++) {
		pe_use(cpu);
		pe_write("id_aa64pfr0_el1", UINT64_C(1) << 32);
	}
	pe_use(0);
	pe_enter(rec);
	pe_write(ZCR_EL2, 2);
	pe_forget_events();
	pe_run_each(rec, e, 2, NULL, &exit);
	assert_int_equal(written(ZCR_EL2, 0), ZCR_LEN_MAX);
	assert_int_equal(written(ZCR_EL2, 1), 1);
	check_before("cptr_el2", 0, ZCR_EL2, 0);
	pe_forget_events();
	run_end(rec, &exit);
	assert_int_equal(written(ZCR_EL2, 0), ZCR_LEN_MAX);
	assert_int_equal(written(ZCR_EL2, 1), 2);
	check_before(ZCR_EL2, 1, "cptr_el2", 1);
}

/* Back at the host the realm's controls are out of force before anything else happens. */
static void test_controls_off(void **state)
{
	struct rec *rec = pe_reset();
	struct rmi_rec_exit exit;

	(void)state;
	pe_enter(rec);
	pe_forget_events();
	run_end(rec, &exit);
	assert_string_equal(pe_events[pe_event_count - 2].what, "hcr_el2");
	assert_string_equal(pe_events[pe_event_count - 1].what, "isb");
}

/* --- Translations ------------------------------------------------------------------------------------------------ */

static void enter(struct rec *rec, unsigned int cpu, unsigned int flushes)
{
	struct rmi_rec_exit exit;

	pe_use(cpu);
	pe_forget_events();
	run_begin(rec, &nothing);
	assert_int_equal(times("tlbi vmalle1"), flushes);
	if (flushes != 0) {
		check_before("vttbr_el2", 0, "isb", 0);
		check_before("hcr_el2", 0, "isb", 0);
		check_before("isb", 0, "tlbi vmalle1", 0);
	}
	run_end(rec, &exit);
}

/* RECs share a VMID, and one's stage 1 must not serve another. */
static void test_stage1_forgotten(void **state)
{
	struct rec *a = pe_reset(), *b = pe_add_rec(a);

	(void)state;
	pe_boot();
	run_context_init(a);
	run_context_init(b);
	enter(a, 0, 1);
	enter(a, 0, 0);
	enter(b, 0, 1);
	enter(a, 0, 1);
	enter(a, 1, 1);
	enter(a, 0, 0);
	enter(b, 1, 1);
	/* Another in the same place. */
	run_context_init(a);
	enter(a, 0, 1);
}

/* --- Reset --------------------------------------------------------------------------------------------------------- */

static uint64_t context_word(const struct rec *rec, size_t i)
{
	uint64_t word;

	memcpy(&word, rec->context + i * sizeof(word), sizeof(word));
	return word;
}

/*
 * PSCI CPU_ON: as a new REC, whatever it had, but for the endianness of the caller. What is not a register's stays: the
 * realm's tables, what the host was told of its timers, where it ran.
 */
static void test_power_on(void **state)
{
	struct rec *on = pe_reset(), *caller = pe_add_rec(on), *fresh = pe_add_rec(on);
	struct run_context *c = context_of(on);

	(void)state;
	pe_boot();
	run_context_init(fresh);
	run_context_init(caller);
	context_of(caller)->el1.sctlr = ~UINT64_C(0);
	memset(c, 0x5a, offsetof(struct run_context, debug_in_use));
	c->debug_in_use = true;
	c->vtcr = context_of(fresh)->vtcr;
	c->vttbr = context_of(fresh)->vttbr;
	run_context_power_on(on, caller);
	context_of(fresh)->el1.sctlr |= SCTLR_EE;
	assert_int_equal(on->pstate, PSTATE_EL1H | PSTATE_DAIF);
	assert_int_equal(fresh->pstate, on->pstate);
	for (size_t i = 0; i < sizeof(*c) / sizeof(uint64_t); i++)
		if (context_word(on, i) != context_word(fresh, i))
			fail_msg("word %zu of the context is 0x%lx, not 0x%lx", i,
				 (unsigned long)context_word(on, i), (unsigned long)context_word(fresh, i));
	context_of(caller)->el1.sctlr = ~SCTLR_EE;
	run_context_power_on(on, caller);
	assert_int_equal(c->el1.sctlr & SCTLR_EE, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),       cmocka_unit_test(test_counters),
		cmocka_unit_test(test_interface),    cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_controls_off), cmocka_unit_test(test_stage1_forgotten),
		cmocka_unit_test(test_power_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
