/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realms of a host, and their VMIDs.
 */
#include "realm_list.h"

static bool vmid_is_free(const struct host *host, uint16_t vmid)
{
	for (const struct host_realm *r = host->realms; r != NULL; r = r->next)
		if (r->vmid == vmid)
			return false;
	return true;
}

/* VMIDs go round, so that one is used again as late as possible. 0 is left to whatever is not a realm. */
uint64_t host_enlist(struct host *host, struct host_realm *realm)
{
	uint64_t result = HOST_ERROR_MEMORY;

	host->ops->lock(host->context, &host->lock);
	for (unsigned int i = 0; i < UINT16_MAX; i++) {
		if (++host->last_vmid == 0)
			continue;
		if (vmid_is_free(host, host->last_vmid)) {
			realm->vmid = host->last_vmid;
			realm->next = host->realms;
			host->realms = realm;
			result = RMI_SUCCESS;
			break;
		}
	}
	host->ops->unlock(host->context, &host->lock);
	return result;
}

void host_delist(struct host_realm *realm)
{
	struct host *host = realm->host;

	host->ops->lock(host->context, &host->lock);
	for (struct host_realm **link = &host->realms; *link != NULL; link = &(*link)->next) {
		if (*link == realm) {
			*link = realm->next;
			break;
		}
	}
	host->ops->unlock(host->context, &host->lock);
}

struct host_realm *host_realm_find_locked(struct host *host, uint64_t rd)
{
	struct host_realm *realm;

	for (realm = host->realms; realm != NULL && realm->rd != rd; realm = realm->next)
		;
	return realm;
}
