/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory on the machine: its life, permissions, refusals, and the end in any order.
 */
#include "machine.h"
#include "puppet/csm_realms.h"

/* mov x0, #42; ret */
#define CODE_RETURN_42 ABI_U64(0xd65f03c0d2800540)

#define PAGES ABI_U64(4)

MACHINE_TEST(csm_life)
{
	struct puppet_csm_setup s;
	const struct host_csm_request *event;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(s.n, 0);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_REGION), CSM_STATE_CREATED);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_ATTACHED);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_ATTACHED);
	event = puppet_csm_event_of(s.p, CSM_EVENT_P_REALM);
	CHECK(event != NULL && event->base == CSM_WINDOW && event->size == s.size);
	event = puppet_csm_event_of(s.c, CSM_EVENT_C_REALM);
	CHECK(event != NULL && event->base == CSM_WINDOW && event->size == s.size && event->argument == 3);

	/* Page i of C is page i of P, both ways. */
	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t at = CSM_WINDOW + i * GRANULE_SIZE;

		CHECK_EQ(realm_write64(s.p, at + 8 * i, 0xcaec0000 + i), 0);
		CHECK_EQ(realm_read64(s.c, at + 8 * i, &value), 0);
		CHECK_EQ(value, 0xcaec0000 + i);
		CHECK_EQ(realm_write64(s.c, at + 0xff8, ~i), 0);
		CHECK_EQ(realm_read64(s.p, at + 0xff8, &value), 0);
		CHECK_EQ(value, ~i);
	}

	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK(is_external_abort(realm_read64(s.c, CSM_WINDOW, &value)));
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	CHECK_EQ(puppet_csm_destroy(s.p, s.id), RSI_SUCCESS);
	event = puppet_csm_event_of(s.p, CSM_EVENT_REMOVE);
	CHECK(event != NULL && event->base == CSM_WINDOW && event->argument == s.p->realm.rd);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	realm_end(s.c);
	realm_end(s.p);
}

static struct host_rmi_rtt_entry entry_of(struct test_realm *realm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry;

	CHECK_OK(host_rmi_rtt_read_entry(&rmm, realm->realm.rd, ipa, 3, &entry));
	return entry;
}

/* What the host gives for a region comes in blocks wherever there is room for one, before, between and behind pages. */
MACHINE_TEST(csm_region_in_blocks)
{
	static const struct {
		uint64_t offset;
		int64_t level;
	} places[] = { { 0x1ff000, 3 }, { 0x200000, 2 }, { 0x5ff000, 2 }, { 0x600000, 3 } };
	const uint64_t base = CSM_WINDOW + 0x1ff000, size = 0x402000;
	struct test_realm *p = puppet_csm_realm("P"), *c = puppet_csm_realm("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	struct script_result r;
	uint64_t id, n, value;

	CHECK_EQ(puppet_csm_create(p, base, size, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RW, &n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n, base, size), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_SUCCESS);
	CHECK_EQ(r.x[3], 0);
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint64_t at = CSM_WINDOW + places[i].offset;
		struct host_rmi_rtt_entry entry = entry_of(p, at);

		CHECK_EQ(entry.state, RMI_ASSIGNED);
		CHECK_EQ(entry.ripas, RMI_RAM);
		CHECK_EQ(entry.level, places[i].level);
		CHECK_EQ(entry_of(c, at).level, places[i].level); /* a block for a block */
		CHECK_EQ(realm_write64(p, at + 8, 0xcaec + i), 0);
		CHECK_EQ(realm_read64(c, at + 8, &value), 0);
		CHECK_EQ(value, 0xcaec + i);
	}
	CHECK_EQ(puppet_csm_revoke(p, c_rid, n), RSI_SUCCESS);
	CHECK(is_external_abort(realm_read64(c, CSM_WINDOW + 0x200000, &value)));
	realm_end(p);
	realm_end(c);
}

/* What P has in the range already stays, page by page, and the rest of its 2 MiB comes as pages. */
MACHINE_TEST(csm_region_over_a_page)
{
	struct test_realm *p = puppet_csm_realm("P");
	uint64_t id, value;

	CHECK_OK(host_populate(&p->realm, CSM_WINDOW + 0x5000, GRANULE_SIZE));
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 0x400000, &id), RSI_SUCCESS);
	CHECK_EQ(entry_of(p, CSM_WINDOW).level, 3);
	CHECK_EQ(entry_of(p, CSM_WINDOW + 0x1ff000).state, RMI_ASSIGNED);
	CHECK_EQ(entry_of(p, CSM_WINDOW + 0x200000).level, 2);
	for (uint64_t at = CSM_WINDOW; at < CSM_WINDOW + 0x400000; at += 0x1ff000)
		CHECK_EQ(realm_read64(p, at, &value), 0);
	realm_end(p);
}

