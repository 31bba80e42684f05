/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile host, at memory that realms share: it breaks, refuses and lies, and takes back at any moment.
 */
#include "attack.h"

/* --- To get into it ------------------------------------------------------------------------------------- */

/* The host's page where C expects P's. */
void attack_page_in_consumer_range(void)
{
	struct puppet_csm_setup s;
	uint64_t page;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_OK(host_granule_alloc(&rmm, &page));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, page, CSM_WINDOW),
		  rmi_result(RMI_ERROR_RTT, 3));
	check_shared(&s);
	CHECK_OK(host_csm_unmap(&s.c->realm, CSM_WINDOW, s.size));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, page, CSM_WINDOW),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_OK(host_granule_free(&rmm, page));
	end_both(&s);
}

void attack_destroy_through_consumer(void)
{
	struct puppet_csm_setup s;
	uint64_t data, top;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_RMI(host_rmi_data_destroy(&rmm, s.c->realm.rd, CSM_WINDOW, &data, &top),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_EQ(rmi_result_status(host_rmi_rtt_destroy(&rmm, s.c->realm.rd, CSM_WINDOW, 3, &data, &top)),
		 RMI_ERROR_RTT);
	check_shared(&s);
	end_both(&s);
}

/* Reserved, not attached: the host's FILL brings nothing. */
void attack_fill_without_share(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p);
	uint64_t id, next, pages = 0;

	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, 0, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_RMI(host_rmi_csm_fill(&rmm, c->realm.rd, CSM_WINDOW, &next, &pages), RMI_ERROR_INPUT);
	CHECK_EQ(pages, 0);
	check_aborts(c, CSM_WINDOW);
	realm_end(c);
	realm_end(p);
}

void attack_fill_after_unmap(void)
{
	struct puppet_csm_setup s;
	uint64_t next, pages;
	struct script_result r;

	share_secret(&s, 2, CSM_PERM_RW);
	CHECK_OK(host_csm_unmap(&s.c->realm, CSM_WINDOW, s.size));
	CHECK_RMI(host_rmi_csm_fill(&rmm, s.c->realm.rd, CSM_WINDOW, &next, &pages), RMI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_BROKEN);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_ERROR_STATE);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	end_both(&s);
}

/* --- Metadata ------------------------------------------------------------------------------------------- */

void attack_second_apt(void)
{
	struct puppet_csm_setup s;
	uint64_t apt;

	share_secret(&s, 1, CSM_PERM_RO);
	CHECK_OK(host_granule_alloc(&rmm, &apt));
	CHECK_RMI(host_rmi_csm_apt_create(&rmm, s.p->realm.rd, apt), RMI_ERROR_REALM);
	CHECK_OK(host_granule_free(&rmm, apt));
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_SHARE), CSM_STATE_ATTACHED);
	check_shared(&s);
	end_both(&s);
}

void attack_destroy_live_apt(void)
{
	struct puppet_csm_setup s;
	struct host_rmi_csm_doorbell doorbell;
	uint64_t granule = 0, held;

	share_secret(&s, 1, CSM_PERM_RO);
	CHECK_RMI(host_rmi_csm_apt_destroy(&rmm, s.p->realm.rd, &granule, &held, &doorbell), RMI_ERROR_REALM);
	CHECK_RMI(host_rmi_csm_apt_destroy(&rmm, s.c->realm.rd, &granule, &held, &doorbell), RMI_ERROR_REALM);
	CHECK_EQ(granule, 0);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	check_aborts(s.c, CSM_WINDOW);
	end_both(&s);
}

/* ENTRY_READ says where, not with whom. */
void attack_read_policy(void)
{
	struct puppet_csm_setup s;
	struct host_rmi_csm_entry entry;
	struct host_rmi_regs regs;

	share_secret(&s, 2, CSM_PERM_RO);
	CHECK_OK(host_rmi_csm_entry_read(&rmm, s.c->realm.rd, 0, &entry));
	CHECK_EQ(entry.role, CSM_ROLE_CONSUMER);
	CHECK(entry.base == CSM_WINDOW && entry.size == s.size);
	for (uint64_t index = 0; index < 15; index++) {
		regs = host_rmi_call(&rmm, RMI_CSM, RMI_CSM_ENTRY_READ, s.p->realm.rd, index, 0, 0);
		for (unsigned int i = 1; i < 5; i++)
			CHECK(regs.x[i] != s.c_rid.lo && regs.x[i] != s.c_rid.hi && regs.x[i] != s.p_rid.lo);
	}
	CHECK_RMI(host_rmi_csm_entry_read(&rmm, s.p->realm.rd, 15, &entry), RMI_ERROR_INPUT);
	end_both(&s);
}

