/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's side of CSM: what the base commands do to memory that realms share, and the host's own operations
 * (docs/csm.md "Host interface").
 */
#include "csm_world.h"

#include "csm/apt.h"
#include "model/realm.h"

/* --- Pages that come and go ------------------------------------------------------------------------------- */

/* P's page is destroyed: C loses it first, in tables and TLBs, and it is wiped. */
static void test_data_destroy(void **state)
{
	struct csm_world w;
	struct smc_regs out;
	uint64_t page, pa, desc;

	(void)state;
	csm_share_all(&w, 4, CSM_PERM_RW);
	assert_true(world_translate(&w.c, WORLD_CSM + PAGES(1), &page, &desc));
	memset(world_mem(page), 0x33, GRANULE_SIZE);
	/* Not through the consumer: it is not the consumer's. */
	out = world_rmi(RMI_DATA_DESTROY, w.c.rd, WORLD_CSM + PAGES(1));
	assert_int_equal(out.x[0], rmi_result(RMI_ERROR_RTT, 3));
	assert_true(world_translate(&w.c, WORLD_CSM + PAGES(1), &pa, &desc));

	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(1));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], page);
	assert_false(world_translate(&w.c, WORLD_CSM + PAGES(1), &pa, &desc));
	assert_false(world_translate(&w.p, WORLD_CSM + PAGES(1), &pa, &desc));
	assert_true(world_is_zero(page));
	world_undelegate(page);
	/* C is left with a hole, the rest is there. */
	assert_int_equal(world_entry(&w.c, WORLD_CSM + PAGES(1)).state, RMI_UNASSIGNED);
	assert_int_equal(world_entry(&w.c, WORLD_CSM + PAGES(1)).ripas, RMI_RAM);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 3);
	out = world_say(&w.c, say_attach(w.p_rid, w.n));
	assert_int_equal(out.x[2], 3);
	assert_int_equal(out.x[3], 1);
	/* A page that comes there is not P's memory: what P had is DESTROYED. So it is not C's. */
	world_populate(&w.p, WORLD_CSM + PAGES(1), GRANULE_SIZE);
	assert_int_equal(world_entry(&w.p, WORLD_CSM + PAGES(1)).ripas, RMI_DESTROYED);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 3);
	assert_int_equal(world_say(&w.c, say_attach(w.p_rid, w.n)).x[2], 3);
	csm_end(&w);
}

/* TLB entries of what REVOKE and DETACH take away are gone when they have returned. */
static void test_tlb(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 4, CSM_PERM_RW);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

/* A host that does not populate: P's pages come later, and C gets them too. */
static void test_data_created(void **state)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, WORLD_CSM, PAGES(4), 0 };
	struct rmi_rec_exit exit;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	assert_true(world_smc_exits(&w.p, 0, create, &out, &exit));
	world_tables(&w.p, WORLD_CSM, PAGES(4));
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	w.id = out.x[1];
	w.size = PAGES(4);
	w.n = 0;
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	out = csm_attach(&w);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], 4);
	/* A hole is an access that the host can serve. */
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_RAM);
	world_populate(&w.p, WORLD_CSM, PAGES(2));
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 2);
	check_same_pages(&w);
	/* One that did not reach C, as C has no table there, is filled by FILL. */
	out = world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM, 3);
	assert_int_equal(out.x[0], rmi_result(RMI_ERROR_RTT, 3)); /* it is live */
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.x.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_ERROR_INPUT);
	world_populate(&w.p, WORLD_CSM, PAGES(4));
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 4);
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM + PAGES(1));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + w.size);
	assert_int_equal(out.x[2], 0);
	csm_end(&w);
}

