/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The list registers of a vCPU: filled before it runs, taken back after (DEN0137 A6.1).
 *
 * Between runs nothing is left in them; the state of every interrupt is in its struct vgic_irq. While the
 * vCPU runs, an interrupt that is in its list registers (irq->on) is theirs: what others do to it meanwhile
 * is noted (latch, verdict) and holds when it comes back.
 *
 * Which get in: first those that the vCPU has acknowledged and not yet ended, because ending one that is not
 * there would do nothing. There are never more of them than registers, as each was acknowledged in one. Then
 * the pending ones by priority, then those that were only declared active, by a write to ISACTIVER. If one of
 * the last kind is ended without being there, ICH_HCR_EL2.EOIcount says that one was, but not which.
 */
#include <caec/arm.h>

#include "vgic_irq.h"

/* --- Which ones ---------------------------------------------------------------------------------------- */

/* A sort key: rank, priority, INTID. Less is more urgent. */
enum rank { RANK_HELD, RANK_PENDING, RANK_DECLARED };
#define KEY(rank, priority, intid) ((uint32_t)(rank) << 16 | (uint32_t)(priority) << 8 | (intid))
#define KEY_RANK(key) ((key) >> 16)
#define KEY_INTID(key) ((key)&0xff)
#define KEY_NONE UINT32_MAX

struct choice {
	uint32_t keys[RMI_NUM_LRS]; /* sorted */
	unsigned int count, room;
	bool waiting;  /* a pending interrupt found no place */
	bool declared; /* one that was declared active found none */
};

/* The vCPU can take it now. */
static bool is_ready(const struct vgic *vgic, const struct vgic_irq *irq, unsigned int cpu)
{
	return vgic_is_due(vgic, irq) && vgic_target(vgic, irq) == cpu && !vgic->cpus[cpu].asleep;
}

static uint32_t key_of(const struct vgic *vgic, const struct vgic_irq *irq, unsigned int cpu, uint32_t intid)
{
	if (irq->on != VGIC_NO_CPU)
		return KEY_NONE;
	if (irq->active && irq->owner != cpu)
		return KEY_NONE;
	if (irq->active)
		return KEY(irq->acknowledged ? RANK_HELD : RANK_DECLARED, irq->priority, intid);
	return is_ready(vgic, irq, cpu) ? KEY(RANK_PENDING, irq->priority, intid) : KEY_NONE;
}

/* Takes `key` in if it is among the first `room`. Returns the one that is left over, or KEY_NONE. */
static uint32_t insert(struct choice *choice, uint32_t key)
{
	uint32_t left_over = KEY_NONE;
	unsigned int i = choice->count;

	if (i < choice->room) {
		choice->count++;
	} else {
		left_over = choice->keys[--i];
		if (left_over < key)
			return key;
	}
	for (; i > 0 && choice->keys[i - 1] > key; i--)
		choice->keys[i] = choice->keys[i - 1];
	choice->keys[i] = key;
	return left_over;
}

static void choose(struct vgic *vgic, unsigned int cpu, struct choice *choice)
{
	for (uint32_t intid = vgic_next_busy(vgic, cpu, 0); intid < VGIC_IRQS;
	     intid = vgic_next_busy(vgic, cpu, intid + 1)) {
		uint32_t key = key_of(vgic, vgic_irq_of(vgic, cpu, intid), cpu, intid);

		if (key != KEY_NONE)
			key = insert(choice, key);
		if (key != KEY_NONE && KEY_RANK(key) == RANK_PENDING)
			choice->waiting = true;
		if (key != KEY_NONE && KEY_RANK(key) == RANK_DECLARED)
			choice->declared = true;
	}
}

/* --- Into the list registers --------------------------------------------------------------------------- */

/*
 * A level isn't pending in a list register once it is active: whether it still is, is known when it ends, so
 * that this has to be an exit. The same for an edge that has to go to another vCPU by now.
 */
static uint64_t to_lr(const struct vgic *vgic, const struct vgic_irq *irq, unsigned int cpu, uint32_t intid)
{
	uint64_t lr = (uint64_t)irq->priority << ICH_LR_PRIORITY_SHIFT | intid;
	bool ready = is_ready(vgic, irq, cpu);

	if (irq->group1)
		lr |= ICH_LR_GROUP1;
	if (irq->active)
		lr |= ICH_LR_ACTIVE;
	if (ready && (irq->edge || !irq->active))
		lr |= ICH_LR_PENDING;
	if (!irq->edge || (vgic_is_due(vgic, irq) && !ready))
		lr |= ICH_LR_EOI;
	return lr;
}

static void put_on(struct vgic_irq *irq, unsigned int cpu, uint64_t lr)
{
	irq->on = (uint8_t)cpu;
	irq->verdict = VGIC_NO_VERDICT;
	irq->lr_pending = (lr & ICH_LR_PENDING) != 0;
	irq->lr_latch = irq->lr_pending && irq->latch;
	if (irq->lr_pending)
		irq->latch = false;
}

/*
 * Some are waiting for a register. One gets free at the earliest when an interrupt ends; while there are
 * pending ones, all those that wait are less urgent, and it is enough to come when the last was taken.
 */
static uint64_t make_exit(uint64_t *lrs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if ((lrs[i] & (ICH_LR_ACTIVE | ICH_LR_PENDING)) == ICH_LR_PENDING)
			return ICH_HCR_NPIE;
	}
	for (unsigned int i = 0; i < count; i++)
		lrs[i] |= ICH_LR_EOI;
	return 0;
}

/* --- Back from them ------------------------------------------------------------------------------------ */

