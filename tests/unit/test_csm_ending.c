/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a share as its peer sees it: RESERVE's flag RAM, by which what is taken away becomes ordinary memory; that
 * PENDING tells of ends; whom the host is to ring, and in which REC (docs/csm.md "Endings", "Notifications").
 */
#include "csm_world.h"

#define PAGE(i) (WORLD_CSM + PAGES(i))
#define SIZE 8U

/* --- Helpers ------------------------------------------------------------------------------------------------- */

static uint64_t reserve_ram(struct csm_world *w)
{
	return status_of(&w->c, say_reserve(w->p_rid, w->n, WORLD_CSM, w->size, CSM_RESERVE_FLAG_RAM));
}

static void share_with(struct csm_world *w, uint64_t flags)
{
	csm_realms(w);
	csm_offer(w, SIZE, CSM_PERM_RO);
	assert_int_equal(status_of(&w->c, say_reserve(w->p_rid, w->n, WORLD_CSM, w->size, flags)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w->c, say_attach(w->p_rid, w->n)), RSI_SUCCESS);
}

static uint64_t ripas(struct world_realm *r, unsigned int page)
{
	return world_entry(r, PAGE(page)).ripas;
}

/* The host tries to put a page there. True: it is C's. */
static bool gets_data(struct world_realm *r, uint64_t at)
{
	uint64_t page = world_delegated(), result = rmi(RMI_DATA_CREATE_UNKNOWN, r->rd, page, at);

	if (result == RMI_SUCCESS)
		return true;
	assert_int_equal(result, rmi_result(RMI_ERROR_RTT, 3));
	world_undelegate(page);
	return false;
}

/* Each page of the range is missing, and the realm's to have: a touch goes to the host, which gives one of zeroes. */
static void check_ordinary(struct csm_world *w)
{
	for (unsigned int i = 0; i < SIZE; i++) {
		uint64_t pa, desc;

		assert_false(world_translate(&w->c, PAGE(i), &pa, &desc));
		assert_int_equal(world_entry(&w->c, PAGE(i)).state, RMI_UNASSIGNED);
		assert_int_equal(ripas(&w->c, i), RMI_RAM);
		assert_true(gets_data(&w->c, PAGE(i)));
		assert_true(world_translate(&w->c, PAGE(i), &pa, &desc));
		assert_true(world_is_zero(pa));
		assert_int_equal(desc >> 56 & 1, 0); /* its own */
		assert_int_equal(desc >> 7 & 1, 1);  /* and writable, whatever the share was */
	}
}

static void check_nothing_to_have(struct csm_world *w, uint64_t expected)
{
	for (unsigned int i = 0; i < SIZE; i++) {
		assert_int_equal(ripas(&w->c, i), expected);
		assert_false(gets_data(&w->c, PAGE(i)));
	}
}

static uint64_t pending(struct world_realm *r)
{
	struct smc_regs out = world_smc(r, RSI_CSM_PENDING, 0);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	return out.x[1];
}

/* The realm has news of one entry, in that role and state by now; and of no other. */
static void check_news(struct world_realm *r, enum csm_role role, enum csm_state state)
{
	uint64_t index = pending(r);
	struct smc_regs out;

	assert_true(index != CSM_INDEX_NONE);
	out = world_smc(r, RSI_CSM_QUERY, index);
	assert_int_equal(out.x[1], role);
	assert_int_equal(out.x[2], state);
	assert_true(pending(r) == CSM_INDEX_NONE);
}

/* The next exit of the call: an event about a range, and a doorbell. */
static void check_exit(const struct rmi_rec_exit *exit, enum csm_event event, uint64_t base, uint64_t size,
		       uint64_t argument, uint64_t ring, uint64_t rec)
{
	assert_int_equal(exit->exit_reason, RMI_EXIT_CSM);
	assert_int_equal(exit->csm_event, event);
	assert_int_equal(exit->csm_base, base);
	assert_int_equal(exit->csm_size, size);
	assert_int_equal(exit->csm_argument, argument);
	assert_int_equal(exit->csm_ring, ring);
	assert_int_equal(exit->csm_ring_rec, rec);
}

