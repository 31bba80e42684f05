/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's timers (DEN0137 A6.2). Their interrupts come to the host as physical ones; the host learns of a
 * change through an exit, after which the signal is masked until the realm has dealt with it.
 */
#include "run/aarch64/context.h"

#define RETIRE_TRIES 1000U

#define TIMER_VIRTUAL 1U
#define TIMER_PHYSICAL 2U

/* The timers whose output is asserted, by their control registers. */
static unsigned int asserted_of(uint64_t cntv_ctl, uint64_t cntp_ctl)
{
	return ((cntv_ctl & CNT_CTL_MASK) == CNT_CTL_ASSERTED ? TIMER_VIRTUAL : 0) |
	       ((cntp_ctl & CNT_CTL_MASK) == CNT_CTL_ASSERTED ? TIMER_PHYSICAL : 0);
}

/* A signal that was just masked may still be pending at the CPU interface: entering would exit at once. */
static void wait_until_retired(uint64_t intid)
{
	for (unsigned int i = 0; i < RETIRE_TRIES && read_sysreg("icc_hppir1_el1") == intid; i++)
		isb();
}

bool timer_prepare(struct run_context *c)
{
	uint64_t cnthctl = CNTHCTL_EL1PCTEN | CNTHCTL_EL1PTEN;
	unsigned int asserted = asserted_of(read_sysreg("cntv_ctl_el02"), read_sysreg("cntp_ctl_el02"));

	if (asserted != c->timers_reported)
		return false;
	if (asserted & TIMER_VIRTUAL)
		cnthctl |= CNTHCTL_CNTVMASK;
	if (asserted & TIMER_PHYSICAL)
		cnthctl |= CNTHCTL_CNTPMASK;
	write_sysreg("cnthctl_el2", cnthctl);
	if (asserted != 0) {
		isb();
		if (asserted & TIMER_VIRTUAL)
			wait_until_retired(INTID_VIRTUAL_TIMER);
		if (asserted & TIMER_PHYSICAL)
			wait_until_retired(INTID_PHYSICAL_TIMER);
	}
	return true;
}

void timer_report(struct run_context *c, struct rmi_rec_exit *exit)
{
	const struct el1_state *s = &c->el1;

	exit->cntp_ctl = s->cntp_ctl;
	exit->cntp_cval = s->cntp_cval;
	exit->cntv_ctl = s->cntv_ctl;
	exit->cntv_cval = s->cntv_cval;
	c->timers_reported = asserted_of(s->cntv_ctl, s->cntp_ctl);
}
