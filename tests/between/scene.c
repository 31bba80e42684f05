/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scenes (scene.h).
 */
#include "between/scene.h"

#include "attest/keys.h"
#include "sim/el3.h"

struct scene s;

/* --- Realms ------------------------------------------------------------------------------------------------ */

/* Of a realm's REC 0; what the call says in x1. */
static uint64_t must(struct world_realm *r, struct smc_regs command)
{
	struct smc_regs out = world_say(r, command);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	return out.x[1];
}

static void power_on(struct world_realm *r, uint64_t rec)
{
	const uint64_t on[18] = { PSCI_CPU_ON, rec, WORLD_RAM, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(r, 0, on, &out, &exit));
	assert_int_equal(rmi(RMI_PSCI_COMPLETE, r->rec[0], r->rec[rec], PSCI_SUCCESS), RMI_SUCCESS);
	assert_false(
		world_smc_exits(r, 0, (const uint64_t[18]){ RSI_VERSION, RSI_ABI_VERSION }, &out, &exit));
}

/* ACTIVE, with a page of RAM. */
static void make(struct world_realm *r, unsigned int recs, unsigned int apt)
{
	world_realm(r, &(struct world_options){ .apt = apt, .recs = recs });
	world_ram(r, WORLD_RAM, PAGES(1));
	world_populate(r, WORLD_RAM, PAGES(1));
	world_activate(r);
	for (uint64_t i = 1; i < recs; i++)
		power_on(r, i);
}

/* P's RD above C's or below. */
static void make_realms(bool above, unsigned int apt)
{
	world_reset();
	sim_el3_reset();
	assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
	memset(&s, 0, sizeof(s));
	make(above ? &s.p : &s.c, PES, apt);
	make(&s.e, PES, apt);
	make(above ? &s.c : &s.p, PES, apt);
	make(&s.d, 1, 1);
	world_realm(&s.n, &(struct world_options){ .recs = 1 });
	world_ram(&s.n, WORLD_RAM, PAGES(2));
	world_populate(&s.n, WORLD_RAM, PAGES(1));
	world_realm(&s.z, NULL);
	world_end_recs(&s.z);
	s.p_rid = rid_of(&s.p);
	s.c_rid = rid_of(&s.c);
	s.e_rid = rid_of(&s.e);
	s.d_rid = rid_of(&s.d);
	world_tables(&s.c, AT_SHARED, PAGES(1024));
	world_tables(&s.c, AT_EMPTY, PAGES(1));
	world_tables(&s.p, AT_SHARED, PAGES(512));
	world_tables(&s.e, AT_SHARED, PAGES(512));
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, s.c.rd, AT_HOST, 1, 0x400000dc), RMI_SUCCESS);
}

/* --- What the host has at hand ----------------------------------------------------------------------------- */

static void fill_realm_params(uint64_t params, uint16_t vmid, uint64_t table)
{
	struct rmi_realm_params *p = world_mem(params);

	*p = (struct rmi_realm_params){ .s2sz = 33,
					.num_bps = 1,
					.num_wps = 1,
					.vmid = vmid,
					.rtt_base = table,
					.rtt_level_start = 1,
					.rtt_num_start = 1 };
}

static void fill_rec_params(void)
{
	struct rmi_rec_params *p = world_mem(s.rec_params);

	world_take_aux(s.aux);
	p->flags = RMI_REC_CREATE_FLAG_RUNNABLE;
	p->mpidr = 1;
	p->pc = WORLD_RAM;
	memcpy(p->aux, s.aux, sizeof(p->aux));
	for (p->num_aux = 0; s.aux[p->num_aux] != 0; p->num_aux++)
		;
}

