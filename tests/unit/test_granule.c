/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule table, delegation, and the dispatch of RMI.
 */
#include "world.h"

static int reset(void **state)
{
	(void)state;
	world_reset();
	return 0;
}

static void test_version(void **state)
{
	struct smc_regs out = world_rmi(RMI_VERSION, RMI_ABI_VERSION);

	(void)state;
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], 0x10000);
	assert_int_equal(out.x[2], 0x10000);
	out = world_rmi(RMI_VERSION, 0x10001);
	assert_int_equal(out.x[0], RMI_ERROR_INPUT);
	assert_int_equal(out.x[1], 0x10000);
	/* The SVE hint is not part of the id; the upper half of x0 is not looked at. */
	assert_int_equal(rmi(RMI_VERSION | SMCCC_SVE_HINT, RMI_ABI_VERSION), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_VERSION | UINT64_C(1) << 40, RMI_ABI_VERSION), RMI_SUCCESS);
}

static void test_features(void **state)
{
	struct smc_regs out = world_rmi(RMI_FEATURES, 0);

	(void)state;
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1] & 0xff, 48);
	assert_int_equal(out.x[1] >> 8 & 0x1, 0); /* LPA2 */
	assert_int_equal(out.x[1] >> 9 & 0x1, 1); /* SVE */
	assert_int_equal(out.x[1] >> 10 & 0xf, sim_features()->sve_vl);
	assert_int_equal(out.x[1] >> 14 & 0x3f, sim_features()->num_bps);
	assert_int_equal(out.x[1] >> 20 & 0x3f, sim_features()->num_wps);
	assert_int_equal(out.x[1] >> 26 & 0x1, 1); /* PMU */
	assert_int_equal(out.x[1] >> 27 & 0x1f, sim_features()->pmu_num_ctrs);
	assert_int_equal(out.x[1] >> 32 & 0x3, 3);
	assert_int_equal(out.x[1] >> 34 & 0xf, sim_features()->num_lrs);
	assert_int_equal(out.x[1] >> 38, 10);
	out = world_rmi(RMI_FEATURES, 1);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], 0);
}

static void test_unknown(void **state)
{
	const uint64_t holes[] = {
		0xc4000156, 0xc4000160, 0xc4000163, 0xc400016a, 0xc400018f, 0xc4000190, 0
	};
	struct smc_regs out;

	(void)state;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		out = world_rmi(holes[i], 1, 2, 3, 4);
		assert_int_equal(out.x[0], SMCCC_NOT_SUPPORTED);
	}
	/* x4 stays as it was where it is not an output, x1-x3 are zero. */
	out = world_rmi(RMI_GRANULE_DELEGATE, 1, 2, 3, 4);
	assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
	assert_int_equal(out.x[4], 4);
}

static void test_delegate(void **state)
{
	uint64_t g = world_ns();

	(void)state;
	memset(world_mem(g), 0x77, GRANULE_SIZE);
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, g), RMI_SUCCESS);
	assert_int_equal(world_state(g), GRANULE_DELEGATED);
	assert_true(sim_is_realm(pa(g)));
	assert_true(world_is_zero(g)); /* nothing of the host is left for a realm */
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, g), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, g), RMI_SUCCESS);
	assert_int_equal(world_state(g), GRANULE_UNDELEGATED);
	assert_false(sim_is_realm(pa(g)));
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, g), RMI_ERROR_INPUT);
	world_free(g);
	world_check_all_back();
}

static void test_delegate_bad(void **state)
{
	uint64_t g = world_ns();
	const uint64_t bad[] = { g + 1,
				 g + 0x800,
				 0,
				 SIM_DRAM_BASE - GRANULE_SIZE,
				 UINT64_MAX,
				 ~UINT64_C(0xfff),
				 SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE,
				 g | UINT64_C(1) << 60 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, bad[i]), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, bad[i]), RMI_ERROR_INPUT);
	}
	/* EL3 refuses: the granule belongs to another world. */
	sim_set_ns(pa(g), false);
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, g), RMI_ERROR_INPUT);
	assert_int_equal(world_state(g), GRANULE_UNDELEGATED);
	sim_set_ns(pa(g), true);
	world_free(g);
	world_check_all_back();
}

