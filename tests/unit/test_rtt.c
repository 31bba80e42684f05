/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_CREATE, RMI_RTT_DESTROY, RMI_RTT_FOLD, RMI_RTT_READ_ENTRY (DEN0137 B4.3.15 - B4.3.20).
 */
#include "world.h"

#include "model/rtt.h"

#define RTT(level) rmi_result(RMI_ERROR_RTT, (unsigned int)(level))
#define PAGE(n) (WORLD_RAM + (n)*GRANULE_SIZE)
#define SPAN2 UINT64_C(0x200000)    /* of a level 2 entry */
#define SPAN1 UINT64_C(0x40000000)  /* of a level 1 entry */
#define HALF (UINT64_C(1) << 32)    /* the protected half of the default realm ends */
#define RUN (SIM_DRAM_BASE + SPAN2) /* 2 MiB of granules that the allocator does not reach */

static struct world_realm r;
static uint64_t spare; /* DELEGATED */

static int setup_with(const struct world_options *options)
{
	world_reset();
	world_realm(&r, options);
	spare = world_delegated();
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(NULL);
}

static int teardown(void **state)
{
	(void)state;
	world_undelegate(spare);
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

static void check_entry(uint64_t at, uint64_t level, uint64_t state, uint64_t desc, uint64_t ripas)
{
	struct smc_regs out = read_entry(at, level);

	assert_int_equal(out.x[1], level);
	assert_int_equal(out.x[2], state);
	assert_int_equal(out.x[3], desc);
	assert_int_equal(out.x[4], ripas);
}

/* `top`: of DESTROY, in x2. */
static void check_fails(uint64_t result, uint64_t top, uint64_t fid, const uint64_t args[8])
{
	uint64_t before = world_fingerprint();
	struct smc_regs out = world_rmi_args(fid, args);

	assert_int_equal(out.x[0], result);
	assert_int_equal(out.x[1], 0);
	assert_int_equal(out.x[2], top);
	assert_int_equal(out.x[3], 0);
	assert_int_equal(world_fingerprint(), before);
}

#define CREATE_FAILS(result, ...) check_fails(result, 0, RMI_RTT_CREATE, (const uint64_t[8]){ __VA_ARGS__ })
#define FOLD_FAILS(result, ...) check_fails(result, 0, RMI_RTT_FOLD, (const uint64_t[8]){ __VA_ARGS__ })
#define DESTROY_FAILS(result, top, ...) \
	check_fails(result, top, RMI_RTT_DESTROY, (const uint64_t[8]){ __VA_ARGS__ })

static void create(uint64_t at, uint64_t level)
{
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, world_delegated(), at, level), RMI_SUCCESS);
}

/* The outputs are as they should be, and the granule is wiped and the host's to take. */
static void fold(uint64_t at, uint64_t level)
{
	uint64_t table = read_entry(at, level - 1).x[3];
	struct smc_regs out = world_rmi(RMI_RTT_FOLD, r.rd, at, level);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], table);
	assert_int_equal(out.x[2] | out.x[3], 0);
	assert_int_equal(world_state(table), GRANULE_DELEGATED);
	assert_true(world_is_zero(table));
	world_undelegate(table);
}

static void destroy(uint64_t at, uint64_t level, uint64_t top)
{
	uint64_t table = read_entry(at, level - 1).x[3];
	struct smc_regs out = world_rmi(RMI_RTT_DESTROY, r.rd, at, level);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], table);
	assert_int_equal(out.x[2], top);
	assert_int_equal(out.x[3], 0);
	assert_int_equal(world_state(table), GRANULE_DELEGATED);
	assert_true(world_is_zero(table));
	world_undelegate(table);
}

static void init_ram(uint64_t base, uint64_t top)
{
	struct smc_regs out = world_rmi(RMI_RTT_INIT_RIPAS, r.rd, base, top);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], top);
}

/* Fills 2 MiB of IPA from RUN; `rotate` shifts which granule is where. */
static void fill(uint64_t at, unsigned int rotate)
{
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t g = RUN + (i + rotate) % 512 * GRANULE_SIZE;

		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, g), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, g, at + i * GRANULE_SIZE), RMI_SUCCESS);
	}
}

static void unfill(uint64_t at)
{
	for (uint64_t i = 0; i < 512; i++) {
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, r.rd, at + i * GRANULE_SIZE);

		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	}
}

