/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose values are in the registers, in both directions and all worlds: a host on two PEs, three realms with four RECs that
 * move between the PEs. Each register of the table is filled before and read after each step: when a realm begins to run,
 * after its first use of vectors and of breakpoints, when the host goes on. Every value is of another owner and time, so that
 * one in a wrong place is nobody's coincidence.
 */
#include "pe.h"

#define RECS 4U
#define ROUNDS 64U

/* What one owner has in its registers, by place in the table, and in its vectors. */
struct world {
	uint64_t value[PE_REGISTERS_MAX];
	struct pe_vectors vectors;
};

/* A CPU: how many of each it has. */
struct cpu {
	uint64_t lists, priority_bits, breakpoints, watchpoints, counters;
	bool pmu, sve;
};

static const struct cpu *machine;
static struct rec *recs[RECS];
static struct world hosts[PE_CPUS], realms[RECS];
static uint64_t numbers;

/* No two are the same. */
static uint64_t fresh(void)
{
	uint64_t x = ++numbers * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ x >> 31;
}

static unsigned int chosen_of(unsigned int count)
{
	return (unsigned int)(fresh() >> 32) % count;
}

/* --- Rows ----------------------------------------------------------------------------------------------------- */

static bool is_of(const struct pe_register *r, enum pe_group group, enum pe_group other)
{
	return r->group == group || r->group == other;
}

/* A row with a value of its own in each world. */
static bool is_owned(size_t i)
{
	return pe_has(i) && (pe_registers[i].kind == PE_SWITCHED || pe_registers[i].kind == PE_LOCK_STATE);
}

/* What anybody may write to it: not what makes a timer's output asserted, nor what is not kept. */
static uint64_t bits_of(const struct pe_register *r)
{
	if (r->kind == PE_LOCK_STATE)
		return OSLSR_OSLK;
	if (strcmp(r->run, "cntp_ctl_el02") == 0 || strcmp(r->run, "cntv_ctl_el02") == 0)
		return ~CNT_CTL_ASSERTED;
	if (strcmp(r->run, "pmcntenset_el0") == 0 || strcmp(r->run, "pmintenset_el1") == 0 ||
	    strcmp(r->run, "pmovsset_el0") == 0)
		return UINT32_MAX;
	return strcmp(r->run, "pmcr_el0") == 0 ? UINT64_C(0xf9) : ~UINT64_C(0);
}

static uint64_t new_value(size_t i)
{
	uint64_t bits = bits_of(&pe_registers[i]);

	return (fresh() & bits) |
	       (strcmp(pe_registers[i].run, "pmcr_el0") == 0 ? machine->counters << 11 : 0);
}

/* --- What a realm reaches ----------------------------------------------------------------------------------------- */

/* Of the REC that runs: what it has used since its entry. */
static struct {
	unsigned int rec;
	bool simd, debug;
} live;

static bool is_reached(const struct pe_register *r)
{
	const struct realm *realm = recs[live.rec]->realm;

	if (r->group == PE_SIMD)
		return live.simd;
	if (r->group == PE_SVE)
		return live.simd && realm->has_sve;
	if (is_of(r, PE_BREAKPOINTS, PE_WATCHPOINTS) || r->kind == PE_LOCK_STATE)
		return live.debug;
	return !is_of(r, PE_PMU, PE_COUNTERS) || realm->has_pmu;
}

/* Beyond its reach the host's wait, and the host's counters stand still. */
static uint64_t waiting(size_t i)
{
	uint64_t value = hosts[pe_cpu()].value[i];

	return strcmp(pe_registers[i].run, "pmcr_el0") == 0 ? value & ~PMCR_E : value;
}

static size_t reached_vector(void)
{
	const struct realm *realm = recs[live.rec]->realm;

	return realm->has_sve ? (realm->sve_vl + 1U) * 16 : 16;
}

