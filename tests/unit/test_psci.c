/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI as realms see it, and RMI_PSCI_COMPLETE.
 */
#include "world.h"

#include "model/rec.h"

#define SENTINEL UINT64_C(0x1122334455667788)
#define UNPROTECTED (UINT64_C(1) << 32)

static struct world_realm r;

static int setup(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .recs = 3 });
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

static struct granule *rec_granule(unsigned int i)
{
	return granule_find(pa(r.rec[i]));
}

static struct rec *rec(unsigned int i)
{
	return rec_of(rec_granule(i));
}

/* A REC that runs on another PE, and its return. */
static void set_running(unsigned int i, bool running)
{
	assert_true(granule_lock(rec_granule(i), GRANULE_REC));
	if (running)
		granule_get(rec_granule(i), 1);
	else
		granule_put(rec_granule(i), 1);
	granule_unlock(rec_granule(i));
}

/* A call that the monitor answers itself: only x0 changes. */
#define answer(...) answer_args((const uint64_t[18]){ __VA_ARGS__ })
static int64_t answer_args(const uint64_t x[18])
{
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_smc_exits(&r, 0, x, &out, &exit));
	assert_int_equal(rec(0)->pc, pc + 4);
	assert_false(rec(0)->psci_pending);
	return (int64_t)out.x[0];
}

/* A call that the host hears of: the function, `target`, and nothing else. */
#define leave(target, ...) leave_args(target, (const uint64_t[18]){ __VA_ARGS__ })
static void leave_args(uint64_t target, const uint64_t x[18])
{
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_PSCI };
	uint64_t pc = rec(0)->pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	memset(&world_run(&r)->exit, 0xff, sizeof(exit));
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	expected.gprs[0] = (uint32_t)x[0] & ~(uint32_t)SMCCC_SVE_HINT;
	expected.gprs[1] = target;
	assert_memory_equal(&exit, &expected, sizeof(exit));
	assert_int_equal(rec(0)->pc, pc + 4);
}

static void check_resumes(void)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_resume(&r, 0, 0, &out, &exit));
}

#define complete(status) rmi(RMI_PSCI_COMPLETE, r.rec[0], r.rec[1], (uint64_t)(int64_t)(status))

/* x0 is the result, x1-x3 are zero, x4 is the realm's. */
static void check_completed(int64_t result)
{
	const uint64_t *x = rec(0)->gprs;

	assert_false(rec(0)->psci_pending);
	assert_int_equal(x[0], (uint64_t)result);
	assert_int_equal(x[1] | x[2] | x[3], 0);
	assert_int_equal(x[4], SENTINEL);
	check_resumes();
}

/* --- What the monitor answers ------------------------------------------------------------------------------- */

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(answer(PSCI_VERSION), 0x10001);
	assert_int_equal(answer(PSCI_VERSION | UINT64_C(0xff) << 32), 0x10001);
	assert_int_equal(answer(PSCI_VERSION | SMCCC_SVE_HINT), 0x10001);
}

static void test_features(void **state)
{
	const uint64_t good[] = { SMCCC_VERSION,     PSCI_CPU_SUSPEND,   PSCI_CPU_OFF,
				  PSCI_CPU_ON,       PSCI_AFFINITY_INFO, PSCI_SYSTEM_OFF,
				  PSCI_SYSTEM_RESET, PSCI_FEATURES,      PSCI_VERSION };
	const uint64_t bad[] = { 0x84000005, 0x84000006, 0x84000007, 0xc4000007, 0x8400000b,
				 0x8400000e, 0xc400000e, 0x84000012, 0xc4000012, 0x84000015,
				 0xc4000015, 0x84000020, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(answer(PSCI_FEATURES, good[i]), PSCI_SUCCESS);
		assert_int_equal(answer(PSCI_FEATURES, good[i] | UINT64_C(7) << 32), PSCI_SUCCESS); /* W1 */
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(answer(PSCI_FEATURES, bad[i]), PSCI_NOT_SUPPORTED);
		assert_int_equal(answer(bad[i]), PSCI_NOT_SUPPORTED);
	}
}

