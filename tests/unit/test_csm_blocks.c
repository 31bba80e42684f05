/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks of 2 MiB from the start: what ATTACH and CSM_FILL map as one, which tables they ask for, and how blocks are
 * counted (docs/csm.md "Blocks"). The monitor here takes steps of 16 entries (CSM_STEP).
 */
#include "csm_world.h"

#define BLOCK PAGES(512)
#define AT(i) (WORLD_CSM + (i)*BLOCK)

/* --- Helpers --------------------------------------------------------------------------------------------------------- */

static void split(struct world_realm *r, uint64_t at)
{
	assert_int_equal(rmi(RMI_RTT_CREATE, r->rd, world_delegated(), at, 3), RMI_SUCCESS);
}

static uint64_t granule_of(unsigned int page)
{
	return WORLD_RUN + PAGES(page);
}

static uint32_t refs(unsigned int page)
{
	return granule_refs(granule_find(pa(granule_of(page))));
}

/* P has a region of `pages`, shared with C; the first `blocks` are folded but for the one `not`. */
static void offer(struct csm_world *w, unsigned int pages, unsigned int blocks, unsigned int not )
{
	contiguous_create(w, pages);
	for (unsigned int i = 0; i < blocks; i++) {
		if (i != not )
			world_fold(&w->p, AT(i));
	}
	csm_share(w, CSM_PERM_RO);
}

#define ALL UINT32_MAX

static void end(struct csm_world *w)
{
	assert_int_equal(smc(&w->p, RSI_CSM_DESTROY, w->id), RSI_SUCCESS);
	world_tables(&w->p, WORLD_CSM, w->size);
	contiguous_end(w);
}

static uint64_t reserve(struct csm_world *w, uint64_t base)
{
	return status_of(&w->c, say_reserve(w->p_rid, w->n, base, w->size, 0));
}

static uint64_t level(struct world_realm *r, uint64_t at)
{
	return world_entry(r, at).level;
}

/* C reserves at `at` and attaches all of it. The call asks for tables of pages over [base, base + size), and gets them. */
static void attach_asking(struct csm_world *w, uint64_t at, uint64_t base, uint64_t size)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_int_equal(reserve(w, at), RSI_SUCCESS);
	assert_true(world_smc_exits(&w->c, 0, say_attach(w->p_rid, w->n).x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_CSM);
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, base);
	assert_int_equal(exit.csm_size, size);
	assert_int_equal(exit.csm_argument, 3);
	assert_true(world_serve(&w->c, &exit));
	assert_false(world_resume(&w->c, 0, 0, &out, &exit));
	assert_int_equal(out.x[2], w->size / GRANULE_SIZE);
}

/* --- What is mapped ---------------------------------------------------------------------------------------------------- */

static void test_attach(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 3 * 512, 3, ALL);
	{
		const struct smc_regs x = say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0);

		assert_true(world_smc_exits(&w.c, 0, x.x, &out, &exit));
		assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
		assert_int_equal(exit.csm_argument, 2);
		assert_true(world_serve(&w.c, &exit));
		assert_false(world_resume(&w.c, 0, 0, &out, &exit));
		assert_int_equal(out.x[0], RSI_SUCCESS);
	}
	{
		const struct smc_regs x = say_attach(w.p_rid, w.n);

		assert_false(world_smc_exits(&w.c, 0, x.x, &out, &exit)); /* nothing to ask for */
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[2], 3 * 512);
		assert_int_equal(out.x[3], 0);
	}
	check_same_pages(&w);
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t pa, desc;

		assert_int_equal(level(&w.c, AT(i)), 2);
		assert_true(world_translate(&w.c, AT(i) + PAGES(5), &pa, &desc));
		assert_int_equal(desc >> 6 & 3, 1); /* read only: I4 */
		assert_int_equal(desc & 3, 1);
		assert_int_equal(refs(i * 512), 1);
		assert_int_equal(refs(i * 512 + 5), 0);
	}
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(refs(i * 512), 0);
		assert_int_equal(world_entry(&w.c, AT(i)).ripas, RMI_EMPTY);
	}
	end(&w);
}

/* One block of P is not folded: pages there, and tables for just that. */
static void test_mixed(void **state)
{
	struct csm_world w;

	(void)state;
	for (unsigned int not = 0; not < 3; not ++) {
		offer(&w, 3 * 512, 3, not );
		attach_asking(&w, WORLD_CSM, AT(not ), BLOCK);
		for (unsigned int i = 0; i < 3; i++)
			assert_int_equal(level(&w.c, AT(i)), i == not ? 3 : 2);
		check_same_pages(&w);
		end(&w);
	}
}

