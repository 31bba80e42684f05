/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_DATA_CREATE, RMI_DATA_CREATE_UNKNOWN, RMI_DATA_DESTROY (DEN0137 B4.3.5 - B4.3.7).
 */
#include "world.h"

#define RTT(level) rmi_result(RMI_ERROR_RTT, (unsigned int)(level))
#define SPAN2 UINT64_C(0x200000)   /* of a level 2 entry */
#define SPAN1 UINT64_C(0x40000000) /* of a level 1 entry */
#define HALF (UINT64_C(1) << 32)   /* the protected half of the default realm */

/* A NEW realm with page tables at WORLD_RAM, a DELEGATED granule, and a source for it. */
static struct world_realm r;
static uint64_t data, src;

static int setup(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, NULL);
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	data = world_delegated();
	src = world_ns();
	for (unsigned int i = 0; i < GRANULE_SIZE; i++)
		((uint8_t *)world_mem(src))[i] = (uint8_t)(i * 7 + 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (world_state(data) == GRANULE_DELEGATED)
		world_undelegate(data);
	world_free(src);
	world_end(&r);
	world_check_all_back();
	return 0;
}

/* The command fails so, has no outputs but `top`, and no effect. */
static void check_fails(uint64_t result, uint64_t top, struct smc_regs (*call)(const uint64_t args[8]),
			const uint64_t args[8])
{
	uint64_t before = world_fingerprint();
	struct smc_regs out = call(args);

	assert_int_equal(out.x[0], result);
	assert_int_equal(out.x[1], 0);
	assert_int_equal(out.x[2], top);
	assert_int_equal(out.x[3], 0);
	assert_int_equal(world_fingerprint(), before);
}

static struct smc_regs create(const uint64_t args[8])
{
	return world_rmi_args(RMI_DATA_CREATE, args);
}

static struct smc_regs create_unknown(const uint64_t args[8])
{
	return world_rmi_args(RMI_DATA_CREATE_UNKNOWN, args);
}

static struct smc_regs destroy(const uint64_t args[8])
{
	return world_rmi_args(RMI_DATA_DESTROY, args);
}

#define CREATE_FAILS(result, ...) check_fails(result, 0, create, (const uint64_t[8]){ __VA_ARGS__ })
#define UNKNOWN_FAILS(result, ...) check_fails(result, 0, create_unknown, (const uint64_t[8]){ __VA_ARGS__ })
#define DESTROY_FAILS(result, top, ...) check_fails(result, top, destroy, (const uint64_t[8]){ __VA_ARGS__ })

/* An address of every kind that is no granule, or none of use for `what` is expected. */
static const uint64_t bad_pa[] = { 0,
				   SIM_DRAM_BASE - GRANULE_SIZE,
				   SIM_DRAM_BASE + WORLD_GRANULES *GRANULE_SIZE,
				   UINT64_C(1) << 48,
				   UINT64_MAX,
				   ~UINT64_C(0xfff) };
#define BAD_PAS (sizeof(bad_pa) / sizeof(bad_pa[0]))

/* Makes the entry of `at` UNASSIGNED with that RIPAS. The realm is NEW. */
static void make_unassigned(uint64_t at, uint64_t ripas)
{
	if (ripas != RMI_EMPTY)
		world_ram(&r, at, GRANULE_SIZE);
	if (ripas == RMI_DESTROYED) {
		world_populate(&r, at, GRANULE_SIZE);
		world_unpopulate(&r, at, GRANULE_SIZE);
	}
	assert_int_equal(world_entry(&r, at).state, RMI_UNASSIGNED);
	assert_int_equal(world_entry(&r, at).ripas, ripas);
}

static void destroy_data(uint64_t at)
{
	struct smc_regs out = world_rmi(RMI_DATA_DESTROY, r.rd, at);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], data);
	assert_int_equal(world_state(data), GRANULE_DELEGATED);
	assert_true(world_is_zero(data));
}

/* --- DATA_CREATE ---------------------------------------------------------------------------------------- */

