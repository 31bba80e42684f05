/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's plan of what is measured: its steps, and what it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/plan.h"

#define PAGE GRANULE_SIZE
#define MIB ABI_U64(0x100000)
#define GIB ABI_U64(0x40000000)

static void test_geometry(void **state)
{
	static const struct {
		unsigned int bits, level, count;
	} expected[] = {
		{ 32, 2, 4 }, { 34, 2, 16 }, { 35, 1, 1 }, { 39, 1, 1 },
		{ 40, 1, 2 }, { 43, 1, 16 }, { 44, 0, 1 }, { 48, 0, 1 },
	};
	unsigned int count;
	int64_t level;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(host_geometry(expected[i].bits, &level, &count));
		assert_int_equal(level, expected[i].level);
		assert_int_equal(count, expected[i].count);
	}
	assert_false(host_geometry(53, &level, &count));
}

static void test_ripas_runs(void **state)
{
	/* From `base` to `top` the first run ends at `end`, with entries of `level`. */
	static const struct {
		int64_t start;
		uint64_t base, top, end;
		int64_t level;
	} expected[] = {
		{ 1, GIB, 3 * GIB, 3 * GIB, 1 },
		{ 2, GIB, 3 * GIB, 2 * GIB, 2 }, /* to the end of a table */
		{ 1, GIB, 3 * GIB + 2 * MIB, 3 * GIB, 1 },
		{ 1, 3 * GIB, 3 * GIB + 2 * MIB, 3 * GIB + 2 * MIB, 2 },
		{ 1, GIB, 2 * GIB - PAGE, 2 * GIB - 2 * MIB, 2 },
		{ 1, 2 * GIB - 2 * MIB, 2 * GIB - PAGE, 2 * GIB - PAGE, 3 },
		{ 1, GIB + 2 * MIB, 4 * GIB, 2 * GIB, 2 },
		{ 1, GIB + PAGE, 4 * GIB, GIB + 2 * MIB, 3 },
		{ 1, GIB, GIB + PAGE, GIB + PAGE, 3 },
		{ 0, 0, 1024 * GIB, 1024 * GIB, 0 },
		{ 0, 0, 511 * GIB, 511 * GIB, 1 },
	};
	int64_t level;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_int_equal(host_ripas_run(expected[i].start, expected[i].base, expected[i].top, &level),
				 expected[i].end);
		assert_int_equal(level, expected[i].level);
	}
}

static uint8_t content[3 * PAGE];

static const struct host_realm_config good = {
	.ipa_bits = 40,
	.num_bps = 5,
	.num_wps = 3,
	.image = content,
	.image_size = PAGE + 1,
	.ram_base = 0x80000000 - PAGE,
	.ram_size = 4 * MIB + PAGE,
	.entry = 0x80000000 + 4 * MIB - 4,
};

static void expect_step(struct host_plan *plan, enum host_step_kind kind, uint64_t base, uint64_t top)
{
	struct host_step step;

	assert_true(host_plan_next(plan, &step));
	assert_int_equal(step.kind, kind);
	assert_int_equal(step.base, base);
	assert_int_equal(step.top, top);
}

static void expect_data(struct host_plan *plan, uint64_t base, const uint8_t *from, size_t size)
{
	struct host_step step;

	assert_true(host_plan_next(plan, &step));
	assert_int_equal(step.kind, HOST_STEP_DATA);
	assert_int_equal(step.base, base);
	assert_ptr_equal(step.content, from);
	assert_int_equal(step.size, size);
}

/* All RAM, then the pieces as they stand, then the REC; nothing more. */
static void test_steps(void **state)
{
	const struct host_piece pieces[] = {
		{ 0x80003000, content + 5, PAGE, false },
		{ 0x80001000, content, 2 * PAGE - 1, false },
	};
	struct host_realm_config config = good;
	struct host_step step;
	struct host_plan plan;

	(void)state;
	config.pieces = pieces;
	config.piece_count = 2;
	assert_null(host_plan_fault(&config).what);
	host_plan_begin(&plan, &config);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000 - PAGE, 0x80000000);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000, 0x80000000 + 4 * MIB);
	expect_data(&plan, 0x7ffff000, content, PAGE);
	expect_data(&plan, 0x80000000, content + PAGE, 1);
	expect_data(&plan, 0x80003000, content + 5, PAGE);
	expect_data(&plan, 0x80001000, content, PAGE);
	expect_data(&plan, 0x80002000, content + PAGE, PAGE - 1);
	expect_step(&plan, HOST_STEP_REC, 0, 0);
	assert_false(host_plan_next(&plan, &step));
	assert_false(host_plan_next(&plan, &step));

	config.image_size = 0;
	host_plan_begin(&plan, &config);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000 - PAGE, 0x80000000);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000, 0x80000000 + 4 * MIB);
	expect_data(&plan, 0x80003000, content + 5, PAGE);
}