static void equip(void)
{
	uint16_t vmid;

	s.ns = world_ns();
	s.source = world_ns();
	s.realm_params = world_ns();
	s.twin_params = world_ns();
	s.other_params = world_ns();
	s.rec_params = world_ns();
	for (unsigned int i = 0; i < ARRAY_SIZE(s.spare); i++)
		s.spare[i] = world_delegated();
	for (unsigned int i = 0; i < PES; i++) {
		s.run[i] = world_ns();
		for (unsigned int k = 0; k < POOL; k++)
			s.pool[i][k] = world_delegated();
	}
	/* In some scenes the VMID of Z, in others a free one. Twins want the same. */
	vmid = s.p.rd > s.c.rd ? s.z.vmid : 0x7777;
	fill_realm_params(s.realm_params, vmid, s.spare[SECOND_SPARE]);
	fill_realm_params(s.twin_params, vmid, s.spare[SECOND_SPARE + 1]);
	fill_realm_params(s.other_params, 0x7778, s.spare[SECOND_SPARE + 1]);
	fill_rec_params();
}

/* --- Shares ------------------------------------------------------------------------------------------------ */

static uint64_t create(struct world_realm *r, uint64_t base, uint64_t pages)
{
	return must(r, say(RSI_CSM_CREATE, base, PAGES(pages), 0));
}

static uint64_t share(struct world_realm *p, uint64_t id, struct csm_rid rid, uint64_t permission)
{
	return must(p, say_share(id, rid, permission, 0));
}

static void reserve(struct world_realm *c, struct csm_rid rid, uint64_t n, uint64_t base, uint64_t pages,
		    uint64_t flags)
{
	must(c, say_reserve(rid, n, base, PAGES(pages), flags));
}

static void attach(struct world_realm *c, struct csm_rid rid, uint64_t n, uint64_t base, uint64_t pages)
{
	reserve(c, rid, n, base, pages, 0);
	must(c, say_attach(rid, n));
}

/* P to C, E and D; C to P; D to C. */
static void share_all(void)
{
	uint64_t id;

	s.p_id = create(&s.p, AT_SHARED, SHARED_PAGES);
	s.p_pages = SHARED_PAGES;
	s.n_first = share(&s.p, s.p_id, s.c_rid, CSM_PERM_RW);
	share(&s.p, s.p_id, s.e_rid, CSM_PERM_RO);
	share(&s.p, s.p_id, s.d_rid, CSM_PERM_RX);
	s.n_second = share(&s.p, s.p_id, s.c_rid, CSM_PERM_RO);
	attach(&s.c, s.p_rid, s.n_first, AT_SHARED, SHARED_PAGES);
	attach(&s.e, s.p_rid, 0, AT_SHARED, SHARED_PAGES);
	attach(&s.d, s.p_rid, 0, AT_SHARED, SHARED_PAGES);
	reserve(&s.c, s.p_rid, s.n_second, AT_SECOND, SHARED_PAGES, CSM_RESERVE_FLAG_RAM);
	s.c_id = create(&s.c, AT_BACK, 4);
	s.n_to_p = share(&s.c, s.c_id, s.p_rid, CSM_PERM_RO);
	attach(&s.p, s.c_rid, s.n_to_p, AT_BACK, 4);
	id = create(&s.d, AT_BACK, 4);
	share(&s.d, id, s.c_rid, CSM_PERM_RW);
	attach(&s.c, s.d_rid, 0, AT_OF_D, 4);
}

static void shared(bool above)
{
	make_realms(above, 2);
	share_all();
	world_end_recs(&s.d);
	equip();
}

static void make_above(void)
{
	shared(true);
}

static void make_below(void)
{
	shared(false);
}

/* --- Calls half done --------------------------------------------------------------------------------------- */

static void half(struct world_realm *r, struct smc_regs command)
{
	sim_irq_after(0);
	assert_int_equal(world_say(r, command).x[0], RSI_INCOMPLETE);
	sim_irq_after(-1);
}