/* Makes [at, at + 2 MiB), page tables there, UNASSIGNED with that RIPAS; the tables stay. */
static void make_unassigned(uint64_t at, uint64_t ripas)
{
	if (ripas != RMI_EMPTY)
		init_ram(at, at + SPAN2);
	if (ripas == RMI_DESTROYED) {
		fill(at, 0);
		unfill(at);
	}
}

/* --- UNASSIGNED ------------------------------------------------------------------------------------------- */

/* Down to pages and up again, RIPAS kept. */
static void test_unassigned(void **state)
{
	(void)state;
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
		uint64_t base = ripas * SPAN1;

		if (ripas == RMI_RAM)
			init_ram(base, base + SPAN1);
		if (ripas == RMI_DESTROYED) {
			create(base, 2);
			destroy(base, 2, HALF * 2);
		}
		check_entry(base, 1, RMI_UNASSIGNED, 0, ripas);
		assert_int_equal(read_entry(base, 3).x[1], 1);
		create(base, 2);
		assert_int_equal(read_entry(base, 1).x[2], RMI_TABLE);
		for (uint64_t i = 0; i < 512; i++)
			check_entry(base + i * SPAN2, 2, RMI_UNASSIGNED, 0, ripas);
		create(base + 511 * SPAN2, 3);
		for (uint64_t i = 0; i < 512; i++)
			check_entry(base + 511 * SPAN2 + i * GRANULE_SIZE, 3, RMI_UNASSIGNED, 0, ripas);
		/* A table below: not homogeneous. */
		FOLD_FAILS(RTT(2), r.rd, base, 2);
		fold(base + 511 * SPAN2, 3);
		check_entry(base + 511 * SPAN2, 2, RMI_UNASSIGNED, 0, ripas);
		fold(base, 2);
		check_entry(base, 1, RMI_UNASSIGNED, 0, ripas);
	}
}

/* UNASSIGNED_NS likewise. */
static void test_unassigned_ns(void **state)
{
	(void)state;
	create(HALF, 2);
	create(HALF + SPAN2, 3);
	for (uint64_t i = 0; i < 512; i++)
		check_entry(HALF + SPAN2 + i * GRANULE_SIZE, 3, RMI_UNASSIGNED, 0, 0);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF + SPAN2, 3, 0xd8), RMI_SUCCESS);
	FOLD_FAILS(RTT(3), r.rd, HALF + SPAN2, 3);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF + SPAN2, 3), RMI_SUCCESS);
	fold(HALF + SPAN2, 3);
	fold(HALF, 2);
	/* Still unprotected. */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, HALF, 1, 0xd8), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, HALF, 1), RMI_SUCCESS);
}

/* One entry that differs, first, in the middle, or last. */
static void test_not_homogeneous(void **state)
{
	const unsigned int at[] = { 0, 255, 511 };

	(void)state;
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	for (unsigned int i = 0; i < 3; i++) {
		create(WORLD_RAM + (i + 1) * SPAN2, 3);
		init_ram(WORLD_RAM + (i + 1) * SPAN2 + at[i] * GRANULE_SIZE,
			 WORLD_RAM + (i + 1) * SPAN2 + (at[i] + 1) * GRANULE_SIZE);
		FOLD_FAILS(RTT(3), r.rd, WORLD_RAM + (i + 1) * SPAN2, 3);
	}
	world_populate(&r, PAGE(300), GRANULE_SIZE);
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
}

/* A table hangs from the first entry. */
static void test_table_within(void **state)
{
	(void)state;
	create(SPAN1, 2);
	create(SPAN1, 3);
	FOLD_FAILS(RTT(2), r.rd, SPAN1, 2);
	fold(SPAN1, 3);
	fold(SPAN1, 2);
}

/* --- ASSIGNED --------------------------------------------------------------------------------------------- */