/* The pages on either side of a region are P's alone: none of them gets into C. */
static void test_pages_beside(void **state)
{
	const uint64_t beside[] = { WORLD_CSM - GRANULE_SIZE, WORLD_CSM + PAGES(4) };
	struct csm_world w;

	(void)state;
	csm_new_realms(&w);
	for (unsigned int i = 0; i < 2; i++) {
		world_ram(&w.p, beside[i], GRANULE_SIZE);
		world_ram(&w.c, beside[i], GRANULE_SIZE);
	}
	csm_activate(&w);
	csm_offer(&w, 4, CSM_PERM_RW);
	assert_int_equal(csm_attach(&w).x[2], 4);
	for (unsigned int i = 0; i < 2; i++) {
		world_populate(&w.p, beside[i], GRANULE_SIZE);
		assert_int_equal(pages_reached(&w.c, beside[i], GRANULE_SIZE), 0);
		world_take_back(world_rmi(RMI_DATA_DESTROY, w.p.rd, beside[i]));
		assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 4);
	}
	check_same_pages(&w);
	/* Nor does the end of the range change what is on either side of it. */
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(world_entry(&w.c, beside[i]).ripas, RMI_RAM);
	csm_end(&w);
}

/* P's region, which has none of its pages; C is attached to the holes. */
static void attach_holes(struct csm_world *w, uint64_t pages)
{
	csm_realms(w);
	w->size = PAGES(pages);
	world_tables(&w->p, WORLD_CSM, w->size);
	csm_offer_as_it_is(w, WORLD_CSM);
	assert_int_equal(csm_attach(w).x[3], pages);
}

/* A table of C's that reaches beyond its range is gone: FILL changes nothing there. */
static void test_fill_beyond(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	attach_holes(&w, 600);
	world_take_back(world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM + PAGES(512), 3));
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM + PAGES(10));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + w.size);
	assert_int_equal(world_entry(&w.c, WORLD_CSM + w.size).ripas, RMI_DESTROYED);
	csm_end(&w);
}

/* A hole of P's has no address, though it be half a terabyte: the granule at the region's offset is not P's. */
static void test_largest_hole(void **state)
{
	struct csm_world w;

	(void)state;
	csm_new_realms(&w);
	world_end(&w.p);
	world_realm(&w.p, &(struct world_options){ .apt = 1, .ipa_bits = 40, .start_at_0 = true });
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, w.p.rd, 0, UINT64_C(1) << 39), RMI_SUCCESS);
	csm_activate(&w);
	w.size = PAGES(2);
	csm_offer_as_it_is(&w, WORLD_RUN); /* as P names it */
	assert_int_equal(csm_attach(&w).x[3], 2);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	csm_end(&w);
}

static void test_fill(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	attach_holes(&w, 600);
	/* C's table goes while it holds nothing; P's pages come; C's table comes back. */
	world_take_back(world_rmi(RMI_RTT_DESTROY, w.c.rd, WORLD_CSM, 3));
	world_populate(&w.p, WORLD_CSM, w.size);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 600 - 512);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), rmi_result(RMI_ERROR_RTT, 2));
	world_tables(&w.c, WORLD_CSM, w.size);
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM + PAGES(10));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + PAGES(10 + 512)); /* one step */
	assert_int_equal(out.x[2], 502);
	out = world_say(&w.c, say_attach(w.p_rid, w.n));
	assert_int_equal(out.x[2], 600);
	assert_int_equal(out.x[3], 0);
	check_same_pages(&w);
	csm_end(&w);
}

/* --- Many consumers ------------------------------------------------------------------------------------------- */

