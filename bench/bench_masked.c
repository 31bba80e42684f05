/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long an interrupt of the host waits, at most: the monitor runs with interrupts masked and looks between bounded
 * steps. For a realm's calls the host's timer is due again right after each entry, so that every step ends in an exit,
 * late by that step; the latest is a row. A command of the host's is one step: the longest are rows by themselves.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define SOON ABI_U64(5000) /* longer than the way into the realm: else it would never get there */
#define PAGES ABI_U64(2048)
#define ENTRIES ABI_U64(512)
#define IPA ABI_U64(0x40000000)

static uint64_t due, latest;

static void arm(void)
{
	due = bench_now() + SOON;
	timer_preempt_after(SOON / bench_instructions(1));
}

static enum host_action on_interrupt(struct test_realm *realm)
{
	uint64_t late = bench_now() - due;

	(void)realm;
	if (late > latest)
		latest = late;
	arm();
	return HOST_RESUME;
}

/* The call under such interrupts; a row for the latest. Interrupts that are on time are no news. */
#define INTERRUPTED(realm, name, ...)                       \
	({                                                  \
		struct script_result r_;                    \
		latest = 0;                                 \
		(realm)->interrupt = on_interrupt;          \
		arm();                                      \
		r_ = script(realm, BENCH_SMC, __VA_ARGS__); \
		timer_stop();                               \
		(realm)->interrupt = NULL;                  \
		CHECK_EQ(r_.x[1], RSI_SUCCESS);             \
		CHECK(latest != 0);                         \
		bench_row("masked_" name, latest, 1, 0);    \
		r_;                                         \
	})

void bench_masked_csm(void)
{
	struct test_realm *p = bench_realm_at_once(NULL, 1), *c = bench_realm_at_once(NULL, 1);
	struct csm_rid p_rid = bench_rid(p), c_rid = bench_rid(c);
	uint64_t size = PAGES * GRANULE_SIZE, id, n;

	CHECK_OK(host_populate(&p->realm, CSM_WINDOW, size));
	CHECK_OK(host_make_tables(&c->realm, CSM_WINDOW, size, 3));
	id = INTERRUPTED(p, "csm_create", RSI_CSM_CREATE, CSM_WINDOW, size, 0).x[2];
	n = script(p, BENCH_SMC, RSI_CSM_SHARE, id, c_rid.lo, c_rid.hi, CSM_PERM_RW, 0).x[2];
	INTERRUPTED(c, "csm_reserve", RSI_CSM_RESERVE, p_rid.lo, p_rid.hi, n, CSM_WINDOW, size);
	INTERRUPTED(c, "csm_attach", RSI_CSM_ATTACH, p_rid.lo, p_rid.hi, n);
	INTERRUPTED(p, "csm_revoke", RSI_CSM_REVOKE, c_rid.lo, c_rid.hi, n);
	CHECK_EQ(script(c, BENCH_SMC, RSI_CSM_DETACH, p_rid.lo, p_rid.hi, n).x[1], RSI_SUCCESS);
	CHECK_EQ(script(p, BENCH_SMC, RSI_CSM_DESTROY, id).x[1], RSI_SUCCESS);
	CHECK_OK(host_reclaim(&p->realm, CSM_WINDOW, size));
	realm_end(c);
	realm_end(p);
}

static void token(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);

	CHECK_EQ(script(realm, BENCH_SMC, RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5).x[1], RSI_SUCCESS);
	INTERRUPTED(realm, "rsi_token_continue", RSI_ATTESTATION_TOKEN_CONTINUE, test_ram(realm), 0,
		    GRANULE_SIZE);
	realm_end(realm);
}

/* A whole table each: the RIPAS of a new realm's, folding it, taking it apart. */
static void tables(void)
{
	static struct host_realm realm;
	struct host_realm_config config = { .name = "masked" };
	uint64_t out, top, pa, size = ENTRIES * GRANULE_SIZE;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	CHECK_OK(host_make_tables(&realm, IPA, size, 3));
	bench_row("rmi_rtt_init_ripas_512_pages",
		  MEASURE(1, CHECK_OK(host_rmi_rtt_init_ripas(&rmm, realm.rd, IPA, IPA + size, &out))), 1, 0);
	CHECK_EQ(out, IPA + size);
	bench_row("rmi_rtt_fold_512_entries",
		  MEASURE(1, CHECK_OK(host_rmi_rtt_fold(&rmm, realm.rd, IPA, 3, &pa))), 1, 0);
	CHECK_OK(host_rmi_rtt_create(&rmm, realm.rd, pa, IPA, 3));
	bench_row("rmi_rtt_destroy_512_entries",
		  MEASURE(1, CHECK_OK(host_rmi_rtt_destroy(&rmm, realm.rd, IPA, 3, &pa, &top))), 1, 0);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, pa));
	memory_free(pa);
	CHECK_OK(host_realm_destroy(&realm));
}

void bench_masked(void)
{
	tables();
	token();
}