static void copy_vectors(struct pe_vectors *to, const struct pe_vectors *from, size_t vl, bool predicates)
{
	for (unsigned int i = 0; i < 32; i++)
		memcpy(to->z[i], from->z[i], vl);
	for (unsigned int i = 0; predicates && i < 17; i++)
		memcpy(to->p[i], from->p[i], vl / 8);
}

static bool same_vectors(const struct pe_vectors *a, const struct pe_vectors *b, size_t vl, bool predicates)
{
	for (unsigned int i = 0; i < 32; i++)
		if (memcmp(a->z[i], b->z[i], vl) != 0)
			return false;
	for (unsigned int i = 0; predicates && i < 17; i++)
		if (memcmp(a->p[i], b->p[i], vl / 8) != 0)
			return false;
	return true;
}

/* All that the CPU has. */
static bool host_has_vectors(void)
{
	return same_vectors(&pe_vectors[pe_cpu()], &hosts[pe_cpu()].vectors, machine->sve ? PE_VL : 16,
			    machine->sve);
}

/* Vectors are the realm's as far as it reaches; what it does not reach is behind a trap. */
static void check_vectors(void)
{
	const struct realm *realm = recs[live.rec]->realm;
	const struct pe_vectors *v = &pe_vectors[pe_cpu()];
	uint64_t cptr = pe_read("cptr_el2");

	assert_int_equal(cptr & CPTR_FPEN, live.simd ? CPTR_FPEN : 0);
	assert_int_equal(cptr & CPTR_ZEN, live.simd && realm->has_sve ? CPTR_ZEN : 0);
	if (!live.simd) {
		assert_true(host_has_vectors());
		return;
	}
	assert_true(same_vectors(v, &realms[live.rec].vectors, reached_vector(), realm->has_sve));
	if (realm->has_sve)
		assert_int_equal(pe_read(ZCR_EL2), realm->sve_vl);
}

static void check_traps(void)
{
	const struct realm *realm = recs[live.rec]->realm;
	uint64_t mdcr = pe_read("mdcr_el2");

	assert_int_equal(mdcr & MDCR_TDA, live.debug ? 0 : MDCR_TDA);
	assert_int_equal(mdcr & (MDCR_TPM | MDCR_TPMCR), realm->has_pmu ? 0 : MDCR_TPM | MDCR_TPMCR);
	assert_int_equal(pe_read("vttbr_el2"), s2_vttbr(&realm->s2));
	assert_int_equal(pe_read("vmpidr_el2"), recs[live.rec]->mpidr);
}

static void realm_check(const char *when)
{
	for (size_t i = 0; i < pe_register_count; i++) {
		uint64_t right;

		if (!is_owned(i))
			continue;
		right = is_reached(&pe_registers[i]) ? realms[live.rec].value[i] : waiting(i);
		if (pe_value(i) != right)
			fail_msg("%s REC %u finds %s 0x%lx, not 0x%lx", when, live.rec, pe_registers[i].name,
				 (unsigned long)pe_value(i), (unsigned long)right);
	}
	check_vectors();
	check_traps();
}

static void fresh_vectors(struct pe_vectors *v)
{
	uint8_t *byte = (uint8_t *)v;

	for (size_t i = 0; i < sizeof(*v); i++)
		byte[i] = (uint8_t)fresh();
}

static void realm_fill(void)
{
	struct world *world = &realms[live.rec];
	bool has_sve = recs[live.rec]->realm->has_sve;

	for (size_t i = 0; i < pe_register_count; i++) {
		if (!is_owned(i) || !is_reached(&pe_registers[i]) || pe_registers[i].kind == PE_LOCK_STATE)
			continue;
		world->value[i] = new_value(i);
		pe_set_value(i, world->value[i]);
	}
	if (!live.simd)
		return;
	fresh_vectors(&world->vectors);
	copy_vectors(&pe_vectors[pe_cpu()], &world->vectors, reached_vector(), has_sve);
}

/* --- What the host finds ------------------------------------------------------------------------------------------ */

