/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the host can do to a realm while a REC of it runs, and when it has been turned off (DEN0137 A2.1.5, A2.3.4): the
 * conditions rec_state and realm_state of commands that conf_realm.c, conf_rec.c and conf_data.c check otherwise.
 */
#include "guest.h"

static struct conf_guest guest;

/* --- SYSTEM_OFF -------------------------------------------------------------------------------------- */

static void new_only(const char *state)
{
	uint64_t page = GUEST_PAGES + 7 * GRANULE_SIZE, rd = guest.realm.rd;
	struct conf_rec rec;
	struct conf_command c;

	c = (struct conf_command){ CONF_COMMAND(RMI_REALM_ACTIVATE), { 0, rd } };
	conf_fails(&c, "realm_state", state, RMI_ERROR_REALM);
	c = (struct conf_command){ CONF_COMMAND(RMI_DATA_CREATE),
				   { 0, rd, conf_delegated(), page, conf_granule() } };
	conf_fails(&c, "realm_state", state, RMI_ERROR_REALM);
	c = (struct conf_command){ CONF_COMMAND(RMI_RTT_INIT_RIPAS), { 0, rd, page, page + GRANULE_SIZE } };
	conf_fails(&c, "realm_state", state, RMI_ERROR_REALM);
	conf_rec_prepare(&rec, &guest.realm, 1);
	c = (struct conf_command){ CONF_COMMAND(RMI_REC_CREATE), { 0, rd, rec.pa, rec.params_pa } };
	conf_fails(&c, "realm_state", state, RMI_ERROR_REALM);
	conf_check_kind("RWZYBV", "the page is as it was", &guest.realm, page, 3, KIND_EMPTY, 0);
}

/* Commands without a condition on the realm's state (B4.3). */
static void any_state(const char *state)
{
	uint64_t page = GUEST_PAGES + 7 * GRANULE_SIZE, rd = guest.realm.rd, pa = conf_delegated(), top;
	uint64_t block = GUEST_IPA + 0x200000, up = conf_unprotected(&guest.realm);

	conf_check_status("RMI_DATA_CREATE_UNKNOWN", state, host_rmi_data_create_unknown(&rmm, rd, pa, page),
			  RMI_SUCCESS);
	conf_check_status("RMI_DATA_DESTROY", state, host_rmi_data_destroy(&rmm, rd, page, &pa, &top),
			  RMI_SUCCESS);
	conf_check_status("RMI_RTT_CREATE", state, host_rmi_rtt_create(&rmm, rd, pa, block, 3), RMI_SUCCESS);
	conf_check_status("RMI_RTT_FOLD", state, host_rmi_rtt_fold(&rmm, rd, block, 3, &pa), RMI_SUCCESS);
	conf_check_status("RMI_RTT_CREATE", state, host_rmi_rtt_create(&rmm, rd, pa, block, 3), RMI_SUCCESS);
	conf_check_status("RMI_RTT_DESTROY", state, host_rmi_rtt_destroy(&rmm, rd, block, 3, &pa, &top),
			  RMI_SUCCESS);
	conf_tables(&guest.realm, up, 3);
	conf_check_status("RMI_RTT_MAP_UNPROTECTED", state,
			  host_rmi_rtt_map_unprotected(&rmm, rd, up, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES),
			  RMI_SUCCESS);
	conf_check_status("RMI_RTT_UNMAP_UNPROTECTED", state,
			  host_rmi_rtt_unmap_unprotected(&rmm, rd, up, 3, &top), RMI_SUCCESS);
}

/* All that the guest is made of goes, as from any realm. */
static void take_apart(const char *state)
{
	uint64_t rd = guest.realm.rd, pa, top;

	conf_check_status("RMI_REALM_DESTROY.realm_live", state,
			  conf_any_index(host_rmi_realm_destroy(&rmm, rd)), RMI_ERROR_REALM);
	conf_check_status("RMI_REC_DESTROY", state, host_rmi_rec_destroy(&rmm, guest.rec.pa), RMI_SUCCESS);
	conf_check_status("RMI_DATA_DESTROY", state, host_rmi_data_destroy(&rmm, rd, GUEST_IPA, &pa, &top),
			  RMI_SUCCESS);
	conf_guest_unload(&guest);
	conf_check_status("RMI_REALM_DESTROY", state, host_rmi_realm_destroy(&rmm, rd), RMI_SUCCESS);
}

