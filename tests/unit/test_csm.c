/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realms' side of CSM: its life, and each rule that a realm or its host may try to break (docs/csm.md).
 */
#include "csm_world.h"

#define S2AP_WRITE (UINT64_C(1) << 7)
#define S2AP_READ (UINT64_C(1) << 6)
#define XN (UINT64_C(2) << 53)

static void test_life(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 4, CSM_PERM_RW);
	assert_int_equal(w.n, 0); /* the consumer knows the first number without help */
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 4);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM - PAGES(4), PAGES(4)), 0);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM + w.size, PAGES(4)), 0);
	check_same_pages(&w);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_STATE_CREATED);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_ATTACHED);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_ATTACHED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	assert_int_equal(pages_reached(&w.p, WORLD_CSM, w.size), 4);
	/* P's consent stands: C may come back. */
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_ERROR_INPUT);
	csm_end(&w);
}

static void test_permissions(void **state)
{
	const struct {
		enum csm_permission permission;
		bool write, execute;
	} rules[] = { { CSM_PERM_RO, false, false },
		      { CSM_PERM_RW, true, false },
		      { CSM_PERM_RX, false, true } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct csm_world w;
		uint64_t pa, desc;

		csm_share_all(&w, 1, rules[i].permission);
		assert_true(world_translate(&w.c, WORLD_CSM, &pa, &desc));
		assert_true(desc & S2AP_READ);
		assert_int_equal((desc & S2AP_WRITE) != 0, rules[i].write);
		assert_int_equal((desc & XN) == 0, rules[i].execute);
		/* The monitor writes for C only where C may. */
		assert_int_equal(smc(&w.c, RSI_REALM_CONFIG, WORLD_CSM),
				 rules[i].write ? RSI_SUCCESS : RSI_ERROR_INPUT);
		assert_true(world_translate(&w.p, WORLD_CSM, &pa, &desc));
		assert_true(desc & S2AP_WRITE);
		assert_false(desc & XN);
		csm_end(&w);
	}
}

/* --- I1: both sides must agree ------------------------------------------------------------------------------ */

static void test_consent(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RW);
	/* A share alone is not enough. */
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_DENIED);
	/* Nor is a reservation alone: another realm, another number, a realm that does not exist. */
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_attach(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, 1, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, 1)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(smc(&w.c, RSI_CSM_RESERVE, 1, 2, 0, WORLD_CSM + w.size, w.size), RSI_SUCCESS);
	assert_int_equal(smc(&w.c, RSI_CSM_ATTACH, 1, 2, 0), RSI_CSM_ERROR_DENIED);
	/* Nor another size. */
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, 0, WORLD_CSM + PAGES(16), PAGES(1), 0)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, 0, WORLD_CSM + PAGES(16), PAGES(3), 0)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, PAGES(64)), 0);
	assert_int_equal(pages_reached(&w.x, WORLD_CSM, PAGES(64)), 0);
	/* A share is for a live realm, and not for oneself. */
	assert_int_equal(smc(&w.p, RSI_CSM_SHARE, w.id, 1, 2, CSM_PERM_RO, 0), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.p_rid, CSM_PERM_RO, 0)), RSI_ERROR_INPUT);
	csm_end(&w);
}

static void test_attach_states(void **state)
{
	struct csm_world w;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RO);
	/* A reservation that is not complete. */
	{
		const struct smc_regs x = say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0);

		assert_true(world_smc_exits(&w.c, 0, x.x, &out, &exit));
		assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
		assert_int_equal(exit.csm_base, WORLD_CSM);
		assert_int_equal(exit.csm_size, w.size);
		assert_int_equal(exit.csm_argument, 3);
		assert_int_equal(csm_state(&w.x, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
		world_tables(&w.c, WORLD_CSM, w.size);
		assert_false(world_resume(&w.c, 0, 0, &out, &exit));
		assert_int_equal(out.x[0], RSI_SUCCESS);
	}
	/* The same share twice; another range over it. */
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM + PAGES(8), w.size, 0)),
			 RSI_ERROR_STATE);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	/* Once more: nothing is missing. */
	out = world_say(&w.c, say_attach(w.p_rid, w.n));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 2);
	/* Broken by the host: only DETACH is left. */
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_BROKEN);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_ERROR_STATE);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_DESTROYED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	csm_end(&w);
}

/* --- I3, I6: ranges ---------------------------------------------------------------------------------------------- */

