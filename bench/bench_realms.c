/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `bench realms`: what a call costs as more realms live. A provider and a consumer find each other by identifiers among all
 * that there are; the others do nothing.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define SHARES 32U
#define STRIDE ABI_U64(0x200000) /* between two attachments: a table each */
#define MOST 4000U

static const unsigned int counts[] = { 2, 100, 1000, MOST };
#define COUNTS (sizeof(counts) / sizeof(counts[0]))

static struct host_realm *idle[MOST];
static struct test_realm *provider, *consumer;
static struct csm_rid provider_rid, consumer_rid;

/* A call that succeeds; what it took. */
static uint64_t timed(struct test_realm *realm, struct script_result *r, const uint64_t request[7])
{
	*r = script_run(realm, 0, request);
	CHECK_EQ(r->x[1], RSI_SUCCESS);
	return bench_instructions(r->x[0]);
}

#define TIMED(realm, r, ...) timed(realm, r, (const uint64_t[7]){ BENCH_SMC, __VA_ARGS__ })

/* One that nobody runs: it has an identifier, and no memory. */
static struct host_realm *idle_realm(void)
{
	unsigned int pages = (sizeof(struct host_realm) + GRANULE_SIZE - 1) / GRANULE_SIZE, run = 1;
	struct host_realm *realm;

	while (run < pages)
		run *= 2;
	realm = (struct host_realm *)(uintptr_t)memory_alloc(run);
	CHECK(realm != NULL);
	CHECK_OK(host_realm_create(&rmm, realm,
				   &(struct host_realm_config){ .name = "idle",
								.ram_base = REALM_IMAGE_IPA,
								.ram_size = TEST_RAM_SIZE }));
	return realm;
}

/* Shares of one page, each at a place of its own, while `count` realms live: the mean of each call. */
static void rows(unsigned int count, uint64_t id)
{
	uint64_t share = 0, reserve = 0, attach = 0, notify = 0, revoke = 0, numbers[SHARES];
	struct csm_rid p = provider_rid, c = consumer_rid;
	struct script_result r;

	for (unsigned int i = 0; i < SHARES; i++) {
		share += TIMED(provider, &r, RSI_CSM_SHARE, id, c.lo, c.hi, CSM_PERM_RW, 0);
		numbers[i] = r.x[2];
		reserve += TIMED(consumer, &r, RSI_CSM_RESERVE, p.lo, p.hi, numbers[i],
				 CSM_WINDOW + i * STRIDE, GRANULE_SIZE);
		attach += TIMED(consumer, &r, RSI_CSM_ATTACH, p.lo, p.hi, numbers[i]);
		notify +=
			TIMED(provider, &r, RSI_CSM_NOTIFY, c.lo, c.hi, numbers[i], 0 /* as the provider */);
	}
	for (unsigned int i = SHARES; i > 0; i--) {
		revoke += TIMED(provider, &r, RSI_CSM_REVOKE, c.lo, c.hi, numbers[i - 1]);
		TIMED(consumer, &r, RSI_CSM_DETACH, p.lo, p.hi, numbers[i - 1]);
	}
	bench_row_n("realms_share", count, "realms", share, SHARES);
	bench_row_n("realms_reserve", count, "realms", reserve, SHARES);
	bench_row_n("realms_attach", count, "realms", attach, SHARES);
	bench_row_n("realms_notify", count, "realms", notify, SHARES);
	bench_row_n("realms_revoke", count, "realms", revoke, SHARES);
}

static struct test_realm *new_realm(struct csm_rid *rid)
{
	struct test_realm *realm = bench_realm_at_once(NULL, 8);

	*rid = bench_rid(realm);
	return realm;
}

void bench_realms(void)
{
	unsigned int made = 2; /* these two */
	struct script_result r;
	uint64_t id;

	provider = new_realm(&provider_rid);
	consumer = new_realm(&consumer_rid);
	CHECK_OK(host_populate(&provider->realm, CSM_WINDOW, GRANULE_SIZE));
	for (unsigned int i = 0; i < SHARES; i++)
		CHECK_OK(host_make_tables(&consumer->realm, CSM_WINDOW + i * STRIDE, GRANULE_SIZE, 3));
	TIMED(provider, &r, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0);
	id = r.x[2];
	for (unsigned int i = 0; i < COUNTS; i++) {
		for (; made < counts[i]; made++)
			idle[made] = idle_realm();
		rows(made, id);
	}
	while (made > 2) {
		CHECK_OK(host_realm_destroy(idle[--made]));
		memory_free((uintptr_t)idle[made]);
	}
	realm_end(consumer);
	realm_end(provider);
}