static void make_half_ended(void)
{
	shared(true);
	half(&s.p, say_revoke(s.c_rid, s.n_first));
	half(&s.e, say_detach(s.p_rid, 0));
	/* A page of P's is on its way out, and two of three consumers have lost it. */
	assert_int_equal(rmi(RMI_DATA_DESTROY, s.p.rd, AT_SHARED + PAGES(19)), RMI_CSM_AGAIN);
}

static void make_half_begun(void)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	shared(false);
	assert_int_equal(rmi(RMI_DATA_DESTROY, s.p.rd, AT_SHARED + PAGES(3)), RMI_CSM_AGAIN);
	half(&s.c, say_attach(s.p_rid, s.n_second));
	half(&s.c, say_attach(s.p_rid, s.n_second));
	/* Out at the host, and nobody goes on with it: this REC is lost for the scene. */
	assert_true(world_smc_exits(&s.p, 2, say(RSI_CSM_CREATE, AT_NEW, PAGES(2), 0).x, &out, &exit));
	assert_true(world_smc_exits(&s.c, 2, say_reserve(s.p_rid, 2, AT_NEW, PAGES(2), 0).x, &out, &exit));
}

/* --- Ends -------------------------------------------------------------------------------------------------- */

/* C has the second share too, and P takes both back: what ended as memory has a page of C's own, and holes. */
static void make_ended(void)
{
	shared(true);
	must(&s.c, say_attach(s.p_rid, s.n_second));
	must(&s.p, say_revoke(s.c_rid, s.n_second));
	must(&s.p, say_revoke(s.e_rid, 0));
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, s.c.rd, world_delegated(), AT_SECOND + PAGES(1)),
			 RMI_SUCCESS);
}

/* The host has broken what it can; the RAM-ending share is attached, and broken in part. */
static void make_broken(void)
{
	shared(false);
	must(&s.c, say_attach(s.p_rid, s.n_second));
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, s.c.rd, AT_SECOND + PAGES(10)), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, s.e.rd, AT_SHARED), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, s.d.rd, AT_SHARED), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, s.d.rd, AT_SHARED + PAGES(16)), RMI_SUCCESS);
	world_unpopulate(&s.p, AT_SHARED, PAGES(1));
}

/* D has gone, and another realm has its RD's granule; who named D names it still. */
static void make_reused(void)
{
	uint64_t rd, others[64], next;
	unsigned int count = 0;

	make_realms(true, 2);
	share_all();
	rd = s.d.rd;
	world_end(&s.d);
	/* The next realm takes a page for parameters and a table before its RD. */
	while ((next = world_ns()) != rd)
		others[count++] = next;
	world_free(rd);
	world_free(others[--count]);
	make(&s.d, 1, 1);
	while (count > 0)
		world_free(others[--count]);
	world_end_recs(&s.d);
	equip();
}

/* --- Full tables ------------------------------------------------------------------------------------------- */

/* Roots only, of 15 entries, all of them in use. */
static void make_full(void)
{
	make_realms(true, 1);
	share_all();
	for (uint64_t i = 0;
	     world_say(&s.p, say_share(s.p_id, s.e_rid, CSM_PERM_RO, 0)).x[0] == RSI_SUCCESS && i < 5; i++)
		;
	for (uint64_t i = 0; i < 8; i++)
		reserve(&s.c, s.e_rid, i, AT_SECOND + PAGES(64 + i), 1, 0);
	world_end_recs(&s.d);
	equip();
}

/* --- Blocks ------------------------------------------------------------------------------------------------ */

#define BLOCK_PAGES 512U

