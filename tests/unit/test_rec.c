/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RECs: their life, REC_ENTER, and the RSI commands that a realm issues from them (but for PSCI and CSM).
 */
#include "world.h"

#include "model/measurement.h"
#include "model/realm.h"
#include "model/rec.h"

#define SENTINEL UINT64_C(0x1122334455667788)
#define UNPROTECTED (UINT64_C(1) << 32)
#define PAGES(n) ((uint64_t)(n)*GRANULE_SIZE)

/* RAM and data in [WORLD_RAM, + 4 pages), RAM without data in the next 4, EMPTY behind. */
#define MISSING (WORLD_RAM + PAGES(4))
#define EMPTY (WORLD_RAM + PAGES(8))

static struct world_realm r;

static int setup_new(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .recs = 2 });
	return 0;
}

static int setup(void **state)
{
	setup_new(state);
	world_ram(&r, WORLD_RAM, PAGES(8));
	world_populate(&r, WORLD_RAM, PAGES(4));
	world_activate(&r);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end(&r);
	world_check_all_back();
	return 0;
}

static struct realm *realm(void)
{
	return realm_of(granule_find(pa(r.rd)));
}

static struct granule *rec_granule(unsigned int i)
{
	return granule_find(pa(r.rec[i]));
}

static struct rec *rec(unsigned int i)
{
	return rec_of(rec_granule(i));
}

static void set_running(unsigned int i, bool running)
{
	assert_true(granule_lock(rec_granule(i), GRANULE_REC));
	if (running)
		granule_get(rec_granule(i), 1);
	else
		granule_put(rec_granule(i), 1);
	granule_unlock(rec_granule(i));
}

/* What the realm has at an IPA. */
static void *at(uint64_t addr)
{
	return (uint8_t *)world_mem(world_entry(&r, addr).desc) + (addr & 0xfff);
}

/* --- REC_AUX_COUNT, REC_CREATE ------------------------------------------------------------------------------- */

static void test_aux_count(void **state)
{
	const uint64_t bad[] = { r.rtt, r.rec[0],   r.aux[0][0],
				 r.run, r.rd + 1,   r.rd + 0x800,
				 0,     UINT64_MAX, SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	struct smc_regs out = world_rmi(RMI_REC_AUX_COUNT, r.rd);

	(void)state;
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], REALM_REC_AUX_COUNT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		out = world_rmi(RMI_REC_AUX_COUNT, bad[i]);
		assert_int_equal(out.x[0], RMI_ERROR_INPUT);
		assert_int_equal(out.x[1], 0);
	}
	world_activate(&r);
	assert_int_equal(world_rmi(RMI_REC_AUX_COUNT, r.rd).x[1], REALM_REC_AUX_COUNT);
}

static struct {
	uint64_t rec, aux[RMI_MAX_AUX], params;
	struct rmi_rec_params good;
} f;

static void begin_create(void)
{
	f.rec = world_delegated();
	world_take_aux(f.aux);
	f.params = world_ns();
	f.good = (struct rmi_rec_params){
		.flags = RMI_REC_CREATE_FLAG_RUNNABLE,
		.mpidr = 2,
		.pc = WORLD_RAM + 0x20,
		.gprs = { 1, 2, 3, 4, 5, 6, 7, SENTINEL },
		.num_aux = REALM_REC_AUX_COUNT,
	};
	memcpy(f.good.aux, f.aux, sizeof(f.good.aux));
}

static uint64_t create_with(const struct rmi_rec_params *p)
{
	memcpy(world_mem(f.params), p, sizeof(*p));
	return rmi(RMI_REC_CREATE, r.rd, f.rec, f.params);
}

static void check_not_created(void)
{
	assert_int_equal(world_state(f.rec), GRANULE_DELEGATED);
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		assert_int_equal(world_state(f.aux[i]), GRANULE_DELEGATED);
	assert_true(world_is_zero(f.rec));
	assert_int_equal(realm()->rec_index, 2);
	assert_int_equal(realm()->num_recs, 2);
}

static void check_not_created_with(const struct rmi_rec_params *p)
{
	assert_int_equal(create_with(p), RMI_ERROR_INPUT);
	check_not_created();
}

static void end_create(void)
{
	world_undelegate(f.rec);
	world_give_aux(f.aux);
	world_free(f.params);
}

/* Succeeds after all that failed, and gives everything back. */
static void check_create_works(void)
{
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(world_state(f.rec), GRANULE_REC);
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		assert_int_equal(world_state(f.aux[i]), GRANULE_REC_AUX);
	assert_int_equal(realm()->rec_index, 3);
	assert_int_equal(realm()->num_recs, 3);
	assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
	assert_int_equal(realm()->rec_index, 3); /* an index is used once */
	assert_int_equal(realm()->num_recs, 2);
	realm()->rec_index = 2;
	check_not_created();
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		assert_true(world_is_zero(f.aux[i]));
}