/* --- Exits refused, and lies ---------------------------------------------------------------------------- */

/* What the host does at exits for one event; it serves all others. */
struct sabotage {
	enum csm_event event;
	bool answer; /* false: refuses; true: says it did it */
	unsigned int seen;
};

static bool sabotage(struct test_realm *realm, const struct host_csm_request *request)
{
	struct sabotage *s = realm->owner;

	if (request->event != s->event)
		return host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
	s->seen++;
	return s->answer;
}

static void sabotage_realm(struct test_realm *realm, struct sabotage *s, enum csm_event event, bool answer)
{
	*s = (struct sabotage){ .event = event, .answer = answer };
	realm->owner = s;
	realm->csm = sabotage;
}

static void serve_again(struct test_realm *realm)
{
	realm->csm = NULL;
}

void attack_refuse_create(void)
{
	struct test_realm *p = victim("P");
	struct sabotage s;
	uint64_t id;

	sabotage_realm(p, &s, CSM_EVENT_P_REALM, false);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 0x4000, &id), RSI_CSM_ERROR_HOST);
	CHECK_EQ(s.seen, 1);
	CHECK_EQ(puppet_csm_state_of(p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	check_aborts(p, CSM_WINDOW);
	serve_again(p);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 0x4000, &id), RSI_SUCCESS);
	CHECK_EQ(read_word(p, CSM_WINDOW), 0);
	realm_end(p);
}

/* It says that the region is there, and it is not: P stands before a hole, C has one, and nobody sees anything else. */
void attack_lie_at_create(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	struct script_result r;
	struct sabotage s;
	uint64_t id, n, result;

	sabotage_realm(p, &s, CSM_EVENT_P_REALM, true);
	result = puppet_csm_create(p, CSM_WINDOW, 0x4000, &id);
	CHECK_EQ(s.seen, 1);
	if (result != RSI_SUCCESS) {
		CHECK_EQ(result, RSI_CSM_ERROR_HOST);
		CHECK_EQ(puppet_csm_state_of(p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	} else {
		CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
		CHECK_EQ(puppet_csm_reserve(c, p_rid, n, CSM_WINDOW, 0x4000), RSI_SUCCESS);
		CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_SUCCESS);
		CHECK_EQ(r.x[3], 4);
		c->fault = stop_at_fault;
		CHECK(!script_try(c, 0, &r, SCRIPT_READ64, CSM_WINDOW));
	}
	check_victim(p);
	realm_end(c);
	realm_end(p);
}

void attack_refuse_reserve(void)
{
	struct test_realm *c = victim("C");
	const struct csm_rid nobody = { 3, 4 };
	struct sabotage s;

	sabotage_realm(c, &s, CSM_EVENT_C_REALM, false);
	CHECK_EQ(puppet_csm_reserve(c, nobody, 0, test_ram(c), GRANULE_SIZE), RSI_CSM_ERROR_HOST);
	CHECK_EQ(s.seen, 1);
	CHECK_EQ(puppet_csm_state_of(c, CSM_ROLE_CONSUMER), CSM_INDEX_NONE);
	check_victim(c);
	realm_end(c);
}

/* It says that it emptied the range, which would put P's page over C's or leave C's under it. */
void attack_lie_at_reserve(void)
{
	struct test_realm *c = victim("C");
	const struct csm_rid nobody = { 3, 4 };
	struct sabotage s;

	sabotage_realm(c, &s, CSM_EVENT_C_REALM, true);
	CHECK_EQ(puppet_csm_reserve(c, nobody, 0, test_ram(c), GRANULE_SIZE), RSI_CSM_ERROR_HOST);
	CHECK_EQ(s.seen, 1);
	check_victim(c);
	realm_end(c);
}

/* ATTACH asks for finer tables: P has pages, C's place was reserved for a block. */
void attack_refuse_tables(void)
{
	struct test_realm *p = victim("P"), *c = victim("C");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	struct script_result r;
	struct sabotage s;
	uint64_t id, n;

	CHECK_OK(host_populate(&p->realm, CSM_WINDOW + 0x5000, GRANULE_SIZE));
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, 0x200000, &id), RSI_SUCCESS);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n, CSM_WINDOW, 0x200000), RSI_SUCCESS);
	sabotage_realm(c, &s, CSM_EVENT_RTT_NEEDED, false);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_CSM_ERROR_HOST);
	CHECK_EQ(s.seen, 1);
	CHECK_EQ(puppet_csm_state_of(c, CSM_ROLE_CONSUMER), CSM_STATE_RESERVED);
	check_aborts(c, CSM_WINDOW);
	serve_again(c);
	CHECK_EQ(puppet_csm_attach(c, p_rid, n, &r), RSI_SUCCESS);
	CHECK_EQ(read_word(c, CSM_WINDOW), SECRET);
	realm_end(c);
	realm_end(p);
}

