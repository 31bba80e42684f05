/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL1 and EL0 system registers. With E2H set, EL1's own are reached by their _EL12 and _EL02 names.
 */
#include "run/context.h"

/* SCTLR_EL1 after reset: what is RES1 without newer features; MMU and caches off (DDI0487 D24.2.168). */
#define SCTLR_EL1_RESET UINT64_C(0x30c50838)

/* clang-format off: one list, not nested calls. */
#define EL1_REGISTERS(f) \
	f(sp_el0, "sp_el0") f(sp_el1, "sp_el1") f(elr, "elr_el12") f(spsr, "spsr_el12") f(sctlr, "sctlr_el12") \
	f(actlr, "actlr_el1") f(cpacr, "cpacr_el12") f(ttbr0, "ttbr0_el12") f(ttbr1, "ttbr1_el12") \
	f(tcr, "tcr_el12") f(mair, "mair_el12") f(amair, "amair_el12") f(esr, "esr_el12") f(far, "far_el12") \
	f(afsr0, "afsr0_el12") f(afsr1, "afsr1_el12") f(par, "par_el1") f(vbar, "vbar_el12") \
	f(contextidr, "contextidr_el12") f(cntkctl, "cntkctl_el12") f(csselr, "csselr_el1") \
	/* The host's breakpoints stay where they are; without its MDSCR_EL1 they are not the realm's. */ \
	f(mdscr, "mdscr_el1") \
	f(tpidr_el0, "tpidr_el0") f(tpidrro_el0, "tpidrro_el0") f(tpidr_el1, "tpidr_el1") \
	/* The compare value before the control: a timer never fires with another's value. */ \
	f(cntp_cval, "cntp_cval_el02") f(cntv_cval, "cntv_cval_el02") f(cntp_ctl, "cntp_ctl_el02") \
	f(cntv_ctl, "cntv_ctl_el02")

#define PAUTH_REGISTERS(f) \
	f(0, "s3_0_c2_c1_0") f(1, "s3_0_c2_c1_1") f(2, "s3_0_c2_c1_2") f(3, "s3_0_c2_c1_3") \
	f(4, "s3_0_c2_c2_0") f(5, "s3_0_c2_c2_1") f(6, "s3_0_c2_c2_2") f(7, "s3_0_c2_c2_3") \
	f(8, "s3_0_c2_c3_0") f(9, "s3_0_c2_c3_1")
/* clang-format on */

#define SAVE(field, name) s->field = read_sysreg(name);
#define LOAD(field, name) write_sysreg(name, s->field);

void el1_save(struct el1_state *s)
{
	EL1_REGISTERS(SAVE)
}

void el1_load(const struct el1_state *s)
{
	/* Off first: between the two values the old compare value may already have passed. */
	write_sysreg("cntp_ctl_el02", 0);
	write_sysreg("cntv_ctl_el02", 0);
	EL1_REGISTERS(LOAD)
}

void el1_reset(struct el1_state *s)
{
	*s = (struct el1_state){ .sctlr = SCTLR_EL1_RESET };
}

#define PAUTH_SAVE(i, name) k->key[i] = read_sysreg(name);
#define PAUTH_LOAD(i, name) write_sysreg(name, k->key[i]);

void pauth_save(struct pauth_keys *k)
{
	PAUTH_REGISTERS(PAUTH_SAVE)
}

void pauth_load(const struct pauth_keys *k)
{
	PAUTH_REGISTERS(PAUTH_LOAD)
}
