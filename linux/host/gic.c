// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A realm's GICv3: host/devices/vgic.h with this kernel's locks and kicks.
 */
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "host.h"

/* Taken in interrupts, too: an eventfd is written to in any context. */
static void lock(void *context)
{
	struct caec_realm *realm = context;
	unsigned long flags;

	spin_lock_irqsave(&realm->gic_lock, flags);
	realm->gic_flags = flags;
}

static void unlock(void *context)
{
	struct caec_realm *realm = context;

	spin_unlock_irqrestore(&realm->gic_lock, realm->gic_flags);
}

static void kick(void *context, unsigned int cpu)
{
	struct caec_realm *realm = context;

	caec_rec_kick(&realm->vcpus[cpu]);
}

/* A REC that has interrupts loaded is in the RMM, on another CPU, and about to leave it. */
static bool relax(void *context)
{
	cpu_relax();
	cond_resched();
	return !signal_pending(current) && !caec_realm_is_over(context);
}

static u64 redist_size(const struct caec_realm *realm)
{
	return (u64)realm->recs * VGIC_REDIST_SIZE;
}

/* The doorbell of CSM is an edge. */
static void ring(struct host_realm *realm)
{
	vgic_pulse_spi(&((struct caec_realm *)realm->owner)->vgic, HOST_DOORBELL_INTID);
}

static bool fits(const struct caec_realm *realm, u64 base, u64 size)
{
	return base % SZ_64K == 0 && host_range_is_unprotected(&realm->realm, base, size);
}

int caec_gic_init(struct caec_realm *realm, const struct caec_host_create *create)
{
	const struct vgic_ops ops = { lock, unlock, kick, relax, realm };
	unsigned int num_lrs =
		host_feature(&caec_host, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT, RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) +
		1;

	if (!fits(realm, create->gic_dist, VGIC_DIST_SIZE) ||
	    !fits(realm, create->gic_redist, redist_size(realm)) ||
	    caec_overlap(create->gic_dist, VGIC_DIST_SIZE, create->gic_redist, redist_size(realm)))
		return -EINVAL;
	realm->gic_dist = create->gic_dist;
	realm->gic_redist = create->gic_redist;
	if (!vgic_init(&realm->vgic, realm->recs, num_lrs, &ops))
		return -EOPNOTSUPP;
	realm->realm.doorbell = ring;
	return 0;
}

bool caec_gic_overlaps(const struct caec_realm *realm, u64 ipa, u64 size)
{
	return caec_overlap(ipa, size, realm->gic_dist, VGIC_DIST_SIZE) ||
	       caec_overlap(ipa, size, realm->gic_redist, redist_size(realm));
}

bool caec_gic_access(struct caec_realm *realm, struct host_mmio *access, bool *done)
{
	u64 in_dist = access->ipa - realm->gic_dist, in_redist = access->ipa - realm->gic_redist;

	if (in_dist < VGIC_DIST_SIZE)
		*done = vgic_dist_access(&realm->vgic, in_dist, access->bytes, access->is_write,
					 &access->value);
	else if (in_redist < redist_size(realm))
		*done = vgic_redist_access(&realm->vgic, in_redist, access->bytes, access->is_write,
					   &access->value);
	else
		return false;
	return true;
}

bool caec_intid_is_spi(u32 intid)
{
	return intid >= VGIC_PRIVATE_IRQS && intid < VGIC_IRQS;
}