static void test_create(void **state)
{
	const struct rec *c;

	(void)state;
	begin_create();
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	c = rec_of(granule_find(pa(f.rec)));
	assert_memory_equal(c->gprs, f.good.gprs, sizeof(f.good.gprs));
	for (unsigned int i = 8; i < 31; i++)
		assert_int_equal(c->gprs[i], 0);
	assert_int_equal(c->pc, WORLD_RAM + 0x20);
	assert_int_equal(c->pstate, 0x3c5);
	assert_int_equal(c->mpidr, 0x80000002);
	assert_true(c->runnable);
	assert_false(c->psci_pending || c->host_call_pending || c->ripas_pending || c->csm.pending);
	assert_int_equal(c->ripas_top, 0);
	assert_false(rec(1)->runnable);
	assert_int_equal(create_with(&f.good), RMI_ERROR_INPUT); /* it is a REC now */
	assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
	/* Affinity 0 has 16 values. */
	realm()->rec_index = 16;
	f.good.mpidr = 0x10;
	assert_int_equal(create_with(&f.good), RMI_ERROR_INPUT);
	f.good.mpidr = 0x100;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(c->mpidr, 0x80000100);
	assert_int_equal(realm()->rec_index, 17);
	assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
	end_create();
}

/* The RIM has what each REC begins with that runs from the start, and nothing of one that does not. */
static void test_create_measures(void **state)
{
	struct realm expected = *realm();

	(void)state;
	begin_create();
	measurement_extend_rec(&expected, &f.good);
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_memory_equal(realm()->measurement[0], expected.measurement[0], RSI_MEASUREMENT_SIZE);
	assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
	f.good.flags = 0;
	f.good.mpidr = 3;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_memory_equal(realm()->measurement[0], expected.measurement[0], RSI_MEASUREMENT_SIZE);
	assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
	end_create();
}

static void test_create_params(void **state)
{
	const uint64_t mpidrs[] = {
		0, 1, 3, 0x10, 0x12, 0x102, 0x10002, 0x1000002, 2 | UINT64_C(1) << 32, 2 | UINT64_C(1) << 63
	};
	const uint64_t counts[] = { 0,
				    REALM_REC_AUX_COUNT - 1,
				    REALM_REC_AUX_COUNT + 1,
				    16,
				    17,
				    UINT64_C(1) << 32 | REALM_REC_AUX_COUNT,
				    UINT64_MAX };
	const uint64_t auxes[] = { 0,
				   1,
				   UINT64_MAX,
				   SIM_DRAM_BASE - GRANULE_SIZE,
				   SIM_DRAM_BASE,
				   r.rd,
				   SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE,
				   r.rtt,
				   r.rec[0],
				   r.aux[0][0],
				   r.run };
	struct rmi_rec_params p;

	(void)state;
	begin_create();
	for (size_t i = 0; i < sizeof(mpidrs) / sizeof(mpidrs[0]); i++) {
		p = f.good;
		p.mpidr = mpidrs[i];
		check_not_created_with(&p);
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		p = f.good;
		p.num_aux = counts[i];
		check_not_created_with(&p);
	}
	for (size_t i = 0; i < sizeof(auxes) / sizeof(auxes[0]); i++) {
		for (unsigned int k = 0; k < REALM_REC_AUX_COUNT; k++) {
			p = f.good;
			p.aux[k] = auxes[i];
			check_not_created_with(&p);
		}
	}
	for (unsigned int k = 0; k < REALM_REC_AUX_COUNT; k++) {
		p = f.good;
		p.aux[k] = f.aux[k] + 8;
		check_not_created_with(&p);
		p.aux[k] = f.rec; /* aux_alias */
		check_not_created_with(&p);
		p.aux[k] = f.aux[(k + 1) % REALM_REC_AUX_COUNT];
		check_not_created_with(&p);
	}
	check_create_works();
	end_create();
}

