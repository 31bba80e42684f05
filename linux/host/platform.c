// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * This kernel for host/lib: SMCs, pages, locks that sleep.
 *
 * Pages for the RMM are charged to the caller's cgroup and can't be moved, being nobody's but ours.
 * They are marked offline, so that /proc/kcore, crash dumps and hibernation pass over them: a load
 * of a delegated page by the kernel is an Oops.
 */
#include <linux/arm-smccc.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/page-flags.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>

#include <asm/virt.h>

#include "host.h"
#include "lib/rmi_csm_call.h"

static bool check_wiped;
module_param(check_wiped, bool, 0444);
MODULE_PARM_DESC(check_wiped,
		 "look at each page that the RMM gives back: it must be zero (for tests of the RMM)");

struct host caec_host;
u64 caec_csm_features;

static void smc(void *context, struct host_rmi_regs *regs)
{
	struct arm_smccc_1_2_regs r = {
		.a0 = regs->x[0],
		.a1 = regs->x[1],
		.a2 = regs->x[2],
		.a3 = regs->x[3],
		.a4 = regs->x[4],
		.a5 = regs->x[5],
	};
	bool enters = regs->x[0] == RMI_REC_ENTER;

	arm_smccc_1_2_smc(&r, &r);
	regs->x[0] = r.a0;
	regs->x[1] = r.a1;
	regs->x[2] = r.a2;
	regs->x[3] = r.a3;
	regs->x[4] = r.a4;
	if (!enters)
		cond_resched();
}

/* --- Pages ------------------------------------------------------------------------------------ */

static void mark_offline(struct page *pages, unsigned int count)
{
	page_offline_begin();
	for (unsigned int i = 0; i < count; i++)
		__SetPageOffline(pages + i);
	page_offline_end();
}

static u64 pages_of(gfp_t gfp, unsigned int count)
{
	unsigned int order = ilog2(count);
	struct page *pages = alloc_pages(gfp, order);

	if (!pages)
		return 0;
	if (order)
		split_page(pages, order);
	mark_offline(pages, count);
	return page_to_phys(pages);
}

/* A block is welcome, a page is needed. */
static u64 alloc(void *context, unsigned int count)
{
	if (fatal_signal_pending(current))
		return 0;
	return pages_of(count >= 512 ? GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_NORETRY : CAEC_GFP, count);
}

static u64 alloc_sure(void *context)
{
	return pages_of(GFP_KERNEL | __GFP_NOFAIL, 1);
}

static void release(void *context, u64 pa)
{
	struct page *page = phys_to_page(pa);

	__ClearPageOffline(page);
	__free_page(page);
}

static void *map(void *context, u64 pa)
{
	return phys_to_virt(pa);
}

/* --- Locks ------------------------------------------------------------------------------------ */

static void lock(void *context, struct host_lock *lock)
{
	wait_var_event(&lock->word, cmpxchg_acquire(&lock->word, 0, 1) == 0);
}

static void unlock(void *context, struct host_lock *lock)
{
	smp_store_release(&lock->word, 0); /* after what was done with it */
	smp_mb();                          /* before wake_up_var() looks for sleepers */
	wake_up_var(&lock->word);
}

/* --- Failures --------------------------------------------------------------------------------- */

static bool is_loss(const char *command)
{
	return !strcmp(command, "RMI_GRANULE_UNDELEGATE") || strstr(command, "DESTROY");
}

/* Most are the caller's doing, who hears of them. What can't be taken back is a fault. */
static void report(void *context, const char *command, u64 result)
{
	if (is_loss(command))
		pr_err_ratelimited("caec_host: %s: %s (0x%llx)\n", command, host_result_name(result), result);
	else
		pr_debug("caec_host: %s: %s (0x%llx)\n", command, host_result_name(result), result);
}

int caec_errno(u64 result)
{
	switch (result) {
	case RMI_SUCCESS:
		return 0;
	case HOST_ERROR_MEMORY:
		return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
	case HOST_ERROR_ARGUMENT:
		return -EINVAL;
	case HOST_ERROR_STATE:
		return -EBUSY;
	case HOST_ERROR_RMM:
		return -EIO;
	}
	switch (rmi_result_status(result)) {
	case RMI_ERROR_INPUT:
		return -EINVAL;
	case RMI_ERROR_REALM:
	case RMI_ERROR_RTT:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/* --- Start ------------------------------------------------------------------------------------ */

static const struct host_ops ops = {
	.smc = smc,
	.alloc = alloc,
	.free = release,
	.alloc_sure = alloc_sure,
	.map = map,
	.lock = lock,
	.unlock = unlock,
	.report = report,
};

/* RMI is for EL2, through EL3. */
int caec_platform_init(void)
{
	u64 lower, higher, features, result;

	if (!is_kernel_in_hyp_mode() || arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_SMC)
		return -ENODEV;
	result = host_init(&caec_host, &ops, NULL);
	if (result != RMI_SUCCESS) {
		pr_info("caec_host: this machine has no RMM of version 1.0 (%s)\n", host_result_name(result));
		return -ENODEV;
	}
	caec_host.check_wiped = check_wiped;
	if (host_rmi_csm_version(&caec_host, CSM_ABI_VERSION, &lower, &higher, &features) == RMI_SUCCESS)
		caec_csm_features = features;
	return 0;
}