static void test_ranges(void **state)
{
	const uint64_t half = UINT64_C(1) << 32;
	const uint64_t bad[][2] = {
		{ WORLD_CSM, 0 },
		{ WORLD_CSM + 1, PAGES(1) },
		{ WORLD_CSM, PAGES(1) + 8 },
		{ half, PAGES(1) },
		{ half - PAGES(1), PAGES(2) },
		{ 0 - PAGES(1), PAGES(2) },
		{ WORLD_CSM, 0 - PAGES(1) },
		{ WORLD_CSM, 0 - WORLD_CSM },
		{ half - PAGES(2), 0 - half },
		{ UINT64_MAX, PAGES(1) },
	};
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 4, CSM_PERM_RW);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(smc(&w.x, RSI_CSM_CREATE, bad[i][0], bad[i][1], 0), RSI_ERROR_INPUT);
		assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 5, bad[i][0], bad[i][1], 0)),
				 RSI_ERROR_INPUT);
	}
	assert_int_equal(smc(&w.x, RSI_CSM_CREATE, WORLD_CSM, PAGES(1), 1), RSI_ERROR_INPUT);
	/* Every way to overlap what is there, on both sides and in both roles. */
	for (unsigned int i = 0; i < 2; i++) {
		struct world_realm *r = i == 0 ? &w.p : &w.c;
		const uint64_t over[][2] = {
			{ WORLD_CSM, PAGES(4) },
			{ WORLD_CSM + PAGES(1), PAGES(1) },
			{ WORLD_CSM - PAGES(1), PAGES(2) },
			{ WORLD_CSM + PAGES(3), PAGES(2) },
			{ WORLD_CSM - PAGES(1), PAGES(8) },
		};

		for (size_t k = 0; k < sizeof(over) / sizeof(over[0]); k++) {
			assert_int_equal(smc(r, RSI_CSM_CREATE, over[k][0], over[k][1], 0), RSI_ERROR_INPUT);
			assert_int_equal(status_of(r, say_reserve(w.x_rid, 5, over[k][0], over[k][1], 0)),
					 RSI_ERROR_INPUT);
		}
	}
	/* Neighbours are fine. */
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, WORLD_CSM + PAGES(4), PAGES(1), 0), RSI_SUCCESS);
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, WORLD_CSM - PAGES(1), PAGES(1), 0), RSI_SUCCESS);
	csm_end(&w);
}

/* RIPAS of CSM ranges is not the realm's to change. */
static void test_ripas(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	/* A request from before CREATE, which the host fulfils after it. */
	{
		const uint64_t set[18] = { RSI_IPA_STATE_SET, WORLD_CSM, WORLD_CSM + PAGES(2), RSI_EMPTY, 0 };

		world_end(&w.p);
		world_realm(&w.p, &(struct world_options){ .apt = 1, .recs = 2 });
		world_activate(&w.p);
		w.p_rid = rid_of(&w.p);
		csm_offer(&w, 2, CSM_PERM_RO);
		assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
		assert_true(world_smc_exits(&w.p, 0, set, &out, &exit));
		assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
		assert_int_equal(world_resume(&w.p, 0, 0, &out, &exit), false);
	}
	csm_offer(&w, 2, CSM_PERM_RO);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	assert_int_equal(smc(&w.p, RSI_IPA_STATE_SET, WORLD_CSM, WORLD_CSM + PAGES(1), RSI_EMPTY, 0),
			 RSI_ERROR_INPUT);
	/* In its last page alone. */
	assert_int_equal(smc(&w.p, RSI_IPA_STATE_SET, WORLD_CSM - PAGES(3), WORLD_CSM + PAGES(1), RSI_EMPTY,
			     0),
			 RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_IPA_STATE_SET, WORLD_CSM + PAGES(1), WORLD_CSM + PAGES(8), RSI_EMPTY,
			     0),
			 RSI_ERROR_INPUT);
	csm_end(&w);
}

/* A realm with two RECs, of which the first waits for a change of RIPAS. */
static void two_recs(struct world_realm *r, const uint64_t set[18])
{
	const uint64_t on[18] = { PSCI_CPU_ON, 1, WORLD_RAM, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_reset();
	world_realm(r, &(struct world_options){ .apt = 1, .recs = 2 });
	world_activate(r);
	assert_true(world_smc_exits(r, 0, on, &out, &exit));
	assert_int_equal(rmi(RMI_PSCI_COMPLETE, r->rec[0], r->rec[1], PSCI_SUCCESS), RMI_SUCCESS);
	assert_true(world_smc_exits(r, 0, set, &out, &exit));
}

/* The host fulfils a RIPAS request of one REC after another REC made a region of the range. */
static void test_ripas_race(void **state)
{
	const uint64_t set[18] = { RSI_IPA_STATE_SET, WORLD_CSM, WORLD_CSM + PAGES(2), RSI_EMPTY, 0 };
	const uint64_t create[18] = { RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0 };
	struct rmi_rec_exit exit;
	struct world_realm p;
	struct smc_regs out;

	(void)state;
	two_recs(&p, set);
	assert_true(world_smc_exits(&p, 1, create, &out, &exit)); /* REC 1 */
	assert_true(world_serve(&p, &exit));
	assert_false(world_resume(&p, 1, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, p.rd, p.rec[0], WORLD_CSM, WORLD_CSM + PAGES(2)),
			 rmi_result(RMI_ERROR_RTT, 3));
	assert_int_equal(pages_reached(&p, WORLD_CSM, PAGES(2)), 2);
	world_end(&p);
	world_check_all_back();
}

/* A region is in the way of a change of RIPAS of its own pages, and of no others, before it or behind. */
static void test_ripas_behind_region(void **state)
{
	const uint64_t at[] = { WORLD_CSM - PAGES(1), WORLD_CSM + PAGES(2), WORLD_CSM + PAGES(3) };
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RO);
	world_tables(&w.p, at[0], PAGES(1));
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		uint64_t top = at[i] + PAGES(1);

		assert_true(
			world_smc_exits(&w.p, 0, say(RSI_IPA_STATE_SET, at[i], top, RSI_RAM).x, &out, &exit));
		assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
		assert_int_equal(rmi(RMI_RTT_SET_RIPAS, w.p.rd, w.p.rec[0], at[i], top), RMI_SUCCESS);
		assert_int_equal(world_entry(&w.p, at[i]).ripas, RMI_RAM);
		assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	}
	csm_end(&w);
}

