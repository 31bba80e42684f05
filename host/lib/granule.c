/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granules on their way to the Realm world and back, counted, and looked at when they come back.
 */
#include "realm.h"
#include "rmi_call.h"

static uint64_t delegate(struct host *host, unsigned int count, uint64_t base, uint64_t *pa)
{
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
	return delegate(host, 1, host->ops->alloc(host->context, 1), pa);
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

/* --- A realm's ----------------------------------------------------------------------------------- */

static bool book(struct host_realm *realm, unsigned int count)
{
	uint64_t now = __atomic_add_fetch(&realm->granules, count, __ATOMIC_RELAXED);

	if (realm->granules_max != 0 && now > realm->granules_max && !realm->ending) {
		__atomic_fetch_sub(&realm->granules, count, __ATOMIC_RELAXED);
		return false;
	}
	if (now > realm->granules_peak)
		realm->granules_peak = now;
	return true;
}

static uint64_t alloc_for(const struct host_realm *realm, unsigned int count)
{
	const struct host *host = realm->host;

	if (realm->ending && count == 1 && host->ops->alloc_sure != NULL)
		return host->ops->alloc_sure(host->context);
	return host->ops->alloc(host->context, count);
}

uint64_t host_realm_lend(struct host_realm *realm, unsigned int count, uint64_t *pa)
{
	uint64_t result;

	if (!book(realm, count))
		return HOST_ERROR_MEMORY;
	result = delegate(realm->host, count, alloc_for(realm, count), pa);
	if (result != RMI_SUCCESS)
		__atomic_fetch_sub(&realm->granules, count, __ATOMIC_RELAXED);
	return result;
}

uint64_t host_realm_take_back(struct host_realm *realm, uint64_t pa, unsigned int count)
{
	__atomic_fetch_sub(&realm->granules, count, __ATOMIC_RELAXED);
	return host_granules_free(realm->host, pa, count);
}
