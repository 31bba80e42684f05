/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One realm against another: a stranger, a consumer that wants more than it was given, a provider that wants something of
 * its consumer.
 */
#include "attack.h"

#define SECOND (CSM_WINDOW + 0x1000000)

/* P shares with C as usual, and X is there, who knows both RIDs. */
struct three {
	struct puppet_csm_setup s;
	struct test_realm *x;
	struct csm_rid x_rid;
};

static void start_three(struct three *t)
{
	share_secret(&t->s, 2, CSM_PERM_RW);
	t->x = victim("X");
	t->x_rid = puppet_csm_rid_of(t->x);
}

/* P and C are as they were. */
static void end_three(struct three *t)
{
	check_shared(&t->s);
	CHECK_EQ(puppet_csm_state_of(t->s.p, CSM_ROLE_SHARE), CSM_STATE_ATTACHED);
	CHECK_EQ(puppet_csm_state_of(t->s.c, CSM_ROLE_CONSUMER), CSM_STATE_ATTACHED);
	realm_end(t->x);
	end_both(&t->s);
}

/* --- A stranger ----------------------------------------------------------------------------------------- */

void attack_guess_share_numbers(void)
{
	struct three t;

	start_three(&t);
	for (uint64_t n = 0; n < 16; n++) {
		struct csm_rid peer = n % 2 != 0 ? t.s.p_rid : t.s.c_rid;

		CHECK_EQ(take_share(t.x, peer, n / 2, CSM_WINDOW, t.s.size), RSI_CSM_ERROR_DENIED);
		check_aborts(t.x, CSM_WINDOW);
		CHECK_EQ(puppet_csm_detach(t.x, peer, n / 2), RSI_SUCCESS);
	}
	end_three(&t);
}

void attack_end_others_share(void)
{
	struct three t;

	start_three(&t);
	CHECK_EQ(puppet_csm_revoke(t.x, t.s.c_rid, t.s.n), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_revoke(t.x, t.s.p_rid, t.s.n), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_detach(t.x, t.s.p_rid, t.s.n), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_destroy(t.x, t.s.id), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_destroy(t.s.c, t.s.id), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_revoke(t.s.c, t.s.p_rid, t.s.n), RSI_CSM_ERROR_DENIED);
	end_three(&t);
}

void attack_ring_as_stranger(void)
{
	struct three t;

	start_three(&t);
	for (uint64_t role = 0; role < 2; role++) {
		CHECK_EQ(realm_smc(t.x, RSI_CSM_NOTIFY, t.s.c_rid.lo, t.s.c_rid.hi, t.s.n, role).x[0],
			 RSI_CSM_ERROR_DENIED);
		CHECK_EQ(realm_smc(t.x, RSI_CSM_NOTIFY, t.s.p_rid.lo, t.s.p_rid.hi, t.s.n, role).x[0],
			 RSI_CSM_ERROR_DENIED);
	}
	CHECK_EQ(realm_smc(t.s.c, RSI_CSM_PENDING, 0).x[1], CSM_INDEX_NONE);
	CHECK_EQ(realm_smc(t.s.p, RSI_CSM_PENDING, 0).x[1], CSM_INDEX_NONE);
	CHECK(puppet_csm_event_of(t.x, CSM_EVENT_NOTIFY) == NULL);
	end_three(&t);
}

void attack_measure_as_stranger(void)
{
	struct three t;

	start_three(&t);
	for (uint64_t index = 0; index < 6; index++) {
		struct script_result r =
			realm_smc(t.x, RSI_CSM_PEER_MEASUREMENT, t.s.p_rid.lo, t.s.p_rid.hi, index);

		CHECK_EQ(r.x[0], RSI_CSM_ERROR_DENIED);
		CHECK(r.x[1] == t.s.p_rid.lo && r.x[3] == index); /* nothing came back */
	}
	/* P knows C, whom it named and who named it. */
	CHECK_EQ(realm_smc(t.s.p, RSI_CSM_PEER_MEASUREMENT, t.s.c_rid.lo, t.s.c_rid.hi, 0).x[0], RSI_SUCCESS);
	end_three(&t);
}

