/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Standard RMI and RSI. The references are those of TF-RMM 0.6.0 (release) on the same TF-A and machine,
 * each with the caller's set-up and EL3 both ways.
 */
#include "bench.h"

#define COUNT 100U
#define PAGES 256U
#define IPA ABI_U64(0x40000000)

static uint64_t granules[PAGES];

static void bench_simple(void)
{
	uint64_t a, b;

	bench_row("rmi_version", MEASURE(COUNT, host_rmi_version(&rmm, RMI_ABI_VERSION, &a, &b)), COUNT,
		  1202);
	bench_row("rmi_features", MEASURE(COUNT, host_rmi_features(&rmm, 0, &a)), COUNT, 1282);
}

static void bench_granules(void)
{
	uint64_t pair;

	for (unsigned int i = 0; i < PAGES; i++)
		granules[i] = test_granule();
	/* One granule there and back: EL3 splits and joins its table's blocks each time. */
	pair = MEASURE(PAGES, (host_rmi_granule_delegate(&rmm, granules[0]),
			       host_rmi_granule_undelegate(&rmm, granules[0])));
	bench_row("rmi_granule_delegate_undelegate", pair, PAGES, 8233);
	/* Many in a row: it need not. */
	bench_row("rmi_granule_delegate_many", MEASURE(PAGES, host_rmi_granule_delegate(&rmm, granules[i])),
		  PAGES, 0);
	bench_row("rmi_granule_undelegate_many",
		  MEASURE(PAGES, host_rmi_granule_undelegate(&rmm, granules[i])), PAGES, 0);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_OK(host_rmi_granule_delegate(&rmm, granules[i]));
}

/* The tables and data of a realm that is not measured any more; `granules` are delegated. */
static void bench_memory(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t rd = realm->realm.rd, data, top;

	bench_row("rmi_rtt_create_level_2", MEASURE(1, host_rmi_rtt_create(&rmm, rd, granules[i], IPA, 2)), 1,
		  3057);
	bench_row("rmi_rtt_create_level_3",
		  MEASURE(32, host_rmi_rtt_create(&rmm, rd, granules[1 + i], IPA + i * 0x200000, 3)), 32,
		  3381);
	bench_row("rmi_data_create_unknown",
		  MEASURE(200,
			  host_rmi_data_create_unknown(&rmm, rd, granules[40 + i], IPA + i * GRANULE_SIZE)),
		  200, 2641);
	bench_row("rmi_data_destroy",
		  MEASURE(200, host_rmi_data_destroy(&rmm, rd, IPA + i * GRANULE_SIZE, &data, &top)), 200, 0);
	for (unsigned int i = 0; i < 32; i++)
		CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA + i * 0x200000, 3, &data, &top));
	CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA, 2, &data, &top));
	realm_end(realm);
}