static void host_fill(void)
{
	struct world *world = &hosts[pe_cpu()];

	for (size_t i = 0; i < pe_register_count; i++) {
		if (!is_owned(i))
			continue;
		world->value[i] = new_value(i);
		pe_set_value(i, world->value[i]);
	}
	fresh_vectors(&world->vectors);
	pe_vectors[pe_cpu()] = world->vectors;
}

/* EL2's own are as in the monitor's boot, but for what says which realm was the last, which nobody sees. */
static bool is_constant(const struct pe_register *r)
{
	static const char *const last[] = { "vttbr_el2", "vtcr_el2", "vmpidr_el2", "cnthctl_el2" };

	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		if (strcmp(r->run, last[i]) == 0)
			return false;
	return r->kind == PE_CONTROL;
}

/* The host's keys EL3 has. */
static bool is_kept(size_t i)
{
	return (is_owned(i) && pe_registers[i].group != PE_KEYS) || is_constant(&pe_registers[i]) ||
	       pe_registers[i].kind == PE_LIST;
}

static void host_check(const uint64_t *before)
{
	for (size_t i = 0; i < pe_register_count; i++) {
		uint64_t right = pe_registers[i].kind == PE_LIST ? 0 : before[i];

		if (is_kept(i) && pe_value(i) != right)
			fail_msg("after REC %u the host finds %s 0x%lx, not 0x%lx", live.rec,
				 pe_registers[i].name, (unsigned long)pe_value(i), (unsigned long)right);
	}
	assert_true(host_has_vectors());
}

/* --- The record --------------------------------------------------------------------------------------------------- */

static const struct rmi_rec_enter *entered;
static struct rmi_rec_exit expected;

static void lists_check(void)
{
	for (size_t i = 0; i < pe_register_count; i++)
		if (pe_registers[i].kind == PE_LIST && pe_has(i))
			assert_int_equal(pe_value(i), entered->gicv3_lrs[pe_registers[i].n]);
	assert_int_equal(pe_read("ich_hcr_el2"), entered->gicv3_hcr | 1);
}

/* What the hardware and the realm leave for the host: this, and nothing else in the record. */
static void leave_record(void)
{
	const struct realm *realm = recs[live.rec]->realm;
	uint64_t eois = UINT64_C(5) << 27, misr = fresh();

	memset(&expected, 0, sizeof(expected));
	expected.exit_reason = RMI_EXIT_IRQ;
	for (size_t i = 0; i < pe_register_count; i++) {
		if (pe_registers[i].kind != PE_LIST || !pe_has(i))
			continue;
		expected.gicv3_lrs[pe_registers[i].n] = fresh();
		pe_set_value(i, expected.gicv3_lrs[pe_registers[i].n]);
	}
	pe_write("ich_hcr_el2", pe_read("ich_hcr_el2") | eois);
	pe_write("ich_misr_el2", misr);
	expected.gicv3_hcr = entered->gicv3_hcr | eois;
	expected.gicv3_misr = misr;
	expected.gicv3_vmcr = pe_read("ich_vmcr_el2");
	expected.cntp_ctl = pe_read("cntp_ctl_el02");
	expected.cntp_cval = pe_read("cntp_cval_el02");
	expected.cntv_ctl = pe_read("cntv_ctl_el02");
	expected.cntv_cval = pe_read("cntv_cval_el02");
	if (realm->has_pmu && (pe_read("pmcr_el0") & PMCR_E) != 0 &&
	    (pe_read("pmovsset_el0") & pe_read("pmintenset_el1")) != 0)
		expected.pmu_ovf_status = RMI_PMU_OVERFLOW_ACTIVE;
}

/* --- One visit of a REC to a PE ------------------------------------------------------------------------------------ */

#define OSLAR_EL1 SYSREG(2, 0, 1, 0, 4)
#define DBGBVR0_EL1 SYSREG(2, 0, 0, 0, 4)
#define RT 5U

static struct pe_exception planned[4];
static unsigned int num_planned;