/* The same with a reservation, behind the first page of an entry that spans more, and needs no table as it is EMPTY. */
static void test_ripas_then_reserve(void **state)
{
	const uint64_t coarse = UINT64_C(0x80000000), top = coarse + PAGES(512 * 512);
	const uint64_t set[18] = { RSI_IPA_STATE_SET, coarse, top, RSI_RAM, 0 };
	struct smc_regs out,
		reserve = say_reserve((struct csm_rid){ 1, 2 }, 0, coarse + PAGES(5), PAGES(1), 0);
	struct rmi_rec_exit exit;
	struct world_realm c;

	(void)state;
	two_recs(&c, set);
	assert_true(world_smc_exits(&c, 1, reserve.x, &out, &exit)); /* REC 1 */
	assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
	assert_false(world_resume(&c, 1, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, c.rd, c.rec[0], coarse, top), rmi_result(RMI_ERROR_RTT, 1));
	assert_int_equal(world_entry(&c, coarse).ripas, RMI_EMPTY);
	world_end(&c);
	world_check_all_back();
}

/* CREATE: what the range may hold. */
static void test_create_content(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	/* A page that the host has destroyed is not fit for a region, and CREATE says so before it asks. */
	csm_offer(&w, 2, CSM_PERM_RO);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	world_unpopulate(&w.p, WORLD_CSM + PAGES(1), PAGES(1));
	assert_int_equal(world_entry(&w.p, WORLD_CSM + PAGES(1)).ripas, RMI_DESTROYED);
	{
		const uint64_t x[18] = { RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0 };
		struct rmi_rec_exit exit;
		struct smc_regs out;

		assert_false(world_smc_exits(&w.p, 0, x, &out, &exit));
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	}
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	csm_end(&w);
}

/* --- I7: identity ------------------------------------------------------------------------------------------------------ */

static void test_identity(void **state)
{
	struct csm_rid seen[40];
	struct world_realm r;

	(void)state;
	world_reset();
	for (unsigned int i = 0; i < 40; i++) {
		world_realm(&r, &(struct world_options){ .apt = 1 });
		world_activate(&r);
		seen[i] = rid_of(&r);
		world_end(&r);
		for (unsigned int k = 0; k < i; k++) {
			/* Unique, and neither half counts or stays. */
			assert_int_not_equal(seen[i].lo, seen[k].lo);
			assert_int_not_equal(seen[i].hi, seen[k].hi);
			assert_true(seen[i].lo - seen[k].lo > 1000 && seen[k].lo - seen[i].lo > 1000);
			assert_true(seen[i].hi - seen[k].hi > 1000 && seen[k].hi - seen[i].hi > 1000);
		}
	}
	world_check_all_back();
}

static void test_numbers(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	assert_int_equal(w.n, 0);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, 0)), RSI_SUCCESS);
	for (uint64_t n = 1; n < 5; n++) {
		out = world_say(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RO, 0));
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[1], n); /* never one that was given before */
	}
	out = world_say(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0));
	assert_int_equal(out.x[1], 0); /* counted per pair */
	/* CSM ids are not used again either. */
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	out = world_smc(&w.p, RSI_CSM_CREATE, WORLD_CSM, PAGES(1), 0);
	assert_int_not_equal(out.x[1], w.id);
	csm_end(&w);
}

/* A peer that is gone acts as revoked, and its numbers are forgotten after a while. */
static void test_dead_peer(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	for (unsigned int i = 0; i < 100; i++) {
		struct smc_regs out;

		world_end(&w.x);
		world_realm(&w.x, &(struct world_options){ .apt = 1 });
		world_activate(&w.x);
		w.x_rid = rid_of(&w.x);
		/* One more realm each time, in a table of 15 entries: the old ones must go. */
		{
			const struct smc_regs x = say_share(w.id, w.x_rid, CSM_PERM_RO, 0);
			struct rmi_rec_exit exit;

			assert_false(world_smc_exits(&w.p, 0, x.x, &out, &exit));
			assert_int_equal(out.x[0], RSI_SUCCESS);
		}
		assert_int_equal(status_of(&w.p, say_revoke(w.x_rid, 0)), RSI_SUCCESS);
	}
	csm_end(&w);
}

/* --- I8: bounded work, memory that the host gave ---------------------------------------------------------------------------- */

