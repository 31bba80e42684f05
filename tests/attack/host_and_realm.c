/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile host and a hostile realm together: the realm goes on using what it lost, on another CPU, and the host helps it
 * with addresses, identities and moments.
 */
#include "attack.h"

#define NEVER ABI_U64(0xdead0e7e7)

/* Not told of the end, C is not kicked: nothing makes CPU 1 leave it, and forget what it has cached. */
static bool tell_nobody(struct test_realm *realm, const struct host_csm_request *request)
{
	(void)realm, (void)request;
	return true;
}

/* C reads all the time on CPU 1 and ends when it sees NEVER, which P writes when C can't see it any more. */
static void start_reader(struct puppet_csm_setup *s, uint64_t pages, uint64_t ipa)
{
	share_secret(s, pages, CSM_PERM_RO);
	s->c->fault = stop_at_fault;
	s->p->csm = tell_nobody;
	spin_on_cpu1(s->c, ipa, NEVER);
}

static void check_reader_aborted(struct test_realm *reader)
{
	struct script_result r = script_end(reader, 0);

	CHECK(is_external_abort(r.x[1]));
	CHECK(r.x[0] != NEVER);
}

/* It is in front of a fault that is the host's to serve. */
static void check_reader_faulted(struct test_realm *reader)
{
	cpu_wait(1);
	CHECK(!reader->scripts[0].done);
	CHECK_EQ(reader->scripts[0].stop, HOST_STOP_HANDLER);
}

/* --- Translations that should be gone ------------------------------------------------------------------- */

void attack_stale_after_revoke(void)
{
	struct puppet_csm_setup s;

	start_reader(&s, 4, CSM_WINDOW);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, NEVER), 0);
	check_reader_aborted(s.c);
	end_both(&s);
}

void attack_stale_block_after_revoke(void)
{
	const uint64_t last = CSM_WINDOW + 0x3ff000;
	struct puppet_csm_setup s;

	start_reader(&s, 1024, last);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(realm_write64(s.p, last, NEVER), 0);
	check_reader_aborted(s.c);
	end_both(&s);
}

void attack_stale_after_region_destroyed(void)
{
	struct puppet_csm_setup s;

	start_reader(&s, 2, CSM_WINDOW + GRANULE_SIZE);
	CHECK_EQ(puppet_csm_destroy(s.p, s.id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW + GRANULE_SIZE, NEVER), 0);
	check_reader_aborted(s.c);
	end_both(&s);
}

void attack_stale_after_unmap(void)
{
	struct puppet_csm_setup s;

	start_reader(&s, 2, CSM_WINDOW);
	CHECK_OK(host_csm_unmap(&s.c->realm, CSM_WINDOW, s.size));
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, NEVER), 0);
	check_reader_faulted(s.c);
	end_both(&s);
}

/* The granule is the host's again, and it writes there what C waits for. */
void attack_stale_after_page_destroyed(void)
{
	struct puppet_csm_setup s;
	uint64_t pa, data, top;

	start_reader(&s, 2, CSM_WINDOW);
	pa = pa_of(s.p, CSM_WINDOW);
	CHECK_OK(host_rmi_data_destroy(&rmm, s.p->realm.rd, CSM_WINDOW, &data, &top));
	CHECK_EQ(data, pa);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, pa));
	CHECK(is_zero_granule(pa));
	words_of(pa)[0] = NEVER;
	check_reader_faulted(s.c);
	words_of(pa)[0] = 0;
	CHECK_OK(host_rmi_granule_delegate(&rmm, pa));
	CHECK_OK(host_granule_free(&rmm, pa));
	end_both(&s);
}

void attack_stale_after_provider_ends(void)
{
	struct puppet_csm_setup s;
	uint64_t pa;

	start_reader(&s, 2, CSM_WINDOW);
	pa = pa_of(s.p, CSM_WINDOW);
	realm_end(s.p);
	CHECK_EQ(probe_write64(pa, NEVER), 0);
	check_reader_aborted(s.c);
	realm_end(s.c);
}