/* A fault that comes to us when its page has been taken back is none of ours: the realm goes on, into its abort. */
MACHINE_TEST(csm_fault_after_revoke)
{
	struct puppet_csm_setup s;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_OK(host_serve_fault(&s.c->realm, CSM_WINDOW));
	CHECK_OK(host_serve_fault(&s.p->realm, CSM_WINDOW));
	realm_end(s.c);
	realm_end(s.p);
}

MACHINE_TEST(csm_read_only)
{
	struct puppet_csm_setup s;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RO);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, CODE_RETURN_42), 0);
	CHECK_EQ(realm_read64(s.c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, CODE_RETURN_42);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 1)));
	CHECK_EQ(realm_read64(s.p, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, CODE_RETURN_42);
	CHECK(script(s.c, SCRIPT_EXEC, CSM_WINDOW).x[1] != 0);
	/* The monitor does not write there for the realm either. */
	CHECK_EQ(realm_smc(s.c, RSI_REALM_CONFIG, CSM_WINDOW).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.c, RSI_HOST_CALL, CSM_WINDOW).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_read64(s.p, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, CODE_RETURN_42);
	realm_end(s.p);
	realm_end(s.c);
}

MACHINE_TEST(csm_read_execute)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RX);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, CODE_RETURN_42), 0);
	r = script(s.c, SCRIPT_EXEC, CSM_WINDOW);
	CHECK_EQ(r.x[1], 0);
	CHECK_EQ(r.x[0], 42);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 1)));
	CHECK_EQ(realm_read64(s.c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, CODE_RETURN_42);
	realm_end(s.c);
	realm_end(s.p);
}

MACHINE_TEST(csm_read_write_is_not_executable)
{
	struct puppet_csm_setup s;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.c, CSM_WINDOW, CODE_RETURN_42), 0);
	CHECK(script(s.c, SCRIPT_EXEC, CSM_WINDOW).x[1] != 0);
	/* The provider's own access is what it was. */
	CHECK_EQ(script(s.p, SCRIPT_EXEC, CSM_WINDOW).x[0], 42);
	realm_end(s.c);
	realm_end(s.p);
}

MACHINE_TEST(csm_denied)
{
	struct test_realm *p = puppet_csm_realm("P"), *c = puppet_csm_realm("C"), *x = puppet_csm_realm("X");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c), nobody = { 1, 2 };
	struct script_result r;
	uint64_t id, n, value;

	CHECK(p_rid.lo != c_rid.lo && p_rid.hi != c_rid.hi);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 2 * GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(p, id, nobody, CSM_PERM_RO, &n), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);

	/* No reservation, no share, another's share, another size, a realm that isn't there: one code. */
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n + 1, CSM_WINDOW, 2 * GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n + 1, &r), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_reserve(x, p_rid, n, CSM_WINDOW, 2 * GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(x, p_rid, n, &r), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_reserve(x, nobody, 0, CSM_WINDOW + 0x200000, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(x, nobody, 0, &r), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n, CSM_WINDOW + 0x200000, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_CSM_ERROR_DENIED);
	CHECK(is_external_abort(realm_read64(c, CSM_WINDOW, &value)));
	CHECK(is_external_abort(realm_read64(x, CSM_WINDOW, &value)));

	/* What was given can't be given on. */
	CHECK_EQ(puppet_csm_detach(c, p_rid, n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n, CSM_WINDOW + 0x200000, 2 * GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_create(c, CSM_WINDOW + 0x200000, 2 * GRANULE_SIZE, &id), RSI_ERROR_INPUT);
	realm_end(x);
	realm_end(p);
	realm_end(c);
}

MACHINE_TEST(csm_revoke_while_running, .smp = 2)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RO);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 7), 0);
	/* C reads again and again on another CPU, until the value is 8, which P never writes. */
	script_begin(s.c, 0, 1, SCRIPT_SPIN, CSM_WINDOW, 8);
	for (unsigned int i = 0; i < 1000; i++)
		CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 7), 0);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	/* Revoked is revoked: what P writes from here on, C never sees. */
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 8), 0);
	r = script_end(s.c, 0);
	CHECK(is_external_abort(r.x[1]));
	CHECK(puppet_csm_event_of(s.p, CSM_EVENT_REMOVE)->argument == s.c->realm.rd);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	CHECK(is_external_abort(realm_read64(s.c, CSM_WINDOW + GRANULE_SIZE, &value)));
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	realm_end(s.p);
	realm_end(s.c);
}

/* --- The host refuses, lies, takes pages ----------------------------------------------------------------- */

