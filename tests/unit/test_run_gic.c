/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which list registers a host may give a realm (DEN0137 A6.1; IHI0069), on interfaces of all kinds.
 */
#include "pe.h"

#define PENDING (UINT64_C(1) << 62)
#define ACTIVE (UINT64_C(1) << 63)
#define HW (UINT64_C(1) << 61)
#define GROUP1 (UINT64_C(1) << 60)
#define PRIORITY(p) ((uint64_t)(p) << 48)
#define EOI (UINT64_C(1) << 41)

struct interface {
	uint64_t lists, priority_bits, id_bits; /* minus one, minus one, as ICH_VTR_EL2 has it */
	bool extended;
};

static void make(struct interface i)
{
	pe_reset();
	pe_write("ich_vtr_el2", i.priority_bits << 29 | UINT64_C(4) << 26 | i.id_bits << 23 | i.lists);
	pe_write("icc_ctlr_el1", i.extended ? UINT64_C(1) << 19 : 0);
	gic_init();
}

static const struct interface common = { .lists = 3, .priority_bits = 4 };

static bool takes(unsigned int n, uint64_t lr)
{
	struct rmi_rec_enter enter = { .gicv3_lrs[0] = 0 };

	enter.gicv3_lrs[n] = lr;
	return run_gic_is_valid(&enter);
}

static void test_intids(void **state)
{
	static const struct {
		uint64_t intid;
		bool common, extended, wide;
	} rows[] = {
		{ 0, true, true, true },
		{ 31, true, true, true },
		{ 1019, true, true, true },
		{ 1020, false, false, false },
		{ 1023, false, false, false },
		{ 1024, false, false, false },
		{ 1055, false, false, false },
		{ 1056, false, true, false },
		{ 1119, false, true, false },
		{ 1120, false, false, false },
		{ 4095, false, false, false },
		{ 4096, false, true, false },
		{ 5119, false, true, false },
		{ 5120, false, false, false },
		{ 8191, false, false, false },
		{ 8192, true, true, true },
		{ 65535, true, true, true },
		{ 65536, false, false, true },
		{ 0xffffff, false, false, true },
		{ 0x1000000, false, false, false },
		{ 0xffffffff, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make(common);
		assert_int_equal(takes(0, PENDING | rows[i].intid), rows[i].common);
		make((struct interface){ .lists = 3, .priority_bits = 4, .extended = true });
		assert_int_equal(takes(1, ACTIVE | rows[i].intid), rows[i].extended);
		make((struct interface){ .lists = 3, .priority_bits = 4, .id_bits = 1 });
		assert_int_equal(takes(2, PENDING | ACTIVE | rows[i].intid), rows[i].wide);
	}
}

/* A list register that is invalid may have anything in it. Those that the interface has not are not looked at. */
static void test_state(void **state)
{
	(void)state;
	make(common);
	assert_true(takes(0, ~(PENDING | ACTIVE)));
	assert_true(takes(4, ~UINT64_C(0)));
	assert_false(takes(3, ~UINT64_C(0)));
}

/* A physical interrupt is not the realm's to end; the fields' other bits are zero. */
static void test_fields(void **state)
{
	(void)state;
	make(common);
	assert_true(takes(0, PENDING | GROUP1 | 40));
	assert_true(takes(0, PENDING | EOI | 40));
	assert_false(takes(0, PENDING | HW | 40));
	for (unsigned int bit = 32; bit < 45; bit++)
		assert_int_equal(takes(0, PENDING | UINT64_C(1) << bit | 40), bit == 41);
}

/* Bits of priority that the interface has not are zero. */
static void test_priorities(void **state)
{
	(void)state;
	for (unsigned int bits = 5; bits <= 8; bits++) {
		make((struct interface){ .lists = 3, .priority_bits = bits - 1 });
		for (unsigned int p = 0; p < 256; p++)
			assert_int_equal(takes(0, PENDING | PRIORITY(p) | 40), (p & (0xffU >> bits)) == 0);
	}
}

/* An interrupt is in one list register. */
static void test_twice(void **state)
{
	struct rmi_rec_enter enter = { .gicv3_lrs = { PENDING | 40, PENDING | 41, ACTIVE | 42 } };

	(void)state;
	make(common);
	assert_true(run_gic_is_valid(&enter));
	enter.gicv3_lrs[3] = ACTIVE | PRIORITY(0x80) | 40;
	assert_false(run_gic_is_valid(&enter));
	enter.gicv3_lrs[3] = PRIORITY(0x80) | 40; /* invalid */
	assert_true(run_gic_is_valid(&enter));
	enter.gicv3_lrs[4] = PENDING | 40; /* there is no such */
	assert_true(run_gic_is_valid(&enter));
	enter.gicv3_lrs[0] = 0;
	enter.gicv3_lrs[3] = PENDING | 42;
	assert_false(run_gic_is_valid(&enter));
}

static void test_controls(void **state)
{
	struct rmi_rec_enter enter = { .gicv3_hcr = RMI_GICV3_HCR_ENTER_MASK };

	(void)state;
	make(common);
	assert_true(run_gic_is_valid(&enter));
	for (unsigned int bit = 0; bit < 64; bit++) {
		enter.gicv3_hcr = UINT64_C(1) << bit;
		assert_int_equal(run_gic_is_valid(&enter), (RMI_GICV3_HCR_ENTER_MASK >> bit & 1) != 0);
	}
}

/* More than a record has room for: those are all that the realm gets. */
static void test_many(void **state)
{
	(void)state;
	make((struct interface){ .lists = 31, .priority_bits = 4 });
	assert_false(takes(15, PENDING | HW | 40));
	assert_true(takes(15, PENDING | 40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intids), cmocka_unit_test(test_state),
		cmocka_unit_test(test_fields), cmocka_unit_test(test_priorities),
		cmocka_unit_test(test_twice),  cmocka_unit_test(test_controls),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
