/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vGIC out of reset, and the sources of its interrupts: lines and SGIs.
 */
#include <caec/arm.h>

#include "vgic_irq.h"

/* ICC_SGI1R_EL1. */
#define SGI1R_IRM (ABI_U64(1) << 40)
#define SGI1R_INTID(value) ((uint32_t)((value) >> 24 & 0xf))
#define SGI1R_TARGETS(value) ((uint32_t)((value)&0xffff))
#define SGI1R_RS(value) ((value) >> 44 & 0xf)
#define SGI1R_AFF1(value) ((uint32_t)((value) >> 16 & 0xff))
#define SGI1R_AFF2(value) ((value) >> 32 & 0xff)
#define SGI1R_AFF3(value) ((value) >> 48 & 0xff)

/* ICH_VMCR_EL2. */
#define VMCR_VENG0 0x1U
#define VMCR_VENG1 0x2U
#define VMCR_VPMR(vmcr) ((uint32_t)((vmcr) >> 24 & 0xff))

/* Group 1, so that a program which never heard of groups gets IRQs. */
static void reset_irq(struct vgic_irq *irq, uint32_t route)
{
	*irq = (struct vgic_irq){
		.route = route,
		.on = VGIC_NO_CPU,
		.group1 = true,
	};
}

uint32_t vgic_next_busy(struct vgic *vgic, unsigned int cpu, uint32_t intid)
{
	while (intid < VGIC_IRQS) {
		uint32_t *word = vgic_busy_word(vgic, cpu, intid), left = *word >> intid % 32;

		if (left == 0) {
			intid = (intid / 32 + 1) * 32;
			continue;
		}
		intid += (uint32_t)__builtin_ctz(left);
		if (vgic_is_busy(vgic_irq_of(vgic, cpu, intid)))
			return intid;
		*word &= ~(UINT32_C(1) << intid % 32);
	}
	return VGIC_IRQS;
}

bool vgic_init(struct vgic *vgic, unsigned int cpu_count, unsigned int num_lrs, const struct vgic_ops *ops)
{
	if (cpu_count == 0 || cpu_count > VGIC_MAX_CPUS || num_lrs == 0 || num_lrs > RMI_NUM_LRS)
		return false;
	if (ops->lock == NULL || ops->unlock == NULL || ops->kick == NULL)
		return false;
	vgic->ops = *ops;
	vgic->cpu_count = cpu_count;
	vgic->num_lrs = num_lrs;
	vgic->ctlr = 0;
	for (unsigned int n = 0; n < VGIC_MAX_CPUS; n++) {
		struct vgic_cpu *cpu = &vgic->cpus[n];

		*cpu = (struct vgic_cpu){ .asleep = true };
		for (unsigned int i = 0; i < VGIC_PRIVATE_IRQS; i++) {
			reset_irq(&cpu->irqs[i], vgic_affinity(n));
			cpu->irqs[i].edge = i < VGIC_SGIS;
		}
	}
	for (unsigned int i = 0; i < VGIC_SPIS; i++)
		reset_irq(&vgic->spis[i], vgic_affinity(0));
	for (unsigned int i = 0; i < VGIC_SPIS / 32; i++)
		vgic->busy_spis[i] = 0;
	return true;
}

/* While it is in list registers: a level is looked at again when it ends there (a maintenance interrupt),
 * an edge has to get in. */
static uint32_t set_line(const struct vgic *vgic, struct vgic_irq *irq, bool level)
{
	bool rises = level && !irq->line;

	irq->line = level;
	if (!rises)
		return 0;
	if (irq->edge)
		irq->latch = true;
	else if (irq->on != VGIC_NO_CPU)
		return 0;
	return vgic_kick_for(vgic, irq);
}

static void set_input(struct vgic *vgic, unsigned int bank, unsigned int intid, bool level)
{
	struct vgic_irq *irq = intid >= VGIC_SGIS ? vgic_irq_at(vgic, bank, intid) : NULL;
	uint32_t kicks;

	if (irq == NULL)
		return;
	vgic_lock(vgic);
	kicks = set_line(vgic, irq, level);
	vgic_note(vgic, bank, intid);
	vgic_unlock(vgic, kicks);
}

