/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI as C functions, the few that realm programs need.
 */
#ifndef REALM_LIB_PSCI_H
#define REALM_LIB_PSCI_H

#include <caec/psci.h>

#include "smc.h"

static inline int64_t realm_psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
	return (int64_t)smc_call(PSCI_CPU_ON, mpidr, entry, context, 0, 0).x[0];
}

/* Comes back only if it is refused. */
static inline int64_t realm_psci_cpu_off(void)
{
	return (int64_t)smc_call(PSCI_CPU_OFF, 0, 0, 0, 0, 0).x[0];
}

static inline void realm_psci_system_off(void)
{
	smc_call(PSCI_SYSTEM_OFF, 0, 0, 0, 0, 0);
}

#endif
