/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications and local attestation between two realms.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define COUNT 50U

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
static void round_trip(struct test_realm *p, struct test_realm *c, struct csm_rid p_rid, struct csm_rid c_rid,
		       uint64_t n)
{
	uint64_t start;

	begin(p, c_rid, n, CSM_ROLE_SHARE);
	begin(c, p_rid, n, CSM_ROLE_CONSUMER);
	enter(p);
	check_exit(p);
	start = bench_now();
	for (unsigned int i = 0; i < COUNT; i++) {
		enter(c);
		enter(p);
	}
	bench_row("csm_notify_round_trip", bench_now() - start, COUNT, 0);
	check_exit(p);
	check_exit(c);
}

void bench_notify(void)
{
	const struct realm_options options = { .apt_granules = 1 };
	struct test_realm *p = realm_start(REALM_PROGRAM_BENCH, &options);
	struct test_realm *c = realm_start(REALM_PROGRAM_BENCH, &options);
	struct csm_rid p_rid = bench_rid(p), c_rid = bench_rid(c);
	struct script_result r;
	uint64_t id, n;

	id = script(p, BENCH_SMC, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 0).x[2];
	n = script(p, BENCH_SMC, RSI_CSM_SHARE, id, c_rid.lo, c_rid.hi, CSM_PERM_RW, 0).x[2];
	script(c, BENCH_SMC, RSI_CSM_RESERVE, p_rid.lo, p_rid.hi, n, CSM_WINDOW, GRANULE_SIZE);
	CHECK_EQ(script(c, BENCH_SMC, RSI_CSM_ATTACH, p_rid.lo, p_rid.hi, n).x[1], RSI_SUCCESS);

	r = script(p, BENCH_SMC, RSI_CSM_PENDING, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("csm_pending_none", bench_instructions(r.x[0]), 1, 0);
	r = script(p, BENCH_SMC, RSI_CSM_PEER_MEASUREMENT, c_rid.lo, c_rid.hi, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	bench_row("csm_peer_measurement", bench_instructions(r.x[0]), 1, 0);
	round_trip(p, c, p_rid, c_rid, n);
	realm_end(c);
	realm_end(p);
}
