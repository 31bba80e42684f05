/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's protected pages: loaded before it starts, taken back. (populate.c: lent as it runs.)
 */
#include "csm.h"
#include "tables.h"

/* --- Load ---------------------------------------------------------------------------------------- */

static uint64_t load_page(struct host_realm *realm, uint64_t ipa, uint64_t src, uint64_t flags)
{
	uint64_t data, result;

	result = host_realm_lend(realm, 1, &data);
	if (result != RMI_SUCCESS)
		return result;
	do {
		result = host_rmi_data_create(realm->host, realm->rd, data, ipa, src, flags);
	} while (host_table_was_missing(realm, ipa, &result));
	if (result != RMI_SUCCESS)
		host_realm_take_back(realm, data, 1);
	return host_fail(realm->host, RMI_DATA_CREATE, result);
}

uint64_t host_load(struct host_realm *realm, uint64_t base, const void *content, size_t size, bool measure)
{
	struct host *host = realm->host;
	uint64_t src, result = RMI_SUCCESS;
	const uint8_t *from = content;
	void *page;

	if (size == 0)
		return HOST_ERROR_ARGUMENT;
	src = host->ops->alloc(host->context, 1);
	if (src == 0)
		return HOST_ERROR_MEMORY;
	page = host->ops->map(host->context, src);
	host_lock_realm(realm);
	for (size_t done = 0, part; done < size && result == RMI_SUCCESS; done += part) {
		size_t before = (base + done) % GRANULE_SIZE, room = GRANULE_SIZE - before;

		part = size - done < room ? size - done : room;
		host_fill_page(page, before, from + done, part);
		result = load_page(realm, base + done - before, src, measure ? RMI_DATA_FLAG_MEASURE : 0);
	}
	host_unlock_realm(realm);
	host->ops->free(host->context, src);
	return result;
}

/* --- Reclaim ------------------------------------------------------------------------------------- */

/*
 * DATA_DESTROY said that no page of the realm's own is at `ipa`, but something is: a block, to be split,
 * or what the realm maps as a consumer, to be left alone.
 */
static uint64_t pass_or_split(struct host_realm *realm, uint64_t ipa, uint64_t result, uint64_t *top)
{
	struct host_rmi_rtt_entry entry;

	if (host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry) != RMI_SUCCESS ||
	    entry.state != RMI_ASSIGNED)
		return HOST_ERROR_RMM;
	*top = host_level_end(ipa, entry.level);
	if (realm->has_apt && host_csm_consumer_holds(realm, ipa))
		return RMI_SUCCESS;
	*top = ipa;
	return host_table_was_missing(realm, ipa, &result) ? RMI_SUCCESS : result;
}

static uint64_t reclaim(struct host_realm *realm, uint64_t base, uint64_t end)
{
	uint64_t ipa = base, data, top, result;

	while (ipa < end) {
		result = host_rmi_data_destroy(realm->host, realm->rd, ipa, &data, &top);
		if (rmi_result_status(result) == RMI_CSM_AGAIN)
			continue;
		if (result == RMI_SUCCESS && top > ipa)
			result = host_realm_take_back(realm, data, 1);
		else if (rmi_result_status(result) == RMI_ERROR_RTT && top > ipa)
			result = RMI_SUCCESS;
		else if (rmi_result_status(result) == RMI_ERROR_RTT)
			result = pass_or_split(realm, ipa, result, &top);
		else if (result == RMI_SUCCESS)
			result = HOST_ERROR_RMM;
		if (result != RMI_SUCCESS)
			return host_fail(realm->host, RMI_DATA_DESTROY, result);
		ipa = top;
	}
	return RMI_SUCCESS;
}

uint64_t host_reclaim(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t result;

	if (!host_range_is_protected(realm, base, size))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	result = reclaim(realm, base, base + size);
	host_unlock_realm(realm);
	return result;
}

uint64_t host_translate(struct host_realm *realm, uint64_t ipa, uint64_t *pa)
{
	struct host_rmi_rtt_entry entry;
	uint64_t result = host_rmi_rtt_read_entry(realm->host, realm->rd, host_align_down(ipa, GRANULE_SIZE),
						  HOST_LEVEL_PAGE, &entry);

	if (result != RMI_SUCCESS)
		return host_fail(realm->host, RMI_RTT_READ_ENTRY, result);
	if (entry.state != RMI_ASSIGNED)
		return HOST_ERROR_ARGUMENT;
	/* The descriptor's attributes lie outside the address of an entry of its level. */
	*pa = host_align_down(entry.desc & ((ABI_U64(1) << 48) - 1), host_level_size(entry.level)) |
	      (ipa & (host_level_size(entry.level) - 1));
	return RMI_SUCCESS;
}
