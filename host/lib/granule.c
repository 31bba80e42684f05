/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granules on their way to the Realm world and back, counted, and looked at when they come back.
 */
#include "host.h"
#include "rmi_call.h"

uint64_t host_granules_alloc(struct host *host, unsigned int count, uint64_t *pa)
{
	uint64_t base = host->ops->alloc(host->context, count);
	uint64_t result;
	unsigned int i;

	if (base == 0)
		return HOST_ERROR_MEMORY;
	for (i = 0; i < count; i++) {
		result = host_rmi_granule_delegate(host, base + i * GRANULE_SIZE);
		if (result != RMI_SUCCESS)
			break;
		__atomic_fetch_add(&host->delegated, 1, __ATOMIC_RELAXED);
	}
	if (i == count) {
		*pa = base;
		return RMI_SUCCESS;
	}
	host_fail(host, RMI_GRANULE_DELEGATE, result);
	for (unsigned int j = i; j < count; j++)
		host->ops->free(host->context, base + j * GRANULE_SIZE);
	while (i-- > 0)
		host_granule_free(host, base + i * GRANULE_SIZE);
	return result;
}

uint64_t host_granule_alloc(struct host *host, uint64_t *pa)
{
	return host_granules_alloc(host, 1, pa);
}

/* What the RMM gives back holds nothing of what it was used for (DEN0137 A2.2.4); this RMM leaves zeros. */
static bool is_zero(const uint64_t *words)
{
	uint64_t any = 0;

	for (size_t i = 0; i < GRANULE_SIZE / sizeof(*words); i++)
		any |= words[i];
	return any == 0;
}

uint64_t host_granule_free(struct host *host, uint64_t pa)
{
	uint64_t result = host_rmi_granule_undelegate(host, pa);

	if (result != RMI_SUCCESS)
		return host_fail(host, RMI_GRANULE_UNDELEGATE, result);
	__atomic_fetch_sub(&host->delegated, 1, __ATOMIC_RELAXED);
	if (host->check_wiped && !is_zero(host->ops->map(host->context, pa)))
		__atomic_fetch_add(&host->not_wiped, 1, __ATOMIC_RELAXED);
	host->ops->free(host->context, pa);
	return RMI_SUCCESS;
}

uint64_t host_granules_free(struct host *host, uint64_t pa, unsigned int count)
{
	uint64_t first = RMI_SUCCESS;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t result = host_granule_free(host, pa + i * GRANULE_SIZE);

		if (first == RMI_SUCCESS)
			first = result;
	}
	return first;
}