static void test_memory(void **state)
{
	const uint64_t x[18] = { RSI_CSM_CREATE, WORLD_CSM + PAGES(100), PAGES(1), 0 };
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_regions(&w, 15);
	/* Refused; a lie; then granted. */
	assert_true(world_smc_exits(&w.p, 0, x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_APT_FULL);
	assert_false(world_resume(&w.p, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_MEMORY);
	assert_true(world_smc_exits(&w.p, 0, x, &out, &exit));
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_MEMORY);
	assert_true(world_smc_exits(&w.p, 0, x, &out, &exit));
	assert_true(world_serve(&w.p, &exit));
	assert_true(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_P_REALM);
	assert_true(world_serve(&w.p, &exit));
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	csm_end(&w);
}

/* A share with a realm that is new to P takes two entries: room for two is enough, and room for one is not. */
static void test_memory_for_share(void **state)
{
	(void)state;
	for (unsigned int regions = 13; regions <= 14; regions++) {
		struct rmi_rec_exit exit;
		struct csm_world w;
		struct smc_regs out, share;
		bool asks;

		csm_realms(&w);
		csm_regions(&w, regions);
		share = say_share(1, w.c_rid, CSM_PERM_RO, 0);
		asks = world_smc_exits(&w.p, 0, share.x, &out, &exit);
		assert_int_equal(asks, regions == 14);
		if (asks) {
			assert_int_equal(exit.csm_event, CSM_EVENT_APT_FULL);
			assert_true(world_serve(&w.p, &exit));
			assert_false(world_resume(&w.p, 0, 0, &out, &exit));
		}
		assert_int_equal(out.x[0], RSI_SUCCESS);
		csm_end(&w);
	}
}

/* A range takes one: there is room for 15, and the host is asked for the ranges alone. */
static void test_memory_for_ranges(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	for (unsigned int i = 0; i < 15; i++)
		csm_reserve_as_it_is(&w, i, WORLD_CSM + PAGES(i), PAGES(1));
	csm_end(&w);
}

/*
 * With an interrupt pending each call does one step of at most 512 entries and says INCOMPLETE; called again it goes
 * on where it was. `least`: steps that the work must take.
 */
static void check_steps(struct world_realm *r, const uint64_t x[18], unsigned int least)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;
	unsigned int steps = 0;

	do {
		bool left;

		sim_irq_after(0);
		left = world_smc_exits(r, 0, x, &out, &exit);
		sim_irq_after(-1);
		while (left) {
			assert_true(world_serve(r, &exit));
			sim_irq_after(0);
			left = world_resume(r, 0, 0, &out, &exit);
			sim_irq_after(-1);
		}
		steps++;
		assert_true(steps < 100);
	} while (out.x[0] == RSI_INCOMPLETE);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_true(steps >= least);
}

static void test_interrupts(void **state)
{
	const uint64_t pages = 1600; /* four steps of 512 entries */
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	w.size = PAGES(pages);
	check_steps(&w.p, (const uint64_t[18]){ RSI_CSM_CREATE, WORLD_CSM, w.size, 0 }, 4);
	w.id = 1;
	w.n = 0;
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RW, 0)), RSI_SUCCESS);
	world_tables(&w.c, WORLD_CSM, w.size);
	check_steps(&w.c, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0).x, 4);
	check_steps(&w.c, say_attach(w.p_rid, 0).x, 4);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), pages);
	check_same_pages(&w);
	check_steps(&w.c, say_detach(w.p_rid, 0).x, 4);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	check_steps(&w.p, say_revoke(w.c_rid, 0).x, 4);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	check_steps(&w.p, (const uint64_t[18]){ RSI_CSM_DESTROY, w.id }, 1);
	csm_end(&w);
}

/* In the middle of a revocation: what is still mapped is P's; nothing is mapped any more; C may go first. */
static void test_revoke_in_the_middle(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;
	uint64_t before;

	(void)state;
	csm_share_all(&w, 1600, CSM_PERM_RW);
	world_unpopulate(&w.p, WORLD_CSM + PAGES(1), PAGES(1)); /* a hole in what the first step covers */
	{
		const struct smc_regs x = say_revoke(w.c_rid, w.n);

		sim_irq_after(0);
		assert_false(world_smc_exits(&w.p, 0, x.x, &out, &exit));
		sim_irq_after(-1);
	}
	assert_int_equal(out.x[0], RSI_INCOMPLETE);
	before = pages_reached(&w.c, WORLD_CSM, w.size);
	assert_int_equal(before, 1600 - 512);
	check_same_pages(&w);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_REVOKED);
	/* Neither C nor the host gets anything more of it. */
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), RMI_ERROR_INPUT);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), before);
	/* C leaves; P's call then finds nothing left to do. */
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

/* RIPAS of a range that is revoked is EMPTY, even where the host unmapped it in the middle of REVOKE. */
static void test_ripas_when_revoked(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_share_all(&w, 1024, CSM_PERM_RW);
	{
		const struct smc_regs x = say_revoke(w.c_rid, w.n);

		sim_irq_after(0);
		assert_false(world_smc_exits(&w.p, 0, x.x, &out, &exit));
		sim_irq_after(-1);
	}
	assert_int_equal(out.x[0], RSI_INCOMPLETE);
	assert_int_equal(csm_unmap_all(&w), 0);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	for (uint64_t at = 0; at < w.size; at += GRANULE_SIZE)
		assert_int_equal(world_entry(&w.c, WORLD_CSM + at).ripas, RMI_EMPTY);
	/* And the share ended as P wanted it, not as the host did. */
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	csm_end(&w);
}