static void test_refused(void **state)
{
	const uint64_t on[] = { PSCI_CPU_ON, PSCI_CPU_ON_32 };
	const uint64_t info[] = { PSCI_AFFINITY_INFO, PSCI_AFFINITY_INFO_32 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(answer(on[i], 3, WORLD_RAM), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(on[i], 0x100, WORLD_RAM), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(on[i], 0x10001, WORLD_RAM), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(on[i], 0x10, WORLD_RAM),
				 PSCI_INVALID_PARAMETERS); /* Aff0 has four bits */
		assert_int_equal(answer(on[i], 0x11, WORLD_RAM), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(info[i], 0x11, 0), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(on[i], 0, WORLD_RAM), PSCI_ALREADY_ON);
		assert_int_equal(answer(on[i], 0x80000000, WORLD_RAM), PSCI_ALREADY_ON);
		assert_int_equal(answer(info[i], 3, 0), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(info[i], 1, 1), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(info[i], 0, 3), PSCI_INVALID_PARAMETERS);
		assert_int_equal(answer(info[i], 0, 0), PSCI_AFFINITY_ON);
	}
	assert_int_equal(answer(PSCI_CPU_ON, 1, UNPROTECTED), PSCI_INVALID_ADDRESS);
	assert_int_equal(answer(PSCI_CPU_ON, 1, UNPROTECTED << 1), PSCI_INVALID_ADDRESS);
	assert_int_equal(answer(PSCI_CPU_ON, 1, UINT64_MAX), PSCI_INVALID_ADDRESS);
	assert_int_equal(answer(PSCI_CPU_ON, UINT64_C(1) << 32, WORLD_RAM),
			 PSCI_INVALID_PARAMETERS); /* aff3 */
	assert_int_equal(answer(PSCI_CPU_ON, UINT64_C(1) << 40 | 1, WORLD_RAM), PSCI_INVALID_PARAMETERS);
	assert_int_equal(answer(PSCI_AFFINITY_INFO, UINT64_C(1) << 32, 0), PSCI_INVALID_PARAMETERS);
	for (unsigned int i = 1; i < 3; i++)
		assert_false(rec(i)->runnable);
}

/* --- What the host hears of ------------------------------------------------------------------------------------ */

static void test_suspend(void **state)
{
	const uint64_t fids[] = { PSCI_CPU_SUSPEND, PSCI_CPU_SUSPEND_32 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		/* Nothing of the state to be lost, the entry point and the context goes out. */
		leave(0, fids[i], 0x10000, WORLD_RAM, SENTINEL);
		assert_true(rec(0)->runnable);
		check_resumes();
		assert_int_equal(rec(0)->gprs[0], 0);
		assert_int_equal(rec(0)->gprs[3], SENTINEL);
	}
}

static void test_off(void **state)
{
	(void)state;
	leave(0, PSCI_CPU_OFF, 1);
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_REC);
	/* It waits for nothing that the host could complete. */
	assert_int_equal(rmi(RMI_PSCI_COMPLETE, r.rec[0], r.rec[1], PSCI_SUCCESS), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_REC);
}

static void test_system_off(void **state)
{
	const uint64_t fids[] = { PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		leave(0, fids[i], SENTINEL, SENTINEL, SENTINEL);
		assert_int_equal(realm_of(granule_find(pa(r.rd)))->state, REALM_SYSTEM_OFF);
		for (unsigned int k = 0; k < 3; k++)
			assert_int_equal(rmi(RMI_REC_ENTER, r.rec[k], r.run), rmi_result(RMI_ERROR_REALM, 1));
		teardown(NULL);
		setup(NULL);
	}
}