static void test_create_bad(void **state)
{
	const long faults[] = { 0, 8, 0x100, 0x200, 0x340, 0x800, 0x808, 0xff8, 0xfff };

	(void)state;
	begin_create();
	{
		const uint64_t params[] = { f.params + 8,
					    f.params + 1,
					    0,
					    UINT64_MAX,
					    SIM_DRAM_BASE - GRANULE_SIZE,
					    SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE,
					    r.rd,
					    f.rec,
					    f.aux[0] };
		const uint64_t recs[] = {
			f.rec + 8,     0,           UINT64_MAX,
			SIM_DRAM_BASE, r.rd,        r.rtt,
			r.rec[0],      r.aux[0][0], SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE
		};
		const uint64_t rds[] = {
			r.rd + 8,      0,     UINT64_MAX,
			SIM_DRAM_BASE, r.rtt, r.rec[0],
			r.aux[0][0],   f.rec, SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE
		};

		memcpy(world_mem(f.params), &f.good, sizeof(f.good));
		for (size_t i = 0; i < 9; i++) {
			assert_int_equal(rmi(RMI_REC_CREATE, r.rd, f.rec, params[i]), RMI_ERROR_INPUT);
			assert_int_equal(rmi(RMI_REC_CREATE, r.rd, recs[i], f.params), RMI_ERROR_INPUT);
			assert_int_equal(rmi(RMI_REC_CREATE, rds[i], f.rec, f.params), RMI_ERROR_INPUT);
			check_not_created();
		}
		sim_set_ns(pa(f.params), false);
		assert_int_equal(rmi(RMI_REC_CREATE, r.rd, f.rec, f.params), RMI_ERROR_INPUT);
		sim_set_ns(pa(f.params), true);
		for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
			sim_fault_ns_after(faults[i]);
			check_not_created_with(&f.good);
		}
		sim_fault_ns_after(-1);
		check_create_works();
		/* num_recs. */
		realm()->num_recs += REALM_MAX_RECS - 2;
		assert_int_equal(create_with(&f.good), rmi_result(RMI_ERROR_REALM, 0));
		/* It is how many there are that counts, not how many there were. */
		realm()->num_recs--;
		realm()->rec_index = REALM_MAX_RECS;
		f.good.mpidr = (REALM_MAX_RECS & 0xf) | REALM_MAX_RECS >> 4 << 8;
		assert_int_equal(create_with(&f.good), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_REC_DESTROY, f.rec), RMI_SUCCESS);
		realm()->num_recs -= REALM_MAX_RECS - 3;
		realm()->rec_index = 2;
		f.good.mpidr = 2;
		/* realm_state; a bad RD comes first. */
		world_activate(&r);
		assert_int_equal(create_with(&f.good), rmi_result(RMI_ERROR_REALM, 0));
		check_not_created();
		assert_int_equal(rmi(RMI_REC_CREATE, r.rtt, f.rec, f.params), RMI_ERROR_INPUT);
		realm()->state = REALM_SYSTEM_OFF;
		assert_int_equal(create_with(&f.good), rmi_result(RMI_ERROR_REALM, 0));
		check_not_created();
	}
	end_create();
}

static void test_destroy(void **state)
{
	const uint64_t bad[] = { r.rd,         r.rtt,
				 r.aux[0][0],  r.run,
				 r.rec[0] + 8, 0,
				 UINT64_MAX,   SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rmi(RMI_REC_DESTROY, bad[i]), RMI_ERROR_INPUT);
	assert_int_equal(realm()->num_recs, 2);
	/* It runs. */
	set_running(0, true);
	assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[0]), RMI_ERROR_REC);
	assert_int_equal(world_state(r.rec[0]), GRANULE_REC);
	assert_int_equal(world_state(r.aux[0][0]), GRANULE_REC_AUX);
	assert_int_equal(realm()->num_recs, 2);
	set_running(0, false);
	rec(0)->psci_pending = true;
	world_activate(&r);
	assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[0]), RMI_SUCCESS);
	assert_int_equal(realm()->num_recs, 1);
	assert_int_equal(world_state(r.rec[0]), GRANULE_DELEGATED);
	assert_int_equal(world_state(r.aux[0][0]), GRANULE_DELEGATED);
	assert_true(world_is_zero(r.rec[0]));
	assert_true(world_is_zero(r.aux[0][0]));
	assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[0]), RMI_ERROR_INPUT);
	world_undelegate(r.rec[0]);
	world_give_aux(r.aux[0]);
	r.rec[0] = r.rec[1];
	memcpy(r.aux[0], r.aux[1], sizeof(r.aux[0]));
	r.num_recs = 1;
}

/* --- REC_ENTER -------------------------------------------------------------------------------------------------- */

/* The record stays as it was, the realm did not move. */
static void check_no_entry(uint64_t rec_pa, uint64_t run, uint64_t result)
{
	uint64_t pc = rec(0)->pc;

	memset(&world_run(&r)->exit, 0x5c, sizeof(struct rmi_rec_exit));
	assert_int_equal(rmi(RMI_REC_ENTER, rec_pa, run), result);
	for (size_t i = 0; i < sizeof(struct rmi_rec_exit); i++)
		assert_int_equal(((uint8_t *)&world_run(&r)->exit)[i], 0x5c);
	assert_int_equal(rec(0)->pc, pc);
}

static void test_enter_bad(void **state)
{
	const uint64_t recs[] = { r.rec[0] + 8, 0,
				  UINT64_MAX,   SIM_DRAM_BASE,
				  r.rd,         r.rtt,
				  r.aux[0][0],  SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	const uint64_t runs[] = { r.run + 8,
				  r.run + 0x800,
				  0,
				  UINT64_MAX,
				  SIM_DRAM_BASE - GRANULE_SIZE,
				  r.rd,
				  r.rec[0],
				  SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	const uint64_t realm_new = rmi_result(RMI_ERROR_REALM, 0);
	const uint64_t system_off = rmi_result(RMI_ERROR_REALM, 1);

	(void)state;
	check_no_entry(r.rec[0], r.run, realm_new);
	/* Of the same REC: first come the addresses. */
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < 8; i++) {
			check_no_entry(recs[i], r.run, RMI_ERROR_INPUT);
			check_no_entry(r.rec[0], runs[i], RMI_ERROR_INPUT);
		}
		sim_set_ns(pa(r.run), false);
		check_no_entry(r.rec[0], r.run, RMI_ERROR_INPUT);
		sim_set_ns(pa(r.run), true);
		if (pass == 0)
			world_activate(&r);
	}
	check_no_entry(r.rec[1], r.run, RMI_ERROR_REC); /* not runnable */
	rec(0)->psci_pending = true;
	check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	check_no_entry(r.rec[0], r.run + 8, RMI_ERROR_INPUT);
	/* No REC: the host's own page, a table. */
	check_no_entry(r.run, r.run, RMI_ERROR_INPUT);
	check_no_entry(r.rtt, r.run, RMI_ERROR_INPUT);
	rec(0)->psci_pending = false;
	set_running(0, true);
	check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	set_running(0, false);
	for (unsigned int bit = 0; bit < 64; bit++) {
		world_run(&r)->enter.gicv3_hcr = UINT64_C(1) << bit;
		if (RMI_GICV3_HCR_ENTER_MASK >> bit & 1)
			assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_SUCCESS);
		else
			check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	}
	world_run(&r)->enter.gicv3_hcr = 0;
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_SUCCESS);
	realm()->state = REALM_SYSTEM_OFF;
	check_no_entry(r.rec[0], r.run, system_off);
	check_no_entry(r.rec[0], r.run + 8, RMI_ERROR_INPUT);
}

