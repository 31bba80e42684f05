/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls that stop while an interrupt waits: how much each of their steps does (I8), which is CSM_STEP entries, 16 here, no more
 * and no fewer; and what becomes of that which the host changes between two steps.
 */
#include "csm_world.h"

#define STEPS 17U /* with one entry more in each there would be 16, with one less 19 */
#define PAGES_IN_ALL (STEPS * CSM_STEP)

/* How often the call stops until it is a success. */
static unsigned int stops(struct world_realm *r, struct smc_regs command, struct smc_regs *out)
{
	unsigned int count = 0;

	sim_irq_after(0);
	for (*out = world_say(r, command); out->x[0] == RSI_INCOMPLETE; *out = world_say(r, command))
		count++;
	sim_irq_after(-1);
	assert_int_equal(out->x[0], RSI_SUCCESS);
	return count;
}

static void check_stops(struct world_realm *r, struct smc_regs command, unsigned int expected)
{
	struct smc_regs out;

	assert_int_equal(stops(r, command, &out), expected);
}

/* Tables of pages in both, so that each page is an entry. P shares them with C. */
static void offer_pages(struct csm_world *w)
{
	struct smc_regs out;

	csm_realms(w);
	w->size = PAGES(PAGES_IN_ALL);
	world_tables(&w->p, WORLD_CSM, w->size);
	world_tables(&w->c, WORLD_CSM, w->size);
	/* A look at all, the host's answer, another look, a change of all, which ends the call. */
	assert_int_equal(stops(&w->p, say(RSI_CSM_CREATE, WORLD_CSM, w->size, 0), &out), 3 * STEPS);
	w->id = out.x[1];
	csm_share(w, CSM_PERM_RO);
}

static void test_realms_calls(void **state)
{
	struct csm_world w;

	(void)state;
	offer_pages(&w);
	check_stops(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0), 2 * STEPS);
	/* One table has a place for all: a step. */
	check_stops(&w.c, say_attach(w.p_rid, w.n), STEPS);
	check_stops(&w.c, say_detach(w.p_rid, w.n), STEPS - 1);
	check_stops(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0), 2 * STEPS);
	check_stops(&w.c, say_attach(w.p_rid, w.n), STEPS);
	check_stops(&w.p, say_revoke(w.c_rid, w.n), STEPS - 1);
	csm_end(&w);
}

#define BLOCK PAGES(512)
#define TABLES (CSM_STEP + 1)

/* Where C has tables of pages, each is a place for 512: so many of them are looked at in a step. */
static void test_places(void **state)
{
	struct csm_world w;

	(void)state;
	csm_new_realms(&w);
	w.size = TABLES * BLOCK;
	world_tables_to(&w.p, WORLD_CSM, w.size, 2);
	for (uint64_t at = WORLD_CSM; at < WORLD_CSM + w.size; at += BLOCK)
		assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, w.p.rd, at, at + BLOCK), RMI_SUCCESS);
	csm_activate(&w);
	csm_offer_as_it_is(&w, WORLD_CSM);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	world_tables(&w.c, WORLD_CSM, w.size);
	check_stops(&w.c, say_attach(w.p_rid, w.n), 2 + TABLES * 512 / CSM_STEP - 1);
	csm_end(&w);
}

/* Shares that nobody uses: one goes when the call looks for the first, and the next is the first. */
static void test_destroy(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	for (unsigned int i = 1; i < 6; i++)
		csm_share(&w, CSM_PERM_RO);
	csm_begin(&w.p, say(RSI_CSM_DESTROY, w.id));
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_STATE_DESTROYING);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RO, 0)), RSI_ERROR_STATE);
	check_stops(&w.p, say(RSI_CSM_DESTROY, w.id), 2);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_INDEX_NONE);
	csm_end(&w);
}