static void test_assigned(void **state)
{
	(void)state;
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
		uint64_t base = WORLD_RAM + ripas * SPAN2, addr, desc;

		world_tables(&r, base, GRANULE_SIZE);
		make_unassigned(base, ripas);
		fill(base, 0);
		memset(world_mem(RUN + 9 * GRANULE_SIZE), 0x44, GRANULE_SIZE);
		fold(base, 3);
		check_entry(base, 2, RMI_ASSIGNED, RUN, ripas);
		assert_int_equal(read_entry(base, 3).x[1], 2);
		assert_int_equal(world_translate(&r, base + 5 * GRANULE_SIZE + 1, &addr, &desc),
				 ripas == RMI_RAM);
		if (ripas == RMI_RAM) {
			assert_int_equal(addr, RUN + 5 * GRANULE_SIZE + 1);
			assert_int_equal(desc, RUN | 0x7d9);
		}
		/* The block keeps the table of level 2. */
		DESTROY_FAILS(RTT(2), 0, r.rd, 0, 2);
		DESTROY_FAILS(RTT(2), base, r.rd, base, 3);
		FOLD_FAILS(RTT(2), r.rd, base, 3);
		create(base, 3);
		for (uint64_t i = 0; i < 512; i++)
			check_entry(base + i * GRANULE_SIZE, 3, RMI_ASSIGNED, RUN + i * GRANULE_SIZE, ripas);
		assert_int_equal(world_translate(&r, base + 5 * GRANULE_SIZE, &addr, &desc),
				 ripas == RMI_RAM);
		if (ripas == RMI_RAM)
			assert_int_equal(desc, (RUN + 5 * GRANULE_SIZE) | 0x7db);
		assert_int_equal(*(uint8_t *)world_mem(RUN + 9 * GRANULE_SIZE), 0x44);
		DESTROY_FAILS(RTT(3), base, r.rd, base, 3);
		unfill(base);
		destroy(base, 3, SPAN1);
		check_entry(base, 2, RMI_UNASSIGNED, 0, RMI_DESTROYED);
	}
}

/* What another realm shares is folded to 2 MiB at most: a GiB of it, written here, as this machine has not as much memory. */
static void test_shared_gigabyte(void **state)
{
	struct granule *table;
	struct rtte *entries;

	(void)state;
	create(SPAN1, 2);
	entries = world_mem(read_entry(SPAN1, 1).x[3]);
	table = granule_find(pa(read_entry(SPAN1, 1).x[3]));
	for (uint64_t i = 0; i < 512; i++)
		entries[i] = rtte_csm(pa(SIM_DRAM_BASE + i * SPAN2), 2, CSM_PERM_RO);
	granule_get(table, 512);
	FOLD_FAILS(RTT(2), r.rd, SPAN1, 2);
	granule_put(table, 512);
	memset(entries, 0, GRANULE_SIZE);
	port_tlb_begin(world_vttbr(&r));
	port_tlb_realm();
	port_tlb_end();
	fold(SPAN1, 2);
}

static void test_not_contiguous(void **state)
{
	struct smc_regs out;

	(void)state;
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	fill(WORLD_RAM, 0);
	/* One from elsewhere. */
	out = world_rmi(RMI_DATA_DESTROY, r.rd, PAGE(511));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, spare, PAGE(511)), RMI_SUCCESS);
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
	assert_int_equal(rmi(RMI_DATA_DESTROY, r.rd, PAGE(511)), RMI_SUCCESS);
	/* Another RIPAS. */
	init_ram(PAGE(511), PAGE(512));
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, out.x[1], PAGE(511)), RMI_SUCCESS);
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
	unfill(WORLD_RAM);
	/* A run that begins in the middle, and wraps. */
	fill(WORLD_RAM, 1);
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
	unfill(WORLD_RAM);
}

static void test_misaligned(void **state)
{
	(void)state;
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	for (uint64_t i = 0; i < 512; i++) {
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, RUN + (i + 1) * GRANULE_SIZE), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, RUN + (i + 1) * GRANULE_SIZE, PAGE(i)),
				 RMI_SUCCESS);
	}
	FOLD_FAILS(RTT(3), r.rd, WORLD_RAM, 3);
	unfill(WORLD_RAM);
}

/* --- DESTROY ---------------------------------------------------------------------------------------------- */

