/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Non-secure memory that a realm and its host share, at the realm's unprotected IPAs.
 */
#include "tables.h"

static uint64_t map_page(struct host_realm *realm, uint64_t ipa, uint64_t desc)
{
	uint64_t result;

	do {
		result = host_rmi_rtt_map_unprotected(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, desc);
	} while (host_table_was_missing(realm, ipa, &result));
	return host_fail(realm->host, RMI_RTT_MAP_UNPROTECTED, result);
}

static uint64_t unmap(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t ipa, top, result;

	for (ipa = base; ipa < base + size; ipa = top) {
		result = host_rmi_rtt_unmap_unprotected(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &top);
		if (rmi_result_status(result) == RMI_ERROR_RTT && top > ipa)
			result = RMI_SUCCESS; /* nothing up to `top` */
		if (result == RMI_SUCCESS && top <= ipa)
			result = HOST_ERROR_RMM;
		if (result != RMI_SUCCESS)
			return host_fail(realm->host, RMI_RTT_UNMAP_UNPROTECTED, result);
	}
	return RMI_SUCCESS;
}

uint64_t host_map_unprotected(struct host_realm *realm, uint64_t ipa, uint64_t pa, uint64_t size,
			      uint64_t attributes)
{
	uint64_t done, result = RMI_SUCCESS;

	if (!host_range_is_unprotected(realm, ipa, size) || pa % GRANULE_SIZE != 0)
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	for (done = 0; done < size; done += GRANULE_SIZE) {
		result = map_page(realm, ipa + done, (pa + done) | attributes);
		if (result != RMI_SUCCESS)
			break;
	}
	if (result != RMI_SUCCESS && done != 0)
		unmap(realm, ipa, done);
	host_unlock_realm(realm);
	return result;
}

uint64_t host_unmap_unprotected(struct host_realm *realm, uint64_t ipa, uint64_t size)
{
	uint64_t result;

	if (!host_range_is_unprotected(realm, ipa, size))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	result = unmap(realm, ipa, size);
	host_unlock_realm(realm);
	return result;
}
