/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's half of CSM: what its commands do. (csm_serve.c: what a realm's calls ask of it.)
 */
#include "csm.h"
#include "rmi_csm_call.h"
#include "tables.h"

/* --- The APT ------------------------------------------------------------------------------------- */

static uint64_t lend_to_apt(struct host_realm *realm)
{
	uint64_t operation = realm->has_apt ? RMI_CSM_APT_EXTEND : RMI_CSM_APT_CREATE;
	struct host *host = realm->host;
	uint64_t granule, result;

	result = host_realm_lend(realm, 1, &granule);
	if (result != RMI_SUCCESS)
		return result;
	result = realm->has_apt ? host_rmi_csm_apt_extend(host, realm->rd, granule)
				: host_rmi_csm_apt_create(host, realm->rd, granule);
	if (result == RMI_SUCCESS)
		realm->has_apt = true;
	else
		host_realm_take_back(realm, granule, 1);
	return host_csm_fail(host, operation, result);
}

uint64_t host_csm_enable(struct host_realm *realm, unsigned int granules)
{
	uint64_t result = RMI_SUCCESS;

	host_lock_realm(realm);
	for (unsigned int i = 0; i < granules && result == RMI_SUCCESS; i++)
		result = lend_to_apt(realm);
	host_unlock_realm(realm);
	return result;
}

void host_csm_ring_if_named(struct host *host, uint64_t rd, uint64_t rec)
{
	if (rd != 0)
		host_csm_ring(host, rd, rec);
}

static uint64_t unmap(struct host_realm *realm, uint64_t base, uint64_t size)
{
	struct host_rmi_csm_doorbell doorbell;
	uint64_t next, result;

	for (uint64_t ipa = base; ipa < base + size; ipa = next) {
		result = host_rmi_csm_unmap(realm->host, realm->rd, ipa, &next, &doorbell);
		host_csm_ring_if_named(realm->host, doorbell.rd, doorbell.rec);
		if (result == RMI_SUCCESS && next <= ipa)
			result = HOST_ERROR_RMM;
		if (result != RMI_SUCCESS)
			return host_csm_fail(realm->host, RMI_CSM_UNMAP, result);
	}
	return RMI_SUCCESS;
}

uint64_t host_csm_unmap(struct host_realm *realm, uint64_t base, uint64_t size)
{
	uint64_t result;

	host_lock_realm(realm);
	result = unmap(realm, base, size);
	host_unlock_realm(realm);
	return result;
}

static uint64_t unmap_all(struct host_realm *realm)
{
	struct host_rmi_csm_entry entry;
	uint64_t result;

	for (uint64_t index = 0; index != CSM_INDEX_NONE; index = entry.next) {
		result = host_rmi_csm_entry_read(realm->host, realm->rd, index, &entry);
		if (result != RMI_SUCCESS)
			return host_csm_fail(realm->host, RMI_CSM_ENTRY_READ, result);
		if (entry.role != CSM_ROLE_CONSUMER || entry.size == 0)
			continue;
		result = unmap(realm, entry.base, entry.size);
		if (result != RMI_SUCCESS)
			return result;
	}
	return RMI_SUCCESS;
}

/* An APT without granules is gone; each call either frees one or takes something out of it. */
static uint64_t take_back(struct host_realm *realm)
{
	uint64_t granule, held, result;
	struct host_rmi_csm_doorbell doorbell;

	do {
		result = host_rmi_csm_apt_destroy(realm->host, realm->rd, &granule, &held, &doorbell);
		host_csm_ring_if_named(realm->host, doorbell.rd, doorbell.rec);
		if (result != RMI_SUCCESS)
			return host_csm_fail(realm->host, RMI_CSM_APT_DESTROY, result);
		if (granule != 0)
			result = host_realm_take_back(realm, granule, 1);
		if (result != RMI_SUCCESS)
			return result;
	} while (held != 0);
	realm->has_apt = false;
	return RMI_SUCCESS;
}

uint64_t host_csm_disable(struct host_realm *realm)
{
	uint64_t result;

	host_lock_realm(realm);
	result = unmap_all(realm);
	if (result == RMI_SUCCESS)
		result = take_back(realm);
	host_unlock_realm(realm);
	return result;
}

/* --- Consumers ----------------------------------------------------------------------------------- */

bool host_csm_consumer_holds(struct host_realm *realm, uint64_t ipa)
{
	struct host_rmi_csm_entry entry;

	for (uint64_t index = 0; index != CSM_INDEX_NONE; index = entry.next) {
		if (host_rmi_csm_entry_read(realm->host, realm->rd, index, &entry) != RMI_SUCCESS)
			return false;
		if (entry.role == CSM_ROLE_CONSUMER && entry.state != CSM_STATE_CREATING &&
		    ipa >= entry.base && ipa - entry.base < entry.size)
			return true;
	}
	return false;
}

uint64_t host_csm_fill(struct host_realm *realm, uint64_t ipa)
{
	uint64_t next, pages = 0, result;

	host_lock_realm(realm);
	do {
		result = host_rmi_csm_fill(realm->host, realm->rd, ipa, &next, &pages);
	} while (host_table_was_missing(realm, ipa, &result));
	host_unlock_realm(realm);
	if (result != RMI_SUCCESS)
		return host_csm_fail(realm->host, RMI_CSM_FILL, result);
	return pages != 0 ? RMI_SUCCESS : HOST_ERROR_STATE;
}

/* --- Doorbells ----------------------------------------------------------------------------------- */

/*
 * First the counter, then the look at who runs the REC; host_rec_run() does it the other way round. So either that
 * thread finds the new count at its next entry, or it is kicked, and then has a next entry.
 */
static void ring(struct host_realm *realm, uint64_t index)
{
	struct host_rec *rec = &realm->recs[index < realm->rec_count ? index : 0];
	const struct host_ops *ops = realm->host->ops;
	uint32_t runner;

	if (realm->doorbell != NULL) {
		realm->doorbell(realm);
		return;
	}
	__atomic_fetch_add(&rec->doorbells, 1, __ATOMIC_SEQ_CST);
	runner = __atomic_load_n(&rec->runner, __ATOMIC_SEQ_CST);
	if (runner != 0 && ops->kick != NULL)
		ops->kick(realm->host->context, runner - 1);
}

uint64_t host_csm_ring(struct host *host, uint64_t rd, uint64_t rec)
{
	struct host_realm *realm;

	/* The lock keeps the realm from being taken apart meanwhile. */
	host->ops->lock(host->context, &host->lock);
	realm = host_realm_find_locked(host, rd);
	if (realm != NULL)
		ring(realm, rec);
	host->ops->unlock(host->context, &host->lock);
	return realm != NULL ? RMI_SUCCESS : HOST_ERROR_RMM;
}

bool host_csm_was_rung(const struct host_rec *rec)
{
	return __atomic_load_n(&rec->doorbells, __ATOMIC_SEQ_CST) != rec->doorbells_passed;
}