/* The range is a page off: no block of P's is one of C's. And a range that ends within a block: pages at its end. */
static void test_alignment(void **state)
{
	struct csm_world w;

	(void)state;
	offer(&w, 2 * 512, 2, ALL);
	attach_asking(&w, WORLD_CSM + PAGES(1), WORLD_CSM + PAGES(1), w.size);
	assert_int_equal(refs(0), 1);
	assert_int_equal(refs(7), 1);
	for (unsigned int i = 0; i < 2 * 512; i += 11) {
		uint64_t pa, desc;

		assert_true(world_translate(&w.c, WORLD_CSM + PAGES(1 + i), &pa, &desc));
		assert_int_equal(pa, granule_of(i)); /* I3 */
	}
	end(&w);

	offer(&w, 512 + 5, 1, ALL);
	attach_asking(&w, WORLD_CSM, AT(1), PAGES(5));
	assert_int_equal(level(&w.c, AT(0)), 2);
	assert_int_equal(pages_reached(&w.c, AT(1), BLOCK), 5);
	end(&w);
}

/* P has three blocks of RAM; a region of `size` at `base`, for which the host has nothing to do, is shared with C. */
static void offer_part(struct csm_world *w, uint64_t base, uint64_t size)
{
	csm_realms(w);
	world_end(&w->p);
	world_realm(&w->p, &(struct world_options){ .apt = 1 });
	world_ram(&w->p, WORLD_CSM, 3 * BLOCK);
	world_give_run(&w->p, WORLD_CSM, 3 * 512);
	for (unsigned int i = 0; i < 3; i++)
		world_fold(&w->p, AT(i));
	world_activate(&w->p);
	w->p_rid = rid_of(&w->p);
	w->size = size;
	csm_offer_as_it_is(w, base);
}

/* P's memory goes on behind the region, in the same block: what is behind is nobody's but P's. */
static void test_region_ends_in_block(void **state)
{
	struct csm_world w;

	(void)state;
	offer_part(&w, WORLD_CSM, PAGES(512 + 5));
	assert_int_equal(level(&w.p, AT(1)), 2);
	/* C has a table of blocks where the range ends, and no more: it is asked for pages. */
	attach_asking(&w, WORLD_CSM, AT(1), PAGES(5));
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, 2 * BLOCK), 512 + 5);
	w.size = 3 * BLOCK; /* all of it goes */
	end(&w);
}

/* The region begins a page before a block, the range a page behind one: no block of P's is one of C's. */
static void test_opposite(void **state)
{
	const uint64_t p = AT(1) - PAGES(1), c = WORLD_CSM + PAGES(1);
	struct csm_world w;

	(void)state;
	offer_part(&w, p, 2 * BLOCK);
	attach_asking(&w, c, c, w.size);
	for (uint64_t at = 0; at < w.size; at += PAGES(11)) {
		uint64_t mine, its, desc;

		assert_true(world_translate(&w.c, c + at, &its, &desc));
		assert_true(world_translate(&w.p, p + at, &mine, &desc));
		assert_int_equal(its, mine); /* I3 */
	}
	w.size = 3 * BLOCK;
	end(&w);
}

/* RESERVE over memory: where a block sticks out of the range its table is asked for, and no more. */
static void test_reserve_over_memory(void **state)
{
	const uint64_t x[18] = { RSI_CSM_RESERVE, 1, 2, 0, WORLD_CSM + PAGES(7), 2 * BLOCK };
	struct rmi_rec_exit exit;
	struct world_realm r;
	struct smc_regs out;

	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .apt = 1 });
	world_tables_to(&r, WORLD_CSM, 3 * BLOCK, 2);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, AT(i), AT(i + 1)), RMI_SUCCESS);
	world_activate(&r);
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_int_equal(exit.csm_argument, 2);
	assert_true(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_base, WORLD_CSM + PAGES(7));
	assert_int_equal(exit.csm_size, BLOCK - PAGES(7));
	assert_int_equal(exit.csm_argument, 3);
	assert_true(world_serve(&r, &exit));
	assert_true(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_base, AT(2));
	assert_int_equal(exit.csm_size, PAGES(7));
	assert_int_equal(exit.csm_argument, 3);
	assert_true(world_serve(&r, &exit));
	assert_false(world_resume(&r, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(level(&r, AT(1)), 2);
	assert_int_equal(world_entry(&r, AT(0)).ripas, RMI_RAM);
	assert_int_equal(world_entry(&r, WORLD_CSM + PAGES(7)).ripas, RMI_EMPTY);
	assert_int_equal(world_entry(&r, AT(1)).ripas, RMI_EMPTY);
	assert_int_equal(world_entry(&r, AT(2) + PAGES(6)).ripas, RMI_EMPTY);
	assert_int_equal(world_entry(&r, AT(2) + PAGES(7)).ripas, RMI_RAM);
	world_end(&r);
	world_check_all_back();
}

#define HOLES (CSM_STEP + 4)

/* An empty block of P's is no block: pages are what may come. So many tables are asked for as a step looks at. */
static void test_holes(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_new_realms(&w);
	w.size = HOLES * BLOCK;
	world_tables_to(&w.p, WORLD_CSM, w.size, 2);
	for (unsigned int i = 0; i < HOLES; i++)
		assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, w.p.rd, AT(i), AT(i + 1)), RMI_SUCCESS);
	csm_activate(&w);
	csm_offer_as_it_is(&w, WORLD_CSM);
	assert_int_equal(reserve(&w, WORLD_CSM), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.c, 0, say_attach(w.p_rid, w.n).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, WORLD_CSM);
	assert_int_equal(exit.csm_size, CSM_STEP * BLOCK);
	assert_int_equal(exit.csm_argument, 3);
	assert_true(world_serve(&w.c, &exit));
	assert_true(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(exit.csm_base, AT(CSM_STEP));
	assert_int_equal(exit.csm_size, 4 * BLOCK);
	assert_true(world_serve(&w.c, &exit));
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], HOLES * 512);
	csm_end(&w);
}