static void test_destroy(void **state)
{
	(void)state;
	/* No table: to the end of the upper one, which ends with the IPA space. */
	DESTROY_FAILS(RTT(1), HALF * 2, r.rd, WORLD_RAM, 3);
	DESTROY_FAILS(RTT(1), HALF * 2, r.rd, 0, 2);
	create(0, 2);
	DESTROY_FAILS(RTT(2), SPAN1, r.rd, WORLD_RAM, 3);
	create(WORLD_RAM + 4 * SPAN2, 3);
	DESTROY_FAILS(RTT(2), WORLD_RAM + 4 * SPAN2, r.rd, WORLD_RAM, 3);
	DESTROY_FAILS(RTT(1), HALF * 2, r.rd, SPAN1, 2);
	/* Live by a table, by a page. */
	DESTROY_FAILS(RTT(2), 0, r.rd, 0, 2);
	create(WORLD_RAM, 3);
	world_populate(&r, PAGE(511), GRANULE_SIZE);
	DESTROY_FAILS(RTT(3), WORLD_RAM, r.rd, WORLD_RAM, 3);
	world_unpopulate(&r, PAGE(511), GRANULE_SIZE);
	/* Need not be homogeneous; EMPTY does not stay. */
	init_ram(PAGE(1), PAGE(2));
	destroy(WORLD_RAM, 3, WORLD_RAM + 4 * SPAN2);
	check_entry(WORLD_RAM, 2, RMI_UNASSIGNED, 0, RMI_DESTROYED);
	destroy(WORLD_RAM + 4 * SPAN2, 3, SPAN1);
	check_entry(WORLD_RAM + 4 * SPAN2, 2, RMI_UNASSIGNED, 0, RMI_DESTROYED);
	check_entry(WORLD_RAM + SPAN2, 2, RMI_UNASSIGNED, 0, RMI_EMPTY);
	FOLD_FAILS(RTT(2), r.rd, 0, 2);
	destroy(0, 2, HALF * 2);
	check_entry(0, 1, RMI_UNASSIGNED, 0, RMI_DESTROYED);
}

/* --- Arguments -------------------------------------------------------------------------------------------- */

static void test_arguments(void **state)
{
	const uint64_t bad_rd[] = {
		0, UINT64_MAX, r.rd + 1, r.rtt, r.run, r.rec[0], SIM_DRAM_BASE - GRANULE_SIZE
	};
	const uint64_t bad_rtt[] = { 0,
				     UINT64_MAX,
				     spare + 8,
				     r.rtt,
				     r.run,
				     r.rec[0],
				     r.rd,
				     UINT64_C(1) << 48,
				     SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	const uint64_t bad_level[] = {
		0, 1, 4, UINT64_MAX, UINT64_C(1) << 32 | 2, UINT64_C(1) << 63 | 2, 258, (uint64_t)INT64_MAX
	};
	const uint64_t bad_ipa[] = { HALF * 2, UINT64_C(1) << 48, UINT64_C(1) << 63, ~(SPAN1 - 1) };

	(void)state;
	create(0, 2);
	create(WORLD_RAM, 3);
	for (size_t i = 0; i < sizeof(bad_rd) / sizeof(bad_rd[0]); i++) {
		CREATE_FAILS(RMI_ERROR_INPUT, bad_rd[i], spare, WORLD_RAM, 3);
		DESTROY_FAILS(RMI_ERROR_INPUT, 0, bad_rd[i], WORLD_RAM, 3);
		FOLD_FAILS(RMI_ERROR_INPUT, bad_rd[i], WORLD_RAM, 3);
		check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY,
			    (const uint64_t[8]){ bad_rd[i], WORLD_RAM, 3 });
	}
	for (size_t i = 0; i < sizeof(bad_rtt) / sizeof(bad_rtt[0]); i++)
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, bad_rtt[i], WORLD_RAM + SPAN2, 3);
	for (size_t i = 0; i < sizeof(bad_level) / sizeof(bad_level[0]); i++) {
		/* Also where no table is: level_bound comes before rtt_walk. */
		for (uint64_t at = 0; at <= SPAN1; at += SPAN1) {
			CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, at, bad_level[i]);
			DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, at, bad_level[i]);
			FOLD_FAILS(RMI_ERROR_INPUT, r.rd, at, bad_level[i]);
		}
		if (bad_level[i] != 1) {
			struct smc_regs out = world_rmi(RMI_RTT_READ_ENTRY, r.rd, 0, bad_level[i], 77);

			assert_int_equal(out.x[0], RMI_ERROR_INPUT);
			assert_int_equal(out.x[1] | out.x[2] | out.x[3] | out.x[4], 0);
		}
	}
	/* The alignment is that of the level above. */
	for (uint64_t half = SPAN1 / 2; half > 0; half /= 2) {
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, SPAN1 + half, 2);
		DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, half, 2);
		FOLD_FAILS(RMI_ERROR_INPUT, r.rd, half, 2);
		if (half < SPAN2) {
			CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, WORLD_RAM + SPAN2 + half, 3);
			DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, WORLD_RAM + half, 3);
			FOLD_FAILS(RMI_ERROR_INPUT, r.rd, WORLD_RAM + half, 3);
		}
		check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY, (const uint64_t[8]){ r.rd, half, 1 });
	}
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY, (const uint64_t[8]){ r.rd, GRANULE_SIZE, 2 });
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY, (const uint64_t[8]){ r.rd, 0x800, 3 });
	for (size_t i = 0; i < sizeof(bad_ipa) / sizeof(bad_ipa[0]); i++) {
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, bad_ipa[i], 2);
		DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, bad_ipa[i], 2);
		FOLD_FAILS(RMI_ERROR_INPUT, r.rd, bad_ipa[i], 2);
		check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY,
			    (const uint64_t[8]){ r.rd, bad_ipa[i], 1 });
	}
	/* rtt_walk and rtte_state. */
	CREATE_FAILS(RTT(1), r.rd, spare, SPAN1, 3);
	CREATE_FAILS(RTT(1), r.rd, spare, 0, 2);
	CREATE_FAILS(RTT(2), r.rd, spare, WORLD_RAM, 3);
	FOLD_FAILS(RTT(1), r.rd, SPAN1, 3);
	FOLD_FAILS(RTT(1), r.rd, SPAN1, 2);
	FOLD_FAILS(RTT(2), r.rd, WORLD_RAM + SPAN2, 3);
}

