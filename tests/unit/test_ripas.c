/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_INIT_RIPAS and RMI_RTT_SET_RIPAS (DEN0137 B4.3.18, B4.3.21).
 */
#include "world.h"

#include "model/measurement.h"
#include "model/realm.h"

#define RTT(level) rmi_result(RMI_ERROR_RTT, (unsigned int)(level))
#define PAGE(n) (WORLD_RAM + (n)*GRANULE_SIZE)
#define SPAN2 UINT64_C(0x200000)   /* of a level 2 entry */
#define SPAN1 UINT64_C(0x40000000) /* of a level 1 entry */
#define HALF (UINT64_C(1) << 32)   /* the protected half of the default realm ends */

/* A NEW realm with page tables for the first 2 MiB at WORLD_RAM. */
static struct world_realm r;

static int setup(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .recs = 2 });
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end(&r);
	world_check_all_back();
	return 0;
}

static void check_fails(uint64_t result, uint64_t fid, const uint64_t args[8])
{
	uint64_t before = world_fingerprint();
	struct smc_regs out = world_rmi_args(fid, args);

	assert_int_equal(out.x[0], result);
	assert_int_equal(out.x[1] | out.x[2] | out.x[3], 0);
	assert_int_equal(world_fingerprint(), before);
}

#define INIT_FAILS(result, ...) check_fails(result, RMI_RTT_INIT_RIPAS, (const uint64_t[8]){ __VA_ARGS__ })
#define SET_FAILS(result, ...) check_fails(result, RMI_RTT_SET_RIPAS, (const uint64_t[8]){ __VA_ARGS__ })

static void check_reaches(struct smc_regs out, uint64_t top)
{
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], top);
	assert_int_equal(out.x[2] | out.x[3], 0);
}

#define INIT_REACHES(top, ...) check_reaches(world_rmi(RMI_RTT_INIT_RIPAS, __VA_ARGS__), top)
#define SET_REACHES(top, ...) check_reaches(world_rmi(RMI_RTT_SET_RIPAS, __VA_ARGS__), top)

/* Pages [from, to) have that RIPAS. */
static void check_ripas(unsigned int from, unsigned int to, uint64_t ripas)
{
	for (unsigned int i = from; i < to; i++)
		assert_int_equal(world_entry(&r, PAGE(i)).ripas, ripas);
}

/* --- INIT_RIPAS ------------------------------------------------------------------------------------------- */

static void test_init(void **state)
{
	(void)state;
	INIT_REACHES(PAGE(1), r.rd, PAGE(0), PAGE(1));
	check_ripas(0, 1, RMI_RAM);
	check_ripas(1, 512, RMI_EMPTY);
	assert_int_equal(world_entry(&r, PAGE(0)).state, RMI_UNASSIGNED);
	/* Once more, and on from there. */
	INIT_REACHES(PAGE(9), r.rd, PAGE(0), PAGE(9));
	check_ripas(0, 9, RMI_RAM);
	check_ripas(9, 512, RMI_EMPTY);
	/* To the table's end and not farther. */
	INIT_REACHES(PAGE(512), r.rd, PAGE(511), PAGE(700));
	check_ripas(9, 511, RMI_EMPTY);
	check_ripas(511, 512, RMI_RAM);
	check_ripas(512, 514, RMI_EMPTY);
	/* Entries of level 2: whole ones only. */
	INIT_REACHES(WORLD_RAM + 3 * SPAN2, r.rd, WORLD_RAM + SPAN2, WORLD_RAM + 4 * SPAN2 - GRANULE_SIZE);
	assert_int_equal(world_entry(&r, WORLD_RAM + 3 * SPAN2 - GRANULE_SIZE).ripas, RMI_RAM);
	assert_int_equal(world_entry(&r, WORLD_RAM + 3 * SPAN2).ripas, RMI_EMPTY);
	/* Stops at a table. */
	INIT_REACHES(WORLD_RAM, r.rd, WORLD_RAM - 2 * SPAN2, WORLD_RAM + SPAN2);
	check_ripas(9, 511, RMI_EMPTY);
	/* Entries of level 1, up to the end of the protected half. */
	INIT_REACHES(HALF, r.rd, HALF - 2 * SPAN1, HALF);
	assert_int_equal(world_entry(&r, HALF - GRANULE_SIZE).level, 1);
	assert_int_equal(world_entry(&r, HALF - GRANULE_SIZE).ripas, RMI_RAM);
	assert_int_equal(world_entry(&r, HALF).ripas, 0);
}