/* X offers P's consumer something in P's name: the number is of the pair (X, C). */
void attack_offer_in_anothers_name(void)
{
	struct three t;
	struct script_result r;
	uint64_t id, n;

	start_three(&t);
	CHECK_EQ(puppet_csm_create(t.x, CSM_WINDOW, t.s.size, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(t.x, id, t.s.c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(n, t.s.n);
	CHECK_EQ(puppet_csm_reserve(t.s.c, t.s.p_rid, n + 1, SECOND, t.s.size), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(t.s.c, t.s.p_rid, n + 1, &r), RSI_CSM_ERROR_DENIED);
	check_aborts(t.s.c, SECOND);
	CHECK_EQ(puppet_csm_detach(t.s.c, t.s.p_rid, n + 1), RSI_SUCCESS);
	end_three(&t);
}

/* --- A consumer that wants more ------------------------------------------------------------------------- */

void attack_write_read_only(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 2, CSM_PERM_RO);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 0)));
	CHECK(script(s.c, SCRIPT_FILL, CSM_WINDOW, GRANULE_SIZE, 3).x[1] != 0);
	CHECK(script(s.c, SCRIPT_EXEC, CSM_WINDOW).x[1] != 0);
	check_shared(&s);
	end_both(&s);
}

void attack_execute_read_write(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 1, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.c, CSM_WINDOW, ABI_U64(0xd65f03c0d2800540)), 0); /* mov x0, #42; ret */
	CHECK(script(s.c, SCRIPT_EXEC, CSM_WINDOW).x[1] != 0);
	CHECK_EQ(script(s.p, SCRIPT_EXEC, CSM_WINDOW).x[0], 42);
	end_both(&s);
}

void attack_write_read_execute(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 1, CSM_PERM_RX);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, ABI_U64(0xd65f03c0d2800540)), 0);
	CHECK_EQ(script(s.c, SCRIPT_EXEC, CSM_WINDOW).x[0], 42);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 0)));
	CHECK_EQ(script(s.p, SCRIPT_EXEC, CSM_WINDOW).x[0], 42);
	end_both(&s);
}

/* Through the monitor: what it writes for a realm it must not write where the realm can't. */
void attack_write_through_monitor(void)
{
	struct puppet_csm_setup s;
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT };

	share_secret(&s, 1, CSM_PERM_RO);
	CHECK_EQ(realm_smc(s.c, RSI_REALM_CONFIG, CSM_WINDOW).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.c, RSI_HOST_CALL, CSM_WINDOW).x[0], RSI_ERROR_INPUT);
	realm_smc_wide(s.c, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(realm_smc(s.c, RSI_ATTESTATION_TOKEN_CONTINUE, CSM_WINDOW, 0, 4096).x[0], RSI_ERROR_INPUT);
	check_shared(&s);
	end_both(&s);
}

/* A token into shared memory: so many bytes, and none beside them. */
void attack_token_into_shared(void)
{
	struct puppet_csm_setup s;
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT };
	struct script_result r;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW + 0x7f8, SECRET), 0);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW + 0x810, SECRET), 0);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW + 0x1000, SECRET), 0);
	realm_smc_wide(s.c, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	do {
		r = realm_smc(s.c, RSI_ATTESTATION_TOKEN_CONTINUE, CSM_WINDOW, 0x800, 16);
	} while (r.x[0] == RSI_INCOMPLETE && r.x[1] == 0);
	if (r.x[0] == RSI_ERROR_INPUT) {
		CHECK_EQ(read_word(s.p, CSM_WINDOW + 0x800), 0);
	} else {
		CHECK_EQ(r.x[1], 16);
		CHECK(read_word(s.p, CSM_WINDOW + 0x800) != 0);
	}
	CHECK_EQ(realm_smc(s.c, RSI_ATTESTATION_TOKEN_CONTINUE, CSM_WINDOW, 0xff8, 16).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.c, RSI_ATTESTATION_TOKEN_CONTINUE, CSM_WINDOW, 0x800, ~ABI_U64(0)).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(read_word(s.p, CSM_WINDOW + 0x7f8), SECRET);
	CHECK_EQ(read_word(s.p, CSM_WINDOW + 0x810), SECRET);
	CHECK_EQ(read_word(s.p, CSM_WINDOW + 0x1000), SECRET);
	check_shared(&s);
	end_both(&s);
}