/* P has the region in one block or in pages that would make one, and so has C. */
static void make_blocks(bool of_p, bool of_c)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, AT_SHARED, PAGES(BLOCK_PAGES), 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	make_realms(of_c, 2);
	assert_true(world_smc_exits(&s.p, 0, create, &out, &exit));
	world_give_run(&s.p, AT_SHARED, BLOCK_PAGES);
	assert_false(world_resume(&s.p, 0, 0, &out, &exit));
	s.p_id = out.x[1];
	s.p_pages = BLOCK_PAGES;
	s.n_first = share(&s.p, s.p_id, s.c_rid, CSM_PERM_RW);
	attach(&s.c, s.p_rid, s.n_first, AT_SHARED, BLOCK_PAGES);
	share(&s.p, s.p_id, s.e_rid, CSM_PERM_RO);
	s.n_second = share(&s.p, s.p_id, s.c_rid, CSM_PERM_RO);
	if (of_p)
		world_fold(&s.p, AT_SHARED);
	if (of_c)
		world_fold(&s.c, AT_SHARED);
	reserve(&s.e, s.p_rid, 0, AT_SHARED, BLOCK_PAGES, 0);
	reserve(&s.c, s.p_rid, s.n_second, AT_SECOND, BLOCK_PAGES, CSM_RESERVE_FLAG_RAM);
	world_end_recs(&s.d);
	equip();
}

static void make_both_blocks(void)
{
	make_blocks(true, true);
}

static void make_block_in_pages(void)
{
	make_blocks(true, false);
}

static void make_both_pages(void)
{
	make_blocks(false, false);
}

static void make_pages_in_block(void)
{
	make_blocks(false, true);
}

/* C is attached to a region in which P has nothing yet: its table could be folded. */
static void make_holes(void)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, AT_SHARED, PAGES(BLOCK_PAGES), 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	make_realms(true, 2);
	assert_true(world_smc_exits(&s.p, 0, create, &out, &exit));
	assert_false(world_resume(&s.p, 0, 0, &out, &exit));
	s.p_id = out.x[1];
	s.p_pages = BLOCK_PAGES;
	s.n_first = share(&s.p, s.p_id, s.c_rid, CSM_PERM_RW);
	attach(&s.c, s.p_rid, s.n_first, AT_SHARED, BLOCK_PAGES);
	world_end_recs(&s.d);
	equip();
}

/* --- Requests that wait ------------------------------------------------------------------------------------ */

/* Of P's REC 0: CPU_ON of REC 2, which is off. Of C's RECs: a RIPAS change, a host call. Of E's: a token that is being signed. */
static void make_pending(void)
{
	const uint64_t set[18] = { RSI_IPA_STATE_SET, WORLD_RAM, WORLD_RAM + PAGES(4), RSI_EMPTY, 0 };
	const uint64_t host[18] = { RSI_HOST_CALL, AT_SHARED };
	const uint64_t off[18] = { PSCI_CPU_OFF };
	const uint64_t on[18] = { PSCI_CPU_ON, 2, WORLD_RAM, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	shared(true);
	assert_true(world_smc_exits(&s.p, 2, off, &out, &exit));
	assert_true(world_smc_exits(&s.p, 0, on, &out, &exit));
	assert_true(world_smc_exits(&s.c, 0, set, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	assert_true(world_smc_exits(&s.c, 1, host, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_HOST_CALL);
	for (unsigned int i = 0; i < PES; i++)
		assert_false(world_smc_exits(&s.e, i, (const uint64_t[18]){ RSI_ATTESTATION_TOKEN_INIT, 1 },
					     &out, &exit));
}

const struct scene_kind scene_kinds[] = {
	{ "above", make_above },
	{ "below", make_below },
	{ "half_ended", make_half_ended },
	{ "half_begun", make_half_begun },
	{ "ended", make_ended },
	{ "broken", make_broken },
	{ "reused", make_reused },
	{ "full", make_full },
	{ "blocks", make_both_blocks },
	{ "block_in_pages", make_block_in_pages },
	{ "pages_in_block", make_pages_in_block },
	{ "pages", make_both_pages },
	{ "holes", make_holes },
	{ "pending", make_pending },
};
const unsigned int num_scene_kinds = ARRAY_SIZE(scene_kinds);