static void test_cpu_on(void **state)
{
	(void)state;
	memset(rec(1)->gprs, 0x66, sizeof(rec(1)->gprs));
	rec(1)->pstate = 0;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM + 0x44, SENTINEL, SENTINEL);
	assert_true(rec(0)->psci_pending);
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_REC);
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[1], r.run), RMI_ERROR_REC); /* not on yet */
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_true(rec(1)->runnable);
	assert_int_equal(rec(1)->pc, WORLD_RAM + 0x44);
	assert_int_equal(rec(1)->pstate, 0x3c5);
	assert_int_equal(rec(1)->gprs[0], SENTINEL);
	for (unsigned int i = 1; i < 31; i++)
		assert_int_equal(rec(1)->gprs[i], 0);
	assert_false(rec(2)->runnable);
	check_completed(PSCI_SUCCESS);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_ERROR_INPUT); /* once */
	/* Off and on again, by the same REC. */
	rec(1)->runnable = false;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM, 0, SENTINEL);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_int_equal(rec(1)->pc, WORLD_RAM);
	check_completed(PSCI_SUCCESS);
}

/* A realm may say what it reads in MPIDR_EL1: of that the host gets the affinity, not the bits [31:24] beside it. */
static void test_whole_mpidr(void **state)
{
	(void)state;
	for (unsigned int bit = 24; bit < 32; bit++) {
		leave(1, PSCI_AFFINITY_INFO, 1 | UINT64_C(1) << bit, 0, 0, SENTINEL);
		assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
		check_completed(PSCI_AFFINITY_OFF);
	}
	leave(1, PSCI_CPU_ON, UINT64_C(0xff000001), WORLD_RAM, 0, SENTINEL);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	check_completed(PSCI_SUCCESS);
}

/* SMC32: the upper halves are not arguments. */
static void test_cpu_on_32(void **state)
{
	const uint64_t high = UINT64_C(0xabcd) << 32;

	(void)state;
	leave(1, PSCI_CPU_ON_32 | SMCCC_SVE_HINT, 1 | high, WORLD_RAM | high, 0x77 | high, SENTINEL);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_int_equal(rec(1)->pc, WORLD_RAM);
	assert_int_equal(rec(1)->gprs[0], 0x77);
	check_completed(PSCI_SUCCESS);
	leave(1, PSCI_AFFINITY_INFO_32, 1 | high, high, 0, SENTINEL);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	check_completed(PSCI_AFFINITY_ON);
}

static void test_cpu_on_denied(void **state)
{
	uint64_t pc = rec(1)->pc;

	(void)state;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM + 8, 0, SENTINEL);
	assert_int_equal(complete(PSCI_DENIED), RMI_SUCCESS);
	assert_false(rec(1)->runnable);
	assert_int_equal(rec(1)->pc, pc);
	check_completed(PSCI_DENIED);
}

static void test_cpu_on_already(void **state)
{
	uint64_t pc = rec(1)->pc;

	(void)state;
	rec(1)->runnable = true;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM + 8, 0, SENTINEL);
	/* It is on: the host can't deny it. */
	assert_int_equal(complete(PSCI_DENIED), RMI_ERROR_INPUT);
	assert_true(rec(0)->psci_pending);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_int_equal(rec(1)->pc, pc);
	check_completed(PSCI_ALREADY_ON);
	/* The same while it runs. */
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM + 8, 0, SENTINEL);
	rec(1)->runnable = false;
	set_running(1, true);
	assert_int_equal(complete(PSCI_DENIED), RMI_ERROR_INPUT);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	set_running(1, false);
	assert_int_equal(rec(1)->pc, pc);
	assert_false(rec(1)->runnable);
	check_completed(PSCI_ALREADY_ON);
}

/* Two RECs ask for the same one: the second is late. */
static void test_cpu_on_twice(void **state)
{
	const uint64_t on[18] = { PSCI_CPU_ON, 1, WORLD_RAM + 0x100, 2 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	rec(2)->runnable = true;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM + 8, 1, SENTINEL);
	assert_true(world_smc_exits(&r, 2, on, &out, &exit));
	assert_int_equal(rmi(RMI_PSCI_COMPLETE, r.rec[2], r.rec[1], 0), RMI_SUCCESS);
	assert_int_equal(rec(2)->gprs[0], PSCI_SUCCESS);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_int_equal(rec(1)->pc, WORLD_RAM + 0x100);
	assert_int_equal(rec(1)->gprs[0], 2);
	check_completed(PSCI_ALREADY_ON);
}