/* Shares that nobody has attached go in steps, too. */
static void test_destroy_many_shares(void **state)
{
	struct rmi_rec_exit exit;
	unsigned int steps = 1;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	world_end(&w.p);
	world_realm(&w.p, &(struct world_options){ .apt = 5 }); /* 15 + 4 x 32 entries */
	world_activate(&w.p);
	csm_offer(&w, 1, CSM_PERM_RO);
	for (unsigned int i = 1; i < 100; i++)
		assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	sim_irq_after(0);
	for (;;) {
		const uint64_t x[18] = { RSI_CSM_DESTROY, w.id };

		if (world_smc_exits(&w.p, 0, x, &out, &exit))
			break;
		assert_int_equal(out.x[0], RSI_INCOMPLETE);
		steps++;
	}
	sim_irq_after(-1);
	assert_int_equal(exit.exit_reason, RMI_EXIT_CSM); /* REMOVE */
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_in_range(steps, 100 / 32, 8);
	csm_end(&w);
}

/* A region that is not complete is nothing to destroy: the CREATE would go on without it. */
static void test_destroy_in_creation(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_begin(&w.p, say(RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0));
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, 1), RSI_ERROR_STATE);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_STATE_CREATING);
	csm_offer(&w, 2, CSM_PERM_RO);
	assert_int_equal(w.id, 1);
	csm_end(&w);
}

/* Nor does a CREATE go on as that of another range, or of one that is to be a consumer's. */
static void test_create_goes_on(void **state)
{
	const uint64_t at = WORLD_CSM + PAGES(8);
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_begin(&w.p, say(RSI_CSM_CREATE, WORLD_CSM, PAGES(4), 0));
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, WORLD_CSM, PAGES(3), 0), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, WORLD_CSM, PAGES(5), 0), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, WORLD_CSM + PAGES(1), PAGES(4), 0), RSI_ERROR_INPUT);
	assert_true(world_smc_exits(&w.p, 0, say_reserve(w.c_rid, 0, at, PAGES(2), 0).x, &out, &exit));
	csm_resume_step(&w.p);
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, at, PAGES(2), 0), RSI_ERROR_INPUT);
	csm_offer(&w, 4, CSM_PERM_RO);
	assert_int_equal(w.id, 1);
	csm_end(&w);
}

/* Not attached yet, and P's REVOKE is never completed: there is no way in. */
static void test_attach_during_destroy(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_share_all(&w, 600, CSM_PERM_RW);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RW, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	{
		const uint64_t x[18] = { RSI_CSM_DESTROY, w.id };

		sim_irq_after(0);
		assert_false(world_smc_exits(&w.p, 0, x, &out, &exit));
		sim_irq_after(-1);
	}
	assert_int_equal(out.x[0], RSI_INCOMPLETE);
	assert_int_equal(status_of(&w.x, say_attach(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RW, 0)), RSI_ERROR_STATE);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	csm_end(&w);
}

/* A gibibyte of C's that is RAM by one entry, and has no memory. */
static void make_coarse(struct csm_world *w, uint64_t base)
{
	const uint64_t set[18] = { RSI_IPA_STATE_SET, base, base + PAGES(512 * 512), RSI_RAM, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(&w->c, 0, set, &out, &exit));
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, w->c.rd, w->c.rec[0], set[1], set[2]), RMI_SUCCESS);
	assert_false(world_resume(&w->c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(world_entry(&w->c, base).level, 1);
}

/* A range in it can't be emptied before there is a table: of blocks, for a range of blocks. The host makes none, then does. */
static void test_reserve_in_coarse_memory(void **state)
{
	const uint64_t coarse = UINT64_C(0x80000000), base = coarse + PAGES(512);
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out, reserve;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 512, CSM_PERM_RO);
	make_coarse(&w, coarse);
	reserve = say_reserve(w.p_rid, w.n, base, w.size, 0);
	assert_true(world_smc_exits(&w.c, 0, reserve.x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
	for (unsigned int refuses = 2; refuses-- != 0;) {
		assert_true(world_resume(&w.c, 0, 0, &out, &exit));
		assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
		assert_int_equal(exit.csm_base, base);
		assert_int_equal(exit.csm_size, w.size);
		assert_int_equal(exit.csm_argument, 2);
	}
	assert_false(world_resume(&w.c, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
	assert_int_equal(world_entry(&w.c, base).ripas, RMI_RAM);
	/* And all is well where the host makes it. */
	assert_int_equal(status_of(&w.c, reserve), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, base).level, 2);
	assert_int_equal(world_entry(&w.c, base).ripas, RMI_EMPTY);
	assert_int_equal(world_entry(&w.c, coarse).ripas, RMI_RAM);
	csm_end(&w);
}

/* --- A host that refuses or lies -------------------------------------------------------------------------------------------------- */

static void test_host_refuses(void **state)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, WORLD_CSM + PAGES(1024), PAGES(2), 0 };
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RW);
	assert_true(world_smc_exits(&w.p, 0, create, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_P_REALM);
	assert_false(world_resume(&w.p, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
	/* It says yes and makes no table: asked for that, it refuses. */
	assert_true(world_smc_exits(&w.p, 0, create, &out, &exit));
	assert_true(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, create[1]);
	assert_int_equal(exit.csm_argument, 3);
	assert_false(world_resume(&w.p, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
	/* The same for C. */
	{
		const struct smc_regs reserve = say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0);

		assert_true(world_smc_exits(&w.c, 0, reserve.x, &out, &exit));
		assert_false(world_resume(&w.c, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
		assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
		assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
		/* RIPAS is EMPTY already: without tables the reservation stands, and ATTACH asks for them. */
		csm_reserve_as_it_is(&w, w.n, WORLD_CSM, w.size);
	}
	{
		const struct smc_regs attach = say_attach(w.p_rid, w.n);

		assert_true(world_smc_exits(&w.c, 0, attach.x, &out, &exit));
		assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
		assert_false(world_resume(&w.c, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
		assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
		assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_RESERVED);
		assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
		assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	}
	csm_end(&w);
}

/* It makes some of the tables, and the others when it is asked for them. */
static void test_host_makes_tables_late(void **state)
{
	const uint64_t second = WORLD_CSM + PAGES(512);
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	assert_true(world_smc_exits(&w.p, 0, say(RSI_CSM_CREATE, WORLD_CSM, PAGES(600), 0).x, &out, &exit));
	world_tables(&w.p, WORLD_CSM, PAGES(512));
	assert_true(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, second);
	assert_int_equal(exit.csm_size, PAGES(88));
	assert_int_equal(exit.csm_argument, 3);
	world_tables(&w.p, second, PAGES(88));
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(world_entry(&w.p, WORLD_CSM).ripas, RMI_RAM);
	assert_int_equal(world_entry(&w.p, second + PAGES(87)).ripas, RMI_RAM);
	assert_int_equal(world_entry(&w.p, second + PAGES(88)).ripas, RMI_EMPTY);
	csm_end(&w);
}

/* The host is asked to prepare the region's memory, and takes a page of it instead. */
static void test_host_takes_page_of_region(void **state)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0 };
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	/* P has memory there, by a region that it gave up. */
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0), RSI_SUCCESS);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, 1), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.p, 0, create, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_P_REALM);
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(1)));
	sim_irq_after(100); /* should it never end by itself */
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	sim_irq_after(-1);
	assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	csm_end(&w);
}