/* REVOKE can't be held up by a host that refuses its exit. */
void attack_refuse_revoke(void)
{
	struct puppet_csm_setup s;
	struct sabotage sabotaged;

	share_secret(&s, 2, CSM_PERM_RW);
	sabotage_realm(s.p, &sabotaged, CSM_EVENT_REMOVE, false);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(sabotaged.seen, 1);
	check_aborts(s.c, CSM_WINDOW);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	end_both(&s);
}

void attack_refuse_detach_and_destroy(void)
{
	struct puppet_csm_setup s;
	struct sabotage p, c;

	share_secret(&s, 2, CSM_PERM_RW);
	sabotage_realm(s.c, &c, CSM_EVENT_REMOVE, false);
	sabotage_realm(s.p, &p, CSM_EVENT_REMOVE, false);
	CHECK_EQ(puppet_csm_detach(s.c, s.p_rid, s.n), RSI_SUCCESS);
	check_aborts(s.c, CSM_WINDOW);
	CHECK_EQ(puppet_csm_destroy(s.p, s.id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_state_of(s.p, CSM_ROLE_REGION), CSM_INDEX_NONE);
	CHECK_EQ(read_word(s.p, CSM_WINDOW), SECRET);
	end_both(&s);
}

/* The table is full and the host gives nothing, or says it did. */
static void exhaust(bool answer)
{
	struct puppet_csm_setup s;
	struct sabotage sabotaged;
	uint64_t n, shares = 0, result;

	share_secret(&s, 1, CSM_PERM_RW);
	sabotage_realm(s.p, &sabotaged, CSM_EVENT_APT_FULL, answer);
	while ((result = puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n)) == RSI_SUCCESS)
		CHECK(++shares < 20);
	CHECK_EQ(result, RSI_CSM_ERROR_MEMORY);
	CHECK_EQ(sabotaged.seen, 1);
	check_shared(&s);
	/* What there is can be used, and given back. */
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	check_aborts(s.c, CSM_WINDOW);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(n, shares + 1);
	end_both(&s);
}

void attack_refuse_metadata(void)
{
	exhaust(false);
}

void attack_lie_about_metadata(void)
{
	exhaust(true);
}

/* --- Doorbells ------------------------------------------------------------------------------------------ */

/* A doorbell that nobody rang: the realm learns that nothing is true of it. */
void attack_forge_doorbell(void)
{
	struct puppet_csm_setup s;
	struct script_result r;

	share_secret(&s, 1, CSM_PERM_RW);
	for (unsigned int i = 0; i < 10; i++) {
		CHECK_OK(host_csm_ring(&rmm, s.c->realm.rd, 0));
		r = realm_smc(s.c, RSI_CSM_PENDING, 0);
		CHECK_EQ(r.x[0], RSI_SUCCESS);
		CHECK_EQ(r.x[1], CSM_INDEX_NONE);
	}
	end_both(&s);
}

/* A doorbell that was rung and that the host swallows: the mark waits. */
void attack_swallow_doorbell(void)
{
	struct puppet_csm_setup s;
	struct sabotage sabotaged;
	struct script_result r;

	share_secret(&s, 1, CSM_PERM_RW);
	sabotage_realm(s.p, &sabotaged, CSM_EVENT_NOTIFY, false);
	CHECK_EQ(realm_smc(s.p, RSI_CSM_NOTIFY, s.c_rid.lo, s.c_rid.hi, s.n, 0).x[0], RSI_SUCCESS);
	CHECK_EQ(sabotaged.seen, 1);
	r = realm_smc(s.c, RSI_CSM_PENDING, 0);
	CHECK(r.x[0] == RSI_SUCCESS && r.x[1] != CSM_INDEX_NONE);
	end_both(&s);
}