void attack_attach_another_size(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	static const uint64_t sizes[] = { 0x1000, 0x3000, 0x5000, 0x200000 };
	uint64_t id, n;

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 0x4000, &id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK_EQ(take_share(c, p_rid, n, CSM_WINDOW, sizes[i]), RSI_CSM_ERROR_DENIED);
		check_aborts(c, CSM_WINDOW);
		CHECK_EQ(puppet_csm_detach(c, p_rid, n), RSI_SUCCESS);
	}
	CHECK_EQ(take_share(c, p_rid, n, CSM_WINDOW, 0x4000), RSI_SUCCESS);
	CHECK_EQ(read_word(c, CSM_WINDOW), SECRET);
	realm_end(c);
	realm_end(p);
}

void attack_look_beside_range(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(take_share(s.c, s.p_rid, s.n, SECOND, s.size), RSI_SUCCESS);
	CHECK_EQ(read_word(s.c, SECOND), SECRET);
	CHECK_EQ(pa_of(s.c, SECOND + GRANULE_SIZE), pa_of(s.p, CSM_WINDOW + GRANULE_SIZE));
	check_aborts(s.c, SECOND - 8);
	check_aborts(s.c, SECOND + s.size);
	check_aborts(s.c, CSM_WINDOW);
	end_both(&s);
}

void attack_share_on(void)
{
	struct three t;
	uint64_t id, n;

	start_three(&t);
	/* As a region of its own: all of it, a part, more than it. */
	CHECK_EQ(puppet_csm_create(t.s.c, CSM_WINDOW, t.s.size, &id), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_create(t.s.c, CSM_WINDOW + GRANULE_SIZE, GRANULE_SIZE, &id), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_create(t.s.c, CSM_WINDOW - GRANULE_SIZE, 4 * GRANULE_SIZE, &id), RSI_ERROR_INPUT);
	/* P's region by its id. */
	CHECK_EQ(puppet_csm_share(t.s.c, t.s.id, t.x_rid, CSM_PERM_RW, &n), RSI_ERROR_INPUT);
	CHECK_EQ(take_share(t.x, t.s.c_rid, 0, CSM_WINDOW, t.s.size), RSI_CSM_ERROR_DENIED);
	check_aborts(t.x, CSM_WINDOW);
	end_three(&t);
}

/* A region around and over an attached range, and the other way round, in every position. */
void attack_overlap_ranges(void)
{
	struct puppet_csm_setup s;
	const struct csm_rid nobody = { 5, 6 };
	uint64_t id;

	share_secret(&s, 2, CSM_PERM_RW);
	for (uint64_t first = 0; first < 4; first++) {
		for (uint64_t pages = 1; pages < 5; pages++) {
			uint64_t base = CSM_WINDOW + (first - 1) * GRANULE_SIZE;

			if (base + pages * GRANULE_SIZE <= CSM_WINDOW || base >= CSM_WINDOW + s.size)
				continue;
			CHECK_EQ(puppet_csm_create(s.p, base, pages * GRANULE_SIZE, &id), RSI_ERROR_INPUT);
			CHECK_EQ(puppet_csm_reserve(s.p, nobody, 0, base, pages * GRANULE_SIZE),
				 RSI_ERROR_INPUT);
			CHECK_EQ(puppet_csm_create(s.c, base, pages * GRANULE_SIZE, &id), RSI_ERROR_INPUT);
			CHECK_EQ(puppet_csm_reserve(s.c, nobody, 0, base, pages * GRANULE_SIZE),
				 RSI_ERROR_INPUT);
		}
	}
	check_shared(&s);
	end_both(&s);
}

void attack_attach_twice(void)
{
	struct puppet_csm_setup s;
	struct script_result r;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_EQ(puppet_csm_reserve(s.c, s.p_rid, s.n, SECOND, s.size), RSI_ERROR_STATE);
	check_aborts(s.c, SECOND);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_SUCCESS); /* what is missing: nothing */
	check_shared(&s);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_CSM_ERROR_DENIED);
	check_aborts(s.c, CSM_WINDOW);
	end_both(&s);
}

