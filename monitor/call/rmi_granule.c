/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_GRANULE_DELEGATE and RMI_GRANULE_UNDELEGATE (DEN0137 B4.3.3, B4.3.4).
 */
#include "call/rmi.h"
#include "model/granule.h"

uint64_t rmi_granule_delegate(const uint64_t *arg, uint64_t *out)
{
	struct granule *g = granule_find_lock(pa(arg[1]), GRANULE_UNDELEGATED);

	(void)out;
	if (g == NULL)
		return RMI_ERROR_INPUT;
	/* EL3 knows whether the granule is Non-secure; we only know that it is not ours. */
	if (!port_gpt_delegate(granule_pa(g))) {
		granule_unlock(g);
		return RMI_ERROR_INPUT;
	}
	granule_unlock_wiped(g);
	return RMI_SUCCESS;
}

uint64_t rmi_granule_undelegate(const uint64_t *arg, uint64_t *out)
{
	struct granule *g = granule_find_lock(pa(arg[1]), GRANULE_DELEGATED);

	(void)out;
	if (g == NULL)
		return RMI_ERROR_INPUT;
	/* A DELEGATED granule is all zeroes already (model/granule.h). */
	port_gpt_undelegate(granule_pa(g));
	granule_unlock_as(g, GRANULE_UNDELEGATED);
	return RMI_SUCCESS;
}
