/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's timers (DEN0137 A6.2). Their interrupts come to the host as physical ones; the host learns of a
 * change through an exit, after which the signal is masked until the realm has dealt with it.
 */
#include "run/context.h"

#define CTL_MASK UINT64_C(0x7)
#define CTL_ASSERTED UINT64_C(0x5) /* ENABLE, ISTATUS, not IMASK */

/* CNTHCTL_EL2 with E2H: no traps of the physical counter and timer; masks (FEAT_RME). */
#define CNTHCTL_EL1PCTEN (UINT64_C(1) << 10)
#define CNTHCTL_EL1PTEN (UINT64_C(1) << 11)
#define CNTHCTL_CNTVMASK (UINT64_C(1) << 18)
#define CNTHCTL_CNTPMASK (UINT64_C(1) << 19)

#define INTID_VIRTUAL_TIMER 27
#define INTID_PHYSICAL_TIMER 30
#define RETIRE_TRIES 1000U

static bool is_asserted(uint64_t ctl)
{
	return (ctl & CTL_MASK) == CTL_ASSERTED;
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
	bool is_virtual = is_asserted(read_sysreg("cntv_ctl_el02"));
	bool is_physical = is_asserted(read_sysreg("cntp_ctl_el02"));

	if (is_virtual != c->virtual_reported || is_physical != c->physical_reported)
		return false;
	if (is_virtual)
		cnthctl |= CNTHCTL_CNTVMASK;
	if (is_physical)
		cnthctl |= CNTHCTL_CNTPMASK;
	write_sysreg("cnthctl_el2", cnthctl);
	if (is_virtual || is_physical) {
		isb();
		if (is_virtual)
			wait_until_retired(INTID_VIRTUAL_TIMER);
		if (is_physical)
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
	c->virtual_reported = is_asserted(s->cntv_ctl);
	c->physical_reported = is_asserted(s->cntp_ctl);
}