static void plan_exception(struct pe_exception e)
{
	planned[num_planned++] = e;
}

/* The first use of vectors and of breakpoints, and a write to the OS lock, which is emulated; or not. */
static void plan_visit(const struct realm *realm)
{
	unsigned int uses = chosen_of(8);

	num_planned = 0;
	if (uses & 1)
		plan_exception((struct pe_exception){ .kind = RUN_EXIT_SYNC,
						      .esr = (uint64_t)(realm->has_sve ? EC_SVE : EC_SIMD)
							     << ESR_EC_SHIFT });
	if ((uses & 2) && !live.debug)
		plan_exception(pe_access(DBGBVR0_EL1, true, RT));
	if (uses & 4)
		plan_exception(pe_access(OSLAR_EL1, false, RT));
	plan_exception((struct pe_exception){ .kind = RUN_EXIT_IRQ });
}

static void set_lock(struct world *world, uint64_t value)
{
	for (size_t i = 0; i < pe_register_count; i++)
		if (pe_registers[i].kind == PE_LOCK_STATE)
			world->value[i] = (value & OSLAR_OSLK) << OSLSR_OSLK_SHIFT;
}

/* What the exception that it has come back from has brought about. */
static void after(const struct rec *rec, uint64_t esr)
{
	if (ESR_EC(esr) != EC_SYSREG)
		live.simd = true;
	else if (ESR_SYSREG_NAME(esr) == ESR_OSLAR_EL1)
		set_lock(&realms[live.rec], rec->gprs[RT]);
	else
		live.debug = true;
}

static void inside(struct rec *rec, unsigned int i)
{
	if (i == 0)
		lists_check();
	else
		after(rec, planned[i - 1].esr);
	realm_check(i == 0 ? "entered," : "running on,");
	realm_fill();
	rec->gprs[RT] = fresh();
	if (i == num_planned - 1)
		leave_record();
}

/* Breakpoints stay with a REC that has one on. */
static bool has_debug_on(const struct world *world)
{
	uint64_t on = 0, mdscr = 0;

	for (size_t i = 0; i < pe_register_count; i++) {
		if (pe_has(i) && (strncmp(pe_registers[i].run, "dbgbcr", 6) == 0 ||
				  strncmp(pe_registers[i].run, "dbgwcr", 6) == 0))
			on |= world->value[i] & DBGCR_E;
		if (strcmp(pe_registers[i].run, "mdscr_el1") == 0)
			mdscr = world->value[i];
	}
	return on != 0 || (mdscr & (MDSCR_MDE | MDSCR_KDE | MDSCR_SS)) != 0;
}

static bool debug_kept[RECS];

static void visit(unsigned int number, unsigned int cpu)
{
	static struct rmi_rec_enter enter;
	static struct rmi_rec_exit exit;
	uint64_t before[PE_REGISTERS_MAX];

	pe_use(cpu);
	host_fill();
	for (size_t i = 0; i < pe_register_count; i++)
		before[i] = pe_value(i);
	for (unsigned int i = 0; i < RMI_NUM_LRS; i++)
		enter.gicv3_lrs[i] = fresh();
	enter.gicv3_hcr = fresh() & RMI_GICV3_HCR_ENTER_MASK;
	entered = &enter;
	live.rec = number;
	live.simd = false;
	live.debug = debug_kept[number];
	plan_visit(recs[number]->realm);
	run_begin(recs[number], &enter);
	assert_int_equal(pe_run_each(recs[number], planned, num_planned, inside, &exit), RUN_EXIT);
	run_end(recs[number], &exit);
	if (live.debug)
		debug_kept[number] = has_debug_on(&realms[number]);
	host_check(before);
	assert_memory_equal(&exit, &expected, sizeof(exit));
}

/* --- The test ------------------------------------------------------------------------------------------------------- */