static void test_enter_fault(void **state)
{
	/* Reads: 8 bytes of flags, 40 of the GIC's, 8 of gprs. Writes: 0x800 of zeroes, then at least 96. */
	const long reads[] = { 0, 7, 8, 47, 48, 55 };
	const long writes[] = { 56, 57, 56 + 0x200, 56 + 0x7ff, 56 + 0x800, 56 + 0x800 + 95 };

	(void)state;
	world_run(&r)->enter.flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	rec(0)->emulatable_abort = true;
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		sim_fault_ns_after(reads[i]);
		check_no_entry(r.rec[0], r.run, RMI_ERROR_INPUT);
		assert_true(rec(0)->emulatable_abort);
	}
	/* The record can't be written: the realm has run all the same. */
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		uint64_t pc = rec(0)->pc;

		rec(0)->emulatable_abort = true;
		sim_fault_ns_after(writes[i]);
		assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_INPUT);
		assert_int_equal(rec(0)->pc, pc + 4);
		assert_false(rec(0)->emulatable_abort);
		assert_int_equal(granule_refs(rec_granule(0)), 0);
	}
	sim_fault_ns_after(-1);
	world_run(&r)->enter.flags = 0;
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_SUCCESS);
}

/*
 * Every byte of the record is written, zero where there is nothing to say (of a WFI no fault's address, say); the host's
 * half is not touched.
 */
static void check_exit_record(uint8_t reason)
{
	struct rmi_rec_exit expected = { .exit_reason = reason };
	struct rmi_rec_run before;

	world_set_exit(reason);
	memset(world_run(&r), 0xff, sizeof(before));
	world_run(&r)->enter.flags = 0;
	world_run(&r)->enter.gicv3_hcr = 0;
	before = *world_run(&r);
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_SUCCESS);
	assert_memory_equal(&world_run(&r)->enter, &before.enter, sizeof(before.enter));
	assert_memory_equal(&world_run(&r)->exit, &expected, sizeof(expected));
	assert_int_equal(granule_refs(rec_granule(0)), 0);
}

static void test_exit_record(void **state)
{
	const uint8_t reasons[] = { RMI_EXIT_IRQ,  RMI_EXIT_FIQ,          RMI_EXIT_SYNC, RMI_EXIT_SERROR,
				    RMI_EXIT_PSCI, RMI_EXIT_RIPAS_CHANGE, RMI_EXIT_CSM };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		check_exit_record(reasons[i]);
	world_set_exit(RMI_EXIT_IRQ);
}

static void test_abort_answers(void **state)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;
	uint64_t pc = rec(0)->pc;

	(void)state;
	world_run(&r)->enter.gprs[0] = SENTINEL;
	/* No abort: nothing to emulate; INJECT_SEA has no effect, and EMUL_MMIO is not looked at. */
	world_run(&r)->enter.flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	rec(0)->unprotected_abort = true;
	check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	rec(0)->unprotected_abort = false;
	assert_false(world_resume(&r, 0, RMI_REC_ENTER_FLAG_INJECT_SEA, &out, &exit));
	assert_int_equal(rec(0)->pc, pc);
	assert_false(world_resume(&r, 0, RMI_REC_ENTER_FLAG_INJECT_SEA | RMI_REC_ENTER_FLAG_EMUL_MMIO, &out,
				  &exit));
	assert_int_equal(rec(0)->pc, pc);
	assert_int_not_equal(out.x[0], SENTINEL);
	/* An emulatable one; without the flag nothing happens, and it is the last exit's only. */
	rec(0)->emulatable_abort = rec(0)->unprotected_abort = true;
	assert_false(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(rec(0)->pc, pc);
	world_run(&r)->enter.flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	check_no_entry(r.rec[0], r.run, RMI_ERROR_REC);
	rec(0)->emulatable_abort = rec(0)->unprotected_abort = true;
	assert_false(world_resume(&r, 0, RMI_REC_ENTER_FLAG_EMUL_MMIO, &out, &exit));
	assert_int_equal(rec(0)->pc, pc + 4);
	assert_int_equal(out.x[0], SENTINEL);
	/* Both: the abort wins. */
	rec(0)->gprs[0] = 5;
	rec(0)->emulatable_abort = rec(0)->unprotected_abort = true;
	assert_false(world_resume(&r, 0, RMI_REC_ENTER_FLAG_INJECT_SEA | RMI_REC_ENTER_FLAG_EMUL_MMIO, &out,
				  &exit));
	assert_int_equal(rec(0)->pc, 0xdead); /* world.c: run_inject_sea() */
	assert_int_equal(out.x[0], 5);
}