/* Each operation goes as far as it says. */
static void test_hosts_operations(void **state)
{
	const uint64_t end = WORLD_CSM + PAGES(CSM_STEP);
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer_pages(&w);
	assert_int_equal(csm_attach(&w).x[2], PAGES_IN_ALL);
	for (unsigned int i = 0; i <= CSM_STEP; i++)
		world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(i)));
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], end);
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], end);
	assert_int_equal(world_entry(&w.c, end).ripas, RMI_RAM);
	csm_end(&w);
}

/* Of all calls that it takes to unmap a range the first is news to P, and the last, which leaves nothing mapped. */
static void test_unmap_rings(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer_pages(&w);
	assert_int_equal(csm_attach(&w).x[2], PAGES_IN_ALL);
	for (unsigned int i = 0; i < STEPS; i++) {
		bool is_news = i == 0 || i == STEPS - 1;

		out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM + PAGES(i * CSM_STEP));
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(out.x[3], is_news ? w.p.rd : 0);
		assert_int_equal(world_smc(&w.p, RSI_CSM_PENDING, 0).x[1] != CSM_INDEX_NONE, is_news);
	}
	csm_end(&w);
}

/* A fold looks below so many regions for a range of a consumer; over one more it is refused, as it does not know. */
static void test_fold_over_regions(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	contiguous_create(&w, 512);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	for (unsigned int i = 0; i <= CSM_STEP; i++) {
		out = world_smc(&w.p, RSI_CSM_CREATE, WORLD_CSM + PAGES(2 * i), PAGES(1), 0);
		assert_int_equal(out.x[0], RSI_SUCCESS);
	}
	assert_int_equal(rmi(RMI_RTT_FOLD, w.p.rd, WORLD_CSM, 3), rmi_result(RMI_ERROR_RTT, 3));
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, out.x[1]), RSI_SUCCESS);
	world_fold(&w.p, WORLD_CSM);
	world_tables(&w.p, WORLD_CSM, BLOCK);
	contiguous_end(&w);
}

/* --- DATA_DESTROY of a page that several have: two of them lose it in a call ------------------------------------ */

#define SHARES 5U
#define AT(n) (WORLD_CSM + PAGES(n))

/* P's region, which it has offered C once, is C's in five places. */
static void attach_often(struct csm_world *w)
{
	for (unsigned int n = 0; n < SHARES; n++) {
		if (n > 0)
			csm_share(w, CSM_PERM_RO);
		assert_int_equal(status_of(&w->c,
					   say_reserve(w->p_rid, n, WORLD_CSM + n * w->size, w->size, 0)),
				 RSI_SUCCESS);
		assert_int_equal(status_of(&w->c, say_attach(w->p_rid, n)), RSI_SUCCESS);
	}
}

static void share_often(struct csm_world *w, unsigned int pages)
{
	csm_realms(w);
	csm_offer(w, pages, CSM_PERM_RO);
	attach_often(w);
}

/* P's hole is filled, which C has in five places: two get the page in that call. */
static void test_page_for_several(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	w.size = PAGES(1);
	world_tables(&w.p, WORLD_CSM, w.size);
	csm_offer_as_it_is(&w, WORLD_CSM);
	attach_often(&w);
	world_populate(&w.p, WORLD_CSM, w.size);
	assert_int_equal(pages_reached(&w.c, AT(0), PAGES(2)), 2);
	assert_int_equal(pages_reached(&w.c, AT(2), PAGES(SHARES - 2)), 0);
	csm_end(&w);
}

/* P's region of one page has so many offers that nobody took, and then one that C did. With the page, or without. */
static void offer_in_vain(struct csm_world *w, unsigned int offers, bool with_page)
{
	csm_realms(w);
	w->size = PAGES(1);
	if (with_page)
		world_populate(&w->p, WORLD_CSM, w->size);
	else
		world_tables(&w->p, WORLD_CSM, w->size);
	csm_offer_as_it_is(w, WORLD_CSM);
	for (unsigned int i = 0; i < offers; i++)
		csm_share(w, CSM_PERM_RO);
	assert_int_equal(csm_attach(w).x[2], with_page);
}

