/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile host, at memory: it wants to read or change what is a realm's, or to have one granule serve twice.
 */
#include "attack.h"

/* --- To get at it --------------------------------------------------------------------------------------- */

void attack_read_private(void)
{
	struct test_realm *realm = victim("A");

	check_out_of_reach(pa_of(realm, test_ram(realm)));
	check_victim(realm);
	realm_end(realm);
}

void attack_read_shared(void)
{
	struct puppet_csm_setup s;

	share_secret(&s, 2, CSM_PERM_RW);
	check_out_of_reach(pa_of(s.p, CSM_WINDOW));
	check_shared(&s);
	end_both(&s);
}

void attack_read_metadata(void)
{
	struct test_realm *realm = victim("A");
	const struct host_rec *rec = &realm->realm.recs[0];

	check_out_of_reach(realm->realm.rd);
	check_out_of_reach(realm->realm.start_pa);
	check_out_of_reach(rec->pa);
	for (unsigned int i = 0; i < rec->aux_count; i++)
		check_out_of_reach(rec->aux[i]);
	check_victim(realm);
	realm_end(realm);
}

void attack_read_table_after_give(void)
{
	struct test_realm *realm = victim("A");
	uint64_t apt, table;

	CHECK_OK(host_granule_alloc(&rmm, &apt));
	CHECK_OK(host_rmi_csm_apt_extend(&rmm, realm->realm.rd, apt));
	check_out_of_reach(apt);
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, apt), RMI_ERROR_INPUT);
	CHECK_OK(host_granule_alloc(&rmm, &table));
	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 2));
	CHECK_OK(host_rmi_rtt_create(&rmm, realm->realm.rd, table, CSM_WINDOW, 3));
	check_out_of_reach(table);
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, table), RMI_ERROR_INPUT);
	check_victim(realm);
	realm_end(realm);
	CHECK(is_zero_granule(apt) && is_zero_granule(table));
}

void attack_read_after_undelegate(void)
{
	struct test_realm *realm = victim("A");
	uint64_t pa = pa_of(realm, test_ram(realm));

	CHECK_OK(host_reclaim(&realm->realm, test_ram(realm), GRANULE_SIZE));
	CHECK(is_zero_granule(pa));
	realm_end(realm);
}

void attack_read_after_destroy(void)
{
	struct puppet_csm_setup s;
	uint64_t pas[8];

	share_secret(&s, 1, CSM_PERM_RW);
	pas[0] = s.p->realm.rd;
	pas[1] = s.p->realm.start_pa;
	pas[2] = s.p->realm.recs[0].pa;
	pas[3] = s.p->realm.recs[0].aux[0];
	pas[4] = pa_of(s.p, CSM_WINDOW);
	pas[5] = pa_of(s.p, s.p->realm.ram_base);
	pas[6] = s.c->realm.rd;
	pas[7] = s.c->realm.recs[0].pa;
	end_both(&s);
	for (unsigned int i = 0; i < 8; i++)
		CHECK(pas[i] == 0 || is_zero_granule(pas[i]));
}

/* --- To have it twice ----------------------------------------------------------------------------------- */

void attack_double_delegate(void)
{
	struct test_realm *realm = victim("A");
	uint64_t pa = pa_of(realm, test_ram(realm)), spare;

	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, realm->realm.rd), RMI_ERROR_INPUT);
	CHECK_OK(host_granule_alloc(&rmm, &spare));
	CHECK_RMI(host_rmi_granule_delegate(&rmm, spare), RMI_ERROR_INPUT);
	check_out_of_reach(spare);
	check_victim(realm);
	CHECK_OK(host_granule_free(&rmm, spare));
	realm_end(realm);
}