static void test_page(void **state)
{
	uint8_t page[PAGE];

	(void)state;
	memset(content, 0x11, sizeof(content));
	memset(page, 0xee, sizeof(page));
	host_fill_page(page, 0, content, 7);
	for (size_t i = 0; i < PAGE; i++)
		assert_int_equal(page[i], i < 7 ? 0x11 : 0);
	memset(page, 0xee, sizeof(page));
	host_fill_page(page, 5, content, 7);
	for (size_t i = 0; i < PAGE; i++)
		assert_int_equal(page[i], i >= 5 && i < 12 ? 0x11 : 0);
}

/* Exactly the measured fields. */
static void test_params(void **state)
{
	struct host_realm_config config = good;
	struct rmi_realm_params params, expected;

	(void)state;
	config.flags = RMI_REALM_FLAG_SVE | RMI_REALM_FLAG_PMU;
	config.sve_vl = 2;
	config.pmu_num_ctrs = 7;
	config.hash_algo = RMI_HASH_SHA_512;
	memset(config.rpv, 0x55, sizeof(config.rpv));
	memset(&params, 0, sizeof(params));
	memset(&expected, 0, sizeof(expected));
	expected.flags = 6;
	expected.s2sz = 40;
	expected.sve_vl = 2;
	expected.num_bps = 5;
	expected.num_wps = 3;
	expected.pmu_num_ctrs = 7;
	expected.hash_algo = 1;
	host_plan_params(&config, &params);
	assert_memory_equal(&params, &expected, sizeof(params));
}

static const char *fault_of_pieces(const struct host_piece *pieces, unsigned int count)
{
	struct host_realm_config config = good;

	config.pieces = pieces;
	config.piece_count = count;
	return host_plan_fault(&config).what;
}

static void test_faults(void **state)
{
	const uint64_t end = good.ram_base + good.ram_size;
	const struct host_piece at_end = { end - 2 * PAGE, content, 2 * PAGE, false };
	const struct host_piece beyond = { end - 2 * PAGE, content, 2 * PAGE + 1, false };
	const struct host_piece outside = { end, content, 1, false };
	const struct host_piece before = { good.ram_base - PAGE, content, PAGE, false };
	const struct host_piece huge = { 0x80100000, content, SIZE_MAX, false };
	const struct host_piece empty = { 0x80100000, content, 0, false };
	const struct host_piece on_image = { 0x80000000, content, 1, false }; /* the image's second page */
	const struct host_piece twice[] = { { 0x80100000, content, PAGE + 1, false },
					    { 0x80101000, content, 1, false } };
	struct host_realm_config config = good;

	(void)state;
	assert_null(host_plan_fault(&good).what);
	assert_null(fault_of_pieces(&at_end, 1));
	assert_non_null(fault_of_pieces(&beyond, 1));
	assert_non_null(fault_of_pieces(&outside, 1));
	assert_non_null(fault_of_pieces(&before, 1));
	assert_non_null(fault_of_pieces(&huge, 1));
	assert_non_null(fault_of_pieces(&empty, 1));
	assert_non_null(fault_of_pieces(&on_image, 1));
	assert_null(fault_of_pieces(twice, 1));
	assert_non_null(fault_of_pieces(twice, 2));

	config.image_size = 0;
	assert_non_null(host_plan_fault(&config).what);
	config = good;
	config.ram_size = UINT64_MAX - PAGE + 1;
	assert_non_null(host_plan_fault(&config).what);
	config = good;
	config.ram_base = (ABI_U64(1) << 39) - PAGE; /* its end is not protected */
	assert_non_null(host_plan_fault(&config).what);
	config = good;
	config.ipa_bits = 256 + 40;
	assert_non_null(host_plan_fault(&config).what);
	config = good;
	config.hash_algo = (enum rmi_hash_algorithm)2;
	assert_non_null(host_plan_fault(&config).what);
}

/* Of two pieces with a page in common both are named, in a page that neither begins, too. */
static void test_culprits(void **state)
{
	const struct host_piece pieces[] = { { 0x80100000, content, PAGE, false },
					     { 0x80200010, content, 1, false },
					     { 0x80200ff0, content, 1, false } };
	struct host_realm_config config = good;
	struct host_fault fault;

	(void)state;
	config.pieces = pieces;
	config.piece_count = 2;
	assert_null(host_plan_fault(&config).what);
	config.piece_count = 3;
	fault = host_plan_fault(&config);
	assert_string_equal(fault.what, "two pieces have a page in common");
	assert_int_equal(fault.count, 2);
	assert_int_equal(fault.piece[0], 2); /* the image is piece 0 */
	assert_int_equal(fault.piece[1], 3);
	config.ram_size = 2 * MIB;
	fault = host_plan_fault(&config);
	assert_string_equal(fault.what, "a piece does not lie in RAM");
	assert_int_equal(fault.count, 1);
	assert_int_equal(fault.piece[0], 2);
}

