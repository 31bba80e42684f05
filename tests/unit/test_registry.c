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

/* RIDs of five homes in a row: runs and gaps of all kinds. */
static void collide(uint64_t home)
{
	uint32_t random = 1;

	for (unsigned int i = 0; i < RDS; i++)
		realm_of(rd(i))->rid = (struct csm_rid){ (home + i % 5) % SLOTS + (i % 2) * SLOTS, i };
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

/* In the table's midst, and across its end. */
static void test_collisions(void **state)
{
	(void)state;
	collide(1000);
	collide(SLOTS - 3);
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
	registry_remove(rd(0));
}

static unsigned int num_waits;

static void stop_waiting(void)
{
	num_waits++;
	mock_assert(0, "waits for the registry's lock", __FILE__, __LINE__);
}

/* Who removes what is not registered, the monitor's own fault, leaves the lock taken: all others wait for it. */
static void test_locked(void **state)
{
	(void)state;
	realm_of(rd(1))->rid = (struct csm_rid){ 7, 10 };
	expect_assert_failure(registry_remove(rd(1)));
	num_waits = 0;
	sim_at_points(NULL, stop_waiting);
	expect_assert_failure(registry_reserve_vmid(1));
	expect_assert_failure(registry_release_vmid(1));
	expect_assert_failure(registry_new_rid());
	expect_assert_failure(registry_add(rd(1)));
	expect_assert_failure(registry_remove(rd(1)));
	expect_assert_failure(registry_find(realm_of(rd(1))->rid));
	sim_at_points(NULL, NULL);
	assert_int_equal(num_waits, 6);
}

/* --- Identifiers and VMIDs --------------------------------------------------------------------------------- */

static const uint8_t *fixed_key; /* instead of entropy */

bool __real_port_entropy(void *to, size_t size);
bool __wrap_port_entropy(void *to, size_t size);

bool __wrap_port_entropy(void *to, size_t size)
{
	if (fixed_key == NULL)
		return __real_port_entropy(to, size);
	assert_int_equal(size, 16);
	memcpy(to, fixed_key, size);
	return true;
}

/* AES-128 of 1 and of 2, as OpenSSL has it, under the key of FIPS 197's first example. */
static void test_known_identifiers(void **state)
{
	const uint8_t key[16] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
				  0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
	const struct csm_rid known[2] = {
		{ UINT64_C(0x9d9633529b37597e), UINT64_C(0x3ecb35e32cada525) },
		{ UINT64_C(0x91ac09d23bc2b01f), UINT64_C(0xcdeb852d8aabe31e) },
	};

	(void)state;
	fixed_key = key;
	assert_true(registry_init());
	fixed_key = NULL;
	for (unsigned int i = 0; i < 2; i++)
		assert_true(rid_equal(registry_new_rid(), known[i]));
	assert_true(registry_init());
}

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
		cmocka_unit_test_setup(test_known_identifiers, setup), /* first: no realm has been counted */
		cmocka_unit_test_setup(test_collisions, setup),
		cmocka_unit_test_setup(test_identifiers, setup),
		cmocka_unit_test_setup(test_vmids, setup),
		cmocka_unit_test_setup(test_mpidr, setup),
		cmocka_unit_test_setup(test_halves, setup),
		cmocka_unit_test_setup(test_locked, setup), /* last: it leaves the registry locked */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