static void test_read_table(void **state)
{
	uint64_t table = world_delegated();

	(void)state;
	assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, table, 0, 2), RMI_SUCCESS);
	check_entry(0, 1, RMI_TABLE, table, 0);
	check_entry(HALF, 1, RMI_UNASSIGNED, 0, 0);
}

/* --- Other geometries ------------------------------------------------------------------------------------- */

/* Two tables at level 1; the second is the unprotected half. */
static int setup_concatenated(void **state)
{
	(void)state;
	return setup_with(&(struct world_options){ .ipa_bits = 40, .roots = 2 });
}

static void test_concatenated(void **state)
{
	const uint64_t half = UINT64_C(1) << 39;
	uint64_t addr, desc;

	(void)state;
	create(half - SPAN1, 2);
	create(half, 2);
	check_entry(half - SPAN2, 2, RMI_UNASSIGNED, 0, RMI_EMPTY);
	/* Each table ends where it ends. */
	DESTROY_FAILS(RTT(1), half - SPAN1, r.rd, 0, 2);
	DESTROY_FAILS(RTT(1), half * 2, r.rd, half + SPAN1, 2);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, half, 2, 0xd8), RMI_SUCCESS);
	assert_true(world_translate(&r, half + 1, &addr, &desc));
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, half - SPAN2, 2, 0xd8), RMI_ERROR_INPUT);
	destroy(half - SPAN1, 2, half);
	destroy(half, 2, half * 2);
	check_entry(half - SPAN1, 1, RMI_UNASSIGNED, 0, RMI_DESTROYED);
	check_entry(half, 1, RMI_UNASSIGNED, 0, 0);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, half * 2, 2);
}

/* Four tables at level 2. */
static int setup_start_2(void **state)
{
	(void)state;
	return setup_with(&(struct world_options){ .ipa_bits = 32, .start = 2, .roots = 4 });
}

static void test_start_2(void **state)
{
	const uint64_t half = HALF / 2;

	(void)state;
	for (uint64_t level = 0; level < 3; level++) {
		CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, 0, level);
		DESTROY_FAILS(RMI_ERROR_INPUT, 0, r.rd, 0, level);
		FOLD_FAILS(RMI_ERROR_INPUT, r.rd, 0, level);
	}
	/* Below the start there is no level: not to be read, not to be mapped. */
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_READ_ENTRY, (const uint64_t[8]){ r.rd, 0, 1 });
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_MAP_UNPROTECTED, (const uint64_t[8]){ r.rd, half, 1, 0xd8 });
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_UNMAP_UNPROTECTED, (const uint64_t[8]){ r.rd, half, 1 });
	/* Tables that are not the first. */
	DESTROY_FAILS(RTT(2), 2 * SPAN1, r.rd, SPAN1, 3);
	create(half - SPAN2, 3);
	check_entry(half - GRANULE_SIZE, 3, RMI_UNASSIGNED, 0, RMI_EMPTY);
	DESTROY_FAILS(RTT(2), half - SPAN2, r.rd, SPAN1, 3);
	world_populate(&r, half - GRANULE_SIZE, GRANULE_SIZE);
	DESTROY_FAILS(RTT(3), half - SPAN2, r.rd, half - SPAN2, 3);
	/* Live, though the first table is not. */
	assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[0]), RMI_SUCCESS);
	world_undelegate(r.rec[0]);
	world_give_aux(r.aux[0]);
	r.num_recs = 0;
	assert_int_not_equal(rmi(RMI_REALM_DESTROY, r.rd), RMI_SUCCESS);
	world_unpopulate(&r, half - GRANULE_SIZE, GRANULE_SIZE);
	destroy(half - SPAN2, 3, half);
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, half, 2, 0xd8), RMI_SUCCESS);
	check_entry(half, 2, RMI_ASSIGNED, 0xd8, 0);
	assert_int_equal(rmi(RMI_RTT_UNMAP_UNPROTECTED, r.rd, half, 2), RMI_SUCCESS);
}

