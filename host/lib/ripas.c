/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RIPAS: what of its IPA space a realm calls its own (DEN0137 A5.2.4).
 *
 * Both commands work on the entries of one table and stop where an entry covers more than what is asked
 * for. Then a finer table is wanted; a call that succeeds without progress says the same (the entry has
 * the wanted RIPAS already, DEN0137 B4.3.19).
 */
#include "tables.h"

/* No progress at `ipa`: a finer table, if there is one finer. */
static uint64_t split(struct host_realm *realm, uint64_t ipa, uint64_t result)
{
	struct host_rmi_rtt_entry entry;

	if (result == RMI_SUCCESS) {
		result = host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry);
		if (result != RMI_SUCCESS)
			return host_fail(realm->host, RMI_RTT_READ_ENTRY, result);
		result = rmi_result(RMI_ERROR_RTT, (unsigned int)entry.level);
	}
	return host_table_was_missing(realm, ipa, &result) ? RMI_SUCCESS : result;
}

/* A run of the plan: a command to find out that a finer table is wanted, or two, then one that does it. */
static uint64_t init_run(struct host_realm *realm, uint64_t base, uint64_t top)
{
	uint64_t out_top, result;

	while (base < top) {
		result = host_rmi_rtt_init_ripas(realm->host, realm->rd, base, top, &out_top);
		if (result == RMI_SUCCESS && out_top > base)
			base = out_top;
		else
			result = split(realm, base, result);
		if (result != RMI_SUCCESS)
			return host_fail(realm->host, RMI_RTT_INIT_RIPAS, result);
	}
	return RMI_SUCCESS;
}

uint64_t host_init_ripas(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t run_top, top = base + size, result = RMI_SUCCESS;
	int64_t level;

	if (!host_range_is_protected(realm, base, size))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	for (; base < top && result == RMI_SUCCESS; base = run_top) {
		run_top = host_ripas_run(realm->start_level, base, top, &level);
		result = init_run(realm, base, run_top);
	}
	host_unlock_realm(realm);
	return result;
}

/*
 * An entry that is DESTROYED stops the command for good unless the realm has allowed to change it. So
 * (RTT, 3) is an answer, not a failure: the realm is told how far it went.
 */
uint64_t host_set_ripas(struct host_rec *rec, uint64_t base, uint64_t top)
{
	struct host_realm *realm = rec->realm;
	uint64_t out_top, result = RMI_SUCCESS;

	if (base >= top || !host_range_is_protected(realm, base, top - base))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	while (base < top && result == RMI_SUCCESS) {
		result = host_rmi_rtt_set_ripas(realm->host, realm->rd, rec->pa, base, top, &out_top);
		if (result == RMI_SUCCESS && out_top > base)
			base = out_top;
		else
			result = split(realm, base, result);
	}
	host_unlock_realm(realm);
	if (result == rmi_result(RMI_ERROR_RTT, HOST_LEVEL_PAGE))
		return HOST_ERROR_STATE;
	return host_fail(realm->host, RMI_RTT_SET_RIPAS, result);
}
