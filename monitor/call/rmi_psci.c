/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_PSCI_COMPLETE (DEN0137 B4.3.7): the host names the REC that a CPU_ON or AFFINITY_INFO is about.
 */
#include <string.h>

#include <caec/psci.h>

#include "call/rmi.h"
#include "model/rec.h"
#include "run/run.h"

/* What the caller's CPU_ON or AFFINITY_INFO said, which it repeats as long as the call is pending. */
struct psci_args {
	uint32_t fid;
	uint64_t target;  /* MPIDR */
	uint64_t entry;   /* CPU_ON */
	uint64_t context; /* CPU_ON */
};

static struct psci_args args_of(const struct rec *caller)
{
	return (struct psci_args){
		.fid = (uint32_t)caller->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT,
		.target = caller->gprs[1],
		.entry = caller->gprs[2],
		.context = caller->gprs[3],
	};
}

/* The target starts as after reset, with what the caller passed (DEN0022 5.6; DEN0137 B6). */
static void power_on(struct rec *target, const struct rec *caller)
{
	struct psci_args args = args_of(caller);

	memset(target->gprs, 0, sizeof(target->gprs));
	target->gprs[0] = args.context;
	target->pc = args.entry;
	run_context_power_on(target, caller);
	target->runnable = true;
}

static bool is_cpu_on(const struct rec *caller)
{
	uint32_t fid = args_of(caller).fid;

	return fid == PSCI_CPU_ON || fid == PSCI_CPU_ON_32;
}

/* On: runnable, or running at this moment (its PE alone may look at `runnable` then). */
static bool is_on(const struct granule *g)
{
	return granule_refs(g) != 0 || rec_of(g)->runnable;
}

/* pending, owner, target, status. Both RECs are locked. */
static bool complete_is_valid(const struct granule *calling, const struct granule *called, uint64_t status)
{
	const struct rec *caller = rec_of(calling);
	const struct rec *target = rec_of(called);

	if (granule_refs(calling) != 0 || !caller->psci_pending || caller->rd != target->rd ||
	    rec_index_of_mpidr(args_of(caller).target) != rec_index_of_mpidr(target->mpidr))
		return false;
	if (status == (uint64_t)PSCI_SUCCESS)
		return true;
	return status == (uint64_t)PSCI_DENIED && is_cpu_on(caller) && !is_on(called);
}

static uint64_t complete_locked(const struct granule *calling, const struct granule *called, uint64_t status)
{
	struct rec *caller = rec_of(calling);
	int64_t result;

	if (!complete_is_valid(calling, called, status))
		return RMI_ERROR_INPUT;
	if (!is_cpu_on(caller)) {
		result = is_on(called) ? PSCI_AFFINITY_ON : PSCI_AFFINITY_OFF;
	} else if (status == (uint64_t)PSCI_DENIED) {
		result = PSCI_DENIED;
	} else if (is_on(called)) {
		result = PSCI_ALREADY_ON;
	} else {
		power_on(rec_of(called), caller);
		result = PSCI_SUCCESS;
	}
	caller->gprs[0] = (uint64_t)result;
	caller->gprs[1] = 0;
	caller->gprs[2] = 0;
	caller->gprs[3] = 0;
	caller->psci_pending = false;
	return RMI_SUCCESS;
}

uint64_t rmi_psci_complete(const uint64_t *arg, uint64_t *out)
{
	struct granule *calling = granule_find(pa(arg[1]));
	struct granule *target = granule_find(pa(arg[2]));
	uint64_t status = arg[3];
	uint64_t result = RMI_ERROR_INPUT;
	struct granule *first, *second;

	(void)out;
	if (calling == NULL || target == NULL || calling == target)
		return RMI_ERROR_INPUT;
	first = calling < target ? calling : target;
	second = calling < target ? target : calling;
	if (!granule_lock(first, GRANULE_REC))
		return RMI_ERROR_INPUT;
	if (granule_lock(second, GRANULE_REC)) {
		result = complete_locked(calling, target, status);
		granule_unlock(second);
	}
	granule_unlock(first);
	return result;
}