/* Whatever the host answers, and to how many requests at once, an answer is the last exit's only. */
static void test_abort_once(void **state)
{
	static const uint64_t flags[] = { 0, RMI_REC_ENTER_FLAG_EMUL_MMIO, RMI_REC_ENTER_FLAG_INJECT_SEA,
					  RMI_REC_ENTER_FLAG_EMUL_MMIO | RMI_REC_ENTER_FLAG_INJECT_SEA };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(flags); i++) {
		rec(0)->emulatable_abort = rec(0)->unprotected_abort = true;
		rec(0)->ripas_pending = i >= ARRAY_SIZE(flags);
		assert_false(world_resume(&r, 0, flags[i % ARRAY_SIZE(flags)], &out, &exit));
		assert_false(rec(0)->emulatable_abort || rec(0)->unprotected_abort);
	}
}

/* --- Calls without a buffer ------------------------------------------------------------------------------------- */

#define smc(...) world_smc(&r, __VA_ARGS__).x[0]

/* The error, and nothing in the registers of results. */
static void check_input(struct smc_regs out)
{
	assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
}

#define FAILS(...) check_input(world_smc(&r, __VA_ARGS__))

static void test_smccc(void **state)
{
	const uint64_t unknown[] = { 0,          1,          0x80000001,  0x80008000,    0xc400019a,
				     0xc40001af, 0xc400018f, RMI_VERSION, RMI_REC_ENTER, 0x84000190,
				     0x84000199, 0xc5000190, 0x04000190,  0x95000000 };
	uint64_t pc = rec(0)->pc;

	(void)state;
	assert_int_equal(smc(SMCCC_VERSION), SMCCC_VERSION_1_3);
	assert_int_equal(smc(SMCCC_VERSION | UINT64_C(0xffff) << 32), SMCCC_VERSION_1_3);
	assert_int_equal(smc(SMCCC_VERSION | SMCCC_SVE_HINT), SMCCC_VERSION_1_3);
	assert_int_equal(rec(0)->pc, pc + 12);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		pc = rec(0)->pc;
		assert_int_equal(smc(unknown[i], 1, 2, 3, 4), SMCCC_NOT_SUPPORTED);
		assert_int_equal(rec(0)->pc, pc + 4);
	}
}

static void test_version_features(void **state)
{
	struct smc_regs out =
		world_smc(&r, RSI_VERSION, 0x10000, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);

	(void)state;
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], 0x10000);
	assert_int_equal(out.x[2], 0x10000);
	assert_int_equal(out.x[3], 0);
	for (unsigned int i = 4; i < 18; i++)
		assert_int_equal(out.x[i], i); /* Linux keeps live values there */
	for (unsigned int i = 0; i < 3; i++) {
		const uint64_t other[] = { 0, 0x10001, 0x20000 };

		out = world_smc(&r, RSI_VERSION, other[i]);
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
		assert_int_equal(out.x[1], 0x10000);
		assert_int_equal(out.x[2], 0x10000);
	}
	for (unsigned int i = 0; i < 3; i++) {
		out = world_smc(&r, RSI_FEATURES, i, 2, 3, SENTINEL);
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
		assert_int_equal(out.x[4], SENTINEL);
	}
}

static void test_measurements(void **state)
{
	/* Computed outside, as in test_measurement.c: the first eight bytes of R1. */
	static const uint8_t first[8] = { 0x0b, 0x8f, 0x4c, 0x5b, 0x6a, 0xdc, 0x4c, 0x08 };
	const uint64_t bad[] = { 5, UINT64_MAX, UINT64_C(1) << 32 };
	struct smc_regs out = world_smc(&r, RSI_MEASUREMENT_READ, 0, 2, 3, 4, 5, 6, 7, 8, SENTINEL);
	struct realm before;

	(void)state;
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_memory_equal(&out.x[1], realm()->measurement[0], 64);
	assert_int_equal(out.x[5] | out.x[6] | out.x[7] | out.x[8], 0);
	assert_int_equal(out.x[9], SENTINEL);
	for (size_t i = 0; i < 3; i++) {
		before = *realm();
		out = world_smc(&r, RSI_MEASUREMENT_READ, bad[i], 2, 3, SENTINEL);
		check_input(out);
		assert_int_equal(out.x[4], SENTINEL);
		FAILS(RSI_MEASUREMENT_EXTEND, bad[i], 32, 1);
		FAILS(RSI_MEASUREMENT_EXTEND, 0, 32, 1); /* the RIM */
		FAILS(RSI_MEASUREMENT_EXTEND, 1, 65, 1);
		FAILS(RSI_MEASUREMENT_EXTEND, 1, UINT64_MAX, 1);
		assert_memory_equal(realm()->measurement, before.measurement, sizeof(before.measurement));
	}
	for (unsigned int i = 1; i < 5; i++) {
		out = world_smc(&r, RSI_MEASUREMENT_EXTEND, i, 32, 0x0807060504030201, 0x100f0e0d0c0b0a09,
				0x1817161514131211, 0x201f1e1d1c1b1a19, 5);
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
		assert_int_equal(out.x[4], 0x100f0e0d0c0b0a09);
		out = world_smc(&r, RSI_MEASUREMENT_READ, i);
		assert_memory_equal(&out.x[1], first, sizeof(first));
	}
	before = *realm();
	assert_int_equal(smc(RSI_MEASUREMENT_EXTEND, 4, 0), RSI_SUCCESS);
	assert_memory_not_equal(realm()->measurement[4], before.measurement[4], 64);
	assert_memory_equal(realm()->measurement, before.measurement, 4 * 64);
	assert_int_equal(smc(RSI_MEASUREMENT_EXTEND, 1, 64, 1, 2, 3, 4, 5, 6, 7, 8), RSI_SUCCESS);
	assert_memory_not_equal(realm()->measurement[1], before.measurement[1], 64);
}