static void test_create(void **state)
{
	(void)state;
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
		uint64_t at = WORLD_RAM + ripas * GRANULE_SIZE, addr, desc;
		struct smc_regs out;

		make_unassigned(at, ripas);
		assert_false(world_translate(&r, at, &addr, &desc));
		out = world_rmi(RMI_DATA_CREATE, r.rd, data, at, src, ripas & RMI_DATA_FLAG_MEASURE);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
		assert_int_equal(world_state(data), GRANULE_DATA);
		assert_int_equal(world_state(src), GRANULE_UNDELEGATED);
		assert_memory_equal(world_mem(data), world_mem(src), GRANULE_SIZE);
		assert_int_equal(world_entry(&r, at).level, 3);
		assert_int_equal(world_entry(&r, at).state, RMI_ASSIGNED);
		assert_int_equal(world_entry(&r, at).ripas, RMI_RAM);
		assert_int_equal(world_entry(&r, at).desc, data);
		assert_true(world_translate(&r, at, &addr, &desc));
		assert_int_equal(addr, data);
		assert_int_equal(desc,
				 data | 0x7db); /* Normal WB, RW, inner shareable, AF, page; executable */
		destroy_data(at);
	}
}

static void test_create_fault(void **state)
{
	const long offsets[] = { 0, 1, 8, 64, 2048, 4088, 4095 };

	(void)state;
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		sim_fault_ns_after(offsets[i]);
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, src, RMI_DATA_FLAG_MEASURE);
		assert_int_equal(world_state(data), GRANULE_DELEGATED);
		assert_true(world_is_zero(data));
		assert_int_equal(world_entry(&r, WORLD_RAM).state, RMI_UNASSIGNED);
	}
	sim_fault_ns_after(-1);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, src, 0), RMI_SUCCESS);
	destroy_data(WORLD_RAM);
}

static void test_create_arguments(void **state)
{
	(void)state;
	for (unsigned int bit = 1; bit < 64; bit++)
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, src, UINT64_C(1) << bit);
	for (size_t i = 0; i < BAD_PAS; i++) {
		CREATE_FAILS(RMI_ERROR_INPUT, bad_pa[i], data, WORLD_RAM, src, 0);
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, bad_pa[i], WORLD_RAM, src, 0);
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, bad_pa[i], 0);
	}
	/* Alignment. */
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd + 1, data, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data + 0x800, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, src + 8, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM + 0x800, src, 0);
	/* States. */
	CREATE_FAILS(RMI_ERROR_INPUT, data, data, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, src, data, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rec[0], data, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, src, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, r.rd, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, r.rtt, WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], WORLD_RAM, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, data, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM, r.rd, 0);
	/* The IPA must be protected, whatever the tables say. */
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, HALF, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, HALF * 2, src, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, data, ~UINT64_C(0xfff), src, 0);
	CREATE_FAILS(RTT(1), r.rd, data, HALF - GRANULE_SIZE, src, 0);
	/* The tables end above the page. */
	CREATE_FAILS(RTT(1), r.rd, data, SPAN1, src, 0);
	CREATE_FAILS(RTT(2), r.rd, data, WORLD_RAM + SPAN2, src, 0);
}

static void test_create_states(void **state)
{
	(void)state;
	/* A page that is there. */
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	CREATE_FAILS(RTT(3), r.rd, data, WORLD_RAM, src, 0);
	/* ACTIVE: says so before it says anything of the tables; but not before the RD. */
	world_activate(&r);
	CREATE_FAILS(RMI_ERROR_REALM, r.rd, data, WORLD_RAM + GRANULE_SIZE, src, 0);
	assert_int_equal(rmi_result_index(RMI_ERROR_REALM), 0);
	CREATE_FAILS(RMI_ERROR_INPUT, data, data, WORLD_RAM + GRANULE_SIZE, src, 0);
}

/* --- DATA_CREATE_UNKNOWN ---------------------------------------------------------------------------------- */