static void test_many_consumers(void **state)
{
	enum { CONSUMERS = 70 };
	static struct world_realm c[CONSUMERS];
	struct csm_world w;
	struct smc_regs out;
	uint64_t page, desc;
	unsigned int calls = 0, with = 0;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RO);
	for (unsigned int i = 0; i < CONSUMERS; i++) {
		world_realm(&c[i], &(struct world_options){ .apt = 1 });
		world_activate(&c[i]);
		assert_int_equal(status_of(&w.p, say_share(w.id, rid_of(&c[i]), CSM_PERM_RO, 0)),
				 RSI_SUCCESS);
		assert_int_equal(status_of(&c[i], say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)),
				 RSI_SUCCESS);
		assert_int_equal(status_of(&c[i], say_attach(w.p_rid, 0)), RSI_SUCCESS);
	}
	assert_true(world_translate(&w.p, WORLD_CSM, &page, &desc));
	for (;;) {
		out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM);
		calls++;
		if (out.x[0] != RMI_CSM_AGAIN)
			break;
		assert_int_equal(world_state(page), GRANULE_DATA); /* nothing is destroyed yet */
		/* One that is served already attaches again, in between. */
		if (calls == 1)
			assert_int_equal(status_of(&c[0], say_attach(w.p_rid, 0)), RSI_SUCCESS);
	}
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_true(calls >= 2);
	world_undelegate(out.x[1]);
	for (unsigned int i = 0; i < CONSUMERS; i++)
		assert_int_equal(pages_reached(&c[i], WORLD_CSM, w.size), 1);
	/* A page that comes reaches the first 64. P's RIPAS is DESTROYED there, so it comes in another region. */
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	for (unsigned int i = 0; i < CONSUMERS; i++)
		with += (unsigned int)pages_reached(&c[i], WORLD_CSM, w.size);
	assert_int_equal(with, 0);
	for (unsigned int i = 0; i < CONSUMERS; i++)
		world_end(&c[i]);
	csm_end(&w);
}

/* A machine whose memory begins a page later, within a block. (The granule of that page is elsewhere, and nobody uses it.) */
static void memory_begins_in_block(void)
{
	static uint64_t others[WORLD_GRANULES];
	const struct granule_bank banks[] = {
		{ pa(0), GRANULE_SIZE }, { pa(SIM_DRAM_BASE + GRANULE_SIZE), PAGES(WORLD_GRANULES - 1) }
	};
	unsigned int count = 0;

	world_reset();
	while ((others[count] = world_ns()) != SIM_DRAM_BASE)
		count++;
	while (count > 0)
		world_free(others[--count]);
	assert_true(granule_init(banks, ARRAY_SIZE(banks), granule_at(0), WORLD_GRANULES));
}

/* A page goes from a region, of a block whose first page is no memory of the machine. */
static void test_first_block(void **state)
{
	const uint64_t page = SIM_DRAM_BASE + PAGES(5);
	struct world_realm p;

	(void)state;
	memory_begins_in_block();
	world_realm(&p, &(struct world_options){ .apt = 1 });
	world_activate(&p);
	assert_int_equal(smc(&p, RSI_CSM_CREATE, WORLD_CSM, PAGES(2), 0), RSI_SUCCESS);
	world_unpopulate(&p, WORLD_CSM, PAGES(1));
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, page), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, p.rd, page, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_DATA_DESTROY, p.rd, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, page), RMI_SUCCESS);
	world_end(&p);
}

/* Two attachments of one consumer with 600 offers between them: each call serves one. */
static uint64_t spread_attachments(struct csm_world *w)
{
	struct smc_regs out;

	csm_realms(w);
	world_end(&w->p);
	world_realm(&w->p, &(struct world_options){ .apt = 25 });
	world_activate(&w->p);
	w->p_rid = rid_of(&w->p);
	csm_offer(w, 2, CSM_PERM_RO);
	assert_int_equal(csm_attach(w).x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 600; i++)
		assert_int_equal(status_of(&w->p, say_share(w->id, w->x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	out = world_say(&w->p, say_share(w->id, w->c_rid, CSM_PERM_RO, 0));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(status_of(&w->c, say_reserve(w->p_rid, out.x[1], WORLD_CSM + PAGES(8), w->size, 0)),
			 RSI_SUCCESS);
	assert_int_equal(status_of(&w->c, say_attach(w->p_rid, out.x[1])), RSI_SUCCESS);
	return out.x[1];
}

/* A consumer can't keep the host from a page by attaching it again after each step. */
static void test_release_against_attach(void **state)
{
	struct csm_world w;
	struct smc_regs out;
	uint64_t other;

	(void)state;
	other = spread_attachments(&w);
	for (unsigned int calls = 1;; calls++) {
		out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM);
		if (out.x[0] != RMI_CSM_AGAIN)
			break;
		assert_in_range(calls, 1, 2);
		assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
		assert_int_equal(status_of(&w.c, say_attach(w.p_rid, other)), RSI_SUCCESS);
		assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), RMI_SUCCESS);
	}
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 1);
	csm_end(&w);
}