/* The same of a realm's own page. */
void attack_stale_after_reclaim(void)
{
	struct test_realm *realm = victim("A");
	uint64_t pa = pa_of(realm, test_ram(realm));

	realm->fault = stop_at_fault;
	spin_on_cpu1(realm, test_ram(realm), NEVER);
	CHECK_OK(host_reclaim(&realm->realm, test_ram(realm), GRANULE_SIZE));
	CHECK_EQ(probe_write64(pa, NEVER), 0);
	check_reader_faulted(realm);
	realm_end(realm);
}

/* Host memory that the realm reads, until it is unmapped; the host goes on to use it as another realm's. */
void attack_stale_after_unprotected_unmap(void)
{
	struct test_realm *x = victim("X"), *realm = puppet_csm_realm("A");
	struct window w = open_window(x);
	uint64_t data, top;

	spin_on_cpu1(x, w.ipa, NEVER);
	CHECK_OK(host_unmap_unprotected(&x->realm, w.ipa, GRANULE_SIZE));
	CHECK_OK(host_rmi_granule_delegate(&rmm, w.pa));
	CHECK_OK(host_make_tables(&realm->realm, test_ram(realm), GRANULE_SIZE, 3));
	CHECK_OK(host_rmi_data_create_unknown(&rmm, realm->realm.rd, w.pa, test_ram(realm)));
	CHECK_EQ(realm_write64(realm, test_ram(realm), NEVER), 0);
	check_reader_aborted(x);
	CHECK_OK(host_rmi_data_destroy(&rmm, realm->realm.rd, test_ram(realm), &data, &top));
	CHECK_OK(host_rmi_granule_undelegate(&rmm, w.pa));
	realm_end(realm);
	realm_end(x);
	close_window(&w);
}

/* --- Another way to the page ---------------------------------------------------------------------------- */