/* One table at level 0; made by hand, without RECs. */
static void test_start_0(void **state)
{
	const uint64_t half = UINT64_C(1) << 47, span0 = UINT64_C(1) << 39;
	uint64_t params_pa;
	struct rmi_realm_params *p;

	(void)state;
	world_reset();
	params_pa = world_ns();
	p = world_mem(params_pa);
	spare = world_delegated();
	r = (struct world_realm){
		.num_roots = 1, .vmid = 99, .rtt = world_delegated(), .rd = world_delegated()
	};
	p->s2sz = 48;
	p->num_bps = 1;
	p->num_wps = 1;
	p->vmid = r.vmid;
	p->rtt_base = r.rtt;
	p->rtt_level_start = 0;
	p->rtt_num_start = 1;
	assert_int_equal(rmi(RMI_REALM_CREATE, r.rd, params_pa), RMI_SUCCESS);
	world_free(params_pa);
	CREATE_FAILS(RMI_ERROR_INPUT, r.rd, spare, 0, 0);
	CREATE_FAILS(RTT(0), r.rd, spare, 0, 2);
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_MAP_UNPROTECTED, (const uint64_t[8]){ r.rd, half, 0, 0xd8 });
	check_fails(RMI_ERROR_INPUT, 0, RMI_RTT_UNMAP_UNPROTECTED, (const uint64_t[8]){ r.rd, half, 0 });
	DESTROY_FAILS(RTT(0), half * 2, r.rd, 0, 1);
	create(half - span0, 1);
	check_entry(half - span0, 0, RMI_TABLE, read_entry(half - span0, 0).x[3], 0);
	check_entry(half - SPAN1, 1, RMI_UNASSIGNED, 0, RMI_EMPTY);
	DESTROY_FAILS(RTT(0), half - span0, r.rd, 0, 1);
	fold(half - span0, 1);
	check_entry(half - span0, 0, RMI_UNASSIGNED, 0, RMI_EMPTY);
	/* No block of level 0, of whatever kind. */
	create(half, 1);
	for (uint64_t i = 0; i < 512; i++)
		assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, r.rd, half + i * SPAN1, 1, (i * SPAN1) | 0xd8),
				 RMI_SUCCESS);
	FOLD_FAILS(RTT(1), r.rd, half, 1);
	destroy(half, 1, half * 2);
	check_entry(half, 0, RMI_UNASSIGNED, 0, 0);
	assert_int_equal(rmi(RMI_REALM_DESTROY, r.rd), RMI_SUCCESS);
	world_undelegate(r.rd);
	world_undelegate(r.rtt);
	world_undelegate(spare);
	world_check_all_back();
}

/* --- Geometries, entries and walks by themselves ---------------------------------------------------------------- */

