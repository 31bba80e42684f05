/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule table, delegation, and the dispatch of RMI.
 */
#include "world.h"

#include <stdatomic.h>

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

static bool starts(unsigned int num_banks, const struct granule_bank *banks)
{
	static struct granule storage[64];

	return granule_init(banks, num_banks, storage, 64);
}

/* Four banks in any order, and no more: each granule has its place, and behind a bank there is none. */
static void test_banks(void **state)
{
	const uint64_t size = 4 * GRANULE_SIZE;
	const uint64_t base[GRANULE_MAX_BANKS] = { 0x1000000, 0x2000000, 0x4000000, 0x8000000 };

	(void)state;
	for (unsigned int order = 0; order < 256; order++) {
		struct granule_bank banks[GRANULE_MAX_BANKS];
		unsigned int seen = 0;

		for (unsigned int i = 0; i < GRANULE_MAX_BANKS; i++) {
			unsigned int which = order >> (2 * i) & 3;

			banks[i] = (struct granule_bank){ pa(base[which]), size };
			seen |= 1U << which;
		}
		/* One that is there twice overlaps itself. */
		assert_int_equal(starts(GRANULE_MAX_BANKS, banks), seen == 15);
		for (uint32_t n = 0; seen == 15 && n < 16; n++) {
			struct pa at = pa(base[n / 4] + n % 4 * GRANULE_SIZE);

			assert_ptr_equal(granule_find(at), granule_at(n));
			assert_int_equal(granule_pa(granule_at(n)).v, at.v);
			assert_null(granule_find(pa(at.v + size)));
		}
	}
	/* With fewer, nothing is left of those before. */
	assert_true(starts(3, (struct granule_bank[]){
				      { pa(base[0]), size }, { pa(base[1]), size }, { pa(base[2]), size } }));
	assert_null(granule_find(pa(base[3])));
	assert_false(starts(1, &(struct granule_bank){ pa(base[0]), 0 }));
	assert_false(starts(GRANULE_MAX_BANKS + 1,
			    (struct granule_bank[GRANULE_MAX_BANKS + 1]){ { pa(base[0]), size },
									  { pa(base[1]), size },
									  { pa(base[2]), size },
									  { pa(base[3]), size },
									  { pa(base[3] + size), size } }));
	world_reset();
}

/* What a granule is found as is what it is at this moment. */
static void test_find_by_state(void **state)
{
	uint64_t ns = world_ns(), delegated = world_delegated();

	(void)state;
	assert_ptr_equal(granule_find_delegated(pa(delegated)), granule_find(pa(delegated)));
	assert_null(granule_find_delegated(pa(ns)));
	assert_null(granule_find_delegated(pa(0)));
	assert_true(granule_is_ns(pa(ns)));
	assert_false(granule_is_ns(pa(delegated)));
	assert_false(granule_is_ns(pa(0)));
}

/* What is referred to stays what it is. */
static void test_retire_referred(void **state)
{
	struct granule *g = granule_find(pa(world_delegated()));

	(void)state;
	granule_get(g, 1);
	expect_assert_failure(granule_retire(g));
	granule_put(g, 1);
	granule_retire(g);
	assert_int_equal(granule_state(g), GRANULE_DELEGATED);
}

/* --- Locks ----------------------------------------------------------------------------------------------------- */

static struct granule *wanted; /* by two PEs */
static unsigned int num_waits;
static bool is_taken_first; /* by the other PE, when this one has seen it free */

struct held_locks *__real_port_held_locks(void);
struct held_locks *__wrap_port_held_locks(void);

/* Asked for between the look at the word and the try to take it. */
struct held_locks *__wrap_port_held_locks(void)
{
	if (is_taken_first)
		atomic_fetch_or(&wanted->word, 1);
	is_taken_first = false;
	return __real_port_held_locks();
}

static void let_go_at_third(void)
{
	if (++num_waits == 3)
		atomic_fetch_and(&wanted->word, ~UINT32_C(1));
	assert_true(num_waits <= 3);
}

/* Waits as long as another PE has the lock, and not longer, whether it was seen taken or free. */
static void test_lock_waits(void **state)
{
	(void)state;
	wanted = granule_find(pa(world_ns()));
	for (unsigned int i = 0; i < 2; i++) {
		num_waits = 0;
		is_taken_first = i != 0;
		if (i == 0)
			atomic_fetch_or(&wanted->word, 1);
		sim_at_points(NULL, let_go_at_third);
		assert_true(granule_lock(wanted, GRANULE_UNDELEGATED));
		sim_at_points(NULL, NULL);
		assert_int_equal(num_waits, 3);
		granule_unlock(wanted);
	}
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
		cmocka_unit_test_setup(test_banks, reset),
		cmocka_unit_test_setup(test_find_by_state, reset),
		cmocka_unit_test_setup(test_retire_referred, reset),
		cmocka_unit_test_setup(test_lock_waits, reset),
		cmocka_unit_test_setup(test_lock_names_state, reset),
		cmocka_unit_test_setup(test_lock_order, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
