/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `./caec demo`: the chapters in which somebody wants more than was shared.
 */
#include <caec/arm.h>

#include "demo.h"

#define LEVEL_PAGE 3

/* The secret as P sees it, and C. */
static void claim_secret_is_safe(struct demo *d)
{
	uint64_t p_value = 0, c_value = 0, p_esr, c_esr;

	p_esr = realm_read64(d->p, DEMO_P_REGION + DEMO_SECRET_AT, &p_value);
	c_esr = realm_read64(d->c, DEMO_C_REGION + DEMO_SECRET_AT, &c_value);
	claim(p_esr == 0 && c_esr == 0 && p_value == DEMO_SECRET && c_value == DEMO_SECRET,
	      "P and C read the secret as it was: %lx, %lx", p_value, c_value);
}

/* --- The host ---------------------------------------------------------------------------------------- */

void demo_host_reads_and_writes(struct demo *d)
{
	uint64_t value = 0, esr;

	chapter("P writes a secret to the region. The host, which chose the granule, tries to get at it.");
	esr = realm_write64(d->p, DEMO_P_REGION + DEMO_SECRET_AT, DEMO_SECRET);
	claim(esr == 0, "P writes %lx, without a fault (0x%lx)", DEMO_SECRET, esr);
	claim_secret_is_safe(d);
	esr = probe_read64(d->secret_pa, &value);
	claim(esr == ESR_GRANULE_PROTECTION_FAULT && value != DEMO_SECRET,
	      "the host's load of 0x%lx: ESR_EL2 0x%lx, granule protection fault", d->secret_pa, esr);
	esr = probe_write64(d->secret_pa, 0);
	claim(esr == (ESR_GRANULE_PROTECTION_FAULT | ESR_WNR),
	      "the host's store to it: ESR_EL2 0x%lx, granule protection fault", esr);
	claim_secret_is_safe(d);
}

static void claim_refused(uint64_t result, const char *command)
{
	claim(result == RMI_ERROR_INPUT, "%s: %s", command, host_result_name(result));
}

/* Any address may be given to a realm as host memory: it is the hardware that knows better. */
static void map_as_host_memory(struct demo *d)
{
	uint64_t alias = host_unprotected_base(&d->i->realm) + test_ram(d->i), result;
	struct script_result r = { { 0 } };
	bool ran_on;

	result =
		host_map_unprotected(&d->i->realm, alias, d->secret_pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW);
	claim(result == RMI_SUCCESS, "RTT_MAP_UNPROTECTED into I, of any address by its rules: %s",
	      host_result_name(result));
	ran_on = script_try(d->i, 0, &r, SCRIPT_READ64, alias);
	claim(ran_on && r.x[1] == ESR_GRANULE_PROTECTION_FAULT && r.x[0] != DEMO_SECRET,
	      "I's load of it there: ESR_EL1 0x%lx, granule protection fault", r.x[1]);
	result = host_unmap_unprotected(&d->i->realm, alias, GRANULE_SIZE);
	claim(result == RMI_SUCCESS, "RTT_UNMAP_UNPROTECTED: %s", host_result_name(result));
}

void demo_host_commands(struct demo *d)
{
	uint64_t rd = d->i->realm.rd, pa = d->secret_pa, ipa = test_ram(d->i), ns = test_granule(), again = 0;

	chapter("The host asks the RMM for the granule, or to map it in realm I.");
	claim_refused(host_rmi_granule_undelegate(&rmm, pa), "GRANULE_UNDELEGATE");
	claim_refused(host_rmi_granule_delegate(&rmm, pa), "GRANULE_DELEGATE");
	claim_refused(host_rmi_data_create_unknown(&rmm, rd, pa, ipa), "DATA_CREATE_UNKNOWN into I");
	claim_refused(host_rmi_data_create(&rmm, rd, pa, ipa, ns, 0), "DATA_CREATE into I");
	claim_refused(host_rmi_rtt_create(&rmm, rd, pa, DEMO_I_REGION, LEVEL_PAGE),
		      "RTT_CREATE, the granule as a table");
	claim_refused(host_rmi_csm_apt_extend(&rmm, rd, pa), "APT_EXTEND, the granule as metadata");
	test_granule_free(ns);
	map_as_host_memory(d);
	host_translate(&d->p->realm, DEMO_P_REGION + DEMO_SECRET_AT, &again);
	claim(again == pa, "the region still has it: 0x%lx", again);
	claim_secret_is_safe(d);
}

