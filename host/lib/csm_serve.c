/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an exit for CSM asks of the host. The RMM tells it nothing but addresses and sizes that it manages anyway, and
 * trusts it with availability only.
 */
#include "csm.h"
#include "tables.h"

static uint64_t serve_tables(struct host_realm *realm, uint64_t base, uint64_t size, uint64_t level)
{
	if (level <= (uint64_t)realm->start_level)
		return RMI_SUCCESS;
	return level <= HOST_LEVEL_PAGE ? host_make_tables(realm, base, size, (int64_t)level)
					: HOST_ERROR_ARGUMENT;
}

/* The realm gives up what it has in the range; tables are there for what it will be given instead. */
static uint64_t serve_reserve(struct host_realm *realm, const struct host_csm_request *request)
{
	uint64_t result = host_reclaim(realm, request->base, request->size);

	if (result != RMI_SUCCESS)
		return result;
	return serve_tables(realm, request->base, request->size, request->argument);
}

uint64_t host_csm_serve(struct host_realm *realm, const struct host_csm_request *request)
{
	host_csm_ring_if_named(realm->host, request->ring, request->ring_rec);
	switch (request->event) {
	case CSM_EVENT_P_REALM:
		return host_populate_in_blocks(realm, request->base, request->size);
	case CSM_EVENT_C_REALM:
		return serve_reserve(realm, request);
	case CSM_EVENT_REMOVE:
		/* P goes on using its memory, and C's tables serve its next reservation. */
		return RMI_SUCCESS;
	case CSM_EVENT_APT_FULL:
		return host_csm_enable(realm, 1);
	case CSM_EVENT_RTT_NEEDED:
		return serve_tables(realm, request->base, request->size, request->argument);
	case CSM_EVENT_NOTIFY:
		return RMI_SUCCESS;
	default:
		return HOST_ERROR_ARGUMENT;
	}
}
