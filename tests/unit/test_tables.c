/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_CREATE, DESTROY, FOLD, READ_ENTRY, MAP_UNPROTECTED, UNMAP_UNPROTECTED (DEN0137 B4.3.15 - B4.3.22).
 */
#include "world.h"

#define MIB2 UINT64_C(0x200000)
#define GIB1 UINT64_C(0x40000000)
#define NS_BASE UINT64_C(0x100000000) /* of a realm with 33 bits of IPA */
#define RTT_ERROR(level) rmi_result(RMI_ERROR_RTT, level)

#define DESC_RW_WB (UINT64_C(6) << 2 | UINT64_C(3) << 6)

static struct world_realm r;

static int setup(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end(&r);
	world_check_all_back();
	return 0;
}

static struct smc_regs read_entry(uint64_t ipa, uint64_t level)
{
	struct smc_regs out = world_rmi(RMI_RTT_READ_ENTRY, r.rd, ipa, level);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	return out;
}

static void check_entry(uint64_t ipa, uint64_t level, enum rmi_rtt_entry_state state, enum rmi_ripas ripas)
{
	struct smc_regs out = read_entry(ipa, level);

	assert_int_equal(out.x[1], level);
	assert_int_equal(out.x[2], state);
	assert_int_equal(out.x[4], ripas);
}

/* --- Arguments ------------------------------------------------------------------------------------------- */

static void test_arguments(void **state)
{
	const uint64_t bad_levels[] = { 0, 1, 4, 5, UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0x100000002) };
	const uint64_t bad_ipas[] = { 0x1000, MIB2 / 2, UINT64_C(1) << 33, UINT64_MAX & ~(GIB1 - 1) };
	uint64_t g = world_delegated(), ns = world_ns();

	(void)state;
	for (size_t i = 0; i < sizeof(bad_levels) / sizeof(bad_levels[0]); i++) {
		assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, g, 0, bad_levels[i]), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_RTT_DESTROY, r.rd, 0, bad_levels[i]), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, 0, bad_levels[i]), RMI_ERROR_INPUT);
	}
	for (size_t i = 0; i < sizeof(bad_ipas) / sizeof(bad_ipas[0]); i++) {
		assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, g, bad_ipas[i], 2), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_RTT_DESTROY, r.rd, bad_ipas[i], 2), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, bad_ipas[i], 2), RMI_ERROR_INPUT);
	}
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, ns, 0, 2), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, r.rtt, 0, 2), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_CREATE, g, g, 0, 2), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, g + 1, 0, 2), RMI_ERROR_INPUT);
	/* READ_ENTRY: the starting level is fine, a bad argument gives zeroes. */
	assert_int_equal(rmi(RMI_RTT_READ_ENTRY, r.rd, 0, 1), RMI_SUCCESS);
	for (unsigned int i = 0; i < 4; i++) {
		const uint64_t bad[][2] = { { 0, 0 }, { 0, 4 }, { 0x1000, 2 }, { UINT64_C(1) << 33, 3 } };
		struct smc_regs out = world_rmi(RMI_RTT_READ_ENTRY, r.rd, bad[i][0], bad[i][1], 77);

		assert_int_equal(out.x[0], RMI_ERROR_INPUT);
		assert_int_equal(out.x[1] | out.x[2] | out.x[3] | out.x[4], 0);
	}
	world_undelegate(g);
	world_free(ns);
}

/* --- Create and destroy ------------------------------------------------------------------------------------- */