/* --- IPA_STATE -------------------------------------------------------------------------------------------------- */

static void test_state_get(void **state)
{
	struct smc_regs out;

	(void)state;
	out = world_smc(&r, RSI_IPA_STATE_GET, WORLD_RAM, EMPTY + PAGES(4), 7, SENTINEL);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], EMPTY);
	assert_int_equal(out.x[2], RSI_RAM);
	assert_int_equal(out.x[3], 0);
	assert_int_equal(out.x[4], SENTINEL);
	out = world_smc(&r, RSI_IPA_STATE_GET, WORLD_RAM + PAGES(1), WORLD_RAM + PAGES(2));
	assert_int_equal(out.x[1], WORLD_RAM + PAGES(2));
	out = world_smc(&r, RSI_IPA_STATE_GET, EMPTY, EMPTY + PAGES(2));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], EMPTY + PAGES(2));
	assert_int_equal(out.x[2], RSI_EMPTY);
	world_unpopulate(&r, WORLD_RAM, PAGES(1));
	out = world_smc(&r, RSI_IPA_STATE_GET, WORLD_RAM, WORLD_RAM + PAGES(2));
	assert_int_equal(out.x[1], WORLD_RAM + PAGES(1));
	assert_int_equal(out.x[2], RSI_DESTROYED);
}

static void test_state_bad(void **state)
{
	const uint64_t bad[][2] = {
		{ EMPTY + 1, EMPTY + PAGES(1) },
		{ EMPTY, EMPTY + 0x800 },
		{ EMPTY, EMPTY },
		{ EMPTY + PAGES(1), EMPTY },
		{ UNPROTECTED, UNPROTECTED + PAGES(1) },
		{ UNPROTECTED - PAGES(1), UNPROTECTED + PAGES(1) },
		{ EMPTY, 0 },
		{ EMPTY, ~UINT64_C(0xfff) },
		{ ~UINT64_C(0xfff), 0 },
	};
	const uint64_t ripas[] = { RSI_DESTROYED, 3, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		FAILS(RSI_IPA_STATE_GET, bad[i][0], bad[i][1], 2, 3);
		FAILS(RSI_IPA_STATE_SET, bad[i][0], bad[i][1], RSI_RAM, 0);
	}
	for (size_t i = 0; i < 3; i++)
		FAILS(RSI_IPA_STATE_SET, EMPTY, EMPTY + PAGES(1), ripas[i], 0);
	assert_int_equal(rec(0)->ripas_top, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], EMPTY, EMPTY + PAGES(1)), RMI_ERROR_INPUT);
}

static void ask(uint64_t base, uint64_t top, uint8_t ripas, uint64_t flags)
{
	const uint64_t x[18] = { RSI_IPA_STATE_SET, base, top, ripas, flags, SENTINEL };
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_RIPAS_CHANGE,
					 .ripas_base = base,
					 .ripas_top = top,
					 .ripas_value = ripas };
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	memset(&world_run(&r)->exit, 0xff, sizeof(exit));
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_memory_equal(&exit, &expected, sizeof(exit));
	assert_int_equal(rec(0)->pc, pc + 4);
}

static void check_answer(uint64_t flags, uint64_t new_base, uint64_t response)
{
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_resume(&r, 0, flags, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], new_base);
	assert_int_equal(out.x[2], response);
	assert_int_equal(out.x[3], 0);
	assert_int_equal(out.x[5], SENTINEL);
	assert_int_equal(rec(0)->pc, pc);
}

