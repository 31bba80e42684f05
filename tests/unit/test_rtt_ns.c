/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_MAP_UNPROTECTED and RMI_RTT_UNMAP_UNPROTECTED (DEN0137 B4.3.19, B4.3.22).
 */
#include "world.h"

#define RTT(level) rmi_result(RMI_ERROR_RTT, (unsigned int)(level))
#define SPAN2 UINT64_C(0x200000)   /* of a level 2 entry */
#define SPAN1 UINT64_C(0x40000000) /* of a level 1 entry */
#define HALF (UINT64_C(1) << 32)   /* the unprotected half of the default realm begins */
#define DEV UINT64_C(0x123456000)  /* some address: nobody asks what is there */
#define NORMAL_RW UINT64_C(0xd8)   /* MemAttr 0b110, S2AP RW */

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

static struct smc_regs read_entry(uint64_t at, uint64_t level)
{
	struct smc_regs out = world_rmi(RMI_RTT_READ_ENTRY, r.rd, at, level);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	return out;
}

static void check_fails(uint64_t result, uint64_t top, uint64_t fid, const uint64_t args[8])
{
	uint64_t before = world_fingerprint();
	struct smc_regs out = world_rmi_args(fid, args);

	assert_int_equal(out.x[0], result);
	assert_int_equal(out.x[1], top);
	assert_int_equal(out.x[2] | out.x[3], 0);
	assert_int_equal(world_fingerprint(), before);
}

#define MAP_FAILS(result, ...) \
	check_fails(result, 0, RMI_RTT_MAP_UNPROTECTED, (const uint64_t[8]){ __VA_ARGS__ })
#define UNMAP_FAILS(result, top, ...) \
	check_fails(result, top, RMI_RTT_UNMAP_UNPROTECTED, (const uint64_t[8]){ __VA_ARGS__ })

static uint64_t span(uint64_t level)
{
	return UINT64_C(1) << (12 + 9 * (3 - level));
}

/* Tables so that HALF has an entry of `level`, and none of a deeper one. */
static void tables_to(uint64_t level)
{
	for (uint64_t l = 2; l <= level; l++) {
		if (read_entry(HALF, l - 1).x[2] != RMI_TABLE)
			assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, world_delegated(), HALF, l), RMI_SUCCESS);
	}
}

/* Each bit of the descriptor that the host may not set, at each level. */
static void test_desc_bits(void **state)
{
	(void)state;
	for (uint64_t level = 1; level <= 3; level++) {
		tables_to(level);
		for (unsigned int bit = 0; bit < 64; bit++) {
			uint64_t desc = UINT64_C(1) << bit;
			bool address = bit >= 12 + 9 * (3 - level) && bit < 48;
			struct smc_regs out;

			/* Bit 4 alone is the reserved MemAttr 0b100; with another it is Normal. */
			if (!address && bit != 2 && bit != 3 && bit != 6 && bit != 7) {
				MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF, level, desc);
				if (bit != 4)
					MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF, level, desc | NORMAL_RW);
				continue;
			}
			assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, level, desc), RMI_SUCCESS);
			out = read_entry(HALF, level);
			assert_int_equal(out.x[1], level);
			assert_int_equal(out.x[2], RMI_ASSIGNED);
			assert_int_equal(out.x[3], desc);
			assert_int_equal(out.x[4], 0);
			assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, level), RMI_SUCCESS);
		}
	}
}

/* All values of MemAttr and S2AP, as the host reads them and as the hardware does. */
static void test_attributes(void **state)
{
	(void)state;
	tables_to(3);
	for (uint64_t value = 0; value < 32; value++) {
		uint64_t memattr = value & 7, s2ap = value >> 3, addr, desc;
		uint64_t host = DEV | memattr << 2 | s2ap << 6;
		bool cacheable = memattr == 6 || memattr == 7;

		if (memattr == 4) {
			MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF, 3, host);
			continue;
		}
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, 3, host), RMI_SUCCESS);
		assert_int_equal(world_entry(&r, HALF).desc, host);
		assert_true(world_translate(&r, HALF, &addr, &desc));
		assert_int_equal(addr, DEV);
		/* Page, AF, never executable, NS; inner shareable if cacheable. */
		assert_int_equal(desc, host | 3 | (cacheable ? 3U : 2U) << 8 | 1U << 10 | UINT64_C(2) << 53 |
					       UINT64_C(1) << 55);
		assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, 3), RMI_SUCCESS);
		assert_false(world_translate(&r, HALF, &addr, &desc));
	}
}