/* Only DELEGATED granules go back: not an RD, a table, a REC, or data. */
static void test_undelegate_in_use(void **state)
{
	struct world_realm r;
	uint64_t page;

	(void)state;
	world_realm(&r, &(struct world_options){ .apt = 1 });
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	page = world_entry(&r, WORLD_RAM).desc;
	assert_int_equal(world_state(page), GRANULE_DATA);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, page), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, r.rd), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, r.rtt), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, r.rec[0]), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, r.aux[0][0]), RMI_ERROR_INPUT);
	world_end(&r);
	world_check_all_back();
}

static void test_table(void **state)
{
	static struct granule storage[64];
	struct granule_bank banks[2] = { { pa(0x1000000), 32 * GRANULE_SIZE },
					 { pa(0x8000000), 16 * GRANULE_SIZE } };

	(void)state;
	assert_true(granule_init(banks, 2, storage, 64));
	assert_ptr_equal(granule_find(pa(0x1000000)), &storage[0]);
	assert_ptr_equal(granule_find(pa(0x1000000 + 31 * GRANULE_SIZE)), &storage[31]);
	assert_null(granule_find(pa(0x1000000 + 32 * GRANULE_SIZE)));
	assert_ptr_equal(granule_find(pa(0x8000000)), &storage[32]);
	assert_int_equal(granule_pa(&storage[33]).v, 0x8001000);
	assert_null(granule_find(pa(0x1000008)));
	/* Granules have the order of their addresses, in which commands lock them, whatever that of the banks is. */
	assert_true(granule_init((struct granule_bank[]){ banks[1], banks[0] }, 2, storage, 64));
	assert_ptr_equal(granule_find(pa(0x1000000)), &storage[0]);
	assert_ptr_equal(granule_find(pa(0x8000000)), &storage[32]);
	assert_int_equal(granule_pa(&storage[33]).v, 0x8001000);
	assert_false(granule_init(banks, 2, storage, 47)); /* too many */
	assert_false(granule_init(banks, 0, storage, 64));
	banks[1].base = pa(0x1000000 + 31 * GRANULE_SIZE);
	assert_false(granule_init(banks, 2, storage, 64)); /* overlap */
	banks[1].base = pa(0x8000800);
	assert_false(granule_init(banks, 2, storage, 64)); /* misaligned */
	banks[1].base = pa(~UINT64_C(0x6fff));
	assert_false(granule_init(banks, 2, storage, 64)); /* behind the last address */
	world_reset();
}

static void test_lock_names_state(void **state)
{
	struct granule *g = granule_find(pa(world_ns()));

	(void)state;
	assert_false(granule_lock(g, GRANULE_RD)); /* does not wait for what can't be */
	assert_true(granule_lock(g, GRANULE_UNDELEGATED));
	assert_false(granule_lock(g, GRANULE_RD));
	granule_unlock(g);
}

/* Debug builds check the order of locks on every take. */
static void test_lock_order(void **state)
{
	struct granule *low = granule_at(10), *high = granule_at(20);
	struct world_realm r;

	(void)state;
	assert_true(granule_lock(high, GRANULE_UNDELEGATED));
	expect_assert_failure(granule_lock(low, GRANULE_UNDELEGATED));
	/* Before they wait: a lock that the PE has itself would never be free. */
	expect_assert_failure(granule_lock(high, GRANULE_UNDELEGATED));
	granule_unlock(high);
	/* And an RD comes before everything else, wherever it lies. */
	world_realm(&r, NULL);
	assert_true(granule_lock(low, GRANULE_UNDELEGATED));
	expect_assert_failure(granule_lock(granule_find(pa(r.rd)), GRANULE_RD));
	granule_unlock(low);
	world_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_version, reset),
		cmocka_unit_test_setup(test_features, reset),
		cmocka_unit_test_setup(test_unknown, reset),
		cmocka_unit_test_setup(test_delegate, reset),
		cmocka_unit_test_setup(test_delegate_bad, reset),
		cmocka_unit_test_setup(test_undelegate_in_use, reset),
		cmocka_unit_test_setup(test_table, reset),
		cmocka_unit_test_setup(test_lock_names_state, reset),
		cmocka_unit_test_setup(test_lock_order, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