/* Nor does a host in its own way that takes two pages in turn: the first goes first. */
static void test_release_in_turn(void **state)
{
	unsigned int calls = 0, done = 0;
	struct csm_world w;

	(void)state;
	spread_attachments(&w);
	for (; done < 2; calls++) {
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(calls % 2));

		assert_in_range(calls, 0, 8);
		if (out.x[0] == RMI_SUCCESS) {
			world_undelegate(out.x[1]);
			done++;
		} else if (out.x[0] != RMI_CSM_AGAIN) {
			assert_int_equal(rmi_result_status(out.x[0]), RMI_ERROR_RTT); /* it is gone already */
		}
	}
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	csm_end(&w);
}

/* A page that the host has begun with and does not want any more: the next one goes all the same. */
static void test_release_given_up(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	spread_attachments(&w);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM), RMI_CSM_AGAIN);
	for (unsigned int calls = 1;; calls++) {
		out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(1));
		if (out.x[0] != RMI_CSM_AGAIN)
			break;
		assert_in_range(calls, 1, 4);
	}
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
	/* It is no hole any more. */
	out = world_say(&w.c, say_attach(w.p_rid, w.n));
	assert_int_equal(out.x[2], 1);
	assert_int_equal(out.x[3], 1);
	csm_end(&w);
}

/* --- Tables ------------------------------------------------------------------------------------------------------ */

static void test_fold(void **state)
{
	struct csm_world w;
	struct smc_regs out;
	uint64_t pa, desc, page;

	(void)state;
	contiguous_region(&w);
	/* P's table and C's: the same pages, the same permission. */
	world_fold(&w.p, WORLD_CSM);
	world_fold(&w.c, WORLD_CSM);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 512);
	check_same_pages(&w);
	assert_true(world_translate(&w.c, WORLD_CSM, &pa, &desc));
	assert_int_equal(desc >> 6 & 3, 1); /* read only */
	assert_int_equal(world_entry(&w.c, WORLD_CSM).level, 2);
	/* A page of P goes: C's whole block goes with it, and comes back but for that page. */
	page = world_delegated();
	assert_int_equal(rmi(RMI_RTT_CREATE, w.p.rd, page, WORLD_CSM, 3), RMI_SUCCESS);
	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(7));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_RUN + PAGES(7));
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, WORLD_RUN + PAGES(7)), RMI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	world_tables(&w.c, WORLD_CSM, w.size);
	out = world_rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[2], 511);
	check_same_pages(&w);
	contiguous_end(&w);
}

/* A block is one entry, and counts in its first granule: of three consumers with blocks one call serves all. */
static void test_many_blocks(void **state)
{
	static struct world_realm c[2];
	unsigned int mapped = 3;
	struct csm_world w;

	(void)state;
	contiguous_region(&w);
	for (unsigned int i = 0; i < 2; i++) {
		world_realm(&c[i], &(struct world_options){ .apt = 1 });
		world_activate(&c[i]);
		assert_int_equal(status_of(&w.p, say_share(w.id, rid_of(&c[i]), CSM_PERM_RO, 0)),
				 RSI_SUCCESS);
		assert_int_equal(status_of(&c[i], say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)),
				 RSI_SUCCESS);
		assert_int_equal(status_of(&c[i], say_attach(w.p_rid, 0)), RSI_SUCCESS);
	}
	for (unsigned int i = 0; i < mapped; i++)
		world_fold(i == 2 ? &w.c : &c[i], WORLD_CSM);
	assert_int_equal(granule_refs(granule_find(pa(WORLD_RUN))), mapped);
	assert_int_equal(granule_refs(granule_find(pa(WORLD_RUN + PAGES(7)))), 0);
	assert_int_equal(rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(7)), RMI_SUCCESS);
	assert_int_equal(granule_refs(granule_find(pa(WORLD_RUN))), 0);
	for (unsigned int i = 0; i < mapped; i++)
		assert_int_equal(pages_reached(i == 2 ? &w.c : &c[i], WORLD_CSM, w.size), 0);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, WORLD_RUN + PAGES(7)), RMI_SUCCESS);
	for (unsigned int i = 0; i < 2; i++)
		world_end(&c[i]);
	contiguous_end(&w);
}

