/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_MAP_UNPROTECTED and RMI_RTT_UNMAP_UNPROTECTED (call/rmi_rtt_ns.c), from any state of one realm (one_realm.h), by DEN0137
 * B4.3.19, B4.3.22.
 */
#include "one_realm.h"

#include "call/rmi_rtt_ns.c"

static bool is_bound;

/* What both want: an entry for that kind of mapping, or none, at that level of the unprotected half. */
static void unprotected_fails(enum rtte_kind wanted)
{
	bool is_bad_rd = !names(arg[1], GRANULE_RD);
	int64_t level = (int64_t)arg[3];
	bool is_bad_level = !is_bad_rd && (level < realm.s2.start || level < 1 || level > 3);

	is_bound = !is_bad_rd && !is_bad_level && arg[2] < s2_size(&realm.s2) &&
		   arg[2] >= s2_size(&realm.s2) / 2;
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(is_bad_level, RMI_ERROR_INPUT);
	FAILS_IF(is_bound && arg[2] % (UINT64_C(4096) << 9 * (3 - level)) != 0, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && arg[2] >= s2_size(&realm.s2), RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && arg[2] < s2_size(&realm.s2) / 2, RMI_ERROR_INPUT);
	FAILS_IF(is_bound && where.level < level, rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_bound && rtte_kind(where.entry, where.level) != wanted,
		 rmi_result(RMI_ERROR_RTT, where.level));
}

/* RttDescriptorIsValidForUnprotected (B3.56), and A5.5.11: MemAttr, S2AP and an address; MemAttr is none that is reserved. */
static bool is_descriptor(uint64_t desc)
{
	return (desc & ~UINT64_C(0xfffffffff0dc)) == 0 && (desc >> 2 & 7) != 4;
}

void prove_map(void)
{
	any_realm();
	any_walk(arg[2], (int64_t)arg[3]);
	result = rmi_rtt_map_unprotected(arg, out);
	unprotected_fails(RTTE_UNASSIGNED_NS);
	FAILS_IF(!is_descriptor(arg[4]), RMI_ERROR_INPUT);
	FAILS_IF(is_bound && (arg[4] & UINT64_C(0xfffffffff000)) % (UINT64_C(4096) << 9 * (3 - arg[3])) != 0,
		 RMI_ERROR_INPUT);
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		return;
	}
	CLAIM(rtte_kind(entry(), where.level) == RTTE_ASSIGNED_NS && rtte_is_mapped(entry(), where.level));
	CLAIM((entry().v & UINT64_C(0xfffffffff0dc)) == arg[4]);
	CLAIM(is_unchanged(TABLE));
	rest_is_unchanged(GRANULES);
	has_outputs(0, 0);
}

void prove_unmap(void)
{
	any_realm();
	any_walk(arg[2], (int64_t)arg[3]);
	result = rmi_rtt_unmap_unprotected(arg, out);
	unprotected_fails(RTTE_ASSIGNED_NS);
	if (!has_succeeded()) {
		nothing_changed(rmi_result_status(result) == RMI_ERROR_RTT ? walk_top() : 0, 0);
		return;
	}
	CLAIM(entry().v == rtte_unassigned_ns().v);
	CLAIM(is_unchanged(TABLE));
	rest_is_unchanged(GRANULES);
	has_outputs(walk_top(), 0);
}