/* Each entry by itself (DEN0137 B4.3.18). */
static void test_init_measures(void **state)
{
	const struct realm *realm = realm_of(granule_find(pa(r.rd)));
	struct realm expected = *realm;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		measurement_extend_ripas(&expected, PAGE(i), PAGE(i + 1));
	INIT_REACHES(PAGE(3), r.rd, PAGE(0), PAGE(3));
	assert_memory_equal(realm->measurement[0], expected.measurement[0], RSI_MEASUREMENT_SIZE);
}

static void test_init_stops(void **state)
{
	(void)state;
	world_populate(&r, PAGE(4), GRANULE_SIZE);
	INIT_REACHES(PAGE(4), r.rd, PAGE(0), PAGE(8));
	check_ripas(0, 4, RMI_RAM);
	check_ripas(4, 8, RMI_EMPTY);
	INIT_FAILS(RTT(3), r.rd, PAGE(4), PAGE(8));
	/* DESTROYED becomes RAM. */
	world_populate(&r, PAGE(2), GRANULE_SIZE);
	world_unpopulate(&r, PAGE(2), GRANULE_SIZE);
	check_ripas(2, 3, RMI_DESTROYED);
	INIT_REACHES(PAGE(4), r.rd, PAGE(1), PAGE(4));
	check_ripas(0, 4, RMI_RAM);
}

static void test_init_fails(void **state)
{
	const uint64_t bad_rd[] = {
		0, UINT64_MAX, r.rd + 1, r.rtt, r.run, r.rec[0], SIM_DRAM_BASE - GRANULE_SIZE
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad_rd) / sizeof(bad_rd[0]); i++)
		INIT_FAILS(RMI_ERROR_INPUT, bad_rd[i], PAGE(0), PAGE(1));
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(1), PAGE(1));
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(1), PAGE(0));
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(0), 0);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(0), PAGE(1) + 1);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(0), PAGE(1) + 0x800);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(0), PAGE(0) + 0x800); /* before no_progress */
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, HALF - SPAN1, HALF + GRANULE_SIZE);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, HALF, HALF + SPAN1);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, HALF * 2, HALF * 2 + GRANULE_SIZE);
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, PAGE(0), ~UINT64_C(0xfff));
	INIT_FAILS(RMI_ERROR_INPUT, r.rd, ~UINT64_C(0xfff), 0);
	/* base_align: within an entry of level 2, and of level 1. */
	INIT_FAILS(RTT(2), r.rd, WORLD_RAM + SPAN2 + GRANULE_SIZE, WORLD_RAM + 3 * SPAN2);
	INIT_FAILS(RTT(1), r.rd, SPAN1 + SPAN2, SPAN1 * 3);
	/* no_progress: not one whole entry. */
	INIT_FAILS(RTT(2), r.rd, WORLD_RAM + SPAN2, WORLD_RAM + 2 * SPAN2 - GRANULE_SIZE);
	INIT_FAILS(RTT(1), r.rd, SPAN1, SPAN1 + SPAN2);
	/* ACTIVE; a bad RD comes before that. */
	world_activate(&r);
	INIT_FAILS(RMI_ERROR_REALM, r.rd, PAGE(0), PAGE(1));
	INIT_FAILS(RMI_ERROR_INPUT, r.rtt, PAGE(0), PAGE(1));
}

/* --- SET_RIPAS --------------------------------------------------------------------------------------------- */

/* The realm asks; the host sees what it asked. */
static void ask(uint64_t base, uint64_t top, uint64_t ripas, uint64_t flags)
{
	const uint64_t x[18] = { RSI_IPA_STATE_SET, base, top, ripas, flags };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	assert_int_equal(exit.ripas_base, base);
	assert_int_equal(exit.ripas_top, top);
	assert_int_equal(exit.ripas_value, ripas);
}

