/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `bench cpus`: what a call costs as more CPUs call at the same time. Each CPU has a provider and a consumer of its own; the
 * consumers of all CPUs attach a region of CPU 0's provider as well. Every CPU does its calls one after the other, and what
 * all CPUs executed meanwhile is divided by the number of calls: the way into the realm and back is in it, as in
 * RSI_VERSION's row, which has nothing else.
 *
 * Under -icount one CPU runs at a time and gives its turn away when it waits: waiting for a lock is not in these figures.
 */
#include "bench.h"

#include "board/smp.h"
#include "puppet/csm_realms.h"

#define CPUS 8U
#define SHARES 64U
#define STRIDE ABI_U64(0x200000)
#define COMMON_WINDOW (CSM_WINDOW + SHARES * STRIDE) /* where consumers attach what all share */
#define APT_GRANULES 32U
#define VERSIONS 64U

/* Of each CPU. */
struct worker {
	struct test_realm *provider, *consumer;
	struct csm_rid provider_rid, consumer_rid;
	uint64_t id, numbers[SHARES], common[SHARES];
	unsigned int finds; /* the look-ups that found nothing, as they should */
};

static struct worker workers[CPUS];
static const struct worker *const common = &workers[0]; /* its provider is the one for all */

static uint64_t call(struct test_realm *realm, struct script_result *r, const uint64_t request[7])
{
	*r = script_run(realm, 0, request);
	return r->x[1];
}

#define CALL(realm, r, ...) call(realm, r, (const uint64_t[7]){ BENCH_SMC, __VA_ARGS__ })

/* --- What a CPU does ------------------------------------------------------------------------------------- */

static void version(struct worker *w, unsigned int i)
{
	struct script_result r;

	(void)i;
	CHECK_EQ(CALL(w->consumer, &r, RSI_VERSION, RSI_ABI_VERSION), RSI_SUCCESS);
}

static void share(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->provider, &r, RSI_CSM_SHARE, w->id, w->consumer_rid.lo, w->consumer_rid.hi,
		      CSM_PERM_RW, 0),
		 RSI_SUCCESS);
	w->numbers[i] = r.x[2];
}

static void reserve(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->consumer, &r, RSI_CSM_RESERVE, w->provider_rid.lo, w->provider_rid.hi, w->numbers[i],
		      CSM_WINDOW + i * STRIDE, GRANULE_SIZE),
		 RSI_SUCCESS);
}

static void attach(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->consumer, &r, RSI_CSM_ATTACH, w->provider_rid.lo, w->provider_rid.hi, w->numbers[i]),
		 RSI_SUCCESS);
}

static void reserve_common(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->consumer, &r, RSI_CSM_RESERVE, common->provider_rid.lo, common->provider_rid.hi,
		      w->common[i], COMMON_WINDOW + i * STRIDE, GRANULE_SIZE),
		 RSI_SUCCESS);
}

static void attach_common(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->consumer, &r, RSI_CSM_ATTACH, common->provider_rid.lo, common->provider_rid.hi,
		      w->common[i]),
		 RSI_SUCCESS);
}

static void detach_common(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->consumer, &r, RSI_CSM_DETACH, common->provider_rid.lo, common->provider_rid.hi,
		      w->common[i]),
		 RSI_SUCCESS);
}

static void notify(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->provider, &r, RSI_CSM_NOTIFY, w->consumer_rid.lo, w->consumer_rid.hi, w->numbers[i],
		      0 /* as the provider */),
		 RSI_SUCCESS);
}

static void find(struct worker *w, unsigned int i)
{
	struct script_result r;

	(void)i;
	if (CALL(w->provider, &r, RSI_CSM_REVOKE, 0x5555555555555555, 0, 0) == RSI_CSM_ERROR_DENIED)
		w->finds++;
}

static void revoke(struct worker *w, unsigned int i)
{
	struct script_result r;

	CHECK_EQ(CALL(w->provider, &r, RSI_CSM_REVOKE, w->consumer_rid.lo, w->consumer_rid.hi, w->numbers[i]),
		 RSI_SUCCESS);
}

