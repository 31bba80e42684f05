/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 tables: made when a command asks for one, taken back when the realm goes.
 */
#include "tables.h"

uint64_t host_add_table(struct host_realm *realm, uint64_t ipa, int64_t level)
{
	struct host *host = realm->host;
	uint64_t rtt, result;

	result = host_realm_lend(realm, 1, &rtt);
	if (result != RMI_SUCCESS)
		return result;
	result = host_rmi_rtt_create(host, realm->rd, rtt, host_align_down(ipa, host_level_size(level - 1)),
				     level);
	if (result != RMI_SUCCESS)
		host_realm_take_back(realm, rtt, 1);
	return host_fail(host, RMI_RTT_CREATE, result);
}

bool host_table_was_missing(struct host_realm *realm, uint64_t ipa, uint64_t *result)
{
	unsigned int level = rmi_result_index(*result);

	if (rmi_result_status(*result) != RMI_ERROR_RTT || level >= HOST_LEVEL_PAGE)
		return false;
	*result = host_add_table(realm, ipa, (int64_t)level + 1);
	return *result == RMI_SUCCESS;
}

/* One entry at a time: each pass of the inner loop either adds a table or is the last. */
uint64_t host_make_tables_locked(struct host_realm *realm, uint64_t base, uint64_t size, int64_t level)
{
	uint64_t step = host_level_size(level - 1), top = base + size;
	struct host_rmi_rtt_entry entry;
	uint64_t result;

	for (uint64_t ipa = host_align_down(base, step); ipa < top; ipa += step) {
		for (int64_t depth = realm->start_level; depth < level; depth++) {
			result = host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, level, &entry);
			if (result != RMI_SUCCESS)
				return host_fail(realm->host, RMI_RTT_READ_ENTRY, result);
			if (entry.level >= level)
				break;
			result = host_add_table(realm, ipa, entry.level + 1);
			if (result != RMI_SUCCESS)
				return result;
		}
	}
	return RMI_SUCCESS;
}

uint64_t host_make_tables(struct host_realm *realm, uint64_t base, uint64_t size, int64_t level)
{
	uint64_t result;

	if (!host_range_is_valid(base, size, host_unprotected_base(realm) * 2) ||
	    level <= realm->start_level || level > HOST_LEVEL_PAGE)
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	result = host_make_tables_locked(realm, base, size, level);
	host_unlock_realm(realm);
	return result;
}

/* All tables of one level. Where there is none, the command says where the next may be. */
static uint64_t destroy_level(struct host_realm *realm, int64_t level)
{
	uint64_t end = host_unprotected_base(realm) * 2;
	uint64_t ipa, rtt, top, result;

	for (ipa = 0; ipa < end; ipa = top) {
		result = host_rmi_rtt_destroy(realm->host, realm->rd, ipa, level, &rtt, &top);
		if (result == RMI_SUCCESS)
			result = host_realm_take_back(realm, rtt, 1);
		else if (rmi_result_status(result) == RMI_ERROR_RTT && top > ipa)
			result = RMI_SUCCESS;
		if (result == RMI_SUCCESS && top <= ipa)
			result = HOST_ERROR_RMM;
		if (result != RMI_SUCCESS)
			return host_fail(realm->host, RMI_RTT_DESTROY, result);
	}
	return RMI_SUCCESS;
}

uint64_t host_destroy_tables(struct host_realm *realm)
{
	uint64_t result = RMI_SUCCESS;

	host_lock_realm(realm);
	for (int64_t level = HOST_LEVEL_PAGE; level > realm->start_level && result == RMI_SUCCESS; level--)
		result = destroy_level(realm, level);
	host_unlock_realm(realm);
	return result;
}
