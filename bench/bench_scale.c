/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `bench scale`: what a call costs as a page gets more consumers. One provider, one region; eight realms attach it over
 * and over, each share at a place of its own, up to 512 attachments.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define REALMS 8U
#define MOST 512U
#define STRIDE ABI_U64(0x200000) /* between two attachments of a realm: a table each */
#define APT_GRANULES 32U

static const unsigned int counts[] = { 1, 8, 64, MOST };
#define COUNTS (sizeof(counts) / sizeof(counts[0]))

static struct test_realm *provider, *consumers[REALMS];
static struct csm_rid provider_rid, consumer_rids[REALMS];
static uint64_t numbers[MOST]; /* of the shares */

/* A call that succeeds; what it took. */
#define TIMED(realm, result, ...)                                 \
	({                                                        \
		(result) = script(realm, BENCH_SMC, __VA_ARGS__); \
		CHECK_EQ((result).x[1], RSI_SUCCESS);             \
		bench_instructions((result).x[0]);                \
	})

struct cost {
	uint64_t share, reserve, attach;
};

/* Attachment number i, from the share to the mapping. */
static void attach(unsigned int i, uint64_t id, uint64_t size, struct cost *cost)
{
	struct test_realm *c = consumers[i % REALMS];
	struct csm_rid rid = consumer_rids[i % REALMS];
	uint64_t base = CSM_WINDOW + i / REALMS * STRIDE;
	struct script_result r;

	CHECK_OK(host_make_tables(&c->realm, base, size, 3));
	cost->share += TIMED(provider, r, RSI_CSM_SHARE, id, rid.lo, rid.hi, CSM_PERM_RW, 0);
	numbers[i] = r.x[2];
	cost->reserve +=
		TIMED(c, r, RSI_CSM_RESERVE, provider_rid.lo, provider_rid.hi, numbers[i], base, size);
	cost->attach += TIMED(c, r, RSI_CSM_ATTACH, provider_rid.lo, provider_rid.hi, numbers[i]);
}

/* The host takes a page that `count` have: as often as the monitor asks for it, and the longest of those calls. */
static void data_destroy(unsigned int count, uint64_t addr)
{
	uint64_t all = 0, longest = 0, calls = 0, status, data, top, one;

	do {
		one = MEASURE(1, status = host_rmi_data_destroy(&rmm, provider->realm.rd, addr, &data, &top));
		all += one;
		longest = one > longest ? one : longest;
		calls++;
	} while (status == RMI_CSM_AGAIN);
	CHECK_OK(status);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, data));
	memory_free(data);
	bench_row_n("scale_data_destroy", count, "consumers", all, 1);
	bench_row_n("scale_data_destroy_longest_call", count, "consumers", longest, 1);
	print("BENCH scale_data_destroy_%u_consumers_calls %lu calls\n", count, calls);
}

/* `cost` is of the attachments since `from`: identifiers are random, and so is the depth of a single one in a table. */
static void rows(unsigned int from, unsigned int count, struct cost cost)
{
	unsigned int last = count - 1;
	struct script_result r;

	bench_row_n("scale_share", count, "consumers", cost.share, count - from);
	bench_row_n("scale_reserve", count, "consumers", cost.reserve, count - from);
	bench_row_n("scale_attach", count, "consumers", cost.attach, count - from);
	bench_row_n("scale_notify", count, "consumers",
		    TIMED(provider, r, RSI_CSM_NOTIFY, consumer_rids[last % REALMS].lo,
			  consumer_rids[last % REALMS].hi, numbers[last], 0 /* as the provider */),
		    1);
	bench_row_n("scale_pending", count, "consumers",
		    TIMED(consumers[last % REALMS], r, RSI_CSM_PENDING, 0), 1);
}

/* From the last on, until `to` are left. */
static void revoke(unsigned int count, unsigned int to)
{
	uint64_t cost = 0;
	struct script_result r;

	for (unsigned int i = count; i > to; i--) {
		struct csm_rid c = consumer_rids[(i - 1) % REALMS];

		cost += TIMED(provider, r, RSI_CSM_REVOKE, c.lo, c.hi, numbers[i - 1]);
	}
	bench_row_n("scale_revoke", count, "consumers", cost, count - to);
}

void bench_scale(void)
{
	uint64_t size = COUNTS * GRANULE_SIZE, id;
	unsigned int made = 0;
	struct script_result r;

	provider = bench_realm_at_once(NULL, APT_GRANULES);
	provider_rid = bench_rid(provider);
	for (unsigned int i = 0; i < REALMS; i++) {
		consumers[i] = bench_realm_at_once(NULL, APT_GRANULES);
		consumer_rids[i] = bench_rid(consumers[i]);
	}
	CHECK_OK(host_populate(&provider->realm, CSM_WINDOW, size));
	TIMED(provider, r, RSI_CSM_CREATE, CSM_WINDOW, size, 0);
	id = r.x[2];
	for (unsigned int i = 0; i < COUNTS; i++) {
		unsigned int from = made;
		struct cost cost = { 0 };

		for (; made < counts[i]; made++)
			attach(made, id, size, &cost);
		rows(from, made, cost);
		data_destroy(made, CSM_WINDOW + i * GRANULE_SIZE);
	}
	for (unsigned int i = COUNTS; i > 0; i--)
		revoke(counts[i - 1], i > 1 ? counts[i - 2] : 0);
	for (unsigned int i = 0; i < REALMS; i++)
		realm_end(consumers[i]);
	realm_end(provider);
}
