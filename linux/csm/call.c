// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Calls to the monitor (docs/csm.md "Realm interface").
 */
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/rsi.h>

#include <caec/csm.h>

#include "csm.h"

u64 csm_features;

bool csm_ends_as_ram(void)
{
	return csm_features & CSM_FEATURE_ENDS_AS_RAM;
}

/* Of RSI, which asm/rsi_smc.h has as well. */
#define INCOMPLETE 3

/* 64 bytes from x<n> on. */
static u64 *block(struct arm_smccc_1_2_regs *regs, unsigned int n)
{
	return (u64 *)regs + n;
}

static int error_of(unsigned long x0)
{
	switch (x0) {
	case RSI_SUCCESS:
		return 0;
	case RSI_ERROR_INPUT:
		return -EINVAL;
	case RSI_ERROR_STATE:
		return -EBUSY;
	case RSI_CSM_ERROR_DENIED:
		return -EACCES;
	case RSI_CSM_ERROR_MEMORY:
		return -ENOMEM;
	case RSI_CSM_ERROR_HOST:
		return -EREMOTEIO;
	case RSI_CSM_ERROR_REVOKED:
		return -EKEYREVOKED;
	default:
		return -EIO;
	}
}

/*
 * A call that was interrupted is made again with the same arguments: each time some of it is done.
 */
static int call(struct arm_smccc_1_2_regs *regs)
{
	struct arm_smccc_1_2_regs result;

	for (;;) {
		arm_smccc_1_2_smc(regs, &result);
		if (result.a0 != INCOMPLETE)
			break;
		cond_resched();
	}
	*regs = result;
	return error_of(result.a0);
}

int csm_call_find(void)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_CALL_UID };

	if (!is_realm_world())
		return -ENODEV;
	arm_smccc_1_2_smc(&regs, &regs);
	if (regs.a0 != RSI_CSM_UID_0 || regs.a1 != RSI_CSM_UID_1 || regs.a2 != RSI_CSM_UID_2 ||
	    regs.a3 != RSI_CSM_UID_3)
		return -ENODEV;
	regs = (struct arm_smccc_1_2_regs){ .a0 = RSI_CSM_VERSION, .a1 = CSM_ABI_VERSION };
	if (call(&regs))
		return -EPROTONOSUPPORT;
	csm_features = regs.a3;
	return 0;
}

int csm_call_realm_id(struct caec_csm_rid *rid)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_REALM_ID };
	int error = call(&regs);

	if (!error)
		*rid = (struct caec_csm_rid){ regs.a1, regs.a2 };
	return error;
}

int csm_call_create(phys_addr_t base, u64 size, u64 *id)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_CREATE, .a1 = base, .a2 = size };
	int error = call(&regs);

	if (!error)
		*id = regs.a1;
	return error;
}

int csm_call_share(u64 id, struct caec_csm_share *share)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_SHARE,
		.a1 = id,
		.a2 = share->peer.lo,
		.a3 = share->peer.hi,
		.a4 = share->permission,
	};
	int error;

	if (share->measured) {
		regs.a5 = CSM_SHARE_FLAG_MEASURED;
		memcpy(block(&regs, 6), share->rim, sizeof(share->rim));
	}
	error = call(&regs);
	if (!error)
		share->n = regs.a1;
	return error;
}

int csm_call_revoke(const struct caec_csm_rid *peer, u64 n)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_REVOKE, .a1 = peer->lo, .a2 = peer->hi, .a3 = n };

	return call(&regs);
}

int csm_call_destroy(u64 id)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_DESTROY, .a1 = id };

	return call(&regs);
}

/*
 * With the flag what the provider takes away reads as zeros, also for the kernel, where it would be
 * an abort.
 */
int csm_call_reserve(const struct caec_csm_rid *provider, u64 n, phys_addr_t base, u64 size)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_RESERVE,
		.a1 = provider->lo,
		.a2 = provider->hi,
		.a3 = n,
		.a4 = base,
		.a5 = size,
		.a6 = csm_ends_as_ram() ? CSM_RESERVE_FLAG_RAM : 0,
	};

	return call(&regs);
}

int csm_call_attach(struct caec_csm_attach *attach)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_ATTACH,
		.a1 = attach->provider.lo,
		.a2 = attach->provider.hi,
		.a3 = attach->n,
	};
	int error = call(&regs);

	if (error)
		return error;
	attach->permission = regs.a1;
	attach->pages = regs.a2;
	attach->holes = regs.a3;
	return 0;
}

int csm_call_detach(const struct caec_csm_rid *provider, u64 n)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_DETACH, .a1 = provider->lo, .a2 = provider->hi, .a3 = n
	};

	return call(&regs);
}

int csm_call_notify(const struct caec_csm_rid *peer, u64 n, bool consumer)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_NOTIFY, .a1 = peer->lo, .a2 = peer->hi, .a3 = n, .a4 = consumer
	};

	return call(&regs);
}

int csm_call_pending(u64 *index)
{
	struct arm_smccc_1_2_regs regs = { .a0 = RSI_CSM_PENDING };
	int error = call(&regs);

	if (error)
		return error;
	if (regs.a1 == CSM_INDEX_NONE)
		return -ENOENT;
	*index = regs.a1;
	return 0;
}

/* The monitor looks at 512 slots per call; a role of all ones says that none of them is in use. */
int csm_call_query(struct caec_csm_entry *entry)
{
	struct arm_smccc_1_2_regs regs;
	u64 index = entry->index;

	do {
		if (index == CSM_INDEX_NONE)
			return -ENOENT;
		regs = (struct arm_smccc_1_2_regs){ .a0 = RSI_CSM_QUERY, .a1 = index };
		if (call(&regs))
			return -ENOENT;
		index = regs.a10;
	} while (regs.a1 == CSM_INDEX_NONE);

	*entry = (struct caec_csm_entry){
		.version = CAEC_CSM_VERSION,
		.role = regs.a1,
		.state = regs.a2,
		.peer = { regs.a3, regs.a4 },
		.n = regs.a5,
		.id = regs.a6,
		.base = regs.a7,
		.size = regs.a8,
		.permission = regs.a9,
		.index = index,
	};
	return 0;
}

int csm_call_measurement(struct caec_csm_measurement *m)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = RSI_CSM_PEER_MEASUREMENT, .a1 = m->peer.lo, .a2 = m->peer.hi, .a3 = m->index
	};
	int error = call(&regs);

	if (error)
		return error;
	memcpy(m->value, block(&regs, 1), sizeof(m->value));
	m->algorithm = regs.a9;
	return 0;
}

/*
 * What is in a range that is no CSM range any more is of no use: the host gets the memory. If it
 * does not want it, it stays. The host takes page after page, and this CPU gets no interrupt
 * meanwhile: so a block at a time, or watchdogs bark.
 */
void csm_call_release(phys_addr_t base, u64 size)
{
	for (u64 done = 0; done < size; done += PMD_SIZE) {
		rsi_set_memory_range_shared(base + done, base + min(done + PMD_SIZE, size));
		cond_resched();
	}
}
