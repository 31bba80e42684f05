/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_PSCI_COMPLETE: each of its failure conditions, in a state where nothing else is wrong (B4.3.7.2).
 */
#include "conf_vm.h"

#include "board/platform.h"

static uint64_t psci(enum psci_status status)
{
	return (uint64_t)(int64_t)status;
}

/* Two realms; in the first one REC 0 waits for an answer about REC 1. */
struct scene {
	struct vm vm, other;
	uint64_t caller, target;
};

static void prepare(struct scene *s, uint64_t fid)
{
	uint64_t entry, r[6];

	vm_start(&s->vm, &(struct vm_options){ .recs = 3 });
	vm_start(&s->other, &(struct vm_options){ .recs = 2 });
	vm_do(&s->vm, 0, r, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY);
	entry = r[0];
	vm_begin(&s->vm, 0, SCRIPT_SMC, fid, 1, fid == PSCI_CPU_ON ? entry : 0, 0);
	s->caller = s->vm.realm->recs[0].pa;
	s->target = s->vm.realm->recs[1].pa;
}

static uint64_t complete(uint64_t caller, uint64_t target, uint64_t status)
{
	return host_rmi_psci_complete(&rmm, caller, target, (int64_t)status);
}

static void refuse(const char *condition, const char *text, uint64_t caller, uint64_t target, uint64_t status)
{
	conf_check_status(conf_text("RMI_PSCI_COMPLETE.%s", condition), text,
			  complete(caller, target, status), RMI_ERROR_INPUT);
}

/* After all that was refused, the request is as it was. */
static void finish(struct scene *s, uint64_t expected)
{
	uint64_t r[6];

	conf_need_status("RMI_PSCI_COMPLETE", "the request, after what was refused",
			 complete(s->caller, s->target, PSCI_SUCCESS), RMI_SUCCESS);
	refuse("pending", "the same once more", s->caller, s->target, PSCI_SUCCESS);
	vm_finish(&s->vm, 0, r);
	conf_check("RMI_PSCI_COMPLETE", "x0 in the caller", r[0], expected);
	vm_end(&s->other);
	vm_end(&s->vm);
}

static void addresses(void)
{
	const uint64_t ok = PSCI_SUCCESS;
	struct scene s;
	uint64_t ns, delegated;

	prepare(&s, PSCI_CPU_ON);
	ns = conf_granule();
	delegated = conf_delegated();
	refuse("alias", "one REC as both", s.caller, s.caller, ok);
	refuse("calling_align", "calling_rec + 8", s.caller + 8, s.target, ok);
	refuse("calling_bound", "calling_rec at a device", PLATFORM_UART, s.target, ok);
	refuse("calling_bound", "calling_rec past all memory", ABI_U64(0xfffffffff000), s.target, ok);
	refuse("calling_state", "calling_rec is Non-secure", ns, s.target, ok);
	refuse("calling_state", "calling_rec is DELEGATED", delegated, s.target, ok);
	refuse("calling_state", "calling_rec is the RD", s.vm.realm->rd, s.target, ok);
	refuse("target_align", "target_rec + 8", s.caller, s.target + 8, ok);
	refuse("target_bound", "target_rec at a device", s.caller, PLATFORM_UART, ok);
	refuse("target_bound", "target_rec past all memory", s.caller, ABI_U64(0xfffffffff000), ok);
	refuse("target_state", "target_rec is Non-secure", s.caller, ns, ok);
	refuse("target_state", "target_rec is DELEGATED", s.caller, delegated, ok);
	refuse("target_state", "target_rec is the RD", s.caller, s.vm.realm->rd, ok);
	conf_take_back(delegated, 1);
	memory_free(ns);
	finish(&s, PSCI_SUCCESS);
}