/* Interrupts ended in absence, `count` of them: those with the highest priority. */
static uint32_t end_declared(struct vgic *vgic, unsigned int cpu, unsigned int count)
{
	uint32_t kicks = 0;

	for (; count > 0; count--) {
		struct vgic_irq *first = NULL;

		for (uint32_t intid = vgic_next_busy(vgic, cpu, 0); intid < VGIC_IRQS;
		     intid = vgic_next_busy(vgic, cpu, intid + 1)) {
			struct vgic_irq *irq = vgic_irq_of(vgic, cpu, intid);

			if (irq->on == VGIC_NO_CPU && irq->active && irq->owner == cpu &&
			    (first == NULL || irq->priority < first->priority))
				first = irq;
		}
		if (first == NULL)
			break;
		first->active = false;
		kicks |= vgic_kick_for(vgic, first);
	}
	return kicks;
}

static void take_off(struct vgic_irq *irq, unsigned int cpu, uint64_t lr)
{
	bool pending = (lr & ICH_LR_PENDING) != 0;

	irq->on = VGIC_NO_CPU;
	irq->active = (lr & ICH_LR_ACTIVE) != 0;
	if (pending && irq->lr_latch)
		irq->latch = true;
	if (irq->active && irq->lr_pending && !pending)
		irq->acknowledged = true;
	if (irq->verdict != VGIC_NO_VERDICT)
		irq->active = irq->verdict == VGIC_ACTIVATED;
	if (!irq->active)
		irq->acknowledged = false;
	irq->owner = (uint8_t)cpu;
	irq->lr_latch = false;
}

/* The INTIDs are those that were loaded; only the states in `lrs` count. */
static uint32_t unload(struct vgic *vgic, unsigned int cpu, const uint64_t *lrs, uint64_t hcr)
{
	struct vgic_cpu *c = &vgic->cpus[cpu];
	uint32_t kicks = end_declared(vgic, cpu, ICH_HCR_EOICOUNT(hcr));

	for (unsigned int i = 0; i < c->lr_count; i++) {
		uint32_t intid = (uint32_t)(c->lrs[i] & ICH_LR_VINTID);
		struct vgic_irq *irq = vgic_irq_of(vgic, cpu, intid);

		take_off(irq, cpu, lrs[i]);
		vgic_note(vgic, cpu, intid);
		/* Routed elsewhere while it was here. */
		if (vgic_target(vgic, irq) != cpu)
			kicks |= vgic_kick_for(vgic, irq);
	}
	c->loaded = false;
	c->syncs++;
	return kicks;
}

/* --- The two ends -------------------------------------------------------------------------------------- */

static uint64_t load(struct vgic *vgic, unsigned int cpu)
{
	struct vgic_cpu *c = &vgic->cpus[cpu];
	struct choice choice = { .room = vgic->num_lrs };
	uint64_t hcr = 0;

	choose(vgic, cpu, &choice);
	for (unsigned int i = 0; i < choice.count; i++) {
		uint32_t intid = KEY_INTID(choice.keys[i]);
		struct vgic_irq *irq = vgic_irq_of(vgic, cpu, intid);

		c->lrs[i] = to_lr(vgic, irq, cpu, intid);
		put_on(irq, cpu, c->lrs[i]);
	}
	c->lr_count = choice.count;
	c->loaded = true;
	if (choice.waiting)
		hcr |= make_exit(c->lrs, c->lr_count);
	if (choice.declared)
		hcr |= ICH_HCR_LRENPIE;
	return hcr;
}

void vgic_load(struct vgic *vgic, unsigned int cpu, struct rmi_rec_enter *enter)
{
	uint32_t kicks = 0;

	enter->gicv3_hcr = 0;
	for (unsigned int i = 0; i < RMI_NUM_LRS; i++)
		enter->gicv3_lrs[i] = 0;
	if (cpu >= vgic->cpu_count)
		return;
	vgic_lock(vgic);
	if (vgic->cpus[cpu].loaded)
		kicks = unload(vgic, cpu, vgic->cpus[cpu].lrs, 0);
	enter->gicv3_hcr = load(vgic, cpu);
	for (unsigned int i = 0; i < vgic->cpus[cpu].lr_count; i++)
		enter->gicv3_lrs[i] = vgic->cpus[cpu].lrs[i];
	vgic_unlock(vgic, kicks);
}

/* A timer's interrupt is a level (DEN0137 A6.2). The vCPU is not running, so that nobody has to be told. */
static void set_timer(struct vgic *vgic, unsigned int cpu, unsigned int intid, uint64_t ctl)
{
	vgic->cpus[cpu].irqs[intid].line = (ctl & CNT_CTL_MASK) == CNT_CTL_ASSERTED;
	vgic_note(vgic, cpu, intid);
}

void vgic_sync(struct vgic *vgic, unsigned int cpu, const struct rmi_rec_exit *exit)
{
	struct vgic_cpu *c;
	uint32_t kicks = 0;

	if (cpu >= vgic->cpu_count)
		return;
	c = &vgic->cpus[cpu];
	vgic_lock(vgic);
	if (c->loaded)
		kicks = unload(vgic, cpu, exit->gicv3_lrs, exit->gicv3_hcr);
	c->vmcr = exit->gicv3_vmcr;
	set_timer(vgic, cpu, VGIC_INTID_VIRTUAL_TIMER, exit->cntv_ctl);
	set_timer(vgic, cpu, VGIC_INTID_PHYSICAL_TIMER, exit->cntp_ctl);
	vgic_unlock(vgic, kicks);
}