/* So many shares are looked at in a call: behind them C gets no page that P gets. */
static void test_shares_that_get(void **state)
{
	struct csm_world w;

	(void)state;
	for (unsigned int offers = CSM_STEP - 1; offers <= CSM_STEP; offers++) {
		offer_in_vain(&w, offers, false);
		world_populate(&w.p, WORLD_CSM, w.size);
		assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), offers < CSM_STEP);
		csm_end(&w);
	}
}

/* Nor does it lose one that P loses, before the next call. */
static void test_shares_that_lose(void **state)
{
	struct csm_world w;

	(void)state;
	for (unsigned int offers = CSM_STEP - 1; offers <= CSM_STEP; offers++) {
		offer_in_vain(&w, offers, true);
		if (offers == CSM_STEP) {
			assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM), RMI_CSM_AGAIN);
			assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 1);
		}
		world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM));
		csm_end(&w);
	}
}

/* Two pages are taken in turn, neither of them the region's first: each call goes on with that which was begun. */
static void test_pages_in_turn(void **state)
{
	struct csm_world w;

	(void)state;
	share_often(&w, 3);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, AT(1)), RMI_CSM_AGAIN);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, AT(2)), RMI_CSM_AGAIN);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, PAGES(3 * SHARES)), 3 * SHARES - 4);
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, AT(1)));
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, AT(2)), RMI_CSM_AGAIN);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, AT(2)), RMI_CSM_AGAIN);
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, AT(2)));
	csm_end(&w);
}

/* The one that was begun went as nobody had it any more, with offers left to look at: the other begins at once. */
static void test_page_gone_early(void **state)
{
	struct csm_world w;

	(void)state;
	share_often(&w, 2);
	for (unsigned int n = 2; n < SHARES; n++)
		assert_int_equal(status_of(&w.c, say_detach(w.p_rid, n)), RSI_SUCCESS);
	for (unsigned int page = 0; page < 2; page++) {
		assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, AT(page)), RMI_CSM_AGAIN);
		world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, AT(page)));
	}
	csm_end(&w);
}

/* The share where the next call would go on is taken back meanwhile: it goes on behind it, and nobody is left out. */
static void test_share_goes_meanwhile(void **state)
{
	struct csm_world w;

	(void)state;
	for (unsigned int gone = 0; gone < SHARES; gone++) {
		share_often(&w, 1);
		assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM), RMI_CSM_AGAIN);
		assert_int_equal(pages_reached(&w.c, AT(0), PAGES(SHARES)), SHARES - 2);
		assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, gone)), RSI_SUCCESS);
		if (gone < 2)
			assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM), RMI_CSM_AGAIN);
		world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM));
		assert_int_equal(pages_reached(&w.c, AT(0), PAGES(SHARES)), 0);
		csm_end(&w);
	}
}

/* --- What the host changes between CREATE's last look and its change of the RIPAS -------------------------------- */

#define FEW 40U
#define STOPS_BEFORE_CHANGE 7U /* three looks, the host's answer, three looks */

#define create_few(at) say(RSI_CSM_CREATE, at, PAGES(FEW), 0)

/* The host makes the tables, and gives no page. */
static void stop_before_change(struct world_realm *p, uint64_t at)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_tables(p, at, PAGES(FEW));
	sim_irq_after(0);
	for (unsigned int i = 0; i < STOPS_BEFORE_CHANGE; i++) {
		if (world_smc_exits(p, 0, create_few(at).x, &out, &exit)) {
			assert_int_equal(exit.csm_event, CSM_EVENT_P_REALM);
			assert_false(world_resume(p, 0, 0, &out, &exit));
		}
		assert_int_equal(out.x[0], RSI_INCOMPLETE);
	}
	sim_irq_after(-1);
}