void attack_undelegate_in_use(void)
{
	struct test_realm *realm = victim("A");
	const struct host_rec *rec = &realm->realm.recs[0];
	const uint64_t used[] = { pa_of(realm, test_ram(realm)), realm->realm.rd, realm->realm.start_pa,
				  rec->pa, rec->aux_count != 0 ? rec->aux[0] : rec->pa };

	for (unsigned int i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		CHECK_RMI(host_rmi_granule_undelegate(&rmm, used[i]), RMI_ERROR_INPUT);
		check_out_of_reach(used[i]);
	}
	check_victim(realm);
	realm_end(realm);
}

#define RACE_ROUNDS 1000

struct race {
	uint64_t pa;
	uint64_t delegated, undelegated;
};

static void race(void *argument)
{
	struct race *r = argument;

	for (unsigned int i = 0; i < RACE_ROUNDS; i++) {
		r->delegated += host_rmi_granule_delegate(&rmm, r->pa) == RMI_SUCCESS;
		r->undelegated += host_rmi_granule_undelegate(&rmm, r->pa) == RMI_SUCCESS;
	}
}

/* Each success changes the state, so they alternate whoever has them. */
void attack_race_delegate(void)
{
	struct race here = { .pa = test_granule() }, there = here;
	uint64_t delegated, undelegated, value;

	cpu_run(1, race, &there);
	race(&here);
	cpu_wait(1);
	delegated = here.delegated + there.delegated;
	undelegated = here.undelegated + there.undelegated;
	CHECK(delegated == undelegated || delegated == undelegated + 1);
	CHECK_EQ(probe_read64(here.pa, &value), delegated == undelegated ? 0 : ESR_GRANULE_PROTECTION_FAULT);
	if (delegated != undelegated)
		CHECK_OK(host_rmi_granule_undelegate(&rmm, here.pa));
	CHECK_EQ(probe_write64(here.pa, 1), 0);
	test_granule_free(here.pa);
}

void attack_map_twice(void)
{
	struct test_realm *realm = victim("A"), *other = victim("X");
	uint64_t pa = pa_of(realm, test_ram(realm));

	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_OK(host_make_tables(&other->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, realm->realm.rd, pa, CSM_WINDOW), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, other->realm.rd, pa, CSM_WINDOW), RMI_ERROR_INPUT);
	check_aborts(other, CSM_WINDOW);
	check_aborts(realm, CSM_WINDOW);
	check_victim(realm);
	realm_end(other);
	realm_end(realm);
}