void attack_map_as_host_memory(void)
{
	struct puppet_csm_setup s;
	struct test_realm *x;
	uint64_t ipa, value = 0;

	share_secret(&s, 2, CSM_PERM_RW);
	x = victim("X");
	ipa = host_unprotected_base(&x->realm);
	CHECK_OK(host_map_unprotected(&x->realm, ipa, pa_of(s.p, CSM_WINDOW), GRANULE_SIZE,
				      HOST_UNPROTECTED_WB_RW));
	CHECK_EQ(realm_read64(x, ipa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK(value != SECRET);
	CHECK(realm_write64(x, ipa, 0) != 0);
	CHECK_OK(host_unmap_unprotected(&x->realm, ipa, GRANULE_SIZE));
	check_shared(&s);
	realm_end(x);
	end_both(&s);
}

/* X reserves what P shares with C; the host makes tables and fills. */
void attack_fill_for_a_stranger(void)
{
	struct puppet_csm_setup s;
	struct test_realm *x;
	uint64_t next, pages = 0;

	share_secret(&s, 2, CSM_PERM_RW);
	x = victim("X");
	CHECK_EQ(take_share(x, s.p_rid, s.n, CSM_WINDOW, s.size), RSI_CSM_ERROR_DENIED);
	CHECK_OK(host_make_tables(&x->realm, CSM_WINDOW, s.size, 3));
	CHECK_RMI(host_rmi_csm_fill(&rmm, x->realm.rd, CSM_WINDOW, &next, &pages), RMI_ERROR_INPUT);
	check_aborts(x, CSM_WINDOW);
	check_shared(&s);
	realm_end(x);
	end_both(&s);
}

/* --- Identities used again ------------------------------------------------------------------------------ */

/* A realm in the place of one that is gone: RD, VMID and RIM are the same. */
static struct test_realm *take_the_place(const char *name, uint64_t rd, uint16_t vmid)
{
	struct test_realm *realm;

	rmm.last_vmid = (uint16_t)(vmid - 1);
	realm = puppet_csm_realm(name);
	CHECK_EQ(realm->realm.rd, rd);
	CHECK_EQ(realm->realm.vmid, vmid);
	return realm;
}

void attack_rd_of_consumer_again(void)
{
	struct test_realm *c = puppet_csm_realm("C"), *p = victim("P"), *x;
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c), x_rid;
	uint64_t id, n, rd = c->realm.rd;
	uint16_t vmid = c->realm.vmid;

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(take_share(c, p_rid, n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(read_word(c, CSM_WINDOW), SECRET);
	realm_end(c);
	x = take_the_place("X", rd, vmid);
	x_rid = puppet_csm_rid_of(x);
	CHECK(x_rid.lo != c_rid.lo && x_rid.hi != c_rid.hi);
	CHECK_EQ(take_share(x, p_rid, n, CSM_WINDOW, GRANULE_SIZE), RSI_CSM_ERROR_DENIED);
	check_aborts(x, CSM_WINDOW);
	CHECK_EQ(read_word(p, CSM_WINDOW), SECRET);
	realm_end(x);
	realm_end(p);
}

void attack_rd_of_provider_again(void)
{
	struct test_realm *p = puppet_csm_realm("P"), *c = puppet_csm_realm("C"), *x;
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	uint64_t id, n, rd = p->realm.rd;
	uint16_t vmid = p->realm.vmid;
	struct script_result r;

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(take_share(c, p_rid, n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	realm_end(p);
	x = take_the_place("X", rd, vmid);
	CHECK_EQ(puppet_csm_create(x, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(x, CSM_WINDOW, NEVER), 0);
	CHECK_EQ(puppet_csm_share(x, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	/* C meant P, and X is not P. */
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_CSM_ERROR_REVOKED);
	check_aborts(c, CSM_WINDOW);
	CHECK_EQ(puppet_csm_detach(c, p_rid, n), RSI_SUCCESS);
	CHECK_EQ(take_share(c, p_rid, n, CSM_WINDOW, GRANULE_SIZE), RSI_CSM_ERROR_DENIED);
	check_aborts(c, CSM_WINDOW);
	realm_end(x);
	realm_end(c);
}

/* --- Moments -------------------------------------------------------------------------------------------- */

static struct test_realm *two_recs(const char *name)
{
	struct test_realm *realm = realm_start(
		REALM_PROGRAM_SCRIPT, &(struct realm_options){ .name = name, .recs = 2, .apt_granules = 1 });
	uint64_t entry = script(realm, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0];

	CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, 1, entry, 1).x[0], PSCI_SUCCESS);
	return realm;
}

/* Between the realm's request and the host's answer the other REC makes a region of the range. */
static bool answer_late(struct test_realm *realm, uint64_t base, uint64_t top, enum rmi_ripas ripas)
{
	struct script_result r = script_rec(realm, 1, SCRIPT_SMC, RSI_CSM_CREATE, base, top - base, 0);
	uint64_t out;

	(void)ripas;
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(script_rec(realm, 1, SCRIPT_WRITE64, base, SECRET).x[0], 0);
	CHECK_EQ(rmi_result_status(host_rmi_rtt_set_ripas(&rmm, realm->realm.rd, realm->realm.recs[0].pa,
							  base, top, &out)),
		 RMI_ERROR_RTT);
	return false;
}

void attack_ripas_answered_late(void)
{
	struct test_realm *realm = two_recs("A");
	struct script_result r;

	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, 0x2000, 3));
	realm->ripas = answer_late;
	r = realm_smc(realm, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW + 0x2000, RSI_EMPTY, 0);
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[1], CSM_WINDOW); /* nothing was done */
	CHECK_EQ(read_word(realm, CSM_WINDOW), SECRET);
	realm_end(realm);
}

/* A range that a realm reserved with flag RAM: until P ends the share nothing of the host's gets there. */
void attack_page_in_ram_range(void)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t page;

	share_secret(&s, 1, CSM_PERM_RO);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(reserve_as_ram(s.c, s.p_rid, s.n, CSM_WINDOW, s.size), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_SUCCESS);
	CHECK_OK(host_granule_alloc(&rmm, &page));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, page, CSM_WINDOW),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_OK(host_csm_unmap(&s.c->realm, CSM_WINDOW, s.size));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, page, CSM_WINDOW),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_OK(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, page, CSM_WINDOW));
	CHECK_EQ(read_word(s.c, CSM_WINDOW), 0);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	end_both(&s);
}