static const char *fault_of(struct host_realm_config config)
{
	return host_plan_fault(&config).what;
}

/* The last value that RmiFeatureRegister0 can offer, and the first that it can't. */
static void test_limits(void **state)
{
	struct host_realm_config config = good;

	(void)state;
	config.sve_vl = 15, config.num_bps = config.num_wps = 63, config.pmu_num_ctrs = 31;
	assert_null(fault_of(config));
	config.num_bps = config.num_wps = 1;
	assert_null(fault_of(config));
#define FAULTY(field, value, words)                          \
	do {                                                 \
		struct host_realm_config c = good;           \
		c.field = value;                             \
		assert_non_null(fault_of(c));                \
		assert_non_null(strstr(fault_of(c), words)); \
	} while (0)
	FAULTY(sve_vl, 16, "SVE");
	FAULTY(sve_vl, 128, "SVE");
	FAULTY(num_bps, 64, "breakpoints");
	FAULTY(num_bps, 0, "breakpoints");
	FAULTY(num_wps, 64, "watchpoints");
	FAULTY(num_wps, 0, "watchpoints");
	FAULTY(num_wps, 256, "watchpoints");
	FAULTY(pmu_num_ctrs, 32, "PMU");
	FAULTY(entry, good.entry + 2, "multiple of 4");
	FAULTY(entry, good.entry + 4, "lie in RAM");
	FAULTY(entry, good.ram_base - 4, "lie in RAM");
	FAULTY(entry, 0, "lie in RAM");
#undef FAULTY
}

/* RAM in several ranges, in their order; a piece, and the entry, may lie in any. */
static void test_more_ram(void **state)
{
	struct host_range more[] = { { 0x90000000, 2 * PAGE }, { 0, PAGE } };
	const struct host_piece firmware = { 0, content, PAGE, true };
	struct host_realm_config config = good;
	struct host_step step;
	struct host_plan plan;

	(void)state;
	config.image_size = 0;
	config.pieces = &firmware;
	config.piece_count = 1;
	config.entry = 0x10;
	assert_string_equal(fault_of(config), "a piece does not lie in RAM");
	config.more_ram = more;
	config.more_ram_count = 2;
	assert_null(fault_of(config));
	host_plan_begin(&plan, &config);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000 - PAGE, 0x80000000);
	expect_step(&plan, HOST_STEP_RIPAS, 0x80000000, 0x80000000 + 4 * MIB);
	expect_step(&plan, HOST_STEP_RIPAS, 0x90000000, 0x90000000 + 2 * PAGE);
	expect_step(&plan, HOST_STEP_RIPAS, 0, PAGE);
	assert_true(host_plan_next(&plan, &step));
	assert_int_equal(step.kind, HOST_STEP_DATA);
	assert_true(step.unmeasured);
	more[0].base = 0x80000000 + 4 * MIB;
	assert_null(fault_of(config));
	more[0].base -= PAGE;
	assert_string_equal(fault_of(config), "two ranges of RAM have a page in common");
	more[0].base = PAGE + 1;
	assert_non_null(strstr(fault_of(config), "not made of pages"));
}

/* A piece that begins and ends somewhere in a page: from there to the page's end, pages, and the rest. */
static void test_unaligned(void **state)
{
	const struct host_piece piece = { 0x80100ff0, content, PAGE + 0x20, false };
	struct host_realm_config config = good;
	struct host_step step;
	struct host_plan plan;
	const size_t before[] = { 0xff0, 0, 0 }, size[] = { 0x10, PAGE, 0x10 };

	(void)state;
	config.image_size = 0;
	config.pieces = &piece;
	config.piece_count = 1;
	assert_null(fault_of(config));
	host_plan_begin(&plan, &config);
	do {
		assert_true(host_plan_next(&plan, &step));
	} while (step.kind == HOST_STEP_RIPAS);
	for (unsigned int i = 0, done = 0; i < 3; i++) {
		assert_int_equal(step.kind, HOST_STEP_DATA);
		assert_int_equal(step.base, 0x80100000 + i * PAGE);
		assert_int_equal(step.before, before[i]);
		assert_int_equal(step.size, size[i]);
		assert_ptr_equal(step.content, content + done);
		done += (unsigned int)size[i];
		assert_true(host_plan_next(&plan, &step));
	}
	assert_int_equal(step.kind, HOST_STEP_REC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometry), cmocka_unit_test(test_ripas_runs),
		cmocka_unit_test(test_steps),    cmocka_unit_test(test_page),
		cmocka_unit_test(test_params),   cmocka_unit_test(test_faults),
		cmocka_unit_test(test_culprits), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_more_ram), cmocka_unit_test(test_unaligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