static void test_state_set(void **state)
{
	const uint64_t top = EMPTY + PAGES(4);
	struct smc_regs out;

	(void)state;
	/* All of it; a refusal comes too late. */
	ask(EMPTY, top, RSI_RAM, 0);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], EMPTY, top);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], top);
	check_answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, top, RSI_ACCEPT);
	assert_int_equal(world_entry(&r, top - PAGES(1)).ripas, RMI_RAM);
	/* A part; accepted and refused. */
	ask(EMPTY, top, RSI_EMPTY, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], EMPTY, EMPTY + PAGES(1)), RMI_SUCCESS);
	check_answer(0, EMPTY + PAGES(1), RSI_ACCEPT);
	ask(EMPTY, top, RSI_RAM, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], EMPTY, EMPTY + PAGES(1)), RMI_SUCCESS);
	check_answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, EMPTY + PAGES(1), RSI_REJECT);
	/* Nothing: EMPTY can't be refused. */
	ask(EMPTY, top, RSI_RAM, 0);
	check_answer(0, EMPTY, RSI_ACCEPT);
	ask(EMPTY, top, RSI_RAM, 0);
	check_answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, EMPTY, RSI_REJECT);
	ask(EMPTY, top, RSI_EMPTY, 0);
	check_answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, EMPTY, RSI_ACCEPT);
	/* Who refuses what CSM asked for, or says whatever else, has refused nothing here. */
	ask(EMPTY, top, RSI_RAM, 0);
	check_answer(RMI_REC_ENTER_FLAG_CSM_REJECT, EMPTY, RSI_ACCEPT);
	ask(EMPTY, top, RSI_RAM, 0);
	check_answer(~RMI_REC_ENTER_FLAG_RIPAS_REJECT, EMPTY, RSI_ACCEPT);
	/* The answer is given once, and the request is gone. */
	{
		struct rmi_rec_exit exit;

		rec(0)->gprs[0] = 99;
		assert_false(world_resume(&r, 0, 0, &out, &exit));
		assert_int_equal(out.x[0], 99);
	}
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], EMPTY, top), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], 0, PAGES(1)), RMI_ERROR_INPUT);
}

static void test_state_set_destroyed(void **state)
{
	struct smc_regs out;

	(void)state;
	world_unpopulate(&r, WORLD_RAM, PAGES(1));
	assert_int_equal(world_entry(&r, WORLD_RAM).ripas, RMI_DESTROYED);
	ask(WORLD_RAM, WORLD_RAM + PAGES(1), RSI_RAM, 0);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_RAM, WORLD_RAM + PAGES(1));
	assert_int_equal(out.x[0], rmi_result(RMI_ERROR_RTT, 3));
	check_answer(0, WORLD_RAM, RSI_ACCEPT);
	assert_int_equal(world_entry(&r, WORLD_RAM).ripas, RMI_DESTROYED);
	ask(WORLD_RAM, WORLD_RAM + PAGES(1), RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_RAM, WORLD_RAM + PAGES(1)),
			 RMI_SUCCESS);
	check_answer(0, WORLD_RAM + PAGES(1), RSI_ACCEPT);
	assert_int_equal(world_entry(&r, WORLD_RAM).ripas, RMI_RAM);
}

/* --- Buffers ---------------------------------------------------------------------------------------------------- */

/* The call leaves as a data abort would: nothing of the realm has changed, so that it can be made again. */
static void check_fault(uint64_t fid, uint64_t addr)
{
	const uint64_t x[18] = { fid, addr, 2, 3, 4, 5 };
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_SYNC,
					 .esr = UINT64_C(0x24) << 26 | 4 | 3,
					 .hpfar = (addr & ~UINT64_C(0xfff)) >> 8 };
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	memset(&world_run(&r)->exit, 0xff, sizeof(exit));
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_memory_equal(&exit, &expected, sizeof(exit));
	assert_int_equal(rec(0)->pc, pc);
	assert_memory_equal(out.x, x, sizeof(out.x));
	/* Not one that the host may emulate or answer with an abort. */
	assert_false(rec(0)->emulatable_abort || rec(0)->unprotected_abort || rec(0)->host_call_pending);
}

static void test_config(void **state)
{
	const uint64_t bad[] = { WORLD_RAM + 8,    WORLD_RAM + 0x100, UNPROTECTED,
				 UNPROTECTED << 1, ~UINT64_C(0xfff),  EMPTY };
	struct rsi_realm_config expected = { .ipa_width = 33, .hash_algo = RMI_HASH_SHA_512 };
	struct smc_regs out;

	(void)state;
	realm()->hash_algo = RMI_HASH_SHA_512;
	memset(realm()->rpv, 0x42, sizeof(realm()->rpv));
	memset(expected.rpv, 0x42, sizeof(expected.rpv));
	memset(at(WORLD_RAM + PAGES(1)), 0xff, GRANULE_SIZE);
	out = world_smc(&r, RSI_REALM_CONFIG, WORLD_RAM + PAGES(1), 2, 3, SENTINEL);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
	assert_int_equal(out.x[4], SENTINEL);
	assert_memory_equal(at(WORLD_RAM + PAGES(1)), &expected, sizeof(expected));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		FAILS(RSI_REALM_CONFIG, bad[i], 2, 3);
	check_fault(RSI_REALM_CONFIG, MISSING);
	world_populate(&r, MISSING, PAGES(1));
	assert_int_equal(smc(RSI_REALM_CONFIG, MISSING), RSI_SUCCESS);
	assert_memory_equal(at(MISSING), &expected, sizeof(expected));
	world_unpopulate(&r, WORLD_RAM, PAGES(1)); /* DESTROYED */
	check_fault(RSI_REALM_CONFIG, WORLD_RAM);
}