/* P's block is split, and C has it as a block still: that is place enough. */
static void test_fill_of_split(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 512, 1, ALL);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	split(&w.p, WORLD_CSM);
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], AT(1));
	assert_int_equal(out.x[2], 0);
	end(&w);
}

/* --- The host in between ------------------------------------------------------------------------------------------------- */

/* C's tables go while it attaches: holes, which CSM_FILL maps in blocks when there are tables again. */
static void test_fill(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 3 * 512, 3, ALL);
	assert_int_equal(reserve(&w, WORLD_CSM), RSI_SUCCESS);
	csm_begin(&w.c, say_attach(w.p_rid, w.n));
	world_take_back(world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM, 2));
	out = world_say(&w.c, say_attach(w.p_rid, w.n));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], 3 * 512);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, AT(1)), rmi_result(RMI_ERROR_RTT, 1));
	world_tables_to(&w.c, WORLD_CSM, w.size, 2);
	/* From the middle of a block it is mapped as a whole. */
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, AT(1) + PAGES(9));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[2], 2 * 512);
	assert_int_equal(level(&w.c, AT(1)), 2);
	check_same_pages(&w);
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, AT(0));
	assert_int_equal(out.x[2], 512);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 3 * 512);
	/* P's tables are finer by then: blocks have no place, pages have one when the table is there. */
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	end(&w);
}

/* ATTACH on what is attached asks for the tables that have become too coarse since. */
static void test_attach_again(void **state)
{
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 2 * 512, 2, ALL);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	split(&w.p, AT(1));
	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, AT(1) + PAGES(7));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	assert_true(world_smc_exits(&w.c, 0, say_attach(w.p_rid, w.n).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_RTT_NEEDED);
	assert_int_equal(exit.csm_base, AT(1));
	assert_int_equal(exit.csm_argument, 3);
	assert_true(world_serve(&w.c, &exit));
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 2 * 512 - 1);
	assert_int_equal(out.x[3], 1);
	check_same_pages(&w);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	end(&w);
}

/* A page of P goes: the block with it goes from C, and comes back in pages. */
static void test_page_goes(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 2 * 512, 2, ALL);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	split(&w.p, AT(1));
	/* Its own references are none: it is in a block that begins elsewhere. */
	assert_int_equal(refs(512 + 7), 0);
	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, AT(1) + PAGES(7));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], granule_of(512 + 7));
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 512);
	assert_int_equal(world_entry(&w.c, AT(1)).ripas, RMI_RAM);
	assert_int_equal(refs(512), 0);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, AT(1)), rmi_result(RMI_ERROR_RTT, 2));
	world_tables(&w.c, AT(1), BLOCK);
	for (uint64_t at = AT(1); at < AT(2); at = out.x[1]) {
		out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, at);
		assert_int_equal(out.x[0], RMI_SUCCESS);
	}
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 2 * 512 - 1);
	check_same_pages(&w);
	end(&w);
}

/*
 * While a page is on its way out (of two consumers in one step, the third is left) no block with it is mapped anew; the
 * other is, as a block.
 */