static void test_affinity(void **state)
{
	(void)state;
	leave(1, PSCI_AFFINITY_INFO, 1, UINT64_C(1) << 32, 0, SENTINEL); /* W2 */
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_REC);
	assert_int_equal(complete(PSCI_DENIED), RMI_ERROR_INPUT);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	assert_false(rec(1)->runnable);
	check_completed(PSCI_AFFINITY_OFF);
	rec(1)->runnable = true;
	leave(1, PSCI_AFFINITY_INFO, 1, 0, 0, SENTINEL);
	assert_int_equal(complete(PSCI_DENIED), RMI_ERROR_INPUT);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	check_completed(PSCI_AFFINITY_ON);
	rec(1)->runnable = false;
	leave(1, PSCI_AFFINITY_INFO, 1, 0, 0, SENTINEL);
	set_running(1, true);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	set_running(1, false);
	check_completed(PSCI_AFFINITY_ON);
}

/* --- PSCI_COMPLETE: what fails ------------------------------------------------------------------------------------ */

static void check_refused(uint64_t calling, uint64_t target, int64_t status)
{
	bool pending = rec(0)->psci_pending;
	struct rec before = *rec(0);

	assert_int_equal(rmi(RMI_PSCI_COMPLETE, calling, target, (uint64_t)status), RMI_ERROR_INPUT);
	assert_int_equal(rec(0)->psci_pending, pending);
	assert_memory_equal(rec(0)->gprs, before.gprs, sizeof(before.gprs));
	assert_false(rec(1)->runnable);
	assert_false(rec(2)->runnable);
}

static void test_complete_bad(void **state)
{
	const uint64_t host = world_ns();
	const uint64_t bad[] = { host,
				 r.rd,
				 r.rtt,
				 r.aux[0][0],
				 0,
				 1,
				 UINT64_MAX,
				 SIM_DRAM_BASE - GRANULE_SIZE,
				 SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	const int64_t statuses[] = {
		-1,       -2, -4, -5, -6, -7, -8, -9, 1, UINT32_MAX, (uint32_t)PSCI_DENIED, INT64_C(1) << 32,
		INT64_MIN
	};
	struct world_realm other;

	(void)state;
	check_refused(r.rec[0], r.rec[1], PSCI_SUCCESS); /* nothing is pending */
	world_realm(&other, &(struct world_options){ .recs = 2 });
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM, 0, SENTINEL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_refused(bad[i], r.rec[1], PSCI_SUCCESS);
		check_refused(r.rec[0], bad[i], PSCI_SUCCESS);
	}
	check_refused(r.rec[0] + 8, r.rec[1], PSCI_SUCCESS);
	check_refused(r.rec[0], r.rec[1] + 0x800, PSCI_SUCCESS);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		check_refused(r.rec[0], r.rec[1], statuses[i]);
	check_refused(r.rec[0], r.rec[0], PSCI_SUCCESS);     /* alias */
	check_refused(r.rec[1], r.rec[0], PSCI_SUCCESS);     /* the wrong way round */
	check_refused(r.rec[0], r.rec[2], PSCI_SUCCESS);     /* target */
	check_refused(r.rec[0], other.rec[1], PSCI_SUCCESS); /* owner: the same MPIDR elsewhere */
	assert_false(rec_of(granule_find(pa(other.rec[1])))->runnable);
	set_running(0, true);
	check_refused(r.rec[0], r.rec[1], PSCI_SUCCESS); /* can't be: it runs */
	set_running(0, false);
	assert_int_equal(complete(PSCI_SUCCESS), RMI_SUCCESS);
	check_completed(PSCI_SUCCESS);
	world_end(&other);
	world_free(host);
}

/* A request that waits does not keep its REC alive. */
static void test_destroy_pending(void **state)
{
	(void)state;
	leave(1, PSCI_CPU_ON, 1, WORLD_RAM, 0, SENTINEL);
	assert_true(rec(0)->psci_pending);
	/* teardown destroys it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_version, setup, teardown),
		cmocka_unit_test_setup_teardown(test_features, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_suspend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_system_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cpu_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole_mpidr, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cpu_on_32, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cpu_on_denied, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cpu_on_already, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cpu_on_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_affinity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_complete_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy_pending, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