void vgic_set_spi(struct vgic *vgic, unsigned int intid, bool level)
{
	set_input(vgic, VGIC_NO_CPU, intid, level);
}

void vgic_pulse_spi(struct vgic *vgic, unsigned int intid)
{
	struct vgic_irq *irq = vgic_irq_at(vgic, VGIC_NO_CPU, intid);
	uint32_t kicks;

	if (irq == NULL)
		return;
	vgic_lock(vgic);
	kicks = set_line(vgic, irq, true);
	set_line(vgic, irq, false);
	vgic_note(vgic, VGIC_NO_CPU, intid);
	vgic_unlock(vgic, irq->edge ? kicks : 0);
}

void vgic_set_ppi(struct vgic *vgic, unsigned int cpu, unsigned int intid, bool level)
{
	if (cpu < vgic->cpu_count)
		set_input(vgic, cpu, intid, level);
}

/* The vCPUs that an ICC_SGI1R_EL1 value means. No range selector (GICD_TYPER.RSS = 0): Aff0 is 0..15. */
static uint32_t sgi_targets(const struct vgic *vgic, unsigned int cpu, uint64_t value)
{
	uint32_t targets = 0;

	if ((value & SGI1R_IRM) != 0)
		return ((UINT32_C(1) << vgic->cpu_count) - 1) & ~(UINT32_C(1) << cpu);
	if (SGI1R_AFF3(value) != 0 || SGI1R_AFF2(value) != 0 || SGI1R_RS(value) != 0)
		return 0;
	for (unsigned int aff0 = 0; aff0 < 16; aff0++) {
		unsigned int target = vgic_cpu_at(vgic, SGI1R_AFF1(value) << 8 | aff0);

		if ((SGI1R_TARGETS(value) >> aff0 & 1) != 0 && target != VGIC_NO_CPU)
			targets |= UINT32_C(1) << target;
	}
	return targets;
}

void vgic_sgi(struct vgic *vgic, unsigned int cpu, uint64_t value)
{
	uint32_t targets, kicks = 0;

	if (cpu >= vgic->cpu_count)
		return;
	targets = sgi_targets(vgic, cpu, value);
	vgic_lock(vgic);
	for (unsigned int target = 0; target < vgic->cpu_count; target++) {
		struct vgic_irq *irq = &vgic->cpus[target].irqs[SGI1R_INTID(value)];

		/* With one security state, SGI1R reaches Group 1 SGIs only. */
		if ((targets >> target & 1) == 0 || !irq->group1)
			continue;
		irq->latch = true;
		vgic_note(vgic, target, SGI1R_INTID(value));
		kicks |= vgic_kick_for(vgic, irq);
	}
	vgic_unlock(vgic, kicks);
}

void vgic_sysreg(struct vgic *vgic, unsigned int cpu, uint64_t esr, uint64_t value)
{
	if (ESR_SYSREG_NAME(esr) == ESR_ICC_SGI1R_EL1)
		vgic_sgi(vgic, cpu, value);
}

/* The vCPU's interface would signal it. (Running priority is ignored: who asks gets a WFI that ends early.) */
static bool is_signalled(const struct vgic_cpu *cpu, const struct vgic_irq *irq)
{
	if (cpu->asleep) /* then it is a request to wake, whatever the interface says */
		return true;
	return (cpu->vmcr & (irq->group1 ? VMCR_VENG1 : VMCR_VENG0)) != 0 &&
	       irq->priority < VMCR_VPMR(cpu->vmcr);
}

bool vgic_pending(struct vgic *vgic, unsigned int cpu)
{
	bool pending = false;

	if (cpu >= vgic->cpu_count)
		return false;
	vgic_lock(vgic);
	for (uint32_t intid = vgic_next_busy(vgic, cpu, 0); intid < VGIC_IRQS && !pending;
	     intid = vgic_next_busy(vgic, cpu, intid + 1)) {
		const struct vgic_irq *irq = vgic_irq_of(vgic, cpu, intid);

		pending = irq->on == VGIC_NO_CPU && !irq->active && vgic_is_due(vgic, irq) &&
			  vgic_target(vgic, irq) == cpu && is_signalled(&vgic->cpus[cpu], irq);
	}
	vgic_unlock(vgic, 0);
	return pending;
}
