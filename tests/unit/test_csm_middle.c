/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A provider that begins to take a share back and does not go on with it: what its consumer has then, whose range ends as
 * memory (docs/csm.md "Endings"). And a page that is on its way out while shares end. The monitor here takes steps of 16
 * entries and of two consumers (CSM_STEP).
 */
#include "csm_world.h"

#define SIZE 40U
#define PAGE(i) (WORLD_CSM + PAGES(i))

static bool gets_data(struct world_realm *r, uint64_t at)
{
	uint64_t page = world_delegated();

	if (rmi(RMI_DATA_CREATE_UNKNOWN, r->rd, page, at) == RMI_SUCCESS)
		return true;
	world_undelegate(page);
	return false;
}

/* C is attached; 16 of its 40 pages are gone. */
static void stop_in_the_middle(struct csm_world *w)
{
	csm_realms(w);
	csm_offer(w, SIZE, CSM_PERM_RW);
	assert_int_equal(status_of(&w->c,
				   say_reserve(w->p_rid, w->n, WORLD_CSM, w->size, CSM_RESERVE_FLAG_RAM)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w->c, say_attach(w->p_rid, w->n)), RSI_SUCCESS);
	csm_begin(&w->p, say_revoke(w->c_rid, w->n));
	assert_int_equal(pages_reached(&w->c, WORLD_CSM, w->size), SIZE - CSM_STEP);
}

/* What is gone is C's to have, at once; what is not gone is P's still. */
static void test_goes_on(void **state)
{
	struct csm_world w;

	(void)state;
	stop_in_the_middle(&w);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_ATTACHED);
	assert_int_equal(world_entry(&w.c, PAGE(3)).ripas, RMI_RAM);
	assert_true(gets_data(&w.c, PAGE(3)));
	assert_false(gets_data(&w.c, PAGE(CSM_STEP)));
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	/* Its own page has stayed, the rest is there to have. */
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 1);
	assert_true(gets_data(&w.c, PAGE(SIZE - 1)));
	csm_end(&w);
}

/* The host goes on in P's place, for what it wants back. */
static void test_host_unmaps(void **state)
{
	struct csm_world w;

	(void)state;
	stop_in_the_middle(&w);
	assert_int_equal(csm_unmap_all(&w), 0);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_BROKEN);
	assert_true(gets_data(&w.c, PAGE(0)));
	assert_true(gets_data(&w.c, PAGE(SIZE - 1)));
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 2);
	csm_end(&w);
}

/* C goes first: what it got stays its own, the rest is empty; and nothing comes while it goes. */
static void test_detaches(void **state)
{
	struct csm_world w;

	(void)state;
	stop_in_the_middle(&w);
	assert_true(gets_data(&w.c, PAGE(3)));
	csm_begin(&w.c, say_detach(w.p_rid, w.n));
	assert_false(gets_data(&w.c, PAGE(4)));
	/* P goes on meanwhile. */
	csm_begin(&w.p, say_revoke(w.c_rid, w.n));
	assert_int_equal(world_entry(&w.c, PAGE(CSM_STEP + 1)).ripas, RMI_EMPTY);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 1);
	for (unsigned int i = 0; i < SIZE; i++) {
		if (i != 3)
			assert_int_equal(world_entry(&w.c, PAGE(i)).ripas, RMI_EMPTY);
	}
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

/* C's page 0 is a hole. While C goes nothing more comes there, and P's share is one that loses its consumer. */
static void test_page_comes_meanwhile(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	w.size = PAGES(SIZE);
	world_populate(&w.p, PAGE(1), PAGES(SIZE - 1));
	csm_offer_as_it_is(&w, WORLD_CSM);
	assert_int_equal(csm_attach(&w).x[3], 1);
	csm_begin(&w.c, say_detach(w.p_rid, w.n));
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_BROKEN);
	world_populate(&w.p, PAGE(0), PAGES(1));
	assert_int_equal(pages_reached(&w.p, PAGE(0), PAGES(1)), 1);
	assert_int_equal(pages_reached(&w.c, PAGE(0), PAGES(1)), 0);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	csm_end(&w);
}

/* What the host unmaps while C goes is empty, as all that C gives up. */
static void test_host_unmaps_meanwhile(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, SIZE, CSM_PERM_RW);
	assert_int_equal(csm_attach(&w).x[2], SIZE);
	csm_begin(&w.c, say_detach(w.p_rid, w.n));
	assert_int_equal(csm_unmap_all(&w), w.p.rd);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(world_entry(&w.c, PAGE(i)).ripas, RMI_EMPTY);
	csm_end(&w);
}

/* C goes while P takes the share back, and P does not go on: there is no way back to what it was taken from. */
static void test_no_way_back(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	stop_in_the_middle(&w);
	assert_true(world_smc_exits(&w.c, 0, say_detach(w.p_rid, w.n).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_REMOVE);
	assert_int_equal(exit.csm_ring, 0); /* it is no news to P */
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_REVOKED);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

/* P's page goes while the consumer has one of its own in that place. */
static void test_provider_loses_page(void **state)
{
	struct csm_world w;

	(void)state;
	stop_in_the_middle(&w);
	assert_true(gets_data(&w.c, PAGE(3)));
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, PAGE(3)));
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, PAGE(CSM_STEP + 1)));
	assert_true(gets_data(&w.c, PAGE(CSM_STEP + 1)));
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 2);
	csm_end(&w);
}

static void attach(struct csm_world *w, struct world_realm *r)
{
	assert_int_equal(status_of(&w->p, say_share(w->id, rid_of(r), CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(r, say_reserve(w->p_rid, 0, WORLD_CSM, w->size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(r, say_attach(w->p_rid, 0)), RSI_SUCCESS);
}

/* Of four consumers two have lost the page when three shares end, one after the other: the fourth has it still. */
static void test_shares_end_meanwhile(void **state)
{
	struct world_realm more[4];
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 4, CSM_PERM_RO);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	for (unsigned int i = 0; i < ARRAY_SIZE(more); i++) {
		world_realm(&more[i], &(struct world_options){ .apt = 1 });
		world_activate(&more[i]);
		attach(&w, &more[i]);
	}
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, PAGE(1)), RMI_CSM_AGAIN);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(status_of(&w.p, say_revoke(rid_of(&more[i]), 0)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&more[3], WORLD_CSM, w.size), 4);
	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, PAGE(1));
	world_take_back(out);
	assert_int_equal(pages_reached(&more[3], WORLD_CSM, w.size), 3);
	for (unsigned int i = 0; i < ARRAY_SIZE(more); i++)
		world_end(&more[i]);
	csm_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_host_unmaps),
		cmocka_unit_test(test_detaches),
		cmocka_unit_test(test_page_comes_meanwhile),
		cmocka_unit_test(test_host_unmaps_meanwhile),
		cmocka_unit_test(test_no_way_back),
		cmocka_unit_test(test_provider_loses_page),
		cmocka_unit_test(test_shares_end_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