static void test_create_destroy(void **state)
{
	uint64_t l2 = world_delegated(), l3 = world_delegated(), spare = world_delegated();
	struct smc_regs out;

	(void)state;
	/* No table above. */
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, l3, MIB2, 3), RTT_ERROR(1));
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, l2, 0, 2), RMI_SUCCESS);
	assert_int_equal(world_state(l2), GRANULE_RTT);
	out = read_entry(0, 1);
	assert_int_equal(out.x[2], RMI_TABLE);
	assert_int_equal(out.x[3], l2);
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, spare, 0, 2), RTT_ERROR(1)); /* there is one */
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, l3, MIB2, 3), RMI_SUCCESS);
	check_entry(MIB2, 3, RMI_UNASSIGNED, RMI_EMPTY);
	/* The table above lives by the one below. */
	out = world_rmi(RMI_RTT_DESTROY, r.rd, 0, 2);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], 0); /* top = ipa */
	/* One that is not there: up to the next live entry, or the end of the table. */
	out = world_rmi(RMI_RTT_DESTROY, r.rd, 0, 3);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], MIB2);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, 2 * MIB2, 3);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], GIB1);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, GIB1, 3);
	assert_int_equal(out.x[0], RTT_ERROR(1));

	out = world_rmi(RMI_RTT_DESTROY, r.rd, MIB2, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], l3);
	assert_int_equal(out.x[2], GIB1);
	check_entry(MIB2, 2, RMI_UNASSIGNED, RMI_DESTROYED); /* though all was EMPTY */
	check_entry(0, 2, RMI_UNASSIGNED, RMI_EMPTY);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, 0, 2);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], l2);
	check_entry(0, 1, RMI_UNASSIGNED, RMI_DESTROYED);
	world_undelegate(l2);
	world_undelegate(l3);
	world_undelegate(spare);
}

/* A new table says what the entry said, for each RIPAS. */
static void test_unfold_empty(void **state)
{
	uint64_t g;

	(void)state;
	world_ram(&r, WORLD_RAM, MIB2);
	check_entry(WORLD_RAM + 0x5000, 3, RMI_UNASSIGNED, RMI_RAM);
	g = world_rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3).x[1];
	world_undelegate(g);
	check_entry(WORLD_RAM, 2, RMI_UNASSIGNED, RMI_RAM);
	world_tables(&r, WORLD_RAM, MIB2);
	check_entry(WORLD_RAM + 0x1ff000, 3, RMI_UNASSIGNED, RMI_RAM);
	g = world_rmi(RMI_RTT_DESTROY, r.rd, WORLD_RAM, 3).x[1];
	world_undelegate(g);
	world_tables(&r, WORLD_RAM, MIB2);
	check_entry(WORLD_RAM + 0x1ff000, 3, RMI_UNASSIGNED, RMI_DESTROYED);
	g = world_rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3).x[1];
	assert_int_not_equal(g, 0);
	world_undelegate(g);
	check_entry(WORLD_RAM, 2, RMI_UNASSIGNED, RMI_DESTROYED);
}

static void test_fold_not_homogeneous(void **state)
{
	struct smc_regs out;

	(void)state;
	world_ram(&r, WORLD_RAM, MIB2 / 2);
	out = world_rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3);
	assert_int_equal(out.x[0], RTT_ERROR(3));
	assert_int_equal(out.x[1], 0);
	assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, 0, 2), RTT_ERROR(2)); /* it holds a table */
	assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, GIB1, 3), RTT_ERROR(1));
	assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM + MIB2, 3), RTT_ERROR(2));
	world_populate(&r, WORLD_RAM + MIB2, 2 * GRANULE_SIZE);
	assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM + MIB2, 3), RTT_ERROR(3));
}

/* --- Blocks ---------------------------------------------------------------------------------------------------- */

#define RUN (HOST_DRAM_BASE + 2 * MIB2)

static void assign_run(uint64_t ipa, uint64_t first)
{
	world_tables(&r, ipa, MIB2);
	for (uint64_t i = 0; i < 512; i++) {
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, first + i * GRANULE_SIZE), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, first + i * GRANULE_SIZE,
				     ipa + i * GRANULE_SIZE),
				 RMI_SUCCESS);
	}
}

static void release_run(uint64_t ipa, uint64_t first)
{
	for (uint64_t i = 0; i < 512; i++) {
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, r.rd, ipa + i * GRANULE_SIZE);

		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1], first + i * GRANULE_SIZE);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	}
}