static void test_revoke_folded(void **state)
{
	struct csm_world w;

	(void)state;
	contiguous_region(&w);
	world_fold(&w.c, WORLD_CSM);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(world_entry(&w.c, WORLD_CSM).ripas, RMI_EMPTY);
	contiguous_end(&w);
}

/* A table that a consumer range ends in is not folded, whatever it holds. */
static void test_fold_across_range(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 256, CSM_PERM_RO);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	/* All 512 entries are UNASSIGNED, EMPTY. */
	assert_int_equal(rmi(RMI_RTT_FOLD, w.c.rd, WORLD_CSM, 3), rmi_result(RMI_ERROR_RTT, 3));
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	world_fold(&w.c, WORLD_CSM);
	csm_end(&w);
}

/* Nor is one that a range begins in, which goes on behind it. */
static void test_fold_into_range(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1024, CSM_PERM_RO);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM + PAGES(256), w.size, 0)),
			 RSI_SUCCESS);
	world_tables(&w.c, WORLD_CSM, w.size);
	assert_int_equal(rmi(RMI_RTT_FOLD, w.c.rd, WORLD_CSM, 3), rmi_result(RMI_ERROR_RTT, 3));
	/* In the middle it is: all of the table is the range's. */
	world_fold(&w.c, WORLD_CSM + PAGES(512));
	csm_end(&w);
}

/* A realm's addresses begin at 0: a region there, and its table, are as others. */
static void test_fold_at_0(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	w.size = PAGES(512);
	world_tables(&w.p, 0, w.size);
	csm_offer_as_it_is(&w, 0);
	world_fold(&w.p, 0);
	assert_int_equal(world_entry(&w.p, 0).ripas, RMI_RAM);
	csm_end(&w);
}

/* --- The host's operations ------------------------------------------------------------------------------------------- */

static void test_apt_commands(void **state)
{
	struct world_realm r;
	struct smc_regs out;
	uint64_t g, ns;

	(void)state;
	world_reset();
	world_realm(&r, NULL);
	g = world_delegated();
	ns = world_ns();
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, ns), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, g + 8), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, r.rd), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, g, g), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, g), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, g), RMI_SUCCESS);
	assert_int_equal(world_state(g), GRANULE_APT);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, g), RMI_ERROR_INPUT);
	g = world_delegated();
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, g), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, ns), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, g, g), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, g), RMI_SUCCESS);
	/* A realm with a REC keeps its APT; one with an APT is not destroyed. */
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd), RMI_ERROR_REALM);
	world_end_recs(&r);
	assert_int_equal(rmi(RMI_REALM_DESTROY, r.rd), RMI_ERROR_REALM);
	out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], g);
	assert_int_equal(out.x[2], 1);
	world_undelegate(g);
	out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd);
	assert_int_equal(out.x[2], 0);
	world_undelegate(out.x[1]);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd), RMI_ERROR_REALM);
	out = world_rmi(RMI_CSM, RMI_CSM_VERSION, CSM_ABI_VERSION);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], 0x10000);
	assert_int_equal(out.x[3], CSM_FEATURE_RX | CSM_FEATURE_NOTIFY | CSM_FEATURE_LOCAL_ATTEST |
					   CSM_FEATURE_BLOCKS | CSM_FEATURE_ENDS_AS_RAM | CSM_FEATURE_NEWS |
					   CSM_FEATURE_DOORBELL | CSM_FEATURE_ATTACH_BLOCKS);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_VERSION, 0x20000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, 7, r.rd), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, UINT64_MAX, r.rd), RMI_ERROR_INPUT);
	world_free(ns);
	world_end(&r);
	world_check_all_back();
}

