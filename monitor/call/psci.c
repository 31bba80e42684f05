/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI 1.1 for realms (DEN0137 B6, DEN0022): what the monitor answers itself, what it hands to the host.
 */
#include "call/rsi.h"

static bool psci_return(struct rec *rec, enum psci_status status)
{
	return realm_return(rec, (uint64_t)(int64_t)status);
}

/* The host hears the function, and what of its arguments it must know. */
static bool psci_exit(struct rec *rec, uint32_t fid, uint64_t target, struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_PSCI;
	exit->gprs[0] = fid;
	exit->gprs[1] = target & REC_MPIDR_AFFINITY;
	rec_skip(rec);
	return false;
}

static bool mpidr_is_own(const struct rec *rec, uint64_t mpidr)
{
	return rec_index_of_mpidr(mpidr) == rec_index_of_mpidr(rec->mpidr);
}

/* The arguments of an SMC32 call are the low halves; PSCI_COMPLETE reads them again. */
static void narrow_arguments(struct rec *rec)
{
	for (unsigned int i = 1; i <= 3; i++)
		rec->gprs[i] &= UINT32_MAX;
}

static bool cpu_on(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	uint64_t target = rec->gprs[1], entry = rec->gprs[2];

	if (!s2_is_protected(&rec->realm->s2, entry))
		return psci_return(rec, PSCI_INVALID_ADDRESS);
	if (!rec_mpidr_is_used(rec->realm, target))
		return psci_return(rec, PSCI_INVALID_PARAMETERS);
	if (mpidr_is_own(rec, target))
		return psci_return(rec, PSCI_ALREADY_ON);
	rec->psci_pending = true;
	return psci_exit(rec, fid, target, exit);
}

static bool affinity_info(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	uint64_t target = rec->gprs[1];
	uint32_t lowest_level = (uint32_t)rec->gprs[2];

	if (lowest_level != 0 || !rec_mpidr_is_used(rec->realm, target))
		return psci_return(rec, PSCI_INVALID_PARAMETERS);
	if (mpidr_is_own(rec, target))
		return realm_return(rec, PSCI_AFFINITY_ON);
	rec->psci_pending = true;
	return psci_exit(rec, fid, target, exit);
}

static bool system_off(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	atomic_store(&rec->realm->state, REALM_SYSTEM_OFF);
	granule_unlock(rec->rd);
	return psci_exit(rec, fid, 0, exit);
}

static enum psci_status features(const struct rec *rec)
{
	uint32_t asked = (uint32_t)rec->gprs[1];

	switch (asked) {
	case SMCCC_VERSION:
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON:
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
		return PSCI_SUCCESS;
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

bool psci_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	switch (fid) {
	case PSCI_VERSION:
		return realm_return(rec, PSCI_VERSION_1_1);
	case PSCI_FEATURES:
		return psci_return(rec, features(rec));
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND:
		/* Every state is standby: nothing is lost, execution goes on behind the call. */
		rec->gprs[0] = PSCI_SUCCESS;
		return psci_exit(rec, fid, 0, exit);
	case PSCI_CPU_OFF:
		rec->runnable = false;
		return psci_exit(rec, fid, 0, exit);
	case PSCI_CPU_ON_32:
		narrow_arguments(rec);
		return cpu_on(rec, fid, exit);
	case PSCI_CPU_ON:
		return cpu_on(rec, fid, exit);
	case PSCI_AFFINITY_INFO_32:
		narrow_arguments(rec);
		return affinity_info(rec, fid, exit);
	case PSCI_AFFINITY_INFO:
		return affinity_info(rec, fid, exit);
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
		return system_off(rec, fid, exit);
	default:
		return psci_return(rec, PSCI_NOT_SUPPORTED);
	}
}
