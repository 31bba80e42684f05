/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications and local attestation between two realms.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define COUNT 50U

struct ends {
	struct test_realm *p, *c;
	struct csm_rid p_rid, c_rid;
	uint64_t n; /* of the share between them */
};

static void enter(struct test_realm *realm)
{
	struct host_rec *rec = &realm->realm.recs[0];

	if (host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa) != RMI_SUCCESS)
		verdict_fail("bench: REC_ENTER");
}

static void begin(struct test_realm *realm, struct csm_rid peer, uint64_t n, enum csm_role role)
{
	uint64_t *gprs = realm->realm.recs[0].run->enter.gprs;

	enter(realm);
	gprs[0] = BENCH_PING;
	gprs[1] = peer.lo;
	gprs[2] = peer.hi;
	gprs[3] = n;
	gprs[4] = role;
	gprs[5] = 2 * COUNT;
}

static void check_exit(struct test_realm *realm)
{
	CHECK_EQ(realm->realm.recs[0].run->exit.exit_reason, RMI_EXIT_CSM);
}

/*
 * P notifies, the host runs C, which finds that P did, and notifies back; the host runs P, which finds that. From P's exit to
 * P's next one.
 */
static void round_trip(struct ends *e)
{
	enter(e->c);
	enter(e->p);
}

/* P has rung for the first time. */
static void first_ring(struct ends *e)
{
	begin(e->p, e->c_rid, e->n, CSM_ROLE_SHARE);
	begin(e->c, e->p_rid, e->n, CSM_ROLE_CONSUMER);
	enter(e->p);
	check_exit(e->p);
}

static struct ends start(void)
{
	struct ends e = { .p = bench_realm(NULL, 1), .c = bench_realm(NULL, 1) };
	uint64_t id;

	e.p_rid = bench_rid(e.p);
	e.c_rid = bench_rid(e.c);
	id = script(e.p, BENCH_SMC, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0).x[2];
	e.n = script(e.p, BENCH_SMC, RSI_CSM_SHARE, id, e.c_rid.lo, e.c_rid.hi, CSM_PERM_RW, 0).x[2];
	script(e.c, BENCH_SMC, RSI_CSM_RESERVE, e.p_rid.lo, e.p_rid.hi, e.n, CSM_WINDOW, GRANULE_SIZE);
	CHECK_EQ(script(e.c, BENCH_SMC, RSI_CSM_ATTACH, e.p_rid.lo, e.p_rid.hi, e.n).x[1], RSI_SUCCESS);
	return e;
}

static void end(struct ends *e)
{
	realm_end(e->c);
	realm_end(e->p);
}

static void asking(struct ends *e)
{
	struct script_result r;

	r = script(e->p, BENCH_SMC, RSI_CSM_PENDING, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("csm_pending_none", bench_instructions(r.x[0]), 1, 0);
	r = script(e->p, BENCH_SMC, RSI_CSM_PEER_MEASUREMENT, e->c_rid.lo, e->c_rid.hi, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("csm_peer_measurement", bench_instructions(r.x[0]), 1, 0);
}

void bench_notify(void)
{
	struct ends e = start();
	uint64_t begun;

	asking(&e);
	first_ring(&e);
	begun = bench_now();
	for (unsigned int i = 0; i < COUNT; i++)
		round_trip(&e);
	bench_row("csm_notify_round_trip", bench_now() - begun, COUNT, 0);
	check_exit(e.p);
	check_exit(e.c);
	end(&e);
}

/* For tools/profile: one round trip. */
void bench_profile_notify(void)
{
	struct ends e = start();

	first_ring(&e);
	round_trip(&e);
	BENCH_MARKED("CSM_NOTIFY_ROUND_TRIP", round_trip(&e));
	check_exit(e.p);
	check_exit(e.c);
	end(&e);
}
