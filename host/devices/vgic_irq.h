/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the vGIC share: one interrupt, where it goes, and who has to be told. All of it is for
 * callers that hold the lock. A "kicks" value is a set of vCPUs (bit n for vCPU n), collected under the
 * lock and kicked once that is free.
 */
#ifndef HOST_DEVICES_VGIC_IRQ_H
#define HOST_DEVICES_VGIC_IRQ_H

#include "vgic.h"

/* GICD_CTLR with one security state. */
#define GICD_CTLR_ENABLE_GRP0 0x1U
#define GICD_CTLR_ENABLE_GRP1 0x2U

static inline void vgic_lock(struct vgic *vgic)
{
	vgic->ops.lock(vgic->ops.context);
}

static inline void vgic_unlock(struct vgic *vgic, uint32_t kicks)
{
	vgic->ops.unlock(vgic->ops.context);
	for (unsigned int cpu = 0; cpu < vgic->cpu_count; cpu++) {
		if ((kicks >> cpu & 1) != 0)
			vgic->ops.kick(vgic->ops.context, cpu);
	}
}

/* The vCPU of an affinity, or VGIC_NO_CPU. */
static inline unsigned int vgic_cpu_at(const struct vgic *vgic, uint32_t affinity)
{
	_Static_assert(VGIC_MAX_CPUS <= 16, "all vCPUs are in cluster 0, their number is Aff0");
	return affinity < vgic->cpu_count ? affinity : VGIC_NO_CPU;
}

static inline unsigned int vgic_target(const struct vgic *vgic, const struct vgic_irq *irq)
{
	return vgic_cpu_at(vgic, irq->route);
}

/* Interrupt `intid` as `bank` sees it: a vCPU, its SGIs and PPIs only; VGIC_NO_CPU, SPIs only. Or NULL. */
static inline struct vgic_irq *vgic_irq_at(struct vgic *vgic, unsigned int bank, uint32_t intid)
{
	if (bank == VGIC_NO_CPU)
		return intid >= VGIC_PRIVATE_IRQS && intid < VGIC_IRQS
			       ? &vgic->spis[intid - VGIC_PRIVATE_IRQS]
			       : NULL;
	return bank < vgic->cpu_count && intid < VGIC_PRIVATE_IRQS ? &vgic->cpus[bank].irqs[intid] : NULL;
}

/* Any interrupt that vCPU `cpu` can have; `intid` below VGIC_IRQS. */
static inline struct vgic_irq *vgic_irq_of(struct vgic *vgic, unsigned int cpu, uint32_t intid)
{
	return vgic_irq_at(vgic, intid < VGIC_PRIVATE_IRQS ? cpu : VGIC_NO_CPU, intid);
}

static inline bool vgic_is_pending(const struct vgic_irq *irq)
{
	return irq->latch || (!irq->edge && irq->line);
}

/*
 * There is something to do about it, or will be: pending or active. To look at all interrupts before each entry costs more than the
 * entry's work; so those that may be busy are known by their bits. Whoever may have made one busy calls vgic_note(); whoever looks
 * clears the bits of those that are no more (vgic_next_busy()).
 */
static inline bool vgic_is_busy(const struct vgic_irq *irq)
{
	return vgic_is_pending(irq) || irq->active;
}

/* The word of bits of an interrupt of vCPU `cpu`; of an SPI, whatever `cpu`. */
static inline uint32_t *vgic_busy_word(struct vgic *vgic, unsigned int cpu, uint32_t intid)
{
	_Static_assert(VGIC_PRIVATE_IRQS == 32 && VGIC_SPIS % 32 == 0, "words are whole");
	return intid < VGIC_PRIVATE_IRQS ? &vgic->cpus[cpu].busy : &vgic->busy_spis[intid / 32 - 1];
}

static inline void vgic_note(struct vgic *vgic, unsigned int cpu, uint32_t intid)
{
	if (vgic_is_busy(vgic_irq_of(vgic, cpu, intid)))
		*vgic_busy_word(vgic, cpu, intid) |= UINT32_C(1) << intid % 32;
}

/* The first interrupt from `intid` on that vCPU `cpu` can have and that is busy; VGIC_IRQS: there is none. */
uint32_t vgic_next_busy(struct vgic *vgic, unsigned int cpu, uint32_t intid);

/* It and its group are enabled. */
static inline bool vgic_is_enabled(const struct vgic *vgic, const struct vgic_irq *irq)
{
	return irq->enabled &&
	       (vgic->ctlr & (irq->group1 ? GICD_CTLR_ENABLE_GRP1 : GICD_CTLR_ENABLE_GRP0)) != 0;
}

static inline bool vgic_is_due(const struct vgic *vgic, const struct vgic_irq *irq)
{
	return vgic_is_pending(irq) && vgic_is_enabled(vgic, irq);
}

/* A vCPU that has the interrupt in its list registers has something old there. */
static inline uint32_t vgic_kick_holder(const struct vgic_irq *irq)
{
	return irq->on != VGIC_NO_CPU ? UINT32_C(1) << irq->on : 0;
}

/* The interrupt changed: who has it must know, or else who should get it. */
static inline uint32_t vgic_kick_for(const struct vgic *vgic, const struct vgic_irq *irq)
{
	unsigned int target = vgic_target(vgic, irq);

	if (irq->on != VGIC_NO_CPU)
		return vgic_kick_holder(irq);
	return !irq->active && vgic_is_due(vgic, irq) && target != VGIC_NO_CPU ? UINT32_C(1) << target : 0;
}

/* The register frames common to distributor and redistributor, from their offset 0x80 to 0xcff
 * (vgic_bits.c). As vgic_dist_access(), with the lock taken inside. */
#define VGIC_BITS_FIRST 0x80
#define VGIC_BITS_END 0xd00
bool vgic_bits_access(struct vgic *vgic, unsigned int bank, uint32_t offset, unsigned int bytes,
		      bool is_write, uint64_t *value);

#endif