/* A shared page in every role that a command has for a granule. */
void attack_give_again(void)
{
	struct puppet_csm_setup s;
	struct test_realm *x;
	uint64_t pa, ns = test_granule(), rd;

	share_secret(&s, 2, CSM_PERM_RW);
	x = puppet_csm_realm("X");
	rd = x->realm.rd;
	pa = pa_of(s.p, CSM_WINDOW);
	CHECK_OK(host_make_tables(&x->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, rd, pa, CSM_WINDOW), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_data_create(&rmm, rd, pa, CSM_WINDOW, ns, 0), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, rd, pa, CSM_WINDOW + 0x40000000, 2), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_create(&rmm, pa, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_create(&rmm, rd, pa, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_destroy(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, pa, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_create(&rmm, rd, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_extend(&rmm, rd, pa), RMI_ERROR_INPUT);
	check_shared(&s);
	check_out_of_reach(pa);
	test_granule_free(ns);
	realm_end(x);
	end_both(&s);
}

/* Realm memory where a command expects the host's: nothing of it is read for the host, or written. */
void attack_realm_memory_as_parameters(void)
{
	struct test_realm *realm = victim("A"), *x = victim("X");
	uint64_t pa = pa_of(realm, test_ram(realm)), spare, spare2;

	CHECK_OK(host_granule_alloc(&rmm, &spare));
	CHECK_OK(host_granule_alloc(&rmm, &spare2));
	CHECK_RMI(host_rmi_realm_create(&rmm, spare, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_create(&rmm, x->realm.rd, spare, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, x->realm.recs[0].pa, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, x->realm.recs[0].pa, x->realm.rd), RMI_ERROR_INPUT);
	check_victim(realm);
	check_victim(x);
	CHECK_OK(host_granule_free(&rmm, spare));
	CHECK_OK(host_granule_free(&rmm, spare2));
	realm_end(x);
	realm_end(realm);
}

/* What is no Non-secure memory: flash, a device, Secure RAM, the monitor's own, EL3's, beyond DRAM. */
void attack_delegate_foreign(void)
{
	static const uint64_t foreign[] = { 0x0,
					    0x08000000,
					    0x09000000,
					    0x0e000000,
					    0x40100000,
					    0x418ff000,
					    ABI_U64(0x3ffffffff000),
					    ABI_U64(0x8000000060000000) };
	struct test_realm *realm = victim("A");

	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	for (unsigned int i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		CHECK_RMI(host_rmi_granule_delegate(&rmm, foreign[i]), RMI_ERROR_INPUT);
		CHECK_RMI(host_rmi_granule_undelegate(&rmm, foreign[i]), RMI_ERROR_INPUT);
		CHECK_RMI(host_rmi_data_create_unknown(&rmm, realm->realm.rd, foreign[i], CSM_WINDOW),
			  RMI_ERROR_INPUT);
	}
	check_aborts(realm, CSM_WINDOW);
	check_victim(realm);
	realm_end(realm);
}

/* --- To change it --------------------------------------------------------------------------------------- */

/* A page of the host's making in place of the realm's: the realm is told, and sees nothing of it. */
void attack_swap_page(void)
{
	struct test_realm *realm = victim("A");
	struct host_rmi_rtt_entry entry;
	struct script_result r;

	CHECK_OK(host_reclaim(&realm->realm, test_ram(realm), GRANULE_SIZE));
	CHECK_OK(host_populate(&realm->realm, test_ram(realm), GRANULE_SIZE));
	CHECK_OK(host_rmi_rtt_read_entry(&rmm, realm->realm.rd, test_ram(realm), 3, &entry));
	CHECK_EQ(entry.ripas, RMI_DESTROYED);
	realm->fault = stop_at_fault;
	CHECK(!script_try(realm, 0, &r, SCRIPT_READ64, test_ram(realm)));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_HANDLER);
	realm_end(realm);
}

void attack_content_when_active(void)
{
	struct test_realm *realm = victim("A");
	uint64_t ipa = test_ram(realm) + GRANULE_SIZE, ns = test_granule(), pa, top;

	words_of(ns)[0] = 0xbad;
	CHECK_OK(host_granule_alloc(&rmm, &pa));
	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_data_create(&rmm, realm->realm.rd, pa, ipa, ns, 0), RMI_ERROR_REALM);
	CHECK_RMI(host_rmi_rtt_init_ripas(&rmm, realm->realm.rd, CSM_WINDOW, CSM_WINDOW + GRANULE_SIZE, &top),
		  RMI_ERROR_REALM);
	CHECK_EQ(read_word(realm, ipa), 0);
	check_aborts(realm, CSM_WINDOW);
	CHECK_OK(host_granule_free(&rmm, pa));
	test_granule_free(ns);
	realm_end(realm);
}

void attack_unprotected_in_protected(void)
{
	struct test_realm *realm = victim("A");
	uint64_t ns = test_granule(), half = host_unprotected_base(&realm->realm), top;

	words_of(ns)[0] = 0xbad;
	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_rtt_map_unprotected(&rmm, realm->realm.rd, CSM_WINDOW, 3,
					       ns | HOST_UNPROTECTED_WB_RW),
		  RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_map_unprotected(&rmm, realm->realm.rd, test_ram(realm), 3,
					       ns | HOST_UNPROTECTED_WB_RW),
		  RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_map_unprotected(&rmm, realm->realm.rd, half - GRANULE_SIZE, 3,
					       ns | HOST_UNPROTECTED_WB_RW),
		  RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_unmap_unprotected(&rmm, realm->realm.rd, test_ram(realm), 3, &top),
		  RMI_ERROR_INPUT);
	check_aborts(realm, CSM_WINDOW);
	check_victim(realm);
	test_granule_free(ns);
	realm_end(realm);
}

/* Every bit of a descriptor that is not the host's to choose. */
void attack_descriptor_bits(void)
{
	struct test_realm *realm = victim("A");
	uint64_t ipa = host_unprotected_base(&realm->realm);

	CHECK_OK(host_make_tables(&realm->realm, ipa, GRANULE_SIZE, 3));
	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bit >= 2 && bit <= 4) || (bit >= 6 && bit <= 7) || (bit >= 12 && bit < 48))
			continue;
		CHECK_RMI(host_rmi_rtt_map_unprotected(&rmm, realm->realm.rd, ipa, 3, ABI_U64(1) << bit),
			  RMI_ERROR_INPUT);
	}
	check_aborts(realm, ipa);
	realm_end(realm);
}