/* The host takes the page that `SHARES` attachments have, by as many calls as it takes. */
static void data_destroy(struct worker *w, unsigned int i)
{
	uint64_t status, data, top;

	(void)i;
	do
		status = host_rmi_data_destroy(&rmm, w->provider->realm.rd, CSM_WINDOW, &data, &top);
	while (status == RMI_CSM_AGAIN);
	CHECK_OK(status);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, data));
	memory_free(data);
}

static const struct phase {
	const char *name;
	void (*run)(struct worker *w, unsigned int i);
	unsigned int count;
} phases[] = {
	{ "cpus_version", version, VERSIONS },
	{ "cpus_share", share, SHARES },
	{ "cpus_reserve", reserve, SHARES },
	{ "cpus_attach", attach, SHARES },
	{ "cpus_reserve_common", reserve_common, SHARES },
	{ "cpus_attach_common", attach_common, SHARES },
	{ "cpus_notify", notify, SHARES },
	{ "cpus_lookup", find, SHARES },
	{ "cpus_detach_common", detach_common, SHARES },
	{ "cpus_data_destroy", data_destroy, 1 },
	{ "cpus_revoke", revoke, SHARES },
};

/* --- All CPUs ---------------------------------------------------------------------------------------------- */

static const struct phase *current;

static void work(void *argument)
{
	struct worker *w = argument;

	for (unsigned int i = 0; i < current->count; i++)
		current->run(w, i);
}

/* On the first `count` CPUs at once, this one among them. */
static void run_phase(const struct phase *phase, unsigned int count)
{
	uint64_t start = bench_now();

	current = phase;
	for (unsigned int cpu = 1; cpu < count; cpu++)
		cpu_run(cpu, work, &workers[cpu]);
	work(&workers[0]);
	for (unsigned int cpu = 1; cpu < count; cpu++)
		cpu_wait(cpu);
	bench_row_n(phase->name, count, "cpus", bench_now() - start, (uint64_t)count * phase->count);
}

static uint64_t region(struct test_realm *realm)
{
	struct script_result r;

	CHECK_OK(host_populate(&realm->realm, CSM_WINDOW, GRANULE_SIZE));
	CHECK_EQ(CALL(realm, &r, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0), RSI_SUCCESS);
	return r.x[2];
}

static void prepare(struct worker *w)
{
	struct script_result r;

	*w = (struct worker){ .provider = bench_realm_at_once(NULL, APT_GRANULES),
			      .consumer = bench_realm_at_once(NULL, APT_GRANULES) };
	w->provider_rid = bench_rid(w->provider);
	w->consumer_rid = bench_rid(w->consumer);
	w->id = region(w->provider);
	for (unsigned int i = 0; i < SHARES; i++) {
		CHECK_OK(host_make_tables(&w->consumer->realm, CSM_WINDOW + i * STRIDE, GRANULE_SIZE, 3));
		CHECK_OK(host_make_tables(&w->consumer->realm, COMMON_WINDOW + i * STRIDE, GRANULE_SIZE, 3));
		CHECK_EQ(CALL(common->provider, &r, RSI_CSM_SHARE, common->id, w->consumer_rid.lo,
			      w->consumer_rid.hi, CSM_PERM_RW, 0),
			 RSI_SUCCESS);
		w->common[i] = r.x[2];
	}
}

static void bench_on(unsigned int count)
{
	for (unsigned int cpu = 0; cpu < count; cpu++)
		prepare(&workers[cpu]);
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		run_phase(&phases[i], count);
	for (unsigned int cpu = 0; cpu < count; cpu++) {
		CHECK_EQ(workers[cpu].finds, SHARES);
		realm_end(workers[cpu].consumer);
		realm_end(workers[cpu].provider);
	}
}

void bench_cpus(void)
{
	for (unsigned int count = 1; count <= cpu_count() && count <= CPUS; count *= 2)
		bench_on(count);
}