/* Making a realm: the commands that hash. `granules` are delegated. */
static void bench_making(void)
{
	struct rmi_realm_params *params = (void *)(uintptr_t)test_granule();
	struct rmi_rec_params *rec = (void *)(uintptr_t)test_granule();
	uint64_t rd = granules[0], rtt = granules[1], rec_pa = granules[2], source = test_granule();
	uint64_t aux_count, out, top;

	params->s2sz = 39;
	params->num_bps = 1;
	params->num_wps = 1;
	params->vmid = 0x1234;
	params->rtt_base = rtt;
	params->rtt_level_start = 1;
	params->rtt_num_start = 1;
	bench_row("rmi_realm_create",
		  MEASURE(1, CHECK_OK(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params))), 1,
		  183984);
	bench_row("rmi_rec_aux_count", MEASURE(1, CHECK_OK(host_rmi_rec_aux_count(&rmm, rd, &aux_count))), 1,
		  0);
	rec->flags = RMI_REC_CREATE_FLAG_RUNNABLE;
	rec->num_aux = aux_count;
	for (uint64_t i = 0; i < aux_count; i++)
		rec->aux[i] = granules[10 + i];
	bench_row("rmi_rec_create",
		  MEASURE(1, CHECK_OK(host_rmi_rec_create(&rmm, rd, rec_pa, (uint64_t)(uintptr_t)rec))), 1,
		  203278);
	CHECK_OK(host_rmi_rtt_create(&rmm, rd, granules[3], IPA, 2));
	CHECK_OK(host_rmi_rtt_create(&rmm, rd, granules[4], IPA, 3));
	bench_row("rmi_rtt_init_ripas_256_pages",
		  MEASURE(1,
			  CHECK_OK(host_rmi_rtt_init_ripas(&rmm, rd, IPA, IPA + 256 * GRANULE_SIZE, &out))),
		  1, 3756566);
	bench_row("rmi_data_create_measured",
		  MEASURE(1, CHECK_OK(host_rmi_data_create(&rmm, rd, granules[5], IPA, source,
							   RMI_DATA_FLAG_MEASURE))),
		  1, 198554);
	bench_row("rmi_realm_activate", MEASURE(1, CHECK_OK(host_rmi_realm_activate(&rmm, rd))), 1, 0);
	CHECK_OK(host_rmi_data_destroy(&rmm, rd, IPA, &out, &top));
	CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA, 3, &out, &top));
	CHECK_OK(host_rmi_rtt_destroy(&rmm, rd, IPA, 2, &out, &top));
	bench_row("rmi_rec_destroy", MEASURE(1, CHECK_OK(host_rmi_rec_destroy(&rmm, rec_pa))), 1, 0);
	bench_row("rmi_realm_destroy", MEASURE(1, CHECK_OK(host_rmi_realm_destroy(&rmm, rd))), 1, 0);
	test_granule_free((uint64_t)(uintptr_t)params);
	test_granule_free((uint64_t)(uintptr_t)rec);
	test_granule_free(source);
}

/* Taking apart a realm of 48 bits with ten pages, each with all its tables: by what is there, not by the space. */
static void bench_destroy_sparse(void)
{
	static struct host_realm realm;
	struct host_realm_config config = { .name = "sparse", .ipa_bits = 48 };

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	for (uint64_t i = 0; i < 10; i++)
		CHECK_OK(host_populate(&realm, i * ABI_U64(0xcccccccd000), GRANULE_SIZE));
	bench_row("realm_destroy_48_bits_10_pages", MEASURE(1, CHECK_OK(host_realm_destroy(&realm))), 1, 0);
}

/* REC_ENTER to the exit for a host call, with nothing but the SMC on our side. */
static void bench_enter(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	struct host_rec *rec = &realm->realm.recs[0];
	struct script_result r = script(realm, BENCH_CLOCK);

	CHECK(r.x[0] != 0);
	/* The realm asks what to do next: host calls without end, as far as this is concerned. */
	CHECK_OK(host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa));
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_ASK);
	rec->run->enter.gprs[0] = BENCH_HOST_CALL;
	rec->run->enter.gprs[1] = 10 * COUNT;
	rec->run->enter.gprs[2] = BENCH_USE_NOTHING;
	CHECK_OK(host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa));
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_YIELD);
	bench_row("rec_enter_host_call_exit", MEASURE(COUNT, host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa)),
		  COUNT, 12995);
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_HOST_CALL);
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_YIELD);
	realm_end(realm);
}

static void bench_realm_calls(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t overhead = script(realm, BENCH_CLOCK).x[1];
	struct script_result r;

	r = script(realm, BENCH_SMC_LOOP, RSI_VERSION, RSI_ABI_VERSION, COUNT);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("rsi_version", bench_instructions(r.x[0] - overhead), COUNT, 282);
	r = script(realm, BENCH_SMC_LOOP, PSCI_VERSION, 0, COUNT);
	CHECK_EQ(r.x[1], PSCI_VERSION_1_1);
	bench_row("psci_version_in_realm", bench_instructions(r.x[0] - overhead), COUNT, 310);
	realm_end(realm);
}

void bench_rmi(void)
{
	bench_simple();
	bench_granules();
	bench_memory();
	bench_making();
	for (unsigned int i = 0; i < PAGES; i++) {
		CHECK_OK(host_rmi_granule_undelegate(&rmm, granules[i]));
		test_granule_free(granules[i]);
	}
	bench_destroy_sparse();
	bench_enter();
	bench_realm_calls();
}
