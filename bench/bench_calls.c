/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What else there is of calls: for the table of all of them (./caec evaluate latency). Standard RMI, RSI and PSCI; CSM's own
 * in bench_calls_csm().
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define IPA ABI_U64(0x40000000)
#define TABLE (512 * GRANULE_SIZE)

static void row(const char *name, uint64_t instructions)
{
	bench_row(name, instructions, 1, 0);
}

#define ONCE(name, call) row(name, MEASURE(1, CHECK_OK(call)))

/* --- Of the host's ------------------------------------------------------------------------------- */

static void entries(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t rd = realm->realm.rd, base = host_unprotected_base(&realm->realm), pa = memory_alloc(1), top;
	struct host_rmi_rtt_entry entry;

	CHECK(pa != 0);
	CHECK_OK(host_make_tables(&realm->realm, base, GRANULE_SIZE, 3));
	CHECK_OK(host_rmi_rtt_map_unprotected(&rmm, rd, base, 3, pa | HOST_UNPROTECTED_WB_RW));
	ONCE("rmi_rtt_read_entry", host_rmi_rtt_read_entry(&rmm, rd, base, 3, &entry));
	CHECK_OK(host_rmi_rtt_map_unprotected(&rmm, rd, base + GRANULE_SIZE, 3, pa | HOST_UNPROTECTED_WB_RW));
	ONCE("rmi_rtt_unmap_unprotected", host_rmi_rtt_unmap_unprotected(&rmm, rd, base, 3, &top));
	CHECK_OK(host_rmi_rtt_unmap_unprotected(&rmm, rd, base + GRANULE_SIZE, 3, &top));
	CHECK_OK(host_rmi_rtt_map_unprotected(&rmm, rd, base, 3, pa | HOST_UNPROTECTED_WB_RW));
	/* The last one of its table: it looks for the next. */
	ONCE("rmi_rtt_unmap_unprotected_last", host_rmi_rtt_unmap_unprotected(&rmm, rd, base, 3, &top));
	realm_end(realm);
	memory_free(pa);
}

/* --- Of the host's, while a realm waits for the answer ---------------------------------------------- */

static struct host_rec *rec;

static void enter(void)
{
	CHECK_OK(host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa));
}

/* The realm's call, up to the exit that it makes. */
static void call(struct test_realm *realm, uint64_t fid, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t words[] = { BENCH_SMC, fid, a, b, c, d };

	rec = &realm->realm.recs[0];
	do
		enter();
	while (rec->run->exit.exit_reason != RMI_EXIT_HOST_CALL || rec->run->exit.imm != HOSTCALL_ASK);
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		rec->run->enter.gprs[i] = words[i];
	enter();
}

static void ripas(struct test_realm *realm, const char *name, uint64_t base, uint64_t size)
{
	uint64_t out;

	call(realm, RSI_IPA_STATE_SET, base, base + size, RSI_RAM, 0);
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	ONCE(name, host_rmi_rtt_set_ripas(&rmm, realm->realm.rd, rec->pa, base, base + size, &out));
	CHECK_EQ(out, base + size);
}

static void answers(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, &(struct realm_options){ .recs = 2 });

	CHECK(script(realm, BENCH_CLOCK).x[0] != 0);
	CHECK_OK(host_make_tables(&realm->realm, IPA, 2 * TABLE, 3));
	ripas(realm, "rmi_rtt_set_ripas_1_pages", IPA, GRANULE_SIZE);
	ripas(realm, "rmi_rtt_set_ripas_512_pages", IPA + TABLE, TABLE);
	call(realm, PSCI_AFFINITY_INFO, 1, 0, 0, 0);
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_PSCI);
	ONCE("rmi_psci_complete",
	     host_rmi_psci_complete(&rmm, rec->pa, realm->realm.recs[1].pa, PSCI_SUCCESS));
	realm_end(realm);
}

/* --- A realm's ------------------------------------------------------------------------------------- */

#define COUNT 100U

/* Calls of one argument, in a loop with nothing else in it. */
static void loop(struct test_realm *realm, const char *name, uint64_t fid, uint64_t argument)
{
	uint64_t overhead = script(realm, BENCH_CLOCK).x[1];
	struct script_result r = script(realm, BENCH_SMC_LOOP, fid, argument, COUNT);

	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row(name, bench_instructions(r.x[0] - overhead), COUNT, 0);
}

