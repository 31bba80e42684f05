/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `bench profile`: single operations between two marks, for tools/profile, which follows every instruction.
 */
#include "bench.h"

#define IPA ABI_U64(0x40000000)

void __attribute__((noinline)) bench_mark(void)
{
	__asm__ volatile("" ::: "memory");
}

static uint64_t granules[4];

static void memory(struct test_realm *realm)
{
	uint64_t rd = realm->realm.rd, data, top, a, b;

	BENCH_MARKED("RMI_VERSION", host_rmi_version(&rmm, RMI_ABI_VERSION, &a, &b));
	CHECK_OK(host_rmi_rtt_create(&rmm, rd, granules[0], IPA, 2));
	BENCH_MARKED("RTT_CREATE", CHECK_OK(host_rmi_rtt_create(&rmm, rd, granules[1], IPA, 3)));
	CHECK_OK(host_rmi_data_create_unknown(&rmm, rd, granules[2], IPA));
	BENCH_MARKED("DATA_CREATE_UNKNOWN",
		     CHECK_OK(host_rmi_data_create_unknown(&rmm, rd, granules[3], IPA + GRANULE_SIZE)));
	CHECK_OK(host_rmi_data_destroy(&rmm, rd, IPA, &data, &top));
	BENCH_MARKED("DATA_DESTROY",
		     CHECK_OK(host_rmi_data_destroy(&rmm, rd, IPA + GRANULE_SIZE, &data, &top)));
	CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA, 3, &data, &top));
	CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA, 2, &data, &top));
}

static void enter(struct host_rec *rec)
{
	CHECK_OK(host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa));
}

static void run(struct test_realm *realm)
{
	struct host_rec *rec = &realm->realm.recs[0];

	CHECK(script(realm, BENCH_CLOCK).x[0] != 0);
	enter(rec);
	rec->run->enter.gprs[0] = BENCH_HOST_CALL;
	rec->run->enter.gprs[1] = 100;
	rec->run->enter.gprs[2] = BENCH_USE_NOTHING;
	for (unsigned int i = 0; i < 3; i++)
		enter(rec);
	BENCH_MARKED("REC_ENTER_HOST_CALL", enter(rec));
}

void bench_profile(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);

	for (unsigned int i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
		granules[i] = test_granule();
		CHECK_OK(host_rmi_granule_delegate(&rmm, granules[i]));
	}
	memory(realm);
	for (unsigned int i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
		CHECK_OK(host_rmi_granule_undelegate(&rmm, granules[i]));
		test_granule_free(granules[i]);
	}
	run(realm);
	realm_end(realm);
	bench_profile_notify();
}