static void matching(void)
{
	const uint64_t ok = PSCI_SUCCESS;
	struct scene s;

	prepare(&s, PSCI_AFFINITY_INFO);
	refuse("pending", "calling_rec waits for nothing", s.target, s.caller, ok);
	refuse("pending", "calling_rec waits for something else", s.other.realm->recs[0].pa,
	       s.other.realm->recs[1].pa, ok);
	refuse("owner", "target_rec is another realm's, of the same MPIDR", s.caller,
	       s.other.realm->recs[1].pa, ok);
	refuse("target", "target_rec has another MPIDR", s.caller, s.vm.realm->recs[2].pa, ok);
	finish(&s, PSCI_AFFINITY_OFF);
}

/* What PsciReturnCodePermitted() says no to. */
static const int64_t never[] = { PSCI_NOT_SUPPORTED,
				 PSCI_INVALID_PARAMETERS,
				 PSCI_ALREADY_ON,
				 PSCI_ON_PENDING,
				 PSCI_INTERNAL_FAILURE,
				 PSCI_NOT_PRESENT,
				 PSCI_DISABLED,
				 PSCI_INVALID_ADDRESS,
				 -10,
				 -100,
				 1,
				 2,
				 0x7fffffff,
				 (int64_t)0xfffffffd,
				 INT64_MAX,
				 INT64_MIN };

static void statuses_cpu_on(void)
{
	struct scene s;

	prepare(&s, PSCI_CPU_ON);
	for (unsigned int i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		refuse("status", conf_text("CPU_ON, status 0x%lx", (uint64_t)never[i]), s.caller, s.target,
		       (uint64_t)never[i]);
	finish(&s, PSCI_SUCCESS);
}

static void statuses_affinity_info(void)
{
	struct scene s;

	prepare(&s, PSCI_AFFINITY_INFO);
	for (unsigned int i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		refuse("status", conf_text("AFFINITY_INFO, status 0x%lx", (uint64_t)never[i]), s.caller,
		       s.target, (uint64_t)never[i]);
	refuse("status", "AFFINITY_INFO, status DENIED", s.caller, s.target, psci(PSCI_DENIED));
	finish(&s, PSCI_AFFINITY_OFF);
}

/* A REC that is on can't be denied. */
static void denied_too_late(void)
{
	struct scene s;
	uint64_t r[6];

	prepare(&s, PSCI_CPU_ON);
	conf_need_status("RMI_PSCI_COMPLETE", "REC 1 is turned on",
			 complete(s.caller, s.target, PSCI_SUCCESS), RMI_SUCCESS);
	vm_finish(&s.vm, 0, r);
	vm_do(&s.vm, 0, r, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY);
	vm_begin(&s.vm, 0, SCRIPT_SMC, PSCI_CPU_ON, 1, r[0], 0);
	refuse("status", "DENIED for a REC that is on", s.caller, s.target, psci(PSCI_DENIED));
	finish(&s, psci(PSCI_ALREADY_ON));
}

/* A request does not keep its REC from being destroyed. */
static void caller_gone(void)
{
	struct scene s;

	prepare(&s, PSCI_AFFINITY_INFO);
	conf_check_status("RMI_REC_ENTER.rec_psci", "the caller before the answer",
			  host_rmi_rec_enter(&rmm, s.caller, s.vm.realm->recs[0].run_pa), RMI_ERROR_REC);
	conf_check_status("RMI_REC_DESTROY", "a REC with a request pending",
			  host_rmi_rec_destroy(&rmm, s.caller), RMI_SUCCESS);
	s.vm.realm->recs[0].pa = 0;
	refuse("calling_state", "the caller is gone", s.caller, s.target, PSCI_SUCCESS);
}

CONF_GROUP(psci_complete, .about = "RMI_PSCI_COMPLETE, when it fails")
{
	conf_case(addresses);
	conf_case(matching);
	conf_case(statuses_cpu_on);
	conf_case(statuses_affinity_info);
	conf_case(denied_too_late);
	conf_case(caller_gone);
}