/* Others, once, with what the realm's own wrapper takes. */
#define REALM_ROW(realm, name, ...)                                              \
	do {                                                                     \
		struct script_result r_ = script(realm, BENCH_SMC, __VA_ARGS__); \
		CHECK_EQ(r_.x[1], RSI_SUCCESS);                                  \
		row(name, bench_instructions(r_.x[0]));                          \
	} while (0)

static void realm_calls(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t ram = test_ram(realm);

	script(realm, BENCH_TOUCH, ram, GRANULE_SIZE);
	CHECK_OK(host_make_tables(&realm->realm, IPA, TABLE, 3));
	loop(realm, "rsi_features", RSI_FEATURES, 0);
	loop(realm, "rsi_realm_config", RSI_REALM_CONFIG, ram);
	loop(realm, "rsi_measurement_read", RSI_MEASUREMENT_READ, 0);
	loop(realm, "psci_features_in_realm", PSCI_FEATURES, PSCI_CPU_ON);
	REALM_ROW(realm, "rsi_measurement_extend", RSI_MEASUREMENT_EXTEND, 1, 64, 1, 2, 3);
	REALM_ROW(realm, "rsi_ipa_state_get_1_pages", RSI_IPA_STATE_GET, ram, ram + GRANULE_SIZE);
	REALM_ROW(realm, "rsi_ipa_state_get_512_pages", RSI_IPA_STATE_GET, IPA, IPA + TABLE);
	REALM_ROW(realm, "rsi_ipa_state_set_1_pages", RSI_IPA_STATE_SET, IPA, IPA + GRANULE_SIZE, RSI_RAM, 0);
	realm_end(realm);
}

void bench_calls(void)
{
	entries();
	answers();
	realm_calls();
}

/* --- CSM ----------------------------------------------------------------------------------------------- */

static uint64_t delegated(void)
{
	uint64_t pa = test_granule();

	CHECK_OK(host_rmi_granule_delegate(&rmm, pa));
	return pa;
}

/* A table of two granules, made and ended by hand. */
static void policy_table(void)
{
	static struct host_realm realm;
	struct host_realm_config config = { .name = "calls" };
	struct host_rmi_csm_doorbell bell;
	uint64_t first = delegated(), second = delegated(), granule, held;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	ONCE("rmi_csm_apt_create", host_rmi_csm_apt_create(&rmm, realm.rd, first));
	ONCE("rmi_csm_apt_extend", host_rmi_csm_apt_extend(&rmm, realm.rd, second));
	ONCE("rmi_csm_apt_destroy", host_rmi_csm_apt_destroy(&rmm, realm.rd, &granule, &held, &bell));
	CHECK_OK(host_rmi_csm_apt_destroy(&rmm, realm.rd, &granule, &held, &bell));
	CHECK_OK(host_realm_destroy(&realm));
	CHECK_OK(host_rmi_granule_undelegate(&rmm, first));
	CHECK_OK(host_rmi_granule_undelegate(&rmm, second));
	test_granule_free(first);
	test_granule_free(second);
}

void bench_calls_csm(void)
{
	struct test_realm *realm = bench_realm(NULL, 1);
	struct host_rmi_csm_entry entry;
	uint64_t lower, higher, features;

	ONCE("rmi_csm_version", host_rmi_csm_version(&rmm, CSM_ABI_VERSION, &lower, &higher, &features));
	policy_table();
	loop(realm, "csm_version", RSI_CSM_VERSION, CSM_ABI_VERSION);
	loop(realm, "csm_realm_id", RSI_CSM_REALM_ID, 0);
	loop(realm, "csm_doorbell", RSI_CSM_DOORBELL, 0);
	CHECK_EQ(script(realm, BENCH_SMC, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0).x[1], RSI_SUCCESS);
	loop(realm, "csm_query", RSI_CSM_QUERY, 0);
	ONCE("rmi_csm_entry_read", host_rmi_csm_entry_read(&rmm, realm->realm.rd, 0, &entry));
	realm_end(realm);
}
