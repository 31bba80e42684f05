/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm measurements: values computed apart from the monitor, and what does not count.
 */
#include <stdio.h>

#include "world.h"

#include "model/measurement.h"
#include "model/realm.h"

enum { V1, V2, V3, V4, V5, R1, ALL, NUM_VECTORS };

static const char *const vectors[2][NUM_VECTORS] = {
	{
		"f33498f22eed8d51fb28b95769b27275a8c69a469e26b0050f1e809c4e0146b4",
		"fbd5b9bd70020266fac4e8dec8194faaf39f385aea778ee18e268a94132556dc",
		"01771a5c1a4e46f94f768c1de1afc687cf2b40973b7ecefe3c5a5422443aba66",
		"d70dc8fe09fecfa6306eac274a4c529bc6f49704217d211234dd937a9051a73c",
		"34acfd005f1083e131169bb4bbe91106f77a42aa78653a1b90f7bc5ede7ddc75",
		"0b8f4c5b6adc4c087ab9f43aaeb6007084c264adcaa3cb07176b792342850412",
		"6d3a4a91a6c561a25fb83fd4e6d77136b32c24af2ae7ef61c03937a400c8470a",
	},
	{
		"1cda1fc639e5604da537f04e7f2d6f8e18894c86f4b64f3397783b090053ba0d"
		"81dd585810b5aad1e5c2ac5c65fa0c8ad8b125031ae2d3a987f0d84dd775c4c6",
		"2b218d9906c0a2343f03ed47522b3fa7f039bb09e49700538a135316fd2ab46e"
		"3b2eae68948f2e73e1421fc7721031c58ee72a59f9885e01c5dc116ba1f5e111",
		"22096667f46eca23e7caeddb5ab49f912d36dcbffa2a66739b88a563040cffc4"
		"f90e6198806277d1d4fd9f8d927ed322f295fee29b4da1185a9d888443df8739",
		"6ab002865bcdce84f85a0367c180a022aacbfabc0923bc08aa8b0ab39c4e95f0"
		"6841846b3bb52c90e4231a32acf3636fcfc692dad17592e0a3a0717fd0f6aa98",
		"7fd801ac53a383bfb3b49205145cc02af3128bd4de6a5f0e0a0a89492f5fe8e7"
		"09696f24a48c968283ebe7af71f8b1614b20acedc5afe21140b2587e44cde0d9",
		"45f803944fa5dff242947e1a9d4b7e6c8cf40eb842e4be8b2a309410214d7222"
		"f6b5f9faec854fe4a63db8f868180a6f9e4704f563f2d3886710fd9bf0610342",
		"2845a88d39c00f1fe134b662ec222a88bdb4fbc24c3ba3f9e0cfa67c852357b7"
		"f4abde86ccc25757fa342cafc2d551835c593a1b81c7207310074c9afbb72497",
	},
};

/* The slot holds the digest, and zero behind it. */
static void check(const struct realm *realm, unsigned int slot, unsigned int vector)
{
	const char *expected = vectors[realm->hash_algo][vector];
	char hex[2 * RSI_MEASUREMENT_SIZE + 1];

	for (size_t i = 0; i < RSI_MEASUREMENT_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", realm->measurement[slot][i]);
	for (size_t i = strlen(expected); i < 2 * RSI_MEASUREMENT_SIZE; i++) {
		assert_int_equal(hex[i], '0');
		hex[i] = '\0';
	}
	assert_string_equal(hex, expected);
}

static void test_vectors(void **state)
{
	static const uint8_t page[GRANULE_SIZE];
	uint8_t value[64];

	(void)state;
	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i + 1);
	for (uint8_t algo = 0; algo < 2; algo++) {
		struct realm realm = { .hash_algo = algo };
		struct rmi_realm_params params = {
			.s2sz = 40, .num_bps = 5, .num_wps = 3, .hash_algo = algo
		};
		struct rmi_rec_params rec = { .flags = 1,
					      .pc = 0x200000,
					      .gprs = { 1, 2, 3, 4, 5, 6, 7, 8 } };

		memset(realm.measurement, 0xee, sizeof(realm.measurement));
		/* What is not measured. */
		memset(params.rpv, 0x77, sizeof(params.rpv));
		params.vmid = 0x1234;
		params.rtt_base = 0x80000000;
		params.rtt_level_start = 1;
		params.rtt_num_start = 2;
		memset(params.sbz8, 0x99, sizeof(params.sbz8));
		rec.mpidr = 0x10;
		rec.num_aux = 3;
		rec.aux[0] = 0x80001000;
		memset(rec.sbz4, 0x99, sizeof(rec.sbz4));

		measurement_init(&realm, &params);
		check(&realm, 0, V1);
		for (unsigned int i = 1; i < RSI_NUM_MEASUREMENTS; i++) {
			for (size_t k = 0; k < RSI_MEASUREMENT_SIZE; k++)
				assert_int_equal(realm.measurement[i][k], 0);
		}
		measurement_extend_ripas(&realm, 0x200000, 0x400000);
		check(&realm, 0, V2);
		measurement_extend_data(&realm, ipa(0x200000), RMI_DATA_FLAG_MEASURE, page);
		check(&realm, 0, V3);
		measurement_extend_data(&realm, ipa(0x201000), 0, page);
		check(&realm, 0, V4);
		measurement_extend_rec(&realm, &rec);
		check(&realm, 0, V5);
		measurement_extend_rem(&realm, 4, value, 32);
		check(&realm, 4, R1);
		check(&realm, 0, V5);
	}
}