/* A host that refused half way may have taken back what it gave before: ATTACH looks at all places again. */
static void test_host_refuses_half_way(void **state)
{
	struct rmi_rec_exit exit;
	struct smc_regs attach, out;
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 600, CSM_PERM_RW);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	attach = say_attach(w.p_rid, w.n);
	assert_true(world_smc_exits(&w.c, 0, attach.x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, WORLD_CSM);
	world_tables(&w.c, WORLD_CSM, PAGES(512));
	assert_true(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_base, WORLD_CSM + PAGES(512));
	assert_false(world_resume(&w.c, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
	world_take_back(world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM, 3));
	out = world_say(&w.c, attach);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 600);
	csm_end(&w);
}

/* A range that begins inside a table: ATTACH asks for the next one from where that begins. */
static void test_attach_across_tables(void **state)
{
	const uint64_t second = WORLD_CSM + PAGES(512), base = second - PAGES(4);
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 8, CSM_PERM_RO);
	/* Nothing is prepared for the reservation, as all is EMPTY. */
	csm_reserve_as_it_is(&w, w.n, base, w.size);
	world_tables(&w.c, base, PAGES(4));
	assert_true(world_smc_exits(&w.c, 0, say_attach(w.p_rid, w.n).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, second);
	assert_int_equal(exit.csm_size, PAGES(4));
	assert_int_equal(exit.csm_argument, 3);
	world_tables(&w.c, second, PAGES(4));
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 8);
	csm_end(&w);
}

static void test_host_lies_about_reservation(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;
	uint64_t pa, desc;

	(void)state;
	csm_realms(&w);
	/* C has memory there, by a region of its own that it gave up. */
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0), RSI_SUCCESS);
	assert_int_equal(smc(&w.c, RSI_CSM_DESTROY, 1), RSI_SUCCESS);
	{
		const struct smc_regs reserve = say_reserve(w.p_rid, 0, WORLD_CSM, PAGES(2), 0);

		assert_true(world_smc_exits(&w.c, 0, reserve.x, &out, &exit));
		assert_false(world_resume(&w.c, 0, 0, &out, &exit)); /* nothing was done */
		assert_int_equal(out.x[0], RSI_CSM_ERROR_HOST);
		assert_true(world_translate(&w.c, WORLD_CSM, &pa, &desc));
		/* The host puts a page there while it should empty the range: not in a reserved range. */
		assert_true(world_smc_exits(&w.c, 0, reserve.x, &out, &exit));
		assert_true(world_serve(&w.c, &exit));
		pa = world_delegated();
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, w.c.rd, pa, WORLD_CSM),
				 rmi_result(RMI_ERROR_RTT, 3));
		world_undelegate(pa);
		assert_false(world_resume(&w.c, 0, 0, &out, &exit));
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	}
	csm_end(&w);
}

/* Before anybody has looked whether the host did it C thinks better of it: what it has there is its own still. */
static void test_reservation_given_up(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0), RSI_SUCCESS);
	assert_int_equal(smc(&w.c, RSI_CSM_DESTROY, 1), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.c, 0, say_reserve(w.p_rid, 0, WORLD_CSM, PAGES(2), 0).x, &out, &exit));
	csm_resume_step(&w.c);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, 0)), RSI_SUCCESS);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, PAGES(2)), 2);
	csm_end(&w);
}

/* A table that the host takes from under a reservation leaves DESTROYED, and DETACH does not hide it. */
static void test_host_takes_table_of_reservation(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 512, CSM_PERM_RO);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	world_tables(&w.c, WORLD_CSM, w.size);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	world_take_back(world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM, 3));
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).level, 2);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_DESTROYED);
	csm_end(&w);
}