static void turned_off(const void *argument)
{
	const uint64_t *fid = argument;
	const char *state = *fid == PSCI_SYSTEM_OFF ? "after SYSTEM_OFF" : "after SYSTEM_RESET";
	uint64_t x[GUEST_GPRS] = { *fid };

	conf_guest_make(&guest);
	conf_need_true("PSCI_SYSTEM_OFF", "it leaves the realm", !conf_guest_smc(&guest, x));
	conf_need("PSCI_SYSTEM_OFF", "exit reason", guest.run->exit.exit_reason, RMI_EXIT_PSCI);
	conf_check_status("RMI_REC_ENTER.system_off", state,
			  host_rmi_rec_enter(&rmm, guest.rec.pa, guest.run_pa),
			  rmi_result(RMI_ERROR_REALM, 1));
	new_only(state);
	any_state(state);
	take_apart(state);
}

static void active(void)
{
	conf_guest_make(&guest);
	new_only("ACTIVE, and it has run");
	any_state("ACTIVE, and it has run");
	take_apart("ACTIVE, and it has run");
}

/* --- REC_RUNNING ------------------------------------------------------------------------------------- */

/* On another CPU: nothing here may leave the case. */
static void enter_once(void *argument)
{
	uint64_t *result = argument;

	do
		*result = host_rmi_rec_enter(&rmm, guest.rec.pa, guest.run_pa);
	while (*result == RMI_SUCCESS && guest.run->exit.exit_reason == RMI_EXIT_IRQ);
}

static bool wait_until_it_runs(const volatile uint64_t *started)
{
	uint64_t end = counter_now() + sysreg_read(cntfrq_el0);

	while (*started == 0 && counter_now() < end)
		__asm__ volatile("yield" ::: "memory");
	return *started != 0;
}

/* None of these may leave the case either: the other CPU has to come back first. */
static void check_running(void)
{
	const uint64_t rd = guest.realm.rd, rec = guest.rec.pa;
	struct conf_command c = { CONF_COMMAND(RMI_REC_DESTROY), { 0, rec } };

	conf_fails(&c, "rec_state", "the REC runs", RMI_ERROR_REC);
	conf_break(&c, "[rec_bound<rec_state]", 1, CONF_NO_MEMORY, RMI_ERROR_INPUT);
	conf_break(&c, "[rec_gran_state<rec_state]", 1, rd, RMI_ERROR_INPUT);
	c = (struct conf_command){ CONF_COMMAND(RMI_REC_ENTER), { 0, rec, conf_granule() } };
	conf_fails(&c, "rec_state", "the REC runs", RMI_ERROR_REC);
	/* It has asked for nothing: [base, top) is out of its bounds, and the state has no order with that. */
	conf_check_status_any(
		"RMI_RTT_SET_RIPAS.rec_state", "the REC runs",
		host_rmi_call(&rmm, RMI_RTT_SET_RIPAS, rd, rec, GUEST_IPA, GUEST_IPA + GRANULE_SIZE, 0).x[0],
		RMI_ERROR_REC, RMI_ERROR_INPUT);
	c = (struct conf_command){ CONF_COMMAND(RMI_RTT_SET_RIPAS), { 0, rd, rec, 0, 0 } };
	conf_break(&c, "[rec_bound<rec_state]", 2, CONF_NO_MEMORY, RMI_ERROR_INPUT);
	conf_break(&c, "[rec_gran_state<rec_state]", 2, rd, RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_DESTROY.realm_live", "a REC runs",
			  conf_any_index(host_rmi_realm_destroy(&rmm, rd)), RMI_ERROR_REALM);
}

static void running(void)
{
	uint64_t page = conf_granule(), *words = conf_content(page), up, result = 0;

	conf_guest_prepare(&guest);
	conf_guest_load(&guest);
	up = conf_unprotected(&guest.realm);
	conf_tables(&guest.realm, up, 3);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a page for the guest and us",
		       host_rmi_rtt_map_unprotected(&rmm, guest.realm.rd, up, 3, page | CONF_NS_ATTRIBUTES));
	conf_guest_start(&guest);
	conf_guest_order(&guest, CONFORM_MEET, up, up + 8);
	cpu_run(1, enter_once, &result);
	if (conf_check_true("RMI_REC_ENTER", "the guest runs on another CPU", wait_until_it_runs(&words[0])))
		check_running();
	*(volatile uint64_t *)&words[1] = 1;
	cpu_wait(1);
	conf_check_status("RMI_REC_ENTER", "the guest comes back", result, RMI_SUCCESS);
	conf_check("RMI_REC_ENTER", "by its host call", guest.run->exit.exit_reason, RMI_EXIT_HOST_CALL);
	conf_check_status("RMI_REC_DESTROY", "it runs no more", host_rmi_rec_destroy(&rmm, guest.rec.pa),
			  RMI_SUCCESS);
}

CONF_GROUP(running, .about = "commands while a REC runs, and after SYSTEM_OFF", .smp = 2)
{
	static const uint64_t offs[] = { PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET };

	conf_case(active);
	for (unsigned int i = 0; i < 2; i++)
		conf_case_with(turned_off, &offs[i]);
	conf_case(running);
}