static void test_block(void **state)
{
	struct smc_regs out;
	uint64_t pa, desc, g;

	(void)state;
	world_ram(&r, WORLD_RAM, MIB2);
	assign_run(WORLD_RAM, RUN);
	host_tlb_note(world_vttbr(&r), (struct ipa){ WORLD_RAM + 0x7000 });
	out = world_rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ WORLD_RAM + 0x7000 }));
	assert_true(world_is_zero(out.x[1]));
	world_undelegate(out.x[1]);
	out = read_entry(WORLD_RAM, 2);
	assert_int_equal(out.x[2], RMI_ASSIGNED);
	assert_int_equal(out.x[3], RUN);
	assert_int_equal(out.x[4], RMI_RAM);
	assert_true(world_translate(&r, WORLD_RAM + 0x123456, &pa, &desc));
	assert_int_equal(pa, RUN + 0x123456);
	/* A block is destroyed page by page only. */
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 0x1000);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], WORLD_RAM + 0x1000);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, WORLD_RAM, 3);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], WORLD_RAM);
	host_tlb_note(world_vttbr(&r), (struct ipa){ WORLD_RAM });
	g = world_delegated();
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, g, WORLD_RAM, 3), RMI_SUCCESS);
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ WORLD_RAM })); /* break before make */
	assert_true(world_translate(&r, WORLD_RAM + 0x123456, &pa, &desc));
	assert_int_equal(pa, RUN + 0x123456);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, WORLD_RAM, 3);
	assert_int_equal(out.x[0], RTT_ERROR(3)); /* live */
	release_run(WORLD_RAM, RUN);
}

/* Contiguous but misaligned, aligned but not contiguous. */
static void test_block_impossible(void **state)
{
	(void)state;
	assign_run(WORLD_RAM, RUN + GRANULE_SIZE);
	assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3), RTT_ERROR(3));
	release_run(WORLD_RAM, RUN + GRANULE_SIZE);
	assign_run(WORLD_RAM, RUN);
	{
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 0x1000);
		uint64_t g = world_delegated();

		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, g, WORLD_RAM + 0x1000), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_RTT_FOLD, r.rd, WORLD_RAM, 3), RTT_ERROR(3));
		out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 0x1000);
		world_undelegate(out.x[1]);
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, RUN + GRANULE_SIZE), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, RUN + GRANULE_SIZE, WORLD_RAM + 0x1000),
				 RMI_SUCCESS);
	}
	release_run(WORLD_RAM, RUN);
}

/* --- Non-secure mappings ------------------------------------------------------------------------------------------ */

static void test_unprotected(void **state)
{
	struct smc_regs out;
	uint64_t pa, desc;

	(void)state;
	world_tables(&r, NS_BASE, MIB2);
	assert_int_equal(read_entry(NS_BASE, 3).x[2], RMI_UNASSIGNED);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 3, 0x88000000 | DESC_RW_WB),
			 RMI_SUCCESS);
	out = read_entry(NS_BASE, 3);
	assert_int_equal(out.x[2], RMI_ASSIGNED);
	assert_int_equal(out.x[3], 0x88000000 | DESC_RW_WB); /* what the host gave, nothing else */
	assert_int_equal(out.x[4], 0);
	assert_true(world_translate(&r, NS_BASE, &pa, &desc));
	assert_true(desc >> 55 & 1);         /* NS */
	assert_int_equal(desc >> 53 & 3, 2); /* never executable */
	assert_int_equal(desc >> 8 & 3, 3);  /* inner shareable */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 3, 0x88000000 | DESC_RW_WB),
			 RTT_ERROR(3));
	/* Non-cacheable is outer shareable. */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + 0x1000, 3,
			     0x88000000 | UINT64_C(5) << 2),
			 RMI_SUCCESS);
	assert_true(world_translate(&r, NS_BASE + 0x1000, &pa, &desc));
	assert_int_equal(desc >> 8 & 3, 2);

	host_tlb_note(world_vttbr(&r), (struct ipa){ NS_BASE });
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], NS_BASE + 0x1000); /* the next live entry */
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ NS_BASE }));
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE + 0x2000, 3);
	assert_int_equal(out.x[0], RTT_ERROR(3));
	assert_int_equal(out.x[1], NS_BASE + MIB2);
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE + MIB2, 3);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	/* Such a mapping does not keep its table; it vanishes with it. */
	host_tlb_note(world_vttbr(&r), (struct ipa){ NS_BASE + 0x1000 });
	out = world_rmi(RMI_RTT_DESTROY, r.rd, NS_BASE, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ NS_BASE + 0x1000 }));
	assert_false(world_translate(&r, NS_BASE + 0x1000, &pa, &desc));
	assert_int_equal(read_entry(NS_BASE, 2).x[2], RMI_UNASSIGNED);
}