/* --- I10: nothing of this without an APT ---------------------------------------------------------------------------------------------- */

static void test_without_apt(void **state)
{
	struct world_realm r;

	(void)state;
	world_reset();
	world_realm(&r, NULL);
	world_activate(&r);
	for (uint64_t fid = RSI_CSM_VERSION; fid <= RSI_CSM_PEER_MEASUREMENT; fid++)
		assert_int_equal(smc(&r, fid, CSM_ABI_VERSION, 2, 3, 4, 5), SMCCC_NOT_SUPPORTED);
	assert_int_equal(smc(&r, RSI_CSM_CALL_UID), SMCCC_NOT_SUPPORTED);
	assert_int_equal(smc(&r, RSI_CSM_CALL_REVISION), SMCCC_NOT_SUPPORTED);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, 0), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_ENTRY_READ, r.rd, 0), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, r.rd, WORLD_CSM), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, r.rd, WORLD_CSM), RMI_ERROR_INPUT);
	world_end(&r);
	world_check_all_back();
}

static void test_service(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	out = world_smc(&w.p, RSI_CSM_CALL_UID, 77, 78, 79, 80);
	assert_int_equal(out.x[0], 0x7b18e364);
	assert_int_equal(out.x[1], 0xbd4ff3e4);
	assert_int_equal(out.x[2], 0xb46f5b8e);
	assert_int_equal(out.x[3], 0x473b0a9e);
	assert_int_equal(out.x[4], 80); /* what is no output stays */
	assert_false(world_smc_exits(&w.p, 0, say(RSI_CSM_CALL_REVISION, 77, 78).x, &out, &exit));
	assert_int_equal(out.x[0], CSM_ABI_VERSION >> 16);
	assert_int_equal(out.x[1], CSM_ABI_VERSION & 0xffff);
	assert_int_equal(out.x[2], 78);
	out = world_smc(&w.p, RSI_CSM_VERSION, CSM_ABI_VERSION, 77, 78, 79);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], 0x10000);
	assert_int_equal(out.x[2], 0x10000);
	assert_int_equal(out.x[3], CSM_FEATURE_RX | CSM_FEATURE_NOTIFY | CSM_FEATURE_LOCAL_ATTEST |
					   CSM_FEATURE_BLOCKS | CSM_FEATURE_ENDS_AS_RAM | CSM_FEATURE_NEWS |
					   CSM_FEATURE_DOORBELL | CSM_FEATURE_ATTACH_BLOCKS);
	assert_int_equal(out.x[4], 79);
	assert_int_equal(smc(&w.p, RSI_CSM_VERSION, 0x20000), RSI_ERROR_INPUT);
	csm_offer(&w, 1, CSM_PERM_RO);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, 0, 0)), RSI_ERROR_INPUT);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, 4, 0)), RSI_ERROR_INPUT);
	assert_int_equal(status_of(&w.p, say_share(w.id + 1, w.c_rid, CSM_PERM_RO, 0)), RSI_ERROR_INPUT);
	/* A share is known to its maker only. */
	assert_int_equal(status_of(&w.c, say_revoke(w.c_rid, w.n)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(smc(&w.c, RSI_CSM_DESTROY, w.id), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_CSM_QUERY, 15), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_CSM_QUERY, UINT64_MAX), RSI_ERROR_INPUT);
	csm_end(&w);
}

/* A call that there is not, of a realm that has the service. */
static void test_unknown_call(void **state)
{
	const uint64_t unknown[] = { 0,
				     1,
				     UINT32_MAX,
				     RSI_CSM_CALL_UID - 1,
				     RSI_CSM_CALL_UID + 1,
				     RSI_CSM_CALL_REVISION + 1,
				     RSI_CSM_VERSION - 1,
				     RSI_CSM_DOORBELL + 1,
				     RSI_CSM_VERSION ^ UINT64_C(1) << 30, /* SMC32 */
				     RSI_HOST_CALL + 1 };
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		assert_int_equal(smc(&w.p, unknown[i], CSM_ABI_VERSION, 2, 3, 4), SMCCC_NOT_SUPPORTED);
	csm_end(&w);
}