static void page_on_its_way_out(uint64_t block, uint64_t page)
{
	struct world_realm more[2];
	struct csm_world w;
	struct smc_regs out;

	offer(&w, 1024, 2, ALL);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 3; i++) {
		struct world_realm *r = i == 2 ? &w.x : &more[i];

		if (i < 2) {
			world_realm(r, &(struct world_options){ .apt = 1 });
			world_activate(r);
		}
		assert_int_equal(status_of(&w.p, say_share(w.id, rid_of(r), CSM_PERM_RO, 0)), RSI_SUCCESS);
		assert_int_equal(status_of(r, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
		if (i < 2)
			assert_int_equal(status_of(r, say_attach(w.p_rid, 0)), RSI_SUCCESS);
	}
	split(&w.p, block);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, page), RMI_CSM_AGAIN);
	/* P's host folds the table again, and another consumer comes. */
	world_fold(&w.p, block);
	out = world_say(&w.x, say_attach(w.p_rid, 0));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 1023);
	assert_int_equal(pages_reached(&w.x, page, PAGES(1)), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(level(&w.x, AT(i)), AT(i) == block ? 3 : 2);
	split(&w.p, block);
	do
		out = world_rmi(RMI_DATA_DESTROY, w.p.rd, page);
	while (out.x[0] == RMI_CSM_AGAIN);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	assert_int_equal(pages_reached(&more[0], WORLD_CSM, w.size), 512);
	assert_int_equal(pages_reached(&more[1], WORLD_CSM, w.size), 512);
	assert_int_equal(pages_reached(&w.x, WORLD_CSM, w.size), 1023);
	world_end(&more[0]);
	world_end(&more[1]);
	end(&w);
}

static void test_page_on_its_way_out(void **state)
{
	(void)state;
	page_on_its_way_out(AT(0), AT(0) + PAGES(7));
	page_on_its_way_out(AT(1), AT(1) + PAGES(7));
	page_on_its_way_out(AT(1), AT(1));
}

/* A block that ends as memory is memory as a whole, of which pages are made as they are touched. */
static void test_ends_as_memory(void **state)
{
	struct csm_world w;

	(void)state;
	offer(&w, 2 * 512, 2, ALL);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, CSM_RESERVE_FLAG_RAM)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(level(&w.c, AT(1)), 2);
	assert_int_equal(world_entry(&w.c, AT(1)).ripas, RMI_RAM);
	world_populate(&w.c, AT(1) + PAGES(7), PAGES(2));
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 2);
	end(&w);
}

/* --- How blocks are counted ------------------------------------------------------------------------------------------------ */

static void test_counts(void **state)
{
	struct csm_world w;

	(void)state;
	offer(&w, 512, 1, ALL);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 3; i++) {
		split(&w.c, AT(0));
		for (unsigned int page = 0; page < 512; page++)
			assert_int_equal(refs(page), 1);
		if (i == 2)
			break;
		world_fold(&w.c, AT(0));
		for (unsigned int page = 0; page < 512; page++)
			assert_int_equal(refs(page), page == 0);
	}
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	for (unsigned int page = 0; page < 512; page++)
		assert_int_equal(refs(page), 0);
	end(&w);
}

/* Another realm's page, behind one that is shared: who asks after a block finds none, with a region or without. */
static void test_neighbour(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		offer(&w, 1, 0, ALL);
		assert_int_equal(reserve(&w, WORLD_CSM), RSI_SUCCESS);
		assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
		assert_int_equal(refs(0), 1);
		if (i == 1)
			assert_int_equal(smc(&w.x, RSI_CSM_CREATE, AT(4), PAGES(1), 0), RSI_SUCCESS);
		world_unpopulate(&w.x, AT(4), PAGES(1));
		world_tables(&w.x, AT(4), BLOCK);
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, granule_of(1)), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, w.x.rd, granule_of(1), AT(4)), RMI_SUCCESS);
		out = world_rmi(RMI_DATA_DESTROY, w.x.rd, AT(4));
		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, granule_of(1)), RMI_SUCCESS);
		assert_int_equal(refs(0), 1);
		end(&w);
	}
}

/* The same page goes while a region is in creation around it: CREATE goes on where it was, and does all that it does. */
static void test_neighbour_in_creation(void **state)
{
	const uint64_t page = AT(4) + PAGES(20);
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	offer(&w, 1, 0, ALL);
	assert_int_equal(reserve(&w, WORLD_CSM), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_true(world_smc_exits(&w.x, 0, say(RSI_CSM_CREATE, AT(4), PAGES(40), 0).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_P_REALM);
	world_tables(&w.x, AT(4), PAGES(40));
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, granule_of(1)), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, w.x.rd, granule_of(1), page), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.x.rd, page), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, granule_of(1)), RMI_SUCCESS);
	assert_false(world_resume(&w.x, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 40; i++)
		assert_int_equal(world_entry(&w.x, AT(4) + PAGES(i)).ripas, RMI_RAM);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attach),         cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_alignment),      cmocka_unit_test(test_region_ends_in_block),
		cmocka_unit_test(test_opposite),       cmocka_unit_test(test_reserve_over_memory),
		cmocka_unit_test(test_holes),          cmocka_unit_test(test_fill_of_split),
		cmocka_unit_test(test_fill),           cmocka_unit_test(test_attach_again),
		cmocka_unit_test(test_page_goes),      cmocka_unit_test(test_page_on_its_way_out),
		cmocka_unit_test(test_ends_as_memory), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_neighbour),      cmocka_unit_test(test_neighbour_in_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