static void test_unknown(void **state)
{
	(void)state;
	for (unsigned int active = 0; active < 2; active++) {
		for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
			uint64_t at = WORLD_RAM + (active * 3 + ripas) * GRANULE_SIZE, addr, desc;

			if (!active) {
				make_unassigned(at, ripas);
				make_unassigned(at + 3 * GRANULE_SIZE, ripas);
			}
			assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, at), RMI_SUCCESS);
			assert_int_equal(world_state(data), GRANULE_DATA);
			assert_true(world_is_zero(data));
			assert_int_equal(world_entry(&r, at).state, RMI_ASSIGNED);
			assert_int_equal(world_entry(&r, at).ripas, ripas);
			assert_int_equal(world_entry(&r, at).desc, data);
			assert_int_equal(world_translate(&r, at, &addr, &desc), ripas == RMI_RAM);
			if (ripas == RMI_RAM)
				assert_int_equal(addr, data);
			destroy_data(at);
		}
		if (!active)
			world_activate(&r);
	}
}

static void test_unknown_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_PAS; i++) {
		UNKNOWN_FAILS(RMI_ERROR_INPUT, bad_pa[i], data, WORLD_RAM);
		UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, bad_pa[i], WORLD_RAM);
	}
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd + 1, data, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, data + 0x800, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, data, WORLD_RAM + 1);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rec[0], data, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, src, data, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, src, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, r.rd, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, r.rtt, WORLD_RAM);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, data, HALF);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, data, HALF * 2);
	UNKNOWN_FAILS(RTT(1), r.rd, data, HALF - GRANULE_SIZE);
	UNKNOWN_FAILS(RTT(1), r.rd, data, SPAN1);
	UNKNOWN_FAILS(RTT(2), r.rd, data, WORLD_RAM + SPAN2);
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
		make_unassigned(WORLD_RAM, ripas);
		world_populate(&r, WORLD_RAM, GRANULE_SIZE);
		UNKNOWN_FAILS(RTT(3), r.rd, data, WORLD_RAM);
		world_unpopulate(&r, WORLD_RAM, GRANULE_SIZE);
	}
	/* The RD and the IPA come before the tables. */
	UNKNOWN_FAILS(RMI_ERROR_INPUT, src, data, SPAN1);
	UNKNOWN_FAILS(RMI_ERROR_INPUT, r.rd, data, HALF + WORLD_RAM);
}

/* --- DATA_DESTROY ----------------------------------------------------------------------------------------- */

static void test_destroy(void **state)
{
	const uint64_t after[] = {
		[RMI_EMPTY] = RMI_EMPTY, [RMI_RAM] = RMI_DESTROYED, [RMI_DESTROYED] = RMI_DESTROYED
	};

	(void)state;
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
		uint64_t at = WORLD_RAM + ripas * GRANULE_SIZE, addr, desc;
		struct smc_regs out;

		make_unassigned(at, ripas);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, at), RMI_SUCCESS);
		memset(world_mem(data), 0x33, GRANULE_SIZE);
		if (ripas == RMI_RAM) {
			assert_int_not_equal(sim_tlb_entry(world_vttbr(&r), ipa(at)), 0);
		}
		out = world_rmi(RMI_DATA_DESTROY, r.rd, at);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1], data);
		assert_int_equal(out.x[2], WORLD_RAM + SPAN2); /* nothing else is in the table */
		assert_int_equal(out.x[3], 0);
		assert_int_equal(world_state(data), GRANULE_DELEGATED);
		assert_true(world_is_zero(data));
		assert_int_equal(world_entry(&r, at).state, RMI_UNASSIGNED);
		assert_int_equal(world_entry(&r, at).ripas, after[ripas]);
		assert_int_equal(world_entry(&r, at).desc, 0);
		assert_false(world_translate(&r, at, &addr, &desc));
	}
}

