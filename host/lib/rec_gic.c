/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual interrupts of a REC, through the list registers in RmiRecRun (DEN0137 A6.1): what was active or
 * pending at the last exit stays, the timers follow the state that the exit reports (A6.2), and what is
 * waiting takes the registers that are left.
 */
#include <caec/arm.h>

#include "csm.h"
#include "rec.h"

/* ICH_LR<n>_EL2 (GICv3 12.4.10). */
#define LR_PRIORITY (ABI_U64(0xa0) << ICH_LR_PRIORITY_SHIFT)
/* What a host may set: state, group, priority, INTID. */
#define LR_KEPT \
	(RMI_GICV3_LR_STATE | ICH_LR_GROUP1 | (ICH_LR_PRIORITY_MASK << ICH_LR_PRIORITY_SHIFT) | ICH_LR_VINTID)

static bool timer_is_asserted(uint64_t ctl)
{
	return (ctl & CNT_CTL_MASK) == CNT_CTL_ASSERTED;
}

/* On, not masked; the condition has its own bit. */
static bool timer_is_on(uint64_t ctl)
{
	return (ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) == CNT_CTL_ENABLE;
}

uint64_t host_rec_next_timer(const struct host_rec *rec)
{
	const struct rmi_rec_exit *exit = &rec->run->exit;
	uint64_t next = UINT64_MAX;

	if (timer_is_on(exit->cntv_ctl))
		next = exit->cntv_cval;
	if (timer_is_on(exit->cntp_ctl) && exit->cntp_cval < next)
		next = exit->cntp_cval;
	return next;
}

static uint64_t *find(uint64_t *lrs, unsigned int count, uint32_t intid)
{
	for (unsigned int i = 0; i < count; i++)
		if ((lrs[i] & RMI_GICV3_LR_STATE) != 0 && (lrs[i] & ICH_LR_VINTID) == intid)
			return &lrs[i];
	return NULL;
}

static bool inject_new(uint64_t *lrs, unsigned int count, uint32_t intid)
{
	for (unsigned int i = 0; i < count; i++) {
		if ((lrs[i] & RMI_GICV3_LR_STATE) == 0) {
			lrs[i] = ICH_LR_PENDING | ICH_LR_GROUP1 | LR_PRIORITY | intid;
			return true;
		}
	}
	return false;
}

/* True: the interrupt is in a list register, pending. An active one is left to be ended first. */
static bool inject(uint64_t *lrs, unsigned int count, uint32_t intid)
{
	return find(lrs, count, intid) == NULL && inject_new(lrs, count, intid);
}

/*
 * A doorbell is an edge: while it is active it becomes pending again, so that what rings after the realm has taken the
 * interrupt, and perhaps looked already, is another one. While it is pending, it is the same one.
 */
static void pass_doorbell(struct host_rec *rec, uint64_t *lrs, unsigned int count)
{
	uint64_t rung = __atomic_load_n(&rec->doorbells, __ATOMIC_SEQ_CST);
	uint64_t *lr = find(lrs, count, HOST_DOORBELL_INTID);

	if (rung == rec->doorbells_passed)
		return;
	if (lr != NULL)
		*lr |= ICH_LR_PENDING;
	else if (!inject_new(lrs, count, HOST_DOORBELL_INTID))
		return;
	rec->doorbells_passed = rung;
}

/* A timer's interrupt is a level: pending as long as the condition holds, and no longer. */
static void follow_timer(uint64_t *lrs, unsigned int count, uint32_t intid, uint64_t ctl)
{
	uint64_t *lr = find(lrs, count, intid);

	if (timer_is_asserted(ctl))
		inject(lrs, count, intid);
	else if (lr != NULL)
		*lr &= ~ICH_LR_PENDING;
}

void host_rec_load_interrupts(struct host_rec *rec)
{
	const struct rmi_rec_exit *exit = &rec->run->exit;
	uint64_t *lrs = rec->run->enter.gicv3_lrs;
	unsigned int count = host_feature(rec->realm->host, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT,
					  RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) +
			     1;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t lr = exit->gicv3_lrs[i];

		lrs[i] = (lr & RMI_GICV3_LR_STATE) != 0 ? lr & LR_KEPT : 0;
	}
	follow_timer(lrs, count, INTID_VIRTUAL_TIMER, exit->cntv_ctl);
	follow_timer(lrs, count, INTID_PHYSICAL_TIMER, exit->cntp_ctl);
	pass_doorbell(rec, lrs, count);
	for (unsigned int i = 0; i < HOST_VCPU_IRQS; i++) {
		uint32_t intid = __atomic_load_n(&rec->pending[i], __ATOMIC_ACQUIRE);

		if (intid != 0 && inject(lrs, count, intid))
			__atomic_store_n(&rec->pending[i], 0, __ATOMIC_RELEASE);
	}
	/* A doorbell that finds no room comes when there is some, not when the realm happens to exit. (A single list
	 * register in use is underflow already: the realm would exit for ever.) */
	if (count > 1 && host_csm_was_rung(rec))
		rec->run->enter.gicv3_hcr =
			ICH_HCR_UIE; /* exit when no more than one list register is in use (GICv3 12.4.8) */
	else
		rec->run->enter.gicv3_hcr = 0;
}

/* Any thread may call this; INTID 0 marks a free place, so that SGI can't be asked for. */
bool host_rec_interrupt(struct host_rec *rec, uint32_t intid)
{
	for (unsigned int i = 0; i < HOST_VCPU_IRQS; i++) {
		uint32_t none = 0;

		if (intid != 0 && __atomic_compare_exchange_n(&rec->pending[i], &none, intid, false,
							      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}