/* The host refuses what CSM asked for by that flag, and by no other. */
static void test_no_refusal(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	assert_true(world_smc_exits(&w.p, 0, say(RSI_CSM_CREATE, WORLD_CSM, PAGES(1)).x, &out, &exit));
	assert_true(world_serve(&w.p, &exit));
	assert_false(world_resume(&w.p, 0, ~RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	csm_end(&w);
}

#define KEPT 0x55 /* in the register behind the last output */

/* What QUERY says of the realm's one entry with this role. */
static struct smc_regs query(struct world_realm *r, enum csm_role role)
{
	struct smc_regs out = { .x[10] = 0 };

	do {
		out = world_smc(r, RSI_CSM_QUERY, out.x[10], 0, 0, 0, 0, 0, 0, 0, 0, 0, KEPT);
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[11], KEPT);
		assert_true(out.x[1] != CSM_INDEX_NONE);
	} while (out.x[1] != role);
	return out;
}

static void check_query(const struct smc_regs *out, enum csm_state state, struct csm_rid peer, uint64_t n)
{
	assert_int_equal(out->x[2], state);
	assert_int_equal(out->x[3], peer.lo);
	assert_int_equal(out->x[4], peer.hi);
	assert_int_equal(out->x[5], n);
}

static void check_query_range(const struct smc_regs *out, uint64_t id, uint64_t base, uint64_t size,
			      enum csm_permission permission)
{
	assert_int_equal(out->x[6], id);
	assert_int_equal(out->x[7], base);
	assert_int_equal(out->x[8], size);
	assert_int_equal(out->x[9], permission);
}

/* Each output of QUERY, of each kind of entry; of a share the addresses are the provider's. */
static void test_query(void **state)
{
	const struct csm_rid nobody = { 0, 0 };
	struct smc_regs out;
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RO);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_share(&w, CSM_PERM_RX);
	assert_int_equal(w.n, 1);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM + PAGES(4), w.size, 0)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	out = query(&w.p, CSM_ROLE_REGION);
	check_query(&out, CSM_STATE_CREATED, nobody, 0);
	check_query_range(&out, w.id, WORLD_CSM, w.size, 0);
	out = query(&w.p, CSM_ROLE_SHARE);
	check_query(&out, CSM_STATE_ATTACHED, w.c_rid, w.n);
	check_query_range(&out, w.id, WORLD_CSM, w.size, CSM_PERM_RX);
	out = query(&w.c, CSM_ROLE_CONSUMER);
	check_query(&out, CSM_STATE_ATTACHED, w.p_rid, w.n);
	check_query_range(&out, 0, WORLD_CSM + PAGES(4), w.size, CSM_PERM_RX);
	out = world_smc(&w.p, RSI_CSM_REALM_ID, 0, 0, KEPT);
	assert_int_equal(out.x[3], KEPT);
	csm_end(&w);
}

/* The call succeeds, and all registers behind its outputs keep their values. */
static void check_kept(struct world_realm *r, struct smc_regs command, unsigned int outputs)
{
	struct smc_regs out;

	if (command.x[outputs + 1] == 0)
		command.x[outputs + 1] = KEPT;
	out = world_say(r, command);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	for (unsigned int i = outputs + 1; i < ARRAY_SIZE(out.x); i++)
		assert_int_equal(out.x[i], command.x[i]);
}

static void test_outputs(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	w.size = PAGES(2);
	check_kept(&w.p, say(RSI_CSM_CREATE, WORLD_CSM, w.size, 0), 1);
	check_kept(&w.p, say_share(1, w.c_rid, CSM_PERM_RO, 0), 1);
	check_kept(&w.c, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0), 0);
	check_kept(&w.c, say_attach(w.p_rid, 0), 3);
	check_kept(&w.c, say_notify(w.p_rid, 0, 1), 0);
	check_kept(&w.p, say(RSI_CSM_PENDING, 0), 1);
	check_kept(&w.p, say(RSI_CSM_DOORBELL, UINT64_C(0x80000000)), 0); /* bit 31 is ignored */
	check_kept(&w.c, say_peer_measurement(w.p_rid, 0), 9);
	check_kept(&w.c, say_detach(w.p_rid, 0), 0);
	check_kept(&w.p, say_revoke(w.c_rid, 0), 0);
	check_kept(&w.p, say(RSI_CSM_DESTROY, 1), 0);
	csm_end(&w);
}

/* 512 slots are looked at. */
static void test_query_is_bounded(void **state)
{
	struct world_realm r;
	struct smc_regs out;

	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .apt = 18 });
	world_activate(&r);
	out = world_smc(&r, RSI_CSM_QUERY, 1);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], CSM_INDEX_NONE);
	assert_int_equal(out.x[10], 513);
	out = world_smc(&r, RSI_CSM_QUERY, 513);
	assert_int_equal(out.x[1], CSM_INDEX_NONE);
	assert_int_equal(out.x[10], CSM_INDEX_NONE);
	world_end(&r);
	world_check_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_attach_states),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ripas),
		cmocka_unit_test(test_ripas_race),
		cmocka_unit_test(test_ripas_behind_region),
		cmocka_unit_test(test_ripas_then_reserve),
		cmocka_unit_test(test_create_content),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_dead_peer),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_for_share),
		cmocka_unit_test(test_memory_for_ranges),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_revoke_in_the_middle),
		cmocka_unit_test(test_ripas_when_revoked),
		cmocka_unit_test(test_destroy_many_shares),
		cmocka_unit_test(test_destroy_in_creation),
		cmocka_unit_test(test_create_goes_on),
		cmocka_unit_test(test_attach_during_destroy),
		cmocka_unit_test(test_reserve_in_coarse_memory),
		cmocka_unit_test(test_host_refuses),
		cmocka_unit_test(test_host_refuses_half_way),
		cmocka_unit_test(test_host_makes_tables_late),
		cmocka_unit_test(test_host_takes_page_of_region),
		cmocka_unit_test(test_attach_across_tables),
		cmocka_unit_test(test_host_lies_about_reservation),
		cmocka_unit_test(test_reservation_given_up),
		cmocka_unit_test(test_host_takes_table_of_reservation),
		cmocka_unit_test(test_without_apt),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_unknown_call),
		cmocka_unit_test(test_no_refusal),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_query_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