/* --- Calls that are left half done ---------------------------------------------------------------------- */

#define MANY 2048

/* ATTACH of P's pages at another offset, so by pages, not blocks: how long it took. */
static uint64_t attach_pages(const struct puppet_csm_setup *s, struct script_result *r)
{
	uint64_t start = counter_now();

	*r = realm_smc(s->c, RSI_CSM_ATTACH, s->p_rid.lo, s->p_rid.hi, s->n);
	CHECK(r->x[0] == RSI_SUCCESS || r->x[0] == RSI_INCOMPLETE);
	return counter_now() - start;
}

/* Until the timer leaves one half done: it comes after one to seven eighths of the time that a whole one took. */
static void attach_half(struct puppet_csm_setup *s)
{
	const uint64_t base = CSM_WINDOW + GRANULE_SIZE;
	struct script_result r;
	uint64_t ticks;

	s->p = puppet_csm_realm("P");
	s->c = puppet_csm_realm("C");
	s->p_rid = puppet_csm_rid_of(s->p);
	s->c_rid = puppet_csm_rid_of(s->c);
	s->size = MANY * GRANULE_SIZE;
	CHECK_EQ(puppet_csm_create(s->p, CSM_WINDOW, s->size, &s->id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(s->p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(puppet_csm_share(s->p, s->id, s->c_rid, CSM_PERM_RO, &s->n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(s->c, s->p_rid, s->n, base, s->size), RSI_SUCCESS);
	CHECK_OK(host_make_tables(&s->c->realm, base, s->size, 3));
	ticks = attach_pages(s, &r);
	for (unsigned int i = 0; i < 200 && r.x[0] != RSI_INCOMPLETE; i++) {
		CHECK_EQ(puppet_csm_detach(s->c, s->p_rid, s->n), RSI_SUCCESS);
		CHECK_EQ(puppet_csm_reserve(s->c, s->p_rid, s->n, base, s->size), RSI_SUCCESS);
		timer_preempt_after(ticks * (1 + i % 7) / 8);
		attach_pages(s, &r);
		timer_stop();
	}
	CHECK_EQ(r.x[0], RSI_INCOMPLETE);
}

/* C has half of it, P takes it all back: the half is gone, and the other half never comes. */
void attack_revoke_half_attached(void)
{
	struct puppet_csm_setup s;
	struct script_result r;

	attach_half(&s);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	for (uint64_t page = 0; page < MANY; page += 127)
		check_aborts(s.c, CSM_WINDOW + (page + 1) * GRANULE_SIZE);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	end_both(&s);
}

/* The host breaks what is half there, and C goes on: all of it, or nothing. */
void attack_unmap_half_attached(void)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t result;

	attach_half(&s);
	CHECK_OK(host_csm_unmap(&s.c->realm, CSM_WINDOW + GRANULE_SIZE, s.size));
	result = puppet_csm_attach(s.c, s.p_rid, s.n, &r);
	if (result == RSI_SUCCESS) {
		CHECK_EQ(r.x[2] + r.x[3], MANY);
		CHECK_EQ(r.x[3], 0);
		CHECK_EQ(read_word(s.c, CSM_WINDOW + GRANULE_SIZE), SECRET);
	} else {
		CHECK_EQ(result, RSI_ERROR_STATE);
	}
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	check_aborts(s.c, CSM_WINDOW + GRANULE_SIZE);
	end_both(&s);
}

/* P is gone in the middle of C's call. */
void attack_end_provider_half_attached(void)
{
	struct puppet_csm_setup s;
	struct script_result r;

	attach_half(&s);
	realm_end(s.p);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	check_aborts(s.c, CSM_WINDOW + GRANULE_SIZE);
	check_aborts(s.c, CSM_WINDOW + MANY * GRANULE_SIZE);
	realm_end(s.c);
}

/* And C. */
void attack_end_consumer_half_attached(void)
{
	struct puppet_csm_setup s;

	attach_half(&s);
	realm_end(s.c);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	CHECK_EQ(puppet_csm_destroy(s.p, s.id), RSI_SUCCESS);
	realm_end(s.p);
}