/* A realm that has turned itself off gets no APT any more. */
static void test_apt_of_realm_that_is_off(void **state)
{
	struct rmi_rec_exit exit;
	struct world_realm r;
	struct smc_regs out;
	uint64_t g;

	(void)state;
	world_reset();
	world_realm(&r, NULL);
	world_activate(&r);
	assert_true(world_smc_exits(&r, 0, say(PSCI_SYSTEM_OFF).x, &out, &exit));
	g = world_delegated();
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, g), RMI_ERROR_REALM);
	world_undelegate(g);
	world_end(&r);
	world_check_all_back();
}

static struct apt *apt_of_realm(const struct world_realm *r)
{
	return apt_of(realm_of(granule_find(pa(r->rd)))->apt);
}

/* All that a table can address: 262,400 granules with entries, here one and the same, and 256 directories. */
static void fill(const struct world_realm *r)
{
	struct granule *page = granule_find(pa(world_delegated())), *directory[256];
	struct apt *apt;

	for (unsigned int i = 0; i < 256; i++)
		directory[i] = granule_find(pa(world_delegated()));
	apt = apt_of_realm(r);
	for (unsigned int i = 0; i < 256; i++)
		assert_true(apt_extend(apt, page));
	for (unsigned int i = 0; i < 256 * 1025; i++)
		assert_true(apt_extend(apt, i % 1025 == 0 ? directory[i / 1025] : page));
}

/* A table that is full takes no granule more, and the host keeps it. (No world ends with such a table.) */
static void test_apt_is_full(void **state)
{
	struct world_realm r;
	uint64_t g;

	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .apt = 1 });
	fill(&r);
	assert_int_equal(apt_num_slots(apt_of_realm(&r)), 8396815); /* docs/csm.md */
	g = world_delegated();
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, g), RMI_ERROR_REALM);
	assert_int_equal(apt_num_slots(apt_of_realm(&r)), 8396815);
	world_undelegate(g);
}

/* What has no RD at its address is nobody's. */
static void test_no_realm(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 1, CSM_PERM_RO);
	for (uint64_t operation = RMI_CSM_APT_DESTROY; operation <= RMI_CSM_ENTRY_READ; operation++) {
		assert_int_equal(rmi(RMI_CSM, operation, w.c.rec[0], WORLD_CSM), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_CSM, operation, w.c.rd + 8, WORLD_CSM), RMI_ERROR_INPUT);
		assert_int_equal(rmi(RMI_CSM, operation, 0, WORLD_CSM), RMI_ERROR_INPUT);
	}
	csm_end(&w);
}

/* A range for a realm that there is not: the host has nothing to unmap there, and nothing to fill. */
static void test_range_for_nobody(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	assert_int_equal(smc(&w.c, RSI_CSM_RESERVE, 1, 2, 0, WORLD_CSM, PAGES(3)), RSI_SUCCESS);
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM + PAGES(1));
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + PAGES(3));
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), RMI_ERROR_INPUT);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_RESERVED);
	csm_end(&w);
}

/* C can't lose its APT while it has mappings; UNMAP empties it in bounded steps. */
static void test_teardown_of_consumer(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_share_all(&w, 700, CSM_PERM_RW);
	world_end_recs(&w.c);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.c.rd), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM + 8), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM + w.size), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, ~UINT64_C(0xfff)), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.p.rd, WORLD_CSM),
			 RMI_ERROR_INPUT); /* a region, not a range */
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + PAGES(512));
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 700 - 512);
	/* In between: still P's, still not mapped anew. */
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_FILL, w.c.rd, WORLD_CSM), RMI_ERROR_INPUT);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_BROKEN);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.c.rd), RMI_ERROR_REALM);
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, out.x[1]);
	assert_int_equal(out.x[1], WORLD_CSM + w.size);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	csm_end(&w);
}

