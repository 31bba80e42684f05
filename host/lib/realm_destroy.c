/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Taking a realm apart. Each step goes as far as it can, so that a failure loses as little as possible,
 * and leaves behind what says that it is done: a second call goes on where the first one stopped.
 */
#include "csm.h"
#include "realm.h"
#include "realm_list.h"
#include "tables.h"

static void keep_first(uint64_t *first, uint64_t result)
{
	if (*first == RMI_SUCCESS)
		*first = result;
}

uint64_t host_rec_destroy(struct host_rec *rec)
{
	struct host *host = rec->realm->host;
	uint64_t result = RMI_SUCCESS;

	if (rec->pa != 0) {
		result = host_fail(host, RMI_REC_DESTROY, host_rmi_rec_destroy(host, rec->pa));
		if (result != RMI_SUCCESS)
			return result; /* its auxiliary granules are still the RMM's, too */
		result = host_realm_take_back(rec->realm, rec->pa, 1);
		rec->pa = 0;
	}
	while (rec->aux_count > 0)
		keep_first(&result, host_realm_take_back(rec->realm, rec->aux[--rec->aux_count], 1));
	if (rec->run_pa != 0)
		host->ops->free(host->context, rec->run_pa);
	rec->run_pa = 0;
	rec->run = NULL;
	return result;
}

/* What the RMM holds for the realm beside the RD and the starting tables. */
static uint64_t empty(struct host_realm *realm)
{
	uint64_t result = RMI_SUCCESS;

	for (unsigned int i = 0; i < realm->rec_count; i++)
		keep_first(&result, host_rec_destroy(&realm->recs[i]));
	if (realm->has_apt)
		keep_first(&result, host_csm_disable(realm));
	keep_first(&result, host_reclaim(realm, 0, host_unprotected_base(realm)));
	keep_first(&result, host_destroy_tables(realm));
	return result;
}

uint64_t host_realm_destroy(struct host_realm *realm)
{
	struct host *host = realm->host;
	uint64_t result = RMI_SUCCESS;

	realm->ending = true;
	if (realm->created) {
		result = empty(realm);
		if (result == RMI_SUCCESS)
			result = host_fail(host, RMI_REALM_DESTROY, host_rmi_realm_destroy(host, realm->rd));
		if (result != RMI_SUCCESS)
			return result;
		realm->created = false;
	}
	/* From here on nothing is in use, and the VMID is free. */
	host_delist(realm);
	if (realm->start_pa != 0)
		keep_first(&result, host_realm_take_back(realm, realm->start_pa, realm->start_count));
	if (realm->rd != 0)
		keep_first(&result, host_realm_take_back(realm, realm->rd, 1));
	realm->start_pa = 0;
	realm->rd = 0;
	return result;
}
