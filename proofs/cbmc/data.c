/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_DATA_CREATE, RMI_DATA_CREATE_UNKNOWN and RMI_DATA_DESTROY (call/rmi_data.c), from any state of one realm (one_realm.h), by
 * DEN0137 B4.3.1 - B4.3.3. What CSM adds is any that it may answer.
 */
#include "one_realm.h"

#include "call/rmi_data.c"

static struct rtte source[RTT_ENTRIES]; /* what the host's granule holds when it is read */
static bool is_readable, is_measured;

/* Of a source that can't be read to its end any part may have been copied. */
bool port_ns_read(void *to_mem, struct pa ns, size_t size)
{
	CLAIM(names(ns.v, GRANULE_UNDELEGATED) && ns.v == arg[4] && size == GRANULE_SIZE);
	CLAIM(to_mem == words && machine[page].is_locked);
	is_code = false;
	machine[page].is_dirty = true;
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		words[i].v = is_readable || any_bool() ? source[i].v : any_u64();
	return is_readable;
}

static bool is_copied(void)
{
	bool all = true;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		all = all && words[i].v == source[i].v;
	return all;
}

/* B4.3.1.4: once, of what the realm will see. */
void measurement_extend_data(struct realm *r, struct ipa addr, uint64_t flags, const void *page)
{
	CLAIM(r == &realm && machine[RD].is_locked && addr.v == arg[3] && flags == arg[5] && page == words);
	CLAIM(is_copied() && !is_measured);
	is_measured = true;
}

static bool is_admitted, is_told, is_shared, is_released;

bool csm_admits_data(struct granule *rd, struct ipa addr)
{
	CLAIM(rd == &storage[RD] && machine[RD].is_locked && addr.v == arg[3]);
	return is_admitted;
}

void csm_data_created(struct granule *rd, struct ipa addr)
{
	CLAIM(rd == &storage[RD] && machine[RD].is_locked && !machine[ROOT].is_locked && addr.v == arg[3] &&
	      !is_told);
	CLAIM(rtte_kind(entry(), where.level) == RTTE_ASSIGNED);
	is_told = true;
}

bool csm_data_is_shared(struct granule *rd, const struct granule *g)
{
	CLAIM(rd == &storage[RD] && machine[RD].is_locked && !machine[ROOT].is_locked && g == &storage[LED]);
	return is_shared;
}

bool csm_data_release(struct granule *rd, struct ipa addr, struct granule *g)
{
	CLAIM(rd == &storage[RD] && is_shared && addr.v == arg[2] && g == &storage[LED]);
	if (is_released)
		machine[LED].refs = 0;
	return is_released;
}

/* Conditions that both commands have which make a page. */
static void create_fails(bool is_bad_rd)
{
	bool is_bound = !is_bad_rd && arg[3] < s2_size(&realm.s2) / 2; /* in the protected half */

	FAILS_IF(!names(arg[2], GRANULE_DELEGATED), RMI_ERROR_INPUT);
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && arg[3] % GRANULE_SIZE != 0, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && !is_bound, RMI_ERROR_INPUT);
	FAILS_IF(is_bound && where.level < RTT_LEVEL_PAGE, rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_bound && rtte_kind(where.entry, where.level) != RTTE_UNASSIGNED,
		 rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_bound && !is_admitted, rmi_result(RMI_ERROR_RTT, where.level));
}

/* The granule is the realm's, at that address, and nothing else has changed. */
static void is_created(enum rmi_ripas ripas)
{
	struct rtte e = entry();

	CLAIM(names(arg[2], GRANULE_DELEGATED) && machine[page].state == GRANULE_DATA &&
	      machine[page].refs == 0);
	CLAIM(rtte_kind(e, where.level) == RTTE_ASSIGNED && rtte_ripas(e, where.level) == ripas &&
	      rtte_pa(e, where.level).v == arg[2] && arg[2] == address(page));
	rest_is_unchanged(page);
	has_outputs(0, 0);
}

static bool any_creation(void)
{
	any_realm();
	any_page();
	any_walk(arg[3], RTT_LEVEL_PAGE);
	is_admitted = any_bool();
	return !names(arg[1], GRANULE_RD);
}

void prove_create(void)
{
	bool is_bad_rd = any_creation();

	is_readable = any_bool();
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		source[i].v = any_u64();
	result = rmi_data_create(arg, out);
	FAILS_IF(!names(arg[4], GRANULE_UNDELEGATED), RMI_ERROR_INPUT); /* align, bound, PAS */
	FAILS_IF(!is_readable, RMI_ERROR_INPUT);
	FAILS_IF((arg[5] & ~UINT64_C(1)) != 0, RMI_ERROR_INPUT); /* SBZ */
	FAILS_IF(!is_bad_rd && realm_before != REALM_NEW, RMI_ERROR_REALM);
	create_fails(is_bad_rd);
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(!is_measured);
		return;
	}
	is_created(RMI_RAM);
	CLAIM(is_copied() && is_measured);
}

void prove_create_unknown(void)
{
	bool is_bad_rd = any_creation();

	result = rmi_data_create_unknown(arg, out);
	create_fails(is_bad_rd);
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(!is_told);
		return;
	}
	is_created(rtte_ripas(where.entry, where.level));
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		CLAIM(words[i].v == 0);
	CLAIM(is_told);
}

void prove_destroy(void)
{
	bool is_bad_rd, is_bound, is_page;
	enum rmi_ripas ripas;

	any_realm();
	any_walk(arg[2], RTT_LEVEL_PAGE);
	is_shared = any_bool();
	is_released = any_bool();
	ASSUME(is_shared || machine[LED].refs == 0);
	result = rmi_data_destroy(arg, out);
	is_bad_rd = !names(arg[1], GRANULE_RD);
	is_bound = !is_bad_rd && arg[2] < s2_size(&realm.s2) / 2;
	is_page = is_bound && where.level == RTT_LEVEL_PAGE &&
		  rtte_kind(where.entry, where.level) == RTTE_ASSIGNED;
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && arg[2] % GRANULE_SIZE != 0, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && !is_bound, RMI_ERROR_INPUT);
	FAILS_IF(is_bound && where.level < RTT_LEVEL_PAGE, rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_bound && rtte_kind(where.entry, where.level) != RTTE_ASSIGNED,
		 rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_page && is_shared && !is_released, RMI_CSM_AGAIN);
	if (!has_succeeded()) {
		nothing_changed(0, rmi_result_status(result) == RMI_ERROR_RTT ? walk_top() : 0);
		return;
	}
	ripas = rtte_ripas(where.entry, where.level);
	CLAIM(entry().v == rtte_unassigned(ripas == RMI_RAM ? RMI_DESTROYED : ripas).v);
	CLAIM(machine[LED].state == GRANULE_DELEGATED); /* and zero: it is sane */
	rest_is_unchanged(LED);
	has_outputs(address(LED), walk_top());
}