static void test_levels(void **state)
{
	(void)state;
	for (uint64_t level = 1; level <= 3; level++) {
		uint64_t size = span(level), addr, desc, out_pa = UINT64_C(0x7fc0000000);
		struct smc_regs out;

		tables_to(level);
		/* Both addresses are aligned to the level. */
		for (uint64_t half = size / 2; half >= 1; half /= 2) {
			MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF + half, level, out_pa | NORMAL_RW);
			UNMAP_FAILS(RMI_ERROR_INPUT, 0, r.rd, HALF + half, level);
			if (half >= GRANULE_SIZE)
				MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF, level, (out_pa + half) | NORMAL_RW);
		}
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, level, out_pa | NORMAL_RW),
				 RMI_SUCCESS);
		assert_true(world_translate(&r, HALF + size - 1, &addr, &desc));
		assert_int_equal(addr, out_pa + size - 1);
		assert_int_equal(desc & 3, level == 3 ? 3 : 1);
		/* It is there already; and a block hides what is below. */
		MAP_FAILS(RTT(level), r.rd, HALF, level, out_pa | NORMAL_RW);
		for (uint64_t below = level + 1; below <= 3; below++) {
			MAP_FAILS(RTT(level), r.rd, HALF, below, out_pa | NORMAL_RW);
			UNMAP_FAILS(RTT(level), HALF, r.rd, HALF, below);
			UNMAP_FAILS(RTT(level), HALF + span(below), r.rd, HALF + span(below), below);
		}
		assert_int_equal(read_entry(HALF, 3).x[1], level);
		assert_int_not_equal(sim_tlb_entry(world_vttbr(&r), ipa(HALF)), 0);
		out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, level);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1], level == 1 ? HALF * 2 : HALF + span(level - 1));
		assert_int_equal(read_entry(HALF, level).x[2], RMI_UNASSIGNED);
		assert_int_equal(read_entry(HALF, level).x[3] | read_entry(HALF, level).x[4], 0);
		assert_false(world_translate(&r, HALF, &addr, &desc));
	}
	/* A table is no mapping. */
	MAP_FAILS(RTT(2), r.rd, HALF, 2, NORMAL_RW);
	UNMAP_FAILS(RTT(2), HALF, r.rd, HALF, 2);
	MAP_FAILS(RTT(1), r.rd, HALF, 1, NORMAL_RW);
	UNMAP_FAILS(RTT(1), HALF, r.rd, HALF, 1);
}

static void test_arguments(void **state)
{
	const uint64_t bad_rd[] = { 0, UINT64_MAX, r.rd + 1, r.rtt, r.run, SIM_DRAM_BASE - GRANULE_SIZE };
	const uint64_t bad_level[] = {
		0, 4, UINT64_MAX, UINT64_C(1) << 32 | 3, UINT64_C(1) << 63 | 3, 259, (uint64_t)INT64_MAX
	};
	const uint64_t bad_ipa[] = { 0,           WORLD_RAM,         HALF - SPAN1,
				     HALF * 2,    UINT64_C(1) << 48, UINT64_C(1) << 63,
				     ~(SPAN1 - 1) };

	(void)state;
	tables_to(3);
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, 3, NORMAL_RW), RMI_SUCCESS);
	for (size_t i = 0; i < sizeof(bad_rd) / sizeof(bad_rd[0]); i++) {
		MAP_FAILS(RMI_ERROR_INPUT, bad_rd[i], HALF, 3, NORMAL_RW);
		UNMAP_FAILS(RMI_ERROR_INPUT, 0, bad_rd[i], HALF, 3);
	}
	for (size_t i = 0; i < sizeof(bad_level) / sizeof(bad_level[0]); i++) {
		MAP_FAILS(RMI_ERROR_INPUT, r.rd, HALF, bad_level[i], NORMAL_RW);
		UNMAP_FAILS(RMI_ERROR_INPUT, 0, r.rd, HALF, bad_level[i]);
	}
	for (size_t i = 0; i < sizeof(bad_ipa) / sizeof(bad_ipa[0]); i++) {
		for (uint64_t level = 1; level <= 3; level++) {
			MAP_FAILS(RMI_ERROR_INPUT, r.rd, bad_ipa[i], level, NORMAL_RW);
			UNMAP_FAILS(RMI_ERROR_INPUT, 0, r.rd, bad_ipa[i], level);
		}
	}
	/* Not a page without a table. */
	MAP_FAILS(RTT(2), r.rd, HALF + SPAN2, 3, NORMAL_RW);
	MAP_FAILS(RTT(1), r.rd, HALF + SPAN1, 3, NORMAL_RW);
	MAP_FAILS(RTT(1), r.rd, HALF + SPAN1, 2, NORMAL_RW);
}

/* The outputs where nothing is mapped: to the next live entry of that table, or its end. */
static void test_top(void **state)
{
	struct smc_regs out;

	(void)state;
	tables_to(3);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + 2 * GRANULE_SIZE, 3, NORMAL_RW),
			 RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + 9 * GRANULE_SIZE, 3, NORMAL_RW),
			 RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + 5 * SPAN2, 2, NORMAL_RW), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + 3 * SPAN1, 1, NORMAL_RW), RMI_SUCCESS);
	UNMAP_FAILS(RTT(3), HALF + 2 * GRANULE_SIZE, r.rd, HALF, 3);
	UNMAP_FAILS(RTT(3), HALF + 9 * GRANULE_SIZE, r.rd, HALF + 3 * GRANULE_SIZE, 3);
	UNMAP_FAILS(RTT(3), HALF + SPAN2, r.rd, HALF + 10 * GRANULE_SIZE, 3);
	UNMAP_FAILS(RTT(2), HALF + 5 * SPAN2, r.rd, HALF + SPAN2 + GRANULE_SIZE, 3);
	UNMAP_FAILS(RTT(2), HALF + SPAN1, r.rd, HALF + 6 * SPAN2, 2);
	UNMAP_FAILS(RTT(1), HALF + 3 * SPAN1, r.rd, HALF + SPAN1 + GRANULE_SIZE, 3);
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF + 2 * GRANULE_SIZE, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], HALF + 9 * GRANULE_SIZE);
	/* The realm's last entry: the IPA space ends with it. */
	out = world_rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF + 3 * SPAN1, 1);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], HALF * 2);
	UNMAP_FAILS(RTT(1), HALF * 2, r.rd, HALF + SPAN1, 1);
}