/* --- Ordinary memory --------------------------------------------------------------------------------------------- */

static void test_flags(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, SIZE, CSM_PERM_RO);
	for (unsigned int bit = 1; bit < 64; bit++)
		assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size,
							     UINT64_C(1) << bit | (bit & 1))),
				 RSI_ERROR_INPUT);
	assert_int_equal(reserve_ram(&w), RSI_SUCCESS);
	/* Reserved is not attached: nothing is there, and nothing comes. */
	check_nothing_to_have(&w, RMI_EMPTY);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(ripas(&w.c, 0), RMI_EMPTY);
	csm_end(&w);
}

/* A reservation that is interrupted goes on as the same one only. */
static void test_flags_go_on(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, SIZE, CSM_PERM_RO);
	assert_true(world_smc_exits(
		&w.c, 0, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, CSM_RESERVE_FLAG_RAM).x, &out, &exit));
	assert_true(world_serve(&w.c, &exit));
	csm_resume_step(&w.c);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_ERROR_STATE);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, PAGE(1), w.size, CSM_RESERVE_FLAG_RAM)),
			 RSI_ERROR_STATE);
	assert_int_equal(
		status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, PAGES(SIZE - 1), CSM_RESERVE_FLAG_RAM)),
		RSI_ERROR_STATE);
	assert_int_equal(reserve_ram(&w), RSI_SUCCESS);
	csm_end(&w);
}

static void test_revoke(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, CSM_RESERVE_FLAG_RAM);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), SIZE);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_ordinary(&w);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	/* It is a CSM range still: nobody changes its RIPAS, no other range takes its place. */
	assert_int_equal(smc(&w.c, RSI_IPA_STATE_SET, PAGE(0), PAGE(1), RSI_EMPTY, 0), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, PAGE(0), PAGES(1), 0), RSI_ERROR_INPUT);
	/* DETACH leaves what is C's own. */
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), SIZE);
	assert_int_equal(smc(&w.c, RSI_CSM_CREATE, PAGE(0), PAGES(1), 0), RSI_SUCCESS);
	csm_end(&w);
}

static void test_without_flag(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, 0);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_nothing_to_have(&w, RMI_EMPTY);
	csm_end(&w);
}

/* A page that P had not, and one that the host took from P: both are holes, and both end as the rest. */
static void test_holes(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, CSM_RESERVE_FLAG_RAM);
	world_unpopulate(&w.p, PAGE(2), PAGES(1));
	assert_int_equal(ripas(&w.c, 2), RMI_RAM);
	assert_false(gets_data(&w.c, PAGE(2))); /* not while P's consent stands: it would pass for P's */
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_ordinary(&w);
	csm_end(&w);
}

/* DESTROY, and the end of P itself. */
static void test_destroy(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, CSM_RESERVE_FLAG_RAM);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	check_ordinary(&w);
	csm_end(&w);

	share_with(&w, CSM_RESERVE_FLAG_RAM);
	world_end(&w.p);
	check_ordinary(&w);
	world_end(&w.c);
	world_end(&w.x);
	world_check_all_back();
}

/* The host unmaps C: it may not put pages of its own in the place of P's, until P itself has ended the share. */
static void test_unmap(void **state)
{
	struct csm_world w;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct smc_regs out;

		share_with(&w, CSM_RESERVE_FLAG_RAM);
		out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[3], w.p.rd);
		assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_BROKEN);
		check_news(&w.c, CSM_ROLE_CONSUMER, CSM_STATE_BROKEN);
		check_news(&w.p, CSM_ROLE_SHARE, CSM_STATE_BROKEN);
		check_nothing_to_have(&w, RMI_RAM);
		assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), RMI_ERROR_INPUT);
		if (i == 0) {
			assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
			check_ordinary(&w);
		} else if (i == 1) {
			assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
			check_ordinary(&w);
		} else {
			/* Or C gives it up: then it is empty, as ever, and P's consent stands. */
			assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
			assert_int_equal(ripas(&w.c, 0), RMI_EMPTY);
			assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
			assert_int_equal(reserve_ram(&w), RSI_SUCCESS);
			assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
		}
		csm_end(&w);
	}
}