/* Starting levels from 0 to 2; 1 to 16 tables there, or one that the level above could not be without. */
static void test_geometries(void **state)
{
	const unsigned int bits[] = { 48, 39, 30 };

	(void)state;
	for (int64_t start = 0; start < 3; start++) {
		unsigned int full = bits[start];

		for (unsigned int ipa_bits = full - 10; ipa_bits < full + 7; ipa_bits++) {
			unsigned int extra = ipa_bits > full ? ipa_bits - full : 0;
			bool valid = ipa_bits > full - 9 && extra <= 4;

			assert_int_equal(s2_geometry_is_valid(ipa_bits, start, UINT64_C(1) << extra), valid);
			assert_false(s2_geometry_is_valid(ipa_bits, start, UINT64_C(2) << extra));
			assert_false(s2_geometry_is_valid(ipa_bits, start, 0));
		}
	}
	assert_false(s2_geometry_is_valid(48, -1, 1));
	assert_false(s2_geometry_is_valid(57, -1, 1));
	assert_false(s2_geometry_is_valid(48, -(INT64_C(1) << 32), 1)); /* whose low half is 0 */
	assert_false(s2_geometry_is_valid(48, INT64_C(1) << 32, 1));
	assert_false(s2_geometry_is_valid(21, 3, 1));
	assert_false(s2_geometry_is_valid(22, 3, 2));
}

/* Every entry of sixteen starting tables: half of them protected. */
static void test_roots(void **state)
{
	const struct s2 s2 = { .root = pa(RUN), .num_roots = 16, .start = 2, .ipa_bits = 34 };

	(void)state;
	world_reset();
	for (uint64_t i = 0; i < 16; i++)
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, RUN + i * GRANULE_SIZE), RMI_SUCCESS);
	rtt_init_roots(&s2);
	for (uint64_t i = 0; i < 16 * 512; i++) {
		const struct rtte *t = world_mem(RUN + i / 512 * GRANULE_SIZE);

		assert_int_equal(rtte_kind(t[i % 512], 2),
				 i < 8 * 512 ? RTTE_UNASSIGNED : RTTE_UNASSIGNED_NS);
	}
	world_reset();
}

/* What has no RIPAS of its own is EMPTY; what a realm shares is RAM. */
static void test_ripas(void **state)
{
	(void)state;
	assert_int_equal(rtte_ripas(rtte_csm(pa(RUN), 3, CSM_PERM_RO), 3), RMI_RAM);
	assert_int_equal(rtte_ripas(rtte_assigned(pa(RUN), 3, RMI_RAM), 3), RMI_RAM);
	assert_int_equal(rtte_ripas(rtte_assigned(pa(RUN), 3, RMI_DESTROYED), 3), RMI_DESTROYED);
	assert_int_equal(rtte_ripas(rtte_unassigned_ns(), 3), RMI_EMPTY);
	assert_int_equal(rtte_ripas(rtte_assigned_ns(RUN | 0xd8, 3), 3), RMI_EMPTY);
	assert_int_equal(rtte_ripas(rtte_table(pa(RUN)), 2), RMI_EMPTY);
}

/* A walk that goes on ends where one from the start does, for any two addresses. */
static void test_walk_on(void **state)
{
	const uint64_t at[] = { 0,     GRANULE_SIZE,  SPAN2,     SPAN2 + GRANULE_SIZE, SPAN1 - GRANULE_SIZE,
				SPAN1, SPAN1 + SPAN2, 2 * SPAN1, 2 * SPAN1 + SPAN2,    3 * SPAN1 };
	const struct s2 s2 = { .root = pa(r.rtt), .num_roots = 1, .start = 1, .ipa_bits = 33 };

	(void)state;
	create(0, 2);
	create(SPAN2, 3);
	create(SPAN1, 2);
	create(2 * SPAN1, 2);
	for (unsigned int i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		for (unsigned int k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
			struct rtt_walk on = rtt_walk(&s2, ipa(at[i]), 3),
					anew = rtt_walk(&s2, ipa(at[k]), 3);

			rtt_walk_on(&s2, &on, ipa(at[k]));
			assert_int_equal(on.level, anew.level);
			assert_int_equal(on.index, anew.index);
			assert_int_equal(on.addr, anew.addr);
			assert_int_equal(on.table_pa.v, anew.table_pa.v);
			assert_ptr_equal(on.table, anew.table);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unassigned),
		TEST(test_unassigned_ns),
		TEST(test_not_homogeneous),
		TEST(test_table_within),
		TEST(test_assigned),
		TEST(test_shared_gigabyte),
		TEST(test_not_contiguous),
		TEST(test_misaligned),
		TEST(test_destroy),
		TEST(test_arguments),
		TEST(test_read_table),
		cmocka_unit_test_setup_teardown(test_concatenated, setup_concatenated, teardown),
		cmocka_unit_test_setup_teardown(test_start_2, setup_start_2, teardown),
		cmocka_unit_test(test_start_0),
		cmocka_unit_test(test_geometries),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_ripas),
		TEST(test_walk_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