/* What the realm is told. */
static void answer(uint64_t flags, uint64_t new_base, uint64_t response)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_resume(&r, 0, flags, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], new_base);
	assert_int_equal(out.x[2], response);
}

/* Pages 0-5: UNASSIGNED EMPTY, RAM, DESTROYED; ASSIGNED EMPTY, RAM, DESTROYED. */
static void make_all_kinds(void)
{
	for (unsigned int assigned = 0; assigned < 2; assigned++) {
		for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++) {
			uint64_t at = PAGE(assigned * 3 + ripas);

			if (ripas != RMI_EMPTY)
				world_ram(&r, at, GRANULE_SIZE);
			if (ripas == RMI_DESTROYED) {
				world_populate(&r, at, GRANULE_SIZE);
				world_unpopulate(&r, at, GRANULE_SIZE);
			}
			if (assigned)
				world_populate(&r, at, GRANULE_SIZE);
		}
	}
}

/* The table of transitions. */
static void test_transitions(void **state)
{
	(void)state;
	for (unsigned int run = 0; run < 4; run++) {
		uint64_t wanted = run & 1 ? RMI_RAM : RMI_EMPTY;
		bool destroyed = run & 2;

		if (run != 0)
			setup(NULL);
		make_all_kinds();
		world_activate(&r);
		for (unsigned int i = 0; i < 6; i++) {
			uint64_t was = i % 3, addr, desc;
			bool stops = was == RMI_DESTROYED && !destroyed;
			struct world_entry before = world_entry(&r, PAGE(i)), after;

			if (world_translate(&r, PAGE(i), &addr, &desc)) {
				memset(world_mem(addr), 0x21, GRANULE_SIZE);
			}
			ask(PAGE(i), PAGE(i + 1), wanted, destroyed ? RSI_IPA_STATE_FLAG_DESTROYED : 0);
			if (stops)
				SET_FAILS(RTT(3), r.rd, r.rec[0], PAGE(i), PAGE(i + 1));
			else
				SET_REACHES(PAGE(i + 1), r.rd, r.rec[0], PAGE(i), PAGE(i + 1));
			answer(0, PAGE(stops ? i : i + 1), RSI_ACCEPT);
			after = world_entry(&r, PAGE(i));
			assert_int_equal(after.state, before.state);
			assert_int_equal(after.desc, before.desc);
			assert_int_equal(after.ripas, stops ? RMI_DESTROYED : wanted);
			assert_int_equal(world_translate(&r, PAGE(i), &addr, &desc),
					 after.state == RMI_ASSIGNED && after.ripas == RMI_RAM);
		}
		/* What was RAM gets its content back, nothing is wiped. */
		if (!destroyed && wanted == RMI_EMPTY) {
			uint64_t addr, desc;

			ask(PAGE(4), PAGE(5), RMI_RAM, 0);
			SET_REACHES(PAGE(5), r.rd, r.rec[0], PAGE(4), PAGE(5));
			answer(0, PAGE(5), RSI_ACCEPT);
			assert_true(world_translate(&r, PAGE(4), &addr, &desc));
			assert_int_equal(*(uint8_t *)world_mem(addr), 0x21);
		}
		if (run != 3)
			teardown(NULL);
	}
}