static bool refuse(struct test_realm *realm, const struct host_csm_request *request)
{
	(void)realm;
	(void)request;
	return false;
}

static bool lie(struct test_realm *realm, const struct host_csm_request *request)
{
	(void)realm;
	(void)request;
	return true;
}

MACHINE_TEST(csm_host_refuses)
{
	struct puppet_csm_setup s;
	uint64_t id, n = 0, shares = 0;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	s.p->csm = refuse;
	s.c->csm = refuse;
	CHECK_EQ(puppet_csm_create(s.p, CSM_WINDOW + 0x400000, s.size, &id), RSI_CSM_ERROR_HOST);
	CHECK_EQ(puppet_csm_reserve(s.c, s.p_rid, 1, CSM_WINDOW + 0x400000, s.size), RSI_CSM_ERROR_HOST);
	/* The table of one granule holds 15 entries. */
	while (puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n) == RSI_SUCCESS)
		shares++;
	CHECK(shares > 5 && shares < 15);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_CSM_ERROR_MEMORY);
	s.p->csm = lie;
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_CSM_ERROR_MEMORY);
	s.p->csm = NULL;
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(n, shares + 1);
	/* A REMOVE can't be refused. */
	s.p->csm = refuse;
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_destroy(s.p, s.id), RSI_SUCCESS);
	realm_end(s.p);
	realm_end(s.c);
}

MACHINE_TEST(csm_host_lies_about_reservation)
{
	struct test_realm *c = puppet_csm_realm("C");
	struct csm_rid nobody = { 3, 4 };
	uint64_t base = test_ram(c) & ~ABI_U64(0xfff);
	uint64_t value;

	/* The range is populated, and the host says it has emptied it. */
	CHECK_EQ(realm_write64(c, base, 0x11), 0);
	c->csm = lie;
	CHECK_EQ(puppet_csm_reserve(c, nobody, 0, base, GRANULE_SIZE), RSI_CSM_ERROR_HOST);
	CHECK_EQ(realm_read64(c, base, &value), 0);
	CHECK_EQ(value, 0x11);
	realm_end(c);
}

static enum host_action stop(struct test_realm *realm, uint64_t ipa)
{
	(void)realm;
	(void)ipa;
	return HOST_STOP;
}

MACHINE_TEST(csm_host_takes_a_page)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t value, data, top, pa;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 1), 0);
	/* Not through the consumer. */
	CHECK_RMI(host_rmi_data_destroy(&rmm, s.c->realm.rd, CSM_WINDOW, &data, &top),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_OK(host_translate(&s.p->realm, CSM_WINDOW, &pa));
	CHECK_RMI(host_rmi_data_destroy(&rmm, s.p->realm.rd, CSM_WINDOW, &data, &top), RMI_SUCCESS);
	CHECK_EQ(data, pa);
	CHECK_OK(host_granule_free(&rmm, data)); /* which finds it zero */

	/* C's access is a fault that the host sees; the rest of the region is there. */
	CHECK_EQ(realm_read64(s.c, CSM_WINDOW + GRANULE_SIZE, &value), 0);
	s.c->fault = stop;
	CHECK(!script_try(s.c, 0, &r, SCRIPT_READ64, CSM_WINDOW));
	CHECK_EQ(s.c->faults, 1 + (s.c->faults - 1));
	CHECK_EQ(s.c->scripts[0].stop, HOST_STOP_HANDLER);
	realm_end(s.c);
	realm_end(s.p);
}

/* A consumer that asked for it sees zeroes where the provider took its memory back, and is never hurt. */
MACHINE_TEST(csm_ends_as_memory)
{
	uint64_t reserve[18] = { RSI_CSM_RESERVE };
	struct script_result r;
	struct puppet_csm_setup s;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RO);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	reserve[1] = s.p_rid.lo;
	reserve[2] = s.p_rid.hi;
	reserve[3] = s.n;
	reserve[4] = CSM_WINDOW;
	reserve[5] = s.size;
	reserve[6] = CSM_RESERVE_FLAG_RAM;
	realm_smc_wide(s.c, reserve);
	CHECK_EQ(reserve[0], RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_SUCCESS);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 0x5ec2e7), 0);
	CHECK_EQ(realm_read64(s.c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, 0x5ec2e7);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 1)));

	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	for (uint64_t at = CSM_WINDOW; at < CSM_WINDOW + s.size; at += GRANULE_SIZE) {
		CHECK_EQ(realm_read64(s.c, at, &value), 0);
		CHECK_EQ(value, 0);
		CHECK_EQ(realm_write64(s.c, at, at), 0);
		CHECK_EQ(realm_read64(s.c, at, &value), 0);
		CHECK_EQ(value, at);
	}
	CHECK_EQ(realm_read64(s.p, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, 0x5ec2e7);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(realm_read64(s.c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, CSM_WINDOW);
	realm_end(s.c);
	realm_end(s.p);
}

MACHINE_TEST(csm_host_unmaps)
{
	struct host_rmi_csm_doorbell doorbell;
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t next = 0;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_RMI(host_rmi_csm_unmap(&rmm, s.c->realm.rd, CSM_WINDOW, &next, &doorbell), RMI_SUCCESS);
	CHECK_EQ(next, CSM_WINDOW + s.size);
	CHECK_EQ(doorbell.rd, s.p->realm.rd);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_BROKEN);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_ERROR_STATE);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	realm_end(s.c);
	realm_end(s.p);
}