/* Mappings go with their table; what a realm cached of them goes too. */
static void test_table_destroyed(void **state)
{
	const uint64_t pages[] = { 0, 1, 100, 511 };
	struct smc_regs out;
	uint64_t addr, desc;

	(void)state;
	tables_to(3);
	for (size_t i = 0; i < 4; i++) {
		uint64_t at = HALF + pages[i] * GRANULE_SIZE;

		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, at, 3, (DEV + at) | NORMAL_RW),
				 RMI_SUCCESS);
	}
	/* Live means something else here. */
	out = world_rmi(RMI_RTT_DESTROY, r.rd, HALF, 3);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[2], HALF + SPAN1);
	for (size_t i = 0; i < 4; i++) {
		assert_false(world_translate(&r, HALF + pages[i] * GRANULE_SIZE, &addr, &desc));
	}
	world_undelegate(out.x[1]);
	assert_int_equal(read_entry(HALF, 2).x[2], RMI_UNASSIGNED);
	assert_int_equal(read_entry(HALF, 2).x[4], 0);
	/* It is UNASSIGNED_NS, not UNASSIGNED. */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, 2, NORMAL_RW), RMI_SUCCESS);
}

/* Blocks to pages and back, at both levels. */
static void test_blocks(void **state)
{
	(void)state;
	for (uint64_t level = 1; level <= 2; level++) {
		uint64_t base = UINT64_C(0x1000000000) | NORMAL_RW, at, addr, desc, table;
		struct smc_regs out;

		tables_to(level);
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, level, base), RMI_SUCCESS);
		table = world_delegated();
		assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, table, HALF, level + 1), RMI_SUCCESS);
		for (uint64_t i = 0; i < 512; i++) {
			at = i * span(level + 1);
			out = read_entry(HALF + at, level + 1);
			assert_int_equal(out.x[1], level + 1);
			assert_int_equal(out.x[2], RMI_ASSIGNED);
			assert_int_equal(out.x[3], base + at);
			assert_true(world_translate(&r, HALF + at + 5, &addr, &desc));
			assert_int_equal(addr, (base & ~UINT64_C(0xfff)) + at + 5);
		}
		/* One with other attributes, one elsewhere, one missing: no block. */
		at = HALF + 77 * span(level + 1);
		for (unsigned int i = 0; i < 4; i++) {
			uint64_t mine = base + 77 * span(level + 1);
			const uint64_t other[] = { mine ^ 0x80, mine ^ 0x4, mine + span(level + 1), 0 };

			assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, at, level + 1), RMI_SUCCESS);
			if (i < 3)
				assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, at, level + 1, other[i]),
						 RMI_SUCCESS);
			check_fails(RTT(level + 1), 0, RMI_RTT_FOLD,
				    (const uint64_t[8]){ r.rd, HALF, level + 1 });
			if (i == 3)
				assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, at, level + 1, mine),
						 RMI_SUCCESS);
		}
		out = world_rmi(RMI_RTT_FOLD, r.rd, HALF, level + 1);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[1], table);
		world_undelegate(table);
		assert_int_equal(read_entry(HALF, 3).x[1], level);
		assert_int_equal(read_entry(HALF, 3).x[3], base);
		assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, level), RMI_SUCCESS);
	}
}

/* A run that does not begin at a block's boundary is none. */
static void test_misaligned(void **state)
{
	(void)state;
	tables_to(3);
	for (uint64_t i = 0; i < 512; i++)
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + i * GRANULE_SIZE, 3,
				     (DEV + i * GRANULE_SIZE) | NORMAL_RW),
				 RMI_SUCCESS);
	check_fails(RTT(3), 0, RMI_RTT_FOLD, (const uint64_t[8]){ r.rd, HALF, 3 });
}

/* No realm state is asked for. */
static void test_active(void **state)
{
	(void)state;
	tables_to(3);
	world_activate(&r);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, 3, DEV | NORMAL_RW), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, 3), RMI_SUCCESS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_desc_bits), TEST(test_attributes), TEST(test_levels),
		TEST(test_arguments), TEST(test_top),        TEST(test_table_destroyed),
		TEST(test_blocks),    TEST(test_misaligned), TEST(test_active),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
