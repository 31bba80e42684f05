/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory lent to a realm as it runs: on a fault, or for a region that it wants to share.
 */
#include "csm.h"
#include "tables.h"

/* --- Pages --------------------------------------------------------------------------------------- */

/*
 * One page. `*data` is a delegated granule to use, 0 once it is used. `*next` is where the next hole may
 * be: behind this page, or behind the block that is there already. Not reported.
 */
static uint64_t populate_page(struct host_realm *realm, uint64_t ipa, uint64_t *data, uint64_t *next)
{
	struct host_rmi_rtt_entry entry;
	uint64_t result;

	for (;;) {
		result = host_rmi_data_create_unknown(realm->host, realm->rd, *data, ipa);
		*next = ipa + GRANULE_SIZE;
		if (result == RMI_SUCCESS)
			*data = 0;
		if (rmi_result_status(result) != RMI_ERROR_RTT)
			return result;
		if (host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry) !=
		    RMI_SUCCESS)
			return result;
		if (entry.state == RMI_ASSIGNED) {
			*next = host_level_end(ipa, entry.level);
			return RMI_SUCCESS;
		}
		if (!host_table_was_missing(realm, ipa, &result))
			return result;
	}
}

static uint64_t populate(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t result = RMI_SUCCESS, spare = 0, ipa = base;

	while (ipa < base + size && result == RMI_SUCCESS) {
		if (spare == 0)
			result = host_realm_lend(realm, 1, &spare);
		if (result == RMI_SUCCESS)
			result = populate_page(realm, ipa, &spare, &ipa);
	}
	if (spare != 0)
		host_realm_take_back(realm, spare, 1);
	return result;
}

uint64_t host_populate(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t result;

	if (!host_range_is_protected(realm, base, size))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	result = populate(realm, base, size);
	host_unlock_realm(realm);
	return host_fail(realm->host, RMI_DATA_CREATE_UNKNOWN, result);
}

/* --- Blocks -------------------------------------------------------------------------------------- */

#define BLOCK host_level_size(HOST_LEVEL_PAGE - 1)
#define BLOCK_PAGES 512U

/* Nothing is in the block at `ipa`, not even a table. */
static bool is_vacant(struct host_realm *realm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry;

	return host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry) == RMI_SUCCESS &&
	       entry.state == RMI_UNASSIGNED && entry.level < HOST_LEVEL_PAGE;
}

/* The delegated granules at `pa`, in order. Those that are not used up go back. */
static uint64_t create_pages(struct host_realm *realm, uint64_t ipa, uint64_t pa)
{
	uint64_t result = RMI_SUCCESS, done = 0;

	while (done < BLOCK && result == RMI_SUCCESS) {
		do {
			result = host_rmi_data_create_unknown(realm->host, realm->rd, pa + done, ipa + done);
		} while (host_table_was_missing(realm, ipa, &result));
		if (result == RMI_SUCCESS)
			done += GRANULE_SIZE;
	}
	host_realm_take_back(realm, pa + done, (unsigned int)((BLOCK - done) / GRANULE_SIZE));
	return result;
}

/* 512 pages in one piece of memory, folded. What can't be folded stays as it is: the pages are there. */
static uint64_t populate_block(struct host_realm *realm, uint64_t ipa)
{
	uint64_t pa, rtt, result = host_realm_lend(realm, BLOCK_PAGES, &pa);

	if (result == RMI_SUCCESS)
		result = create_pages(realm, ipa, pa);
	if (result == RMI_SUCCESS &&
	    host_rmi_rtt_fold(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &rtt) == RMI_SUCCESS)
		result = host_realm_take_back(realm, rtt, 1);
	return result;
}

uint64_t host_populate_in_blocks(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t result = RMI_SUCCESS, next;

	if (!host_range_is_protected(realm, base, size))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	for (uint64_t ipa = base; ipa < base + size && result == RMI_SUCCESS; ipa = next) {
		next = host_align_down(ipa, BLOCK) + BLOCK;
		if (next > base + size)
			next = base + size;
		result = HOST_ERROR_MEMORY;
		if (next - ipa == BLOCK && is_vacant(realm, ipa))
			result = populate_block(realm, ipa);
		if (result == HOST_ERROR_MEMORY)
			result = populate(realm, ipa, next - ipa);
	}
	host_unlock_realm(realm);
	return host_fail(realm->host, RMI_DATA_CREATE_UNKNOWN, result);
}

/* --- Faults -------------------------------------------------------------------------------------- */

/* What the realm finds there when it tries again is not ours to serve: a page, or the monitor's own abort. */
static bool is_settled(struct host_realm *realm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry;

	return host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry) == RMI_SUCCESS &&
	       ((entry.state == RMI_ASSIGNED && entry.ripas == RMI_RAM) || entry.ripas == RMI_EMPTY);
}

/* As much as is sensible where `entry` says that there is nothing. */
static uint64_t populate_at(struct host_realm *realm, uint64_t ipa, const struct host_rmi_rtt_entry *entry)
{
	uint64_t result = HOST_ERROR_MEMORY;

	if (realm->blocks && entry->level < HOST_LEVEL_PAGE)
		result = populate_block(realm, host_align_down(ipa, BLOCK));
	return result == HOST_ERROR_MEMORY ? populate(realm, ipa, GRANULE_SIZE) : result;
}

uint64_t host_serve_fault(struct host_realm *realm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry;
	uint64_t result;

	ipa = host_align_down(ipa, GRANULE_SIZE);
	if (!host_range_is_protected(realm, ipa, GRANULE_SIZE))
		return HOST_ERROR_ARGUMENT;
	host_lock_realm(realm);
	result = host_rmi_rtt_read_entry(realm->host, realm->rd, ipa, HOST_LEVEL_PAGE, &entry);
	if (result == RMI_SUCCESS && entry.ripas != RMI_RAM)
		result = HOST_ERROR_STATE;
	if (result == RMI_SUCCESS && entry.state == RMI_UNASSIGNED)
		result = populate_at(realm, ipa, &entry);
	host_unlock_realm(realm);

	/* The page is the realm's as a consumer: it can only come from the provider, who may be taking it back. */
	if (rmi_result_status(result) == RMI_ERROR_RTT && realm->has_apt && !is_settled(realm, ipa))
		result = host_csm_fill(realm, ipa);
	return result == RMI_SUCCESS || is_settled(realm, ipa) ? RMI_SUCCESS : result;
}