static void host_call(uint64_t addr)
{
	const uint64_t x[18] = { RSI_HOST_CALL, addr, 2, 3, 4, 5 };
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_HOST_CALL, .imm = 0xabcd };
	struct rsi_host_call *call = at(addr);
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	call->imm = 0xabcd;
	for (unsigned int i = 0; i < 31; i++)
		call->gprs[i] = expected.gprs[i] = i + 1000;
	memset(&world_run(&r)->exit, 0xff, sizeof(exit));
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_memory_equal(&exit, &expected, sizeof(exit));
	assert_memory_equal(out.x, x, sizeof(out.x));
	assert_int_equal(rec(0)->pc, pc + 4);
	assert_true(rec(0)->host_call_pending);
	for (unsigned int i = 0; i < 31; i++)
		world_run(&r)->enter.gprs[i] = i + 2000;
}

static void check_host_call_done(uint64_t addr)
{
	const struct rsi_host_call *call = at(addr);
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(rec(0)->pc, pc);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[4], 4);
	assert_int_equal(out.x[5], 5);
	assert_int_equal(call->imm, 0xabcd);
	for (unsigned int i = 0; i < 31; i++)
		assert_int_equal(call->gprs[i], i + 2000);
	assert_false(rec(0)->host_call_pending);
	/* Once. */
	world_run(&r)->enter.gprs[0] = 1;
	assert_false(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(call->gprs[0], 2000);
}

static void test_host_call(void **state)
{
	const uint64_t bad[] = { WORLD_RAM + 8,    WORLD_RAM + 0x80, UNPROTECTED,
				 UNPROTECTED << 1, ~UINT64_C(0xff),  EMPTY };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		FAILS(RSI_HOST_CALL, bad[i], 2, 3);
	host_call(WORLD_RAM);
	check_host_call_done(WORLD_RAM);
	host_call(WORLD_RAM + 0xf00);
	check_host_call_done(WORLD_RAM + 0xf00);
	/* The buffer is missing at the call: the realm makes it again. */
	check_fault(RSI_HOST_CALL, MISSING + 0x300);
	world_populate(&r, MISSING, PAGES(1));
	host_call(MISSING + 0x300);
	check_host_call_done(MISSING + 0x300);
}

/* The buffer is gone when the results come: they wait for it, and the realm for them. */
static void test_host_call_lost(void **state)
{
	const uint64_t addr = WORLD_RAM + 0x200;
	const uint64_t set[18] = { RSI_IPA_STATE_SET, WORLD_RAM, WORLD_RAM + PAGES(1), RSI_RAM,
				   RSI_IPA_STATE_FLAG_DESTROYED };
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_SYNC,
					 .esr = UINT64_C(0x24) << 26 | 4 | 3,
					 .hpfar = WORLD_RAM >> 8 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	host_call(addr);
	world_unpopulate(&r, WORLD_RAM, PAGES(1));
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t pc = rec(0)->pc;

		memset(&world_run(&r)->exit, 0xff, sizeof(exit));
		assert_true(world_resume(&r, 0, 0, &out, &exit));
		assert_memory_equal(&exit, &expected, sizeof(exit));
		assert_int_equal(rec(0)->pc, pc);
		assert_int_equal(out.x[0], RSI_HOST_CALL);
		assert_true(rec(0)->host_call_pending);
		/* The host can't have it emulated. */
		assert_false(rec(0)->emulatable_abort || rec(0)->unprotected_abort);
	}
	/* Another REC asks for the page. */
	rec(1)->runnable = true;
	assert_true(world_smc_exits(&r, 1, set, &out, &exit));
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[1], WORLD_RAM, WORLD_RAM + PAGES(1)),
			 RMI_SUCCESS);
	world_populate(&r, WORLD_RAM, PAGES(1));
	((struct rsi_host_call *)at(addr))->imm = 0xabcd;
	check_host_call_done(addr);
}

/* Another REC gives the buffer away: the realm goes on, with an error. */
static void test_host_call_emptied(void **state)
{
	const uint64_t set[18] = { RSI_IPA_STATE_SET, WORLD_RAM, WORLD_RAM + PAGES(1), RSI_EMPTY, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;
	uint64_t page;

	(void)state;
	host_call(WORLD_RAM);
	page = world_entry(&r, WORLD_RAM).desc;
	rec(1)->runnable = true;
	assert_true(world_smc_exits(&r, 1, set, &out, &exit));
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[1], WORLD_RAM, WORLD_RAM + PAGES(1)),
			 RMI_SUCCESS);
	assert_false(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	assert_false(rec(0)->host_call_pending);
	assert_int_equal(((struct rsi_host_call *)world_mem(page))->gprs[0], 1000); /* not written */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_aux_count, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_create, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_create_measures, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_create_params, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_create_bad, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_destroy, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_enter_bad, setup_new, teardown),
		cmocka_unit_test_setup_teardown(test_enter_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exit_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abort_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abort_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_smccc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_version_features, setup, teardown),
		cmocka_unit_test_setup_teardown(test_measurements, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_get, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_set, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_set_destroyed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_config, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_call, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_call_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_call_emptied, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