/* --- Another realm ----------------------------------------------------------------------------------- */

static void intrude(struct demo *d, uint64_t n)
{
	struct script_result r =
		script(d->i, DEMO_ATTACH, d->p_rid.lo, d->p_rid.hi, n, DEMO_I_REGION, DEMO_SIZE);
	uint64_t value = 0, esr;

	claim(r.x[0] == RSI_SUCCESS && r.x[1] == RSI_CSM_ERROR_DENIED && r.x[3] == 0,
	      "I attaches share %lu of P: status 0x%lx (ERROR_DENIED is 0x10), %lu pages", n, r.x[1], r.x[3]);
	esr = realm_read64(d->i, DEMO_I_REGION + DEMO_SECRET_AT, &value);
	claim(is_external_abort(esr) && value == 0, "I's load from there: ESR_EL1 0x%lx, external abort",
	      esr);
	r = script(d->i, DEMO_DETACH, d->p_rid.lo, d->p_rid.hi, n);
	claim(r.x[0] == RSI_SUCCESS, "I gives its reservation up: status 0x%lx", r.x[0]);
}

void demo_intruder(struct demo *d)
{
	chapter("Realm I knows P's identifier and guesses share numbers.");
	intrude(d, d->region_n);
	intrude(d, d->second_n);
	claim_secret_is_safe(d);
}

/* --- The consumer ------------------------------------------------------------------------------------ */

void demo_read_only(struct demo *d)
{
	uint64_t value = 0, esr;

	chapter("C writes to the region that was shared to read only.");
	esr = realm_write64(d->p, DEMO_P_SECOND, DEMO_SECRET);
	claim(esr == 0, "P writes %lx to it, without a fault (0x%lx)", DEMO_SECRET, esr);
	esr = realm_read64(d->c, DEMO_C_SECOND, &value);
	claim(esr == 0 && value == DEMO_SECRET, "C reads %lx", value);
	esr = realm_write64(d->c, DEMO_C_SECOND, 0);
	claim(is_external_abort(esr), "C's store: ESR_EL1 0x%lx, external abort", esr);
	esr = realm_read64(d->p, DEMO_P_SECOND, &value);
	claim(esr == 0 && value == DEMO_SECRET, "P still reads %lx", value);
}

void demo_revoke(struct demo *d)
{
	struct script_result p, c;
	uint64_t value = 0, esr;

	chapter("P revokes the first share while C writes to it all the time, on another CPU.");
	script_begin(d->c, 0, 1, DEMO_USE, DEMO_C_REGION + DEMO_COUNTER_AT);
	p = script(d->p, DEMO_REVOKE_USED, d->c_rid.lo, d->c_rid.hi, d->region_n,
		   DEMO_P_REGION + DEMO_COUNTER_AT);
	c = script_end(d->c, 0);
	claim(p.x[0] >= 1000, "P sees C at work: the word is at %lu", p.x[0]);
	claim(p.x[1] == RSI_SUCCESS, "P revokes: status 0x%lx", p.x[1]);
	claim(is_external_abort(c.x[1]), "C's next store: ESR_EL1 0x%lx, external abort", c.x[1]);
	claim(p.x[2] == p.x[3] && p.x[2] == c.x[0],
	      "from then on nothing arrives: %lu when it was done, %lu later; %lu was C's last", p.x[2],
	      p.x[3], c.x[0]);
	esr = realm_read64(d->c, DEMO_C_REGION + DEMO_SECRET_AT, &value);
	claim(is_external_abort(esr) && value != DEMO_SECRET, "C's load of the secret: ESR_EL1 0x%lx", esr);
	esr = realm_read64(d->p, DEMO_P_REGION + DEMO_SECRET_AT, &value);
	claim(esr == 0 && value == DEMO_SECRET, "P keeps what is its own: %lx", value);
}