/* --- Folding -------------------------------------------------------------------------------------------- */

/* Pages that lie anywhere are no block; the share goes on. */
void attack_fold_under_share(void)
{
	struct puppet_csm_setup s;
	uint64_t rtt;

	share_secret(&s, 4, CSM_PERM_RO);
	CHECK_EQ(rmi_result_status(host_rmi_rtt_fold(&rmm, s.p->realm.rd, CSM_WINDOW, 3, &rtt)),
		 RMI_ERROR_RTT);
	CHECK_EQ(rmi_result_status(host_rmi_rtt_fold(&rmm, s.c->realm.rd, CSM_WINDOW, 3, &rtt)),
		 RMI_ERROR_RTT);
	CHECK(is_external_abort(realm_write64(s.c, CSM_WINDOW, 0)));
	check_shared(&s);
	end_both(&s);
}

/* Blocks, split and folded again under a share that only reads: the permission stays, and so does the end. */
void attack_split_and_fold_block(void)
{
	struct puppet_csm_setup s;
	uint64_t table, rtt, last = CSM_WINDOW + 0x1ff000;

	share_secret(&s, 512, CSM_PERM_RO);
	CHECK_OK(host_granule_alloc(&rmm, &table));
	CHECK_OK(host_rmi_rtt_create(&rmm, s.c->realm.rd, table, CSM_WINDOW, 3));
	check_shared(&s);
	CHECK(is_external_abort(realm_write64(s.c, last, 0)));
	CHECK_OK(host_rmi_rtt_fold(&rmm, s.c->realm.rd, CSM_WINDOW, 3, &rtt));
	CHECK_EQ(rtt, table);
	CHECK_OK(host_granule_free(&rmm, table));
	check_shared(&s);
	CHECK(is_external_abort(realm_write64(s.c, last, 0)));
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	check_aborts(s.c, CSM_WINDOW);
	check_aborts(s.c, last);
	end_both(&s);
}

/* --- The end, in any order ------------------------------------------------------------------------------ */

/* Three realms, each sharing with the next: all six orders. */
void attack_end_in_every_order(void)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (unsigned int o = 0; o < 6; o++) {
		struct test_realm *realms[3];
		struct csm_rid rids[3];
		bool gone[3] = { false };
		uint64_t ids[3], n;

		for (unsigned int i = 0; i < 3; i++) {
			realms[i] = puppet_csm_realm(NULL);
			rids[i] = puppet_csm_rid_of(realms[i]);
			CHECK_EQ(puppet_csm_create(realms[i], CSM_WINDOW, 0x2000, &ids[i]), RSI_SUCCESS);
			CHECK_EQ(realm_write64(realms[i], CSM_WINDOW, SECRET + i), 0);
		}
		for (unsigned int i = 0; i < 3; i++) {
			unsigned int to = (i + 1) % 3;

			CHECK_EQ(puppet_csm_share(realms[i], ids[i], rids[to], CSM_PERM_RO, &n), RSI_SUCCESS);
			CHECK_EQ(take_share(realms[to], rids[i], n, CSM_WINDOW + 0x10000, 0x2000),
				 RSI_SUCCESS);
			CHECK_EQ(read_word(realms[to], CSM_WINDOW + 0x10000), SECRET + i);
		}
		for (unsigned int k = 0; k < 3; k++) {
			realm_end(realms[orders[o][k]]);
			gone[orders[o][k]] = true;
			for (unsigned int i = 0; i < 3; i++) {
				if (gone[i])
					continue;
				CHECK_EQ(read_word(realms[i], CSM_WINDOW), SECRET + i);
				if (gone[(i + 2) % 3])
					check_aborts(realms[i], CSM_WINDOW + 0x10000);
				else
					CHECK_EQ(read_word(realms[i], CSM_WINDOW + 0x10000),
						 SECRET + (i + 2) % 3);
			}
		}
	}
}
