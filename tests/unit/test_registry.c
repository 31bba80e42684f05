/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registry of realms: identifiers, VMIDs, and the table from RID to RD, against a naive model of it;
 * and the numbering of RECs (DEN0137 A2.3.2).
 */
#include "world.h"

#include "model/realm.h"
#include "model/rec.h"

#define RDS 48U
#define SLOTS UINT64_C(131072) /* of the table: a RID's low bits say where it would like to be */

static uint64_t rd_pa[RDS];

static struct granule *rd(unsigned int i)
{
	return granule_find(pa(rd_pa[i]));
}

static int setup(void **state)
{
	(void)state;
	world_reset();
	for (unsigned int i = 0; i < RDS; i++)
		rd_pa[i] = world_delegated();
	return 0;
}

/* --- The table ----------------------------------------------------------------------------------------------- */

/* What is registered, by index; the model of the table. */
static bool present[RDS];

static void check_all(void)
{
	for (unsigned int i = 0; i < RDS; i++)
		assert_ptr_equal(registry_find(realm_of(rd(i))->rid), present[i] ? rd(i) : NULL);
}

static void toggle(unsigned int i)
{
	if (present[i])
		registry_remove(rd(i));
	else
		registry_add(rd(i));
	present[i] = !present[i];
	check_all();
}

/* RIDs of five homes in a row, across the end of the table: runs, gaps and wraps of all kinds. */
static void test_collisions(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < RDS; i++)
		realm_of(rd(i))->rid = (struct csm_rid){ (SLOTS - 3 + i % 5) % SLOTS + (i % 2) * SLOTS, i };
	for (unsigned int i = 0; i < RDS; i++)
		toggle(i);
	for (unsigned int i = 0; i < RDS; i++)
		toggle(i); /* oldest first */
	for (unsigned int n = 0; n < 4000; n++) {
		random = random * 1664525 + 1013904223;
		toggle((random >> 16) % RDS);
	}
	for (unsigned int i = RDS; i > 0; i--) {
		if (present[i - 1])
			toggle(i - 1);
	}
}

/* Both halves of a RID count. */
static void test_halves(void **state)
{
	(void)state;
	realm_of(rd(0))->rid = (struct csm_rid){ 7, 9 };
	registry_add(rd(0));
	assert_ptr_equal(registry_find((struct csm_rid){ 7, 9 }), rd(0));
	assert_null(registry_find((struct csm_rid){ 7, 8 }));
	assert_null(registry_find((struct csm_rid){ 9, 7 }));
	assert_null(registry_find((struct csm_rid){ 7 + SLOTS, 9 }));
	/* Removed while not registered: the monitor's own fault. */
	realm_of(rd(1))->rid = (struct csm_rid){ 7, 10 };
	expect_assert_failure(registry_remove(rd(1)));
	/* The lock is still held after that; nothing else may be asked for. */
}

/* --- Identifiers and VMIDs --------------------------------------------------------------------------------- */

static void test_identifiers(void **state)
{
	struct csm_rid rid[256];

	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		/* As good as random: no half is a small number, none looks like another. */
		rid[i] = registry_new_rid();
		assert_true(rid[i].lo > UINT32_MAX && rid[i].hi > UINT32_MAX);
		for (unsigned int k = 0; k < i; k++) {
			assert_false(rid_equal(rid[i], rid[k]));
			assert_int_not_equal(rid[i].lo, rid[k].lo);
			assert_int_not_equal(rid[i].hi, rid[k].hi);
		}
	}
	/* Another boot, another key: nothing can be told from the last one. */
	assert_true(registry_init());
	for (unsigned int i = 0; i < 256; i++) {
		struct csm_rid next = registry_new_rid();

		for (unsigned int k = 0; k < 256; k++)
			assert_false(rid_equal(next, rid[k]));
	}
}

static void test_vmids(void **state)
{
	const uint16_t some[] = { 0, 1, 63, 64, 255, 256, 0x7fff, 0x8000, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		assert_true(registry_reserve_vmid(some[i]));
		for (size_t k = 0; k <= i; k++)
			assert_false(registry_reserve_vmid(some[k]));
	}
	registry_release_vmid(64);
	assert_false(registry_reserve_vmid(63));
	assert_true(registry_reserve_vmid(64));
	sim_features()->vmid_bits = 8;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		registry_release_vmid(some[i]);
		assert_int_equal(registry_reserve_vmid(some[i]), some[i] < 256);
		registry_release_vmid(some[i]);
	}
}

/* --- RECs ------------------------------------------------------------------------------------------------------- */

static void test_mpidr(void **state)
{
	/* Index; aff3.aff2.aff1.aff0 as the host writes it, as the realm reads it. */
	const struct {
		uint64_t index, rmi, el1;
	} rules[] = {
		{ 0, 0, 0x80000000 },
		{ 1, 1, 0x80000001 },
		{ 15, 15, 0x8000000f },
		{ 16, 0x100, 0x80000100 },
		{ 0xfff, 0xff0f, 0x8000ff0f },
		{ 4096, 0x10000, 0x80010000 },
		{ 1048576, 0x1000000, UINT64_C(0x180000000) },
		{ 0x5aa3c2f, 0x5aa3c20f, UINT64_C(0x5a80a3c20f) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		assert_int_equal(rec_index_of_rmi_mpidr(rules[i].rmi), rules[i].index);
		assert_int_equal(rec_mpidr(rules[i].rmi), rules[i].el1);
		assert_int_equal(rec_index_of_mpidr(rules[i].el1), rules[i].index);
	}
	/* The other bits of what a realm passes to PSCI don't count. */
	assert_int_equal(rec_index_of_mpidr(UINT64_C(0xffffff00ff0000f2)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_collisions, setup),
		cmocka_unit_test_setup(test_identifiers, setup),
		cmocka_unit_test_setup(test_vmids, setup),
		cmocka_unit_test_setup(test_mpidr, setup),
		cmocka_unit_test_setup(test_halves, setup), /* last: it leaves the registry locked */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