static void test_destroy_top(void **state)
{
	struct smc_regs out;

	(void)state;
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM + GRANULE_SIZE), RMI_SUCCESS);
	world_populate(&r, WORLD_RAM + 7 * GRANULE_SIZE, GRANULE_SIZE);
	/* Up to the next page that is there. */
	DESTROY_FAILS(RTT(3), WORLD_RAM + GRANULE_SIZE, r.rd, WORLD_RAM);
	DESTROY_FAILS(RTT(3), WORLD_RAM + 7 * GRANULE_SIZE, r.rd, WORLD_RAM + 2 * GRANULE_SIZE);
	DESTROY_FAILS(RTT(3), WORLD_RAM + SPAN2, r.rd, WORLD_RAM + 8 * GRANULE_SIZE);
	DESTROY_FAILS(RTT(3), WORLD_RAM + SPAN2, r.rd, WORLD_RAM + SPAN2 - GRANULE_SIZE);
	/* A table is live; at its end the table of level 2 is. */
	DESTROY_FAILS(RTT(2), WORLD_RAM, r.rd, 0);
	DESTROY_FAILS(RTT(2), WORLD_RAM, r.rd, WORLD_RAM - GRANULE_SIZE);
	DESTROY_FAILS(RTT(2), SPAN1, r.rd, WORLD_RAM + SPAN2 + GRANULE_SIZE);
	/* The last table ends with the IPA space, of which the unprotected half is not live. */
	DESTROY_FAILS(RTT(1), HALF * 2, r.rd, SPAN1);
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + GRANULE_SIZE);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[2], WORLD_RAM + 7 * GRANULE_SIZE);
}

static void test_destroy_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_PAS; i++)
		DESTROY_FAILS(RMI_ERROR_INPUT, 0, bad_pa[i], WORLD_RAM);
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd + 1, WORLD_RAM);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, src, WORLD_RAM);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rec[0], WORLD_RAM);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, WORLD_RAM + 1);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, WORLD_RAM + 0x800);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, HALF);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, HALF * 2);
	DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, ~UINT64_C(0xfff));
}

/* A block must be unfolded first. */
static void test_destroy_block(void **state)
{
	const uint64_t run = SIM_DRAM_BASE + SPAN2;
	struct smc_regs out;
	uint64_t table;

	(void)state;
	for (uint64_t at = 0; at < SPAN2; at += GRANULE_SIZE) {
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, run + at), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, run + at, WORLD_RAM + at, src, 0), RMI_SUCCESS);
	}
	out = world_rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	table = out.x[1];
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM);
	assert_int_equal(out.x[0], RTT(2));
	assert_int_equal(out.x[1], 0);
	assert_int_equal(out.x[2], WORLD_RAM);
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 5 * GRANULE_SIZE);
	assert_int_equal(out.x[0], RTT(2));
	assert_int_equal(out.x[2], WORLD_RAM + 5 * GRANULE_SIZE);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM), RTT(2));
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, src, 0), RTT(2));
	assert_int_equal(world_state(run), GRANULE_DATA);
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, table, WORLD_RAM, 3), RMI_SUCCESS);
	for (uint64_t at = 0; at < SPAN2; at += GRANULE_SIZE) {
		out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + at);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1], run + at);
		assert_int_equal(out.x[2], WORLD_RAM + at + GRANULE_SIZE);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, run + at), RMI_SUCCESS);
	}
}

static void create_and_fetch(void)
{
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, src, 0), RMI_SUCCESS);
	assert_memory_equal(sim_fetch(pa(data)), world_mem(src), GRANULE_SIZE);
}

/* Whatever was executed there before, a realm fetches what it was given and measured. */
static void test_fetch(void **state)
{
	static const uint8_t zero[GRANULE_SIZE];

	(void)state;
	create_and_fetch();
	world_unpopulate(&r, WORLD_RAM, GRANULE_SIZE);
	for (unsigned int i = 0; i < GRANULE_SIZE; i++)
		((uint8_t *)world_mem(src))[i] = (uint8_t)(i * 5 + 1);
	data = world_delegated();
	create_and_fetch();
	assert_int_equal(rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM), RMI_SUCCESS);
	assert_memory_equal(sim_fetch(pa(data)), zero, GRANULE_SIZE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create),        TEST(test_create_fault), TEST(test_create_arguments),
		TEST(test_create_states), TEST(test_unknown),      TEST(test_unknown_fails),
		TEST(test_destroy),       TEST(test_destroy_top),  TEST(test_destroy_fails),
		TEST(test_destroy_block), TEST(test_fetch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