static void test_unprotected_block(void **state)
{
	struct smc_regs out;
	uint64_t pa, desc, g;

	(void)state;
	world_tables(&r, NS_BASE, MIB2);
	for (uint64_t i = 0; i < 512; i++)
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + i * 0x1000, 3,
				     (0x88000000 + i * 0x1000) | DESC_RW_WB),
				 RMI_SUCCESS);
	out = world_rmi(RMI_RTT_FOLD, r.rd, NS_BASE, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
	assert_int_equal(read_entry(NS_BASE, 2).x[3], 0x88000000 | DESC_RW_WB);
	assert_true(world_translate(&r, NS_BASE + 0x123456, &pa, &desc));
	assert_int_equal(pa, 0x88123456);
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE, 3);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[1], NS_BASE);
	g = world_delegated();
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, g, NS_BASE, 3), RMI_SUCCESS);
	assert_int_equal(read_entry(NS_BASE + 0x1ff000, 3).x[3], 0x881ff000 | DESC_RW_WB);
	out = world_rmi(RMI_RTT_DESTROY, r.rd, NS_BASE, 3);
	world_undelegate(out.x[1]);
	/* A block at once, at both levels that can have one. */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 2, 0x88001000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 2, 0x88000000), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE, 2), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + GIB1, 1, 0x88000000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + GIB1, 1, 0xc0000000), RMI_SUCCESS);
	/* It stays to the end: REALM_DESTROY takes it along. */
}

static void test_unprotected_bad(void **state)
{
	(void)state;
	world_tables(&r, NS_BASE, MIB2);
	for (unsigned int bit = 0; bit < 64; bit++) {
		bool hosts = (bit >= 2 && bit <= 3) || bit == 6 || bit == 7 || (bit >= 12 && bit < 48);
		uint64_t result = rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 3, UINT64_C(1) << bit);

		assert_int_equal(result,
				 hosts ? RMI_SUCCESS : RMI_ERROR_INPUT); /* MemAttr 0b100 is reserved */
		if (hosts)
			assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE, 3), RMI_SUCCESS);
	}
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE - 0x1000, 3, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + 8, 3, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, UINT64_C(1) << 33, 3, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 0, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 4, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, UINT64_MAX, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE - 0x1000, 3), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, NS_BASE, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE + GIB1, 3, 0), RTT_ERROR(1));
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, NS_BASE, 2, 0), RTT_ERROR(2)); /* a table */
}

/* --- Other geometries ------------------------------------------------------------------------------------------------ */

static void test_concatenated(void **state)
{
	struct world_realm wide;
	uint64_t last = (UINT64_C(1) << 39) - GRANULE_SIZE; /* protected, of 40 bits */

	(void)state;
	world_realm(&wide, &(struct world_options){ .ipa_bits = 40, .roots = 2 });
	world_populate(&wide, last, GRANULE_SIZE);
	assert_int_equal(world_entry(&wide, last).state, RMI_ASSIGNED);
	world_tables(&wide, UINT64_C(1) << 39, GRANULE_SIZE);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, wide.rd, UINT64_C(1) << 39, 3, 0x88000000),
			 RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, wide.rd, 0, UINT64_C(1) << 39), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_REALM_DESTROY, wide.rd), RMI_ERROR_REALM);
	world_end(&wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_destroy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unfold_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fold_not_homogeneous, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_impossible, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unprotected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unprotected_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unprotected_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_concatenated, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