/* A page that it destroys is no RAM again: its content is gone. */
static void test_destroyed_stays(void **state)
{
	struct csm_world w;

	(void)state;
	csm_new_realms(&w);
	world_ram(&w.p, WORLD_CSM, PAGES(FEW));
	csm_activate(&w);
	world_populate(&w.p, WORLD_CSM, PAGES(FEW));
	stop_before_change(&w.p, WORLD_CSM);
	world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(20)));
	assert_int_equal(status_of(&w.p, create_few(WORLD_CSM)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.p, WORLD_CSM + PAGES(20)).ripas, RMI_DESTROYED);
	assert_int_equal(pages_reached(&w.p, WORLD_CSM, PAGES(FEW)), FEW - 1);
	csm_end(&w);
}

/* An entry that it makes coarser than the range changes nothing for what lies beside the range. */
static void test_coarse_stays(void **state)
{
	struct csm_world w;

	(void)state;
	/* What is beside it lies behind it, or before it. */
	for (uint64_t first = 0; first <= 512 - FEW; first += 512 - FEW) {
		csm_realms(&w);
		stop_before_change(&w.p, AT(first));
		world_fold(&w.p, WORLD_CSM);
		assert_int_equal(status_of(&w.p, create_few(AT(first))), RSI_SUCCESS);
		assert_int_equal(world_entry(&w.p, WORLD_CSM).level, 2);
		assert_int_equal(world_entry(&w.p, WORLD_CSM).ripas, RMI_EMPTY);
		csm_end(&w);
	}
}

/* --- The consumer's table goes while it attaches -------------------------------------------------------------------- */

/* C's range of `pages` begins at page `first` of a table, and is attached without the table. */
static void attach_without_table(struct csm_world *w, uint64_t pages, uint64_t first)
{
	struct smc_regs out;

	csm_realms(w);
	csm_offer(w, pages, CSM_PERM_RO);
	assert_int_equal(status_of(&w->c, say_reserve(w->p_rid, w->n, AT(first), w->size, 0)), RSI_SUCCESS);
	csm_begin(&w->c, say_attach(w->p_rid, w->n));
	world_take_back(world_rmi(RMI_RTT_DESTROY, w->c.rd, WORLD_CSM, 3));
	assert_int_equal(world_entry(&w->c, WORLD_CSM).ripas, RMI_DESTROYED);
	out = world_say(&w->c, say_attach(w->p_rid, w->n));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], pages);
}

/* What lies before the range, or behind it, under the same entry by then, is not touched. */
static void test_table_goes(void **state)
{
	struct csm_world w;

	(void)state;
	for (uint64_t first = 0; first <= 256; first += 256) {
		attach_without_table(&w, 256, first);
		assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_DESTROYED);
		assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
		assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_DESTROYED);
		csm_end(&w);
	}
}

/* The entry is the range: a hole, which the host may fill. */
static void test_whole_table_goes(void **state)
{
	struct csm_world w;

	(void)state;
	attach_without_table(&w, 512, 0);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).level, 2);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_RAM);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	csm_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_realms_calls),     cmocka_unit_test(test_places),
		cmocka_unit_test(test_destroy),          cmocka_unit_test(test_hosts_operations),
		cmocka_unit_test(test_unmap_rings),      cmocka_unit_test(test_fold_over_regions),
		cmocka_unit_test(test_page_for_several), cmocka_unit_test(test_shares_that_get),
		cmocka_unit_test(test_shares_that_lose), cmocka_unit_test(test_pages_in_turn),
		cmocka_unit_test(test_page_gone_early),  cmocka_unit_test(test_share_goes_meanwhile),
		cmocka_unit_test(test_destroyed_stays),  cmocka_unit_test(test_coarse_stays),
		cmocka_unit_test(test_table_goes),       cmocka_unit_test(test_whole_table_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