/* Two shares of one region: each has its own permission. */
void attack_widen_by_second_share(void)
{
	struct puppet_csm_setup s;
	uint64_t n;

	share_secret(&s, 2, CSM_PERM_RO);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(s.c, s.p_rid, n, CSM_WINDOW, s.size), RSI_ERROR_INPUT);
	CHECK_EQ(take_share(s.c, s.p_rid, n, SECOND, s.size), RSI_SUCCESS);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 0)));
	CHECK_EQ(realm_write64(s.c, SECOND + 8, 1), 0);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, n), RSI_SUCCESS);
	check_aborts(s.c, SECOND);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 0)));
	check_shared(&s);
	end_both(&s);
}

/* A number that was revoked is of no more use, however the range is made anew. */
void attack_use_revoked_number(void)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t n;

	share_secret(&s, 1, CSM_PERM_RW);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK(n != s.n);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(take_share(s.c, s.p_rid, s.n, CSM_WINDOW, s.size), RSI_CSM_ERROR_DENIED);
	check_aborts(s.c, CSM_WINDOW);
	end_both(&s);
}

/* A share for a realm with another RIM. */
void attack_attach_unmeasured(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	uint64_t id, x[18] = { RSI_CSM_SHARE }, rim[18] = { RSI_MEASUREMENT_READ, 0 };

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	realm_smc_wide(p, rim); /* P and C are of one image */
	CHECK_EQ(rim[0], RSI_SUCCESS);
	x[1] = id;
	x[2] = c_rid.lo;
	x[3] = c_rid.hi;
	x[4] = CSM_PERM_RO;
	x[5] = CSM_SHARE_FLAG_MEASURED;
	memcpy(&x[6], &rim[1], 8 * sizeof(x[0]));
	x[6] ^= 1;
	realm_smc_wide(p, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(take_share(c, p_rid, 0, CSM_WINDOW, GRANULE_SIZE), RSI_CSM_ERROR_DENIED);
	check_aborts(c, CSM_WINDOW);
	realm_end(c);
	realm_end(p);
}

/* --- A provider, or both -------------------------------------------------------------------------------- */

/* What C had where it attaches is gone, and P has nothing of it. */
void attack_see_what_was_there(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	uint64_t id, n, pa = pa_of(c, test_ram(c));

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(take_share(c, p_rid, n, test_ram(c), GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(read_word(p, CSM_WINDOW), 0);
	CHECK_EQ(read_word(c, test_ram(c)), 0);
	CHECK(pa_of(c, test_ram(c)) != pa);
	CHECK(is_zero_granule(pa));
	CHECK_EQ(puppet_csm_detach(c, p_rid, n), RSI_SUCCESS);
	check_aborts(c, test_ram(c));
	realm_end(c);
	realm_end(p);
}

/* Each shares with the other, and wants to share what it got. */
void attack_share_cycle(void)
{
	struct test_realm *a = victim("A"), *b = victim("B");
	struct csm_rid a_rid = puppet_csm_rid_of(a), b_rid = puppet_csm_rid_of(b);
	uint64_t a_id, b_id, n, m, id;

	CHECK_EQ(puppet_csm_create(a, CSM_WINDOW, 0x2000, &a_id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_create(b, CSM_WINDOW, 0x2000, &b_id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(a, a_id, b_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(b, b_id, a_rid, CSM_PERM_RO, &m), RSI_SUCCESS);
	CHECK_EQ(take_share(b, a_rid, n, SECOND, 0x2000), RSI_SUCCESS);
	CHECK_EQ(take_share(a, b_rid, m, SECOND, 0x2000), RSI_SUCCESS);
	/* A's own memory, back from B: to write what B may only read, or to keep it from going. */
	CHECK_EQ(puppet_csm_create(b, SECOND, 0x2000, &id), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_reserve(a, b_rid, m + 1, CSM_WINDOW, 0x2000), RSI_ERROR_INPUT);
	CHECK_EQ(realm_write64(a, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(read_word(b, SECOND), SECRET);
	CHECK(is_external_abort(realm_write64(b, SECOND, 0)));
	CHECK_EQ(puppet_csm_destroy(a, a_id), RSI_SUCCESS);
	check_aborts(b, SECOND);
	CHECK_EQ(read_word(a, SECOND), 0);
	realm_end(a);
	realm_end(b);
}

#define CROSS_ROUNDS 10

/* Two realms that share with each other take it back at the same time, on two CPUs: none waits for the other for ever. */
void attack_revoke_crosswise(void)
{
	struct test_realm *r[2] = { victim("A"), victim("B") };
	struct csm_rid rid[2] = { puppet_csm_rid_of(r[0]), puppet_csm_rid_of(r[1]) };
	uint64_t id[2], n[2];

	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(puppet_csm_create(r[i], CSM_WINDOW, 0x40000, &id[i]), RSI_SUCCESS);
	for (unsigned int round = 0; round < CROSS_ROUNDS; round++) {
		for (unsigned int i = 0; i < 2; i++)
			CHECK_EQ(puppet_csm_share(r[i], id[i], rid[1 - i], CSM_PERM_RW, &n[i]), RSI_SUCCESS);
		for (unsigned int i = 0; i < 2; i++)
			CHECK_EQ(take_share(r[1 - i], rid[i], n[i], SECOND, 0x40000), RSI_SUCCESS);
		script_begin(r[0], 0, 1, SCRIPT_SMC, RSI_CSM_REVOKE, rid[1].lo, rid[1].hi, n[0]);
		CHECK_EQ(puppet_csm_revoke(r[1], rid[0], n[1]), RSI_SUCCESS);
		if (script_end(r[0], 0).x[0] == RSI_INCOMPLETE)
			CHECK_EQ(puppet_csm_revoke(r[0], rid[1], n[0]), RSI_SUCCESS);
		for (unsigned int i = 0; i < 2; i++) {
			check_aborts(r[i], SECOND);
			CHECK_EQ(puppet_csm_detach(r[i], rid[1 - i], n[1 - i]), RSI_SUCCESS);
		}
	}
	check_victim(r[0]);
	check_victim(r[1]);
	realm_end(r[0]);
	realm_end(r[1]);
}

void attack_flood_with_rings(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 1, CSM_PERM_RW);
	for (unsigned int i = 0; i < 100; i++)
		CHECK_EQ(realm_smc(s.p, RSI_CSM_NOTIFY, s.c_rid.lo, s.c_rid.hi, s.n, 0).x[0], RSI_SUCCESS);
	CHECK(realm_smc(s.c, RSI_CSM_PENDING, 0).x[1] != CSM_INDEX_NONE);
	CHECK_EQ(realm_smc(s.c, RSI_CSM_PENDING, 0).x[1], CSM_INDEX_NONE);
	check_shared(&s);
	end_both(&s);
}

/* P turns itself off with C attached: C goes on until the host takes P apart. */
void attack_turn_off_while_shared(void)
{
	struct puppet_csm_setup s;
	struct script_result r;

	share_secret(&s, 1, CSM_PERM_RO);
	CHECK(!script_try(s.p, 0, &r, SCRIPT_SMC, PSCI_SYSTEM_OFF));
	CHECK_EQ(s.p->scripts[0].stop, HOST_STOP_SYSTEM_OFF);
	CHECK_EQ(read_word(s.c, CSM_WINDOW), SECRET);
	realm_end(s.p);
	check_aborts(s.c, CSM_WINDOW);
	realm_end(s.c);
}

/* Its own table, filled with shares for C by P: C's table is C's. */
void attack_fill_peers_table(void)
{
	struct puppet_csm_setup s;
	uint64_t n, before, id;

	share_secret(&s, 1, CSM_PERM_RO);
	before = rmm.delegated;
	s.c->event_count = 0;
	for (unsigned int i = 0; i < 40; i++)
		CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK(rmm.delegated > before); /* P's host paid for P */
	CHECK_EQ(s.c->event_count, 0);
	CHECK_EQ(puppet_csm_create(s.c, SECOND, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK(puppet_csm_event_of(s.c, CSM_EVENT_APT_FULL) == NULL);
	check_shared(&s);
	end_both(&s);
}