/* Without the flag the host's UNMAP leaves what it always left. */
static void test_unmap_without_flag(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, 0);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	check_nothing_to_have(&w, RMI_DESTROYED);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_nothing_to_have(&w, RMI_DESTROYED);
	csm_end(&w);
}

/* DETACH by C's own will: nothing is C's to have, before it is complete or after. */
static void test_detach(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, CSM_RESERVE_FLAG_RAM);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(ripas(&w.c, i), RMI_EMPTY);
	csm_end(&w);
}

/* --- News ------------------------------------------------------------------------------------------------------ */

static void test_news_of_revoke(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	share_with(&w, 0);
	assert_true(world_smc_exits(&w.p, 0, say_revoke(w.c_rid, w.n).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.c.rd, w.c.rd, 0);
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	check_news(&w.c, CSM_ROLE_CONSUMER, CSM_STATE_REVOKED);
	assert_true(pending(&w.p) == CSM_INDEX_NONE); /* its own doing is no news */
	/* A share that nobody holds ends without an exit, and without a word. */
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_false(world_smc_exits(&w.p, 0, say_revoke(w.x_rid, 0).x, &out, &exit));
	assert_true(pending(&w.x) == CSM_INDEX_NONE);
	csm_end(&w);
}

static void test_news_of_detach(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	share_with(&w, 0);
	assert_true(world_smc_exits(&w.c, 0, say_detach(w.p_rid, w.n).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.c.rd, w.p.rd, 0);
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	check_news(&w.p, CSM_ROLE_SHARE, CSM_STATE_OFFERED);
	assert_true(pending(&w.c) == CSM_INDEX_NONE);
	/* What was only reserved is nothing to P. */
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.c, 0, say_detach(w.p_rid, w.n).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.c.rd, 0, 0);
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_true(pending(&w.p) == CSM_INDEX_NONE);
	csm_end(&w);
}

/* DESTROY tells the host of each consumer as REVOKE does, then of the region. */
static void test_news_of_destroy(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	share_with(&w, 0);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, PAGE(16), w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_attach(w.p_rid, 0)), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.p, 0, say(RSI_CSM_DESTROY, w.id).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.c.rd, w.c.rd, 0);
	assert_true(world_resume(&w.p, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit)); /* means nothing */
	check_exit(&exit, CSM_EVENT_REMOVE, PAGE(16), w.size, w.x.rd, w.x.rd, 0);
	assert_true(world_resume(&w.p, 0, 0, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.p.rd, 0, 0);
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	check_news(&w.c, CSM_ROLE_CONSUMER, CSM_STATE_REVOKED);
	check_news(&w.x, CSM_ROLE_CONSUMER, CSM_STATE_REVOKED);
	csm_end(&w);
}

static void test_news_of_unmap(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	share_with(&w, 0);
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM, 3, 4);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[3], w.p.rd);
	assert_int_equal(out.x[4], 0);
	check_news(&w.c, CSM_ROLE_CONSUMER, CSM_STATE_BROKEN);
	check_news(&w.p, CSM_ROLE_SHARE, CSM_STATE_OFFERED);
	/* Once: there is nothing new the second time. */
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM, 3, 4);
	assert_int_equal(out.x[3] | out.x[4], 0);
	assert_true(pending(&w.c) == CSM_INDEX_NONE);
	assert_true(pending(&w.p) == CSM_INDEX_NONE);
	csm_end(&w);
}

/* The last of a realm: one granule after the other, and whoever shared with it hears of it, in that REC. */
static uint64_t destroy_apt(struct world_realm *r, uint64_t rec)
{
	struct smc_regs out;
	uint64_t rung = 0;

	world_end_recs(r);
	do {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r->rd);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		if (out.x[3] != 0) {
			assert_int_equal(rung, 0);
			assert_int_equal(out.x[4], rec);
			rung = out.x[3];
		}
		if (out.x[1] != 0)
			world_undelegate(out.x[1]);
	} while (out.x[2] != 0);
	r->apt = false;
	return rung;
}