/* P goes with its consumers attached: they are revoked, and nothing of P is left. */
static void test_teardown_of_provider(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 700, CSM_PERM_RW);
	world_end(&w.p);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	/* The granule of P's RD is a new realm's now: another identity, no share. */
	world_realm(&w.p, &(struct world_options){ .apt = 1 });
	world_activate(&w.p);
	assert_int_equal(status_of(&w.c, say_detach(rid_of(&w.p), w.n)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_CSM_ERROR_REVOKED);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

/* APT_DESTROY of a reservation that never attached. */
static void test_teardown_of_reservation(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 2, CSM_PERM_RO);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	world_end(&w.c);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	world_realm(&w.c, &(struct world_options){ .apt = 1 });
	csm_end(&w);
}

/* Attached, but P never had a page there: nothing is mapped, so nothing has to be unmapped. */
static void test_teardown_of_holes(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	attach_holes(&w, 2);
	world_end_recs(&w.c);
	out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.c.rd); /* the entry */
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], 0);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	csm_end(&w);
}

/* The entry at `index` is so, with the range of P's and C's; the next one follows. */
static void check_entry_read(struct csm_world *w, struct world_realm *r, uint64_t index, enum csm_role role,
			     enum csm_state entry_state)
{
	struct smc_regs out = world_rmi(RMI_CSM, RMI_CSM_ENTRY_READ, r->rd, index);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], role | (uint64_t)entry_state << 8);
	assert_int_equal(out.x[2], WORLD_CSM);
	assert_int_equal(out.x[3], w->size);
	assert_int_equal(out.x[4], index + 1);
}

static void test_entry_read(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_share_all(&w, 3, CSM_PERM_RO);
	check_entry_read(&w, &w.p, 0, CSM_ROLE_REGION, CSM_STATE_CREATED);
	check_entry_read(&w, &w.p, 2, CSM_ROLE_SHARE, CSM_STATE_ATTACHED); /* behind the peer's */
	check_entry_read(&w, &w.c, 0, CSM_ROLE_CONSUMER, CSM_STATE_ATTACHED);
	out = world_rmi(RMI_CSM, RMI_CSM_ENTRY_READ, w.c.rd, 1);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], CSM_INDEX_NONE);
	assert_int_equal(out.x[4], CSM_INDEX_NONE);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_ENTRY_READ, w.c.rd, 15), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_ENTRY_READ, w.c.rd, UINT64_MAX), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_ENTRY_READ, w.c.rec[0], 0), RMI_ERROR_INPUT);
	csm_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_destroy),
		cmocka_unit_test(test_tlb),
		cmocka_unit_test(test_data_created),
		cmocka_unit_test(test_pages_beside),
		cmocka_unit_test(test_fill_beyond),
		cmocka_unit_test(test_largest_hole),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_many_consumers),
		cmocka_unit_test(test_first_block),
		cmocka_unit_test(test_release_against_attach),
		cmocka_unit_test(test_release_in_turn),
		cmocka_unit_test(test_release_given_up),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_many_blocks),
		cmocka_unit_test(test_revoke_folded),
		cmocka_unit_test(test_fold_across_range),
		cmocka_unit_test(test_fold_into_range),
		cmocka_unit_test(test_fold_at_0),
		cmocka_unit_test(test_apt_commands),
		cmocka_unit_test(test_apt_of_realm_that_is_off),
		cmocka_unit_test(test_apt_is_full),
		cmocka_unit_test(test_no_realm),
		cmocka_unit_test(test_range_for_nobody),
		cmocka_unit_test(test_teardown_of_consumer),
		cmocka_unit_test(test_teardown_of_provider),
		cmocka_unit_test(test_teardown_of_reservation),
		cmocka_unit_test(test_teardown_of_holes),
		cmocka_unit_test(test_entry_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
