/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_ACTIVATE, RMI_REALM_DESTROY, RMI_REC_AUX_COUNT (DEN0137 B4.3.8, B4.3.10, B4.3.11), from any state of a realm with
 * up to ROOTS starting tables.
 */
#include "host_machine.h"

struct rec *rec_of(const struct granule *g); /* nobody asks */

#include "call/rmi_realm.c"
#include "call/rmi_rec.c"
#include "model/rtt.c"

static unsigned int first_root;
static bool is_registered = true, has_vmid = true;
static bool is_of_the_realm, tlb_is_emptied, tlb_is_clean; /* a batch of TLB maintenance */

static void others(void)
{
}

static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(state == GRANULE_DELEGATED);
	CLAIM(tlb_is_clean || before[i].state != GRANULE_RTT); /* or a PE goes on walking it */
}

void registry_remove(struct granule *g)
{
	CLAIM(g == &storage[rd] && machine[rd].is_locked && is_registered);
	is_registered = false;
}

/* From here on it may be another realm's. */
void registry_release_vmid(uint16_t vmid)
{
	CLAIM(has_vmid && vmid == realm_before.s2.vmid && tlb_is_clean);
	has_vmid = false;
}

void port_tlb_begin(uint64_t vttbr)
{
	is_of_the_realm = vttbr >> 48 == realm_before.s2.vmid;
}

void port_tlb_realm(void)
{
	tlb_is_emptied = is_of_the_realm;
}

void port_tlb_end(void)
{
	tlb_is_clean = tlb_is_emptied;
}

static bool is_root(unsigned int i)
{
	return i >= first_root && i - first_root < realm_before.s2.num_roots;
}

/* The realm of the RD that the host names, if it names one. Its starting tables are there, and are tables. */
static void any_realm_named(uint64_t addr)
{
	any_machine();
	any_realm();
	ASSUME(named(addr) == rd || named(addr) == GRANULES);
	first_root = any_index();
	ASSUME(the_realm.s2.num_roots >= 1 && the_realm.s2.num_roots <= ROOTS &&
	       first_root + the_realm.s2.num_roots <= GRANULES);
	the_realm.s2.root = granule_pa(&storage[first_root]);
	the_realm.s2.lock = &storage[first_root];
	realm_before.s2 = the_realm.s2;
	for (unsigned int i = 0; i < GRANULES; i++)
		ASSUME(!is_root(i) || before[rd].state != GRANULE_RD || before[i].state == GRANULE_RTT);
}

/* An RD is named (rd_align, rd_bound, rd_state); a realm that is anything else than wanted (realm_state, realm_live) comes next. */
static uint64_t specified(uint64_t addr, bool is_wrong)
{
	if (!names(addr, GRANULE_RD))
		return RMI_ERROR_INPUT;
	return is_wrong ? rmi_result(RMI_ERROR_REALM, 0) : RMI_SUCCESS;
}

void prove_activate(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, result;

	any_realm_named(arg[1]);
	result = rmi_realm_activate(arg, out);
	REACHES(result == RMI_ERROR_INPUT);
	REACHES(result == RMI_ERROR_REALM);
	REACHES(result == RMI_SUCCESS);
	CLAIM(result == specified(arg[1], realm_before.state != REALM_NEW));
	if (result == RMI_SUCCESS) {
		CLAIM(the_realm.state == REALM_ACTIVE);
		the_realm.state = REALM_NEW; /* and this is all */
	}
	nothing_changed();
	CLAIM(is_registered && has_vmid);
}

/* realm_live; and docs/csm.md, REALM_DESTROY. */
static bool is_live(void)
{
	bool live = realm_before.num_recs != 0 || realm_before.apt != NULL;

	for (unsigned int i = 0; i < GRANULES; i++)
		live = live || (is_root(i) && before[i].refs != 0);
	return live;
}

/* The RD and the starting tables are granules that can be had, the rest is as it was. */
static void claim_all_went(void)
{
	CLAIM(!is_registered && !has_vmid);
	for (unsigned int i = 0; i < GRANULES; i++) {
		CLAIM(is_sane(&machine[i]));
		CLAIM(i == rd || is_root(i) ? machine[i].state == GRANULE_DELEGATED : is_unchanged(i));
	}
}

void prove_destroy(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, result;

	any_realm_named(arg[1]);
	result = rmi_realm_destroy(arg, out);
	REACHES(result == RMI_ERROR_INPUT);
	REACHES(result == RMI_ERROR_REALM && realm_before.apt == NULL && realm_before.num_recs == 0);
	REACHES(result == RMI_ERROR_REALM && realm_before.num_recs == 1);
	REACHES(result == RMI_SUCCESS && realm_before.s2.num_roots == ROOTS);
	CLAIM(result == specified(arg[1], is_live()));
	if (result == RMI_SUCCESS) {
		claim_all_went();
		return;
	}
	nothing_changed();
	CLAIM(is_registered && has_vmid);
}

/* The same for all of a realm's life. */
void prove_aux_count(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, later[5] = { 0 }, result;

	any_realm_named(arg[1]);
	result = rmi_rec_aux_count(arg, out);
	REACHES(result == RMI_ERROR_INPUT);
	REACHES(result == RMI_SUCCESS);
	CLAIM(result == specified(arg[1], false));
	nothing_changed();
	the_realm.state = (uint32_t)any_from_to(REALM_NEW, REALM_SYSTEM_OFF);
	the_realm.rec_index = any_u32();
	the_realm.num_recs = any_u32();
	the_realm.apt = any_bool() ? &storage[any_index()] : NULL;
	CLAIM(rmi_rec_aux_count(arg, later) == result);
	CLAIM(out[1] <= RMI_MAX_AUX && later[1] == out[1]);
}