/* --- The end, in any order ----------------------------------------------------------------------------------- */

MACHINE_TEST(csm_provider_ends_first)
{
	struct puppet_csm_setup s;
	struct script_result r;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.p, CSM_WINDOW, 0x5ec2e7), 0);
	realm_end(s.p);
	CHECK(is_external_abort(realm_read64(s.c, CSM_WINDOW, &value)));
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_CSM_ERROR_REVOKED);
	realm_end(s.c);
}

MACHINE_TEST(csm_consumer_ends_first)
{
	struct puppet_csm_setup s;
	uint64_t value;

	puppet_csm_setup(&s, PAGES, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s.c, CSM_WINDOW, 0x5ec2e7), 0);
	realm_end(s.c);
	CHECK_EQ(realm_read64(s.p, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, 0x5ec2e7);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_OFFERED);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	realm_end(s.p);
}

MACHINE_TEST(csm_new_realm_has_new_identity)
{
	struct test_realm *c = puppet_csm_realm("C");
	struct csm_rid first = puppet_csm_rid_of(c), second;

	realm_end(c);
	c = puppet_csm_realm("C");
	second = puppet_csm_rid_of(c);
	CHECK(first.lo != second.lo && first.hi != second.hi);
	realm_end(c);
}

/* --- Without an APT nothing of this is there -------------------------------------------------------------------- */

MACHINE_TEST(csm_is_not_there_without_apt)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	for (uint64_t fid = RSI_CSM_VERSION; fid <= RSI_CSM_PEER_MEASUREMENT; fid++)
		CHECK_EQ(realm_smc(realm, fid, 1, 2, 3, 4, 5).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CALL_UID).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CALL_REVISION).x[0], SMCCC_NOT_SUPPORTED);
	realm_end(realm);
	realm = puppet_csm_realm("A");
	CHECK_EQ(realm_smc(realm, RSI_CSM_CALL_UID).x[0], RSI_CSM_UID_0);
	CHECK_EQ(realm_smc(realm, RSI_CSM_VERSION, CSM_ABI_VERSION).x[0], RSI_SUCCESS);
	realm_end(realm);
}

/* --- Interrupts ------------------------------------------------------------------------------------------------ */

/* A call that takes long lets the host's interrupt in, and goes on where it was. Time is counted in instructions. */
MACHINE_TEST(csm_attach_interrupted, .icount = true)
{
	const uint64_t pages = 4096;
	struct puppet_csm_setup s;
	struct script_result r;
	unsigned int calls = 1, interrupts;

	s.p = puppet_csm_realm("P");
	s.c = puppet_csm_realm("C");
	s.p_rid = puppet_csm_rid_of(s.p);
	s.c_rid = puppet_csm_rid_of(s.c);
	s.size = pages * GRANULE_SIZE;
	CHECK_EQ(puppet_csm_create(s.p, CSM_WINDOW, s.size, &s.id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &s.n), RSI_SUCCESS);
	/* A page beside P's blocks: all of it is mapped by pages. */
	CHECK_EQ(puppet_csm_reserve(s.c, s.p_rid, s.n, CSM_WINDOW + GRANULE_SIZE, s.size), RSI_SUCCESS);
	interrupts = s.c->interrupts;
	/* About a million instructions of mapping; the interrupt comes after a quarter of that. */
	timer_preempt_after(sysreg_read(cntfrq_el0) / 4000);
	r = realm_smc(s.c, RSI_CSM_ATTACH, s.p_rid.lo, s.p_rid.hi, s.n);
	CHECK_EQ(r.x[0], RSI_INCOMPLETE);
	CHECK_EQ(s.c->interrupts, interrupts + 1);
	for (; r.x[0] == RSI_INCOMPLETE; calls++)
		r = realm_smc(s.c, RSI_CSM_ATTACH, s.p_rid.lo, s.p_rid.hi, s.n);
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[2], pages);
	CHECK_EQ(calls, 2);
	realm_end(s.p);
	realm_end(s.c);
}