static void test_news_of_death(void **state)
{
	struct csm_world w;

	(void)state;
	share_with(&w, 0);
	assert_int_equal(destroy_apt(&w.p, 0), w.c.rd);
	check_news(&w.c, CSM_ROLE_CONSUMER, CSM_STATE_REVOKED);
	csm_end(&w);

	/* C attached, and the range has no page: nothing to unmap first. */
	share_with(&w, 0);
	world_unpopulate(&w.p, WORLD_CSM, w.size);
	assert_int_equal(destroy_apt(&w.c, 0), w.p.rd);
	check_news(&w.p, CSM_ROLE_SHARE, CSM_STATE_OFFERED);
	csm_end(&w);

	/* C has only reserved: nothing ends for P. */
	csm_realms(&w);
	csm_offer(&w, SIZE, CSM_PERM_RO);
	assert_int_equal(reserve_ram(&w), RSI_SUCCESS);
	assert_int_equal(destroy_apt(&w.c, 0), 0);
	assert_true(pending(&w.p) == CSM_INDEX_NONE);
	csm_end(&w);
}

/* --- Which REC is rung --------------------------------------------------------------------------------------------- */

/* C has three RECs, and wants to be rung in the last. */
static void share_with_recs(struct csm_world *w)
{
	csm_realms(w);
	world_end(&w->c);
	world_realm(&w->c, &(struct world_options){ .apt = 1, .recs = 3 });
	world_activate(&w->c);
	w->c_rid = rid_of(&w->c);
	csm_offer(w, SIZE, CSM_PERM_RW);
	assert_int_equal(csm_attach(w).x[0], RSI_SUCCESS);
	assert_int_equal(smc(&w->c, RSI_CSM_DOORBELL, 2), RSI_SUCCESS);
}

static void test_doorbell_of_death(void **state)
{
	struct csm_world w;

	(void)state;
	share_with_recs(&w);
	assert_int_equal(destroy_apt(&w.p, 2), w.c.rd);
	csm_end(&w);
}

static void test_doorbell(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	share_with_recs(&w);
	/* No such REC, and bits that no MPIDR has; those of MPIDR_EL1 are passed over. */
	assert_int_equal(smc(&w.c, RSI_CSM_DOORBELL, 3), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_CSM_DOORBELL, 0x12), RSI_ERROR_INPUT);
	assert_int_equal(smc(&w.c, RSI_CSM_DOORBELL, UINT64_C(1) << 40), RSI_ERROR_INPUT);
	assert_true(world_smc_exits(&w.p, 0, say_notify(w.c_rid, w.n, 0).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_NOTIFY, 0, 0, w.c.rd, w.c.rd, 2);
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(smc(&w.c, RSI_CSM_DOORBELL, UINT64_C(0x80000001)), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.p, 0, say_revoke(w.c_rid, w.n).x, &out, &exit));
	check_exit(&exit, CSM_EVENT_REMOVE, WORLD_CSM, w.size, w.c.rd, w.c.rd, 1);
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	csm_end(&w);

	world_reset();
	world_realm(&w.c, &(struct world_options){ 0 });
	world_activate(&w.c);
	assert_int_equal(smc(&w.c, RSI_CSM_DOORBELL, 0), SMCCC_NOT_SUPPORTED);
	world_end(&w.c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),          cmocka_unit_test(test_flags_go_on),
		cmocka_unit_test(test_revoke),         cmocka_unit_test(test_without_flag),
		cmocka_unit_test(test_holes),          cmocka_unit_test(test_destroy),
		cmocka_unit_test(test_unmap),          cmocka_unit_test(test_unmap_without_flag),
		cmocka_unit_test(test_detach),         cmocka_unit_test(test_news_of_revoke),
		cmocka_unit_test(test_news_of_detach), cmocka_unit_test(test_news_of_destroy),
		cmocka_unit_test(test_news_of_unmap),  cmocka_unit_test(test_news_of_death),
		cmocka_unit_test(test_doorbell),       cmocka_unit_test(test_doorbell_of_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