static void test_set_progress(void **state)
{
	(void)state;
	world_ram(&r, PAGE(5), GRANULE_SIZE);
	world_populate(&r, PAGE(5), GRANULE_SIZE);
	world_unpopulate(&r, PAGE(5), GRANULE_SIZE);
	check_ripas(5, 6, RMI_DESTROYED);
	world_activate(&r);
	ask(PAGE(0), WORLD_RAM + 3 * SPAN2, RMI_RAM, 0);
	/* In the host's steps. */
	SET_REACHES(PAGE(2), r.rd, r.rec[0], PAGE(0), PAGE(2));
	check_ripas(0, 2, RMI_RAM);
	check_ripas(2, 5, RMI_EMPTY);
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(0), PAGE(2)); /* not twice */
	/* Up to a DESTROYED page, where it ends. */
	SET_REACHES(PAGE(5), r.rd, r.rec[0], PAGE(2), WORLD_RAM + 3 * SPAN2);
	check_ripas(0, 5, RMI_RAM);
	check_ripas(5, 6, RMI_DESTROYED);
	check_ripas(6, 512, RMI_EMPTY);
	SET_FAILS(RTT(3), r.rd, r.rec[0], PAGE(5), PAGE(6));
	answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, PAGE(5), RSI_REJECT);
	/* The table ends, then entries of level 2. */
	ask(PAGE(5), WORLD_RAM + 3 * SPAN2, RMI_RAM, RSI_IPA_STATE_FLAG_DESTROYED);
	SET_REACHES(PAGE(512), r.rd, r.rec[0], PAGE(5), WORLD_RAM + 3 * SPAN2);
	check_ripas(0, 512, RMI_RAM);
	/* Whole entries only. */
	SET_FAILS(RTT(2), r.rd, r.rec[0], PAGE(512), PAGE(513));
	SET_REACHES(WORLD_RAM + 2 * SPAN2, r.rd, r.rec[0], PAGE(512), WORLD_RAM + 3 * SPAN2 - GRANULE_SIZE);
	assert_int_equal(world_entry(&r, WORLD_RAM + 2 * SPAN2).ripas, RMI_EMPTY);
	SET_REACHES(WORLD_RAM + 3 * SPAN2, r.rd, r.rec[0], WORLD_RAM + 2 * SPAN2, WORLD_RAM + 3 * SPAN2);
	answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, WORLD_RAM + 3 * SPAN2,
	       RSI_ACCEPT); /* nothing left to refuse */
	/* A table stops entries of level 2. */
	ask(WORLD_RAM - SPAN2, PAGE(2), RMI_RAM, 0);
	SET_REACHES(WORLD_RAM, r.rd, r.rec[0], WORLD_RAM - SPAN2, PAGE(2));
	SET_REACHES(PAGE(2), r.rd, r.rec[0], WORLD_RAM, PAGE(2));
	answer(0, PAGE(2), RSI_ACCEPT);
	/* base_align. */
	ask(WORLD_RAM + 3 * SPAN2 + GRANULE_SIZE, WORLD_RAM + 5 * SPAN2, RMI_RAM, 0);
	SET_FAILS(RTT(2), r.rd, r.rec[0], WORLD_RAM + 3 * SPAN2 + GRANULE_SIZE, WORLD_RAM + 5 * SPAN2);
	answer(0, WORLD_RAM + 3 * SPAN2 + GRANULE_SIZE, RSI_ACCEPT);
	/* EMPTY can't be refused. */
	ask(PAGE(0), PAGE(4), RMI_EMPTY, 0);
	answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT, PAGE(0), RSI_ACCEPT);
}

/* A table stands in a range that has all of it: what it says of its pages is theirs, and it stays. */
static void test_set_stops_at_table(void **state)
{
	const uint64_t base = WORLD_RAM - SPAN2, top = WORLD_RAM + SPAN2;

	(void)state;
	world_activate(&r);
	for (uint64_t i = 0; i < 2; i++) {
		enum rmi_ripas ripas = i == 0 ? RMI_RAM : RMI_EMPTY;

		ask(base, top, ripas, 0);
		SET_REACHES(WORLD_RAM, r.rd, r.rec[0], base, top);
		assert_int_equal(world_entry(&r, base).ripas, ripas);
		assert_int_equal(world_entry(&r, WORLD_RAM).level, 3);
		check_ripas(0, 512, i == 0 ? RMI_EMPTY : RMI_RAM);
		SET_REACHES(top, r.rd, r.rec[0], WORLD_RAM, top);
		check_ripas(0, 512, ripas);
		answer(0, top, RSI_ACCEPT);
	}
}