/* Code in memory that the host can write is never run. */
void attack_run_host_code(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);

	words_of(w.pa)[0] = 0xd65f03c0d2800540; /* mov x0, #42; ret */
	CHECK_EQ(script(realm, SCRIPT_EXEC, w.ipa).x[1] >> 26, 0x21);
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* --- Tables --------------------------------------------------------------------------------------------- */

void attack_destroy_live_table(void)
{
	struct test_realm *realm = victim("A");
	uint64_t table = test_ram(realm) & ~ABI_U64(0x1fffff), rtt, top;

	CHECK_EQ(rmi_result_status(host_rmi_rtt_destroy(&rmm, realm->realm.rd, table, 3, &rtt, &top)),
		 RMI_ERROR_RTT);
	CHECK_EQ(rmi_result_status(host_rmi_rtt_destroy(&rmm, realm->realm.rd, 0x80000000, 2, &rtt, &top)),
		 RMI_ERROR_RTT);
	CHECK_EQ(rmi_result_status(host_rmi_rtt_fold(&rmm, realm->realm.rd, table, 3, &rtt)), RMI_ERROR_RTT);
	check_victim(realm);
	realm_end(realm);
}

void attack_table_over_data(void)
{
	struct test_realm *realm = victim("A");
	uint64_t table = test_ram(realm) & ~ABI_U64(0x1fffff), pa;

	CHECK_OK(host_granule_alloc(&rmm, &pa));
	CHECK_EQ(rmi_result_status(host_rmi_rtt_create(&rmm, realm->realm.rd, pa, table, 3)), RMI_ERROR_RTT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, realm->realm.rd, pa, table, 4), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, realm->realm.rd, pa, table, 0), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, realm->realm.rd, pa, table + GRANULE_SIZE, 3), RMI_ERROR_INPUT);
	check_victim(realm);
	CHECK_OK(host_granule_free(&rmm, pa));
	realm_end(realm);
}

/* A page that becomes another realm's under the first one's mapping as host memory. */
void attack_delegate_under_mapping(void)
{
	struct test_realm *x = victim("X"), *realm = puppet_csm_realm("A");
	struct window w = open_window(x);
	uint64_t value = 0;

	CHECK_OK(host_rmi_granule_delegate(&rmm, w.pa));
	CHECK_OK(host_rmi_data_create_unknown(&rmm, realm->realm.rd, w.pa, test_ram(realm)));
	CHECK_EQ(realm_write64(realm, test_ram(realm), SECRET), 0);
	CHECK_EQ(pa_of(realm, test_ram(realm)), w.pa);
	CHECK_EQ(realm_read64(x, w.ipa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK(value != SECRET);
	CHECK(realm_write64(x, w.ipa, 0) != 0);
	check_victim(realm);
	CHECK_OK(host_rmi_data_destroy(&rmm, realm->realm.rd, test_ram(realm), &value, &w.ipa));
	CHECK_OK(host_rmi_granule_undelegate(&rmm, w.pa));
	CHECK(is_zero_granule(w.pa));
	realm_end(realm);
	realm_end(x);
	close_window(&w);
}