static void make_cpu(const struct cpu *cpu)
{
	for (unsigned int i = 0; i < PE_CPUS; i++) {
		pe_use(i);
		pe_write("id_aa64pfr0_el1", cpu->sve ? UINT64_C(1) << 32 : 0);
		pe_write("id_aa64dfr0_el1",
			 cpu->breakpoints << 12 | cpu->watchpoints << 20 | (cpu->pmu ? 1U << 8 : 0));
		pe_write("pmcr_el0", cpu->counters << 11);
		pe_write("ich_vtr_el2", cpu->priority_bits << 29 | cpu->priority_bits << 26 | cpu->lists);
	}
	sim_features()->has_pmu = cpu->pmu;
	sim_features()->pmu_num_ctrs = (uint8_t)cpu->counters;
	machine = cpu;
	pe_use(0);
}

/* As a reset leaves it. */
static void new_world(unsigned int number)
{
	memset(&realms[number], 0, sizeof(realms[number]));
	for (size_t i = 0; i < pe_register_count; i++) {
		if (strcmp(pe_registers[i].run, "sctlr_el12") == 0)
			realms[number].value[i] =
				SCTLR_RES1 | SCTLR_SA | SCTLR_SA0 | SCTLR_CP15BEN | SCTLR_NTWI | SCTLR_NTWE;
		if (strcmp(pe_registers[i].run, "pmcr_el0") == 0)
			realms[number].value[i] = PMCR_LC | machine->counters << 11;
	}
	debug_kept[number] = false;
}

/* Two RECs of a realm that has all, one of a realm with nothing, one with counters. */
static void make_realms(const struct cpu *cpu)
{
	recs[0]->realm->has_sve = cpu->sve;
	recs[0]->realm->sve_vl = 1;
	recs[0]->realm->has_pmu = cpu->pmu;
	recs[0]->realm->pmu_num_ctrs = cpu->counters != 0;
	recs[1] = pe_add_rec(recs[0]);
	recs[2] = pe_add_realm();
	recs[3] = pe_add_realm();
	recs[3]->realm->has_pmu = cpu->pmu;
	recs[3]->realm->pmu_num_ctrs = (uint8_t)cpu->counters;
	for (unsigned int i = 0; i < RECS; i++) {
		recs[i]->mpidr = 0x80000000 + i;
		run_context_init(recs[i]);
		new_world(i);
	}
}

static void start(const struct cpu *cpu)
{
	recs[0] = pe_reset();
	make_cpu(cpu);
	pe_boot();
	make_realms(cpu);
}

/* One without counters comes first: what run/ keeps is not cleared in between. */
static const struct cpu cpus[] = {
	{ .lists = 7, .priority_bits = 4, .breakpoints = 7, .watchpoints = 0 },
	{ .lists = 3,
	  .priority_bits = 4,
	  .breakpoints = 5,
	  .watchpoints = 3,
	  .counters = 6,
	  .pmu = true,
	  .sve = true },
	{ .lists = 15,
	  .priority_bits = 5,
	  .breakpoints = 15,
	  .watchpoints = 15,
	  .counters = 31,
	  .pmu = true,
	  .sve = true },
	{ .lists = 0, .priority_bits = 6, .breakpoints = 1, .watchpoints = 1, .counters = 0, .pmu = true },
};

static void test_all_worlds(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_SIZE(cpus); c++) {
		start(&cpus[c]);
		for (unsigned int i = 0; i < ROUNDS; i++)
			visit(chosen_of(RECS), chosen_of(PE_CPUS));
	}
}

/* One by one for any number of list registers, break- and watchpoints, counters: each is the last of some CPU. */
static void test_any_number(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 32; n++) {
		const struct cpu cpu = { .lists = n % 16,
					 .priority_bits = 4 + n % 3,
					 .breakpoints = n % 16,
					 .watchpoints = 15 - n % 16,
					 .counters = n,
					 .pmu = true };

		start(&cpu);
		for (unsigned int i = 0; i < 8; i++)
			visit(i % RECS, i % PE_CPUS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_worlds),
		cmocka_unit_test(test_any_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