/* x3 [63:8] and x4 but bit 0 are reserved (SBZ): what a realm leaves there changes nothing (docs/limits.md). */
static void test_reserved_bits(void **state)
{
	const uint64_t rubbish = ~UINT64_C(0xff), flags = ~UINT64_C(1);
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	make_all_kinds();
	world_activate(&r);
	for (unsigned int i = 0; i < 4; i++) {
		bool destroyed = (i & 1) != 0, ram = (i & 2) != 0;
		const uint64_t x[18] = { RSI_IPA_STATE_SET, PAGE(5), PAGE(6),
					 rubbish | (ram ? RMI_RAM : RMI_EMPTY),
					 flags | (destroyed ? RSI_IPA_STATE_FLAG_DESTROYED : 0) };

		assert_true(world_smc_exits(&r, 0, x, &out, &exit));
		assert_int_equal(exit.ripas_value, ram ? RMI_RAM : RMI_EMPTY);
		if (destroyed)
			SET_REACHES(PAGE(6), r.rd, r.rec[0], PAGE(5), PAGE(6));
		else if (i == 0)
			SET_FAILS(RTT(3), r.rd, r.rec[0], PAGE(5), PAGE(6)); /* DESTROYED, and to stay so */
		answer(0, destroyed ? PAGE(6) : PAGE(5), RSI_ACCEPT);
	}
	/* The byte that counts is looked at. */
	assert_int_equal(world_smc(&r, RSI_IPA_STATE_SET, PAGE(0), PAGE(1), rubbish | RMI_DESTROYED).x[0],
			 RSI_ERROR_INPUT);
}

/* In a NEW realm INIT_RIPAS makes what is DESTROYED RAM, as it does with EMPTY (docs/limits.md). */
static void test_init_over_destroyed(void **state)
{
	(void)state;
	make_all_kinds();
	INIT_REACHES(PAGE(3), r.rd, PAGE(0), PAGE(3));
	check_ripas(0, 3, RMI_RAM);
}

static void test_set_fails(void **state)
{
	const uint64_t bad[] = { 0, UINT64_MAX, r.rd + 1, r.rtt, r.run, SIM_DRAM_BASE - GRANULE_SIZE };
	struct world_realm other;

	(void)state;
	world_realm(&other, NULL);
	world_activate(&r);
	/* Nobody asked. */
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(0), PAGE(1));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], 0, PAGE(1));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], 0, 0);
	ask(PAGE(2), PAGE(8), RMI_RAM, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		SET_FAILS(RMI_ERROR_INPUT, bad[i], r.rec[0], PAGE(2), PAGE(8));
		SET_FAILS(RMI_ERROR_INPUT, r.rd, bad[i], PAGE(2), PAGE(8));
	}
	SET_FAILS(RMI_ERROR_INPUT, r.rec[0], r.rec[0], PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rd, PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.aux[0][0], PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_REC, other.rd, r.rec[0], PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_REC, r.rd, other.rec[0], PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[1], PAGE(2), PAGE(8)); /* did not ask */
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), PAGE(2));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), PAGE(1));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), PAGE(3) + 1);
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), PAGE(2) + 0x800);
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(1), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(3), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), PAGE(9));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(2), ~UINT64_C(0xfff));
	/* It runs. */
	granule_get(granule_find(pa(r.rec[0])), 1);
	SET_FAILS(RMI_ERROR_REC, r.rd, r.rec[0], PAGE(2), PAGE(8));
	granule_put(granule_find(pa(r.rec[0])), 1);
	SET_REACHES(PAGE(8), r.rd, r.rec[0], PAGE(2), PAGE(8));
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(8), PAGE(9));
	answer(0, PAGE(8), RSI_ACCEPT);
	/* The request is gone. */
	SET_FAILS(RMI_ERROR_INPUT, r.rd, r.rec[0], PAGE(8), PAGE(9));
	world_end(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_init),
		TEST(test_init_measures),
		TEST(test_init_stops),
		TEST(test_init_fails),
		TEST(test_transitions),
		TEST(test_set_progress),
		TEST(test_set_fails),
		TEST(test_reserved_bits),
		TEST(test_init_over_destroyed),
		TEST(test_set_stops_at_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