/* Each parameter that is measured, none of them zero but the algorithm, no two alike. */
static void test_all_parameters(void **state)
{
	(void)state;
	for (uint8_t algo = 0; algo < 2; algo++) {
		struct realm realm = { .hash_algo = algo };
		struct rmi_realm_params params = { .flags = 7,
						   .s2sz = 40,
						   .sve_vl = 3,
						   .num_bps = 5,
						   .num_wps = 4,
						   .pmu_num_ctrs = 6,
						   .hash_algo = algo };

		measurement_init(&realm, &params);
		check(&realm, 0, ALL);
	}
}

/* Every input byte of an extension counts, none behind `size` does. */
static void test_rem(void **state)
{
	struct realm a = { .hash_algo = RMI_HASH_SHA_512 };
	struct realm b = a;
	uint8_t value[64] = { 0 };
	uint8_t other[64] = { 0 };

	(void)state;
	other[63] = 1;
	measurement_extend_rem(&a, 1, value, 63);
	measurement_extend_rem(&b, 1, other, 63);
	assert_memory_equal(a.measurement, b.measurement, sizeof(a.measurement));
	measurement_extend_rem(&a, 1, value, 64);
	measurement_extend_rem(&b, 1, other, 64);
	assert_memory_not_equal(a.measurement[1], b.measurement[1], RSI_MEASUREMENT_SIZE);
	b = a;
	measurement_extend_rem(&b, 1, value, 0); /* no bytes: still an extension */
	assert_memory_not_equal(a.measurement[1], b.measurement[1], RSI_MEASUREMENT_SIZE);
	assert_memory_equal(a.measurement[2], b.measurement[2], 3 * RSI_MEASUREMENT_SIZE);
	assert_memory_equal(a.measurement[0], b.measurement[0], RSI_MEASUREMENT_SIZE);
}

/* Which commands count (DEN0137 A7.1.1). */
static void test_events(void **state)
{
	uint8_t rim[RSI_MEASUREMENT_SIZE];
	struct world_realm r;
	struct realm *realm;

	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .recs = 1, .apt = 1 });
	realm = realm_of(granule_find(pa(r.rd)));
	memcpy(rim, realm->measurement[0], sizeof(rim));
	{
		uint64_t params_pa = world_ns();
		struct rmi_rec_params *p = world_mem(params_pa);

		world_take_aux(r.aux[1]);
		r.rec[1] = world_delegated();
		p->mpidr = 1;
		p->pc = 0x1000;
		p->num_aux = REALM_REC_AUX_COUNT;
		memcpy(p->aux, r.aux[1], sizeof(p->aux));
		assert_int_equal(rmi(RMI_REC_CREATE, r.rd, r.rec[1], params_pa), RMI_SUCCESS);
		r.num_recs = 2;
		assert_memory_equal(realm->measurement[0], rim, sizeof(rim)); /* not runnable */
		world_free(params_pa);
	}
	world_tables(&r, WORLD_RAM, GRANULE_SIZE);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	world_unpopulate(&r, WORLD_RAM, GRANULE_SIZE);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	world_ram(&r, WORLD_RAM + 0x10000, GRANULE_SIZE);
	assert_memory_not_equal(realm->measurement[0], rim, sizeof(rim));
	memcpy(rim, realm->measurement[0], sizeof(rim));
	{
		uint64_t data = world_delegated();
		uint64_t source = world_ns();

		assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM + 0x10000, source, 0),
				 RMI_SUCCESS);
		assert_memory_not_equal(realm->measurement[0], rim, sizeof(rim));
		memcpy(rim, realm->measurement[0], sizeof(rim));
		/* A command that fails does not count. */
		assert_int_not_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM + 0x10000, source, 0),
				     RMI_SUCCESS);
		assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
		world_free(source);
	}
	world_activate(&r);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	world_end(&r);
	world_check_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_all_parameters),
		cmocka_unit_test(test_rem),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
