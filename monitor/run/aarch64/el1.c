/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL1 and EL0 system registers. With E2H set, EL1's own are reached by their _EL12 and _EL02 names.
 */
#include "run/aarch64/context.h"

/* SCTLR_EL1 after reset: nothing trapped, MMU and caches off (DDI0487 D24.2.168). */
#define SCTLR_EL1_RESET (SCTLR_RES1 | SCTLR_SA | SCTLR_SA0 | SCTLR_CP15BEN | SCTLR_NTWI | SCTLR_NTWE)

/* One list, not nested calls. Pairs: two registers take three instructions. */
/* clang-format off */
#define EL1_REGISTERS(f) \
	f(sp_el0, "sp_el0", sp_el1, "sp_el1") f(elr, "elr_el12", spsr, "spsr_el12") \
	f(sctlr, "sctlr_el12", actlr, "actlr_el1") f(cpacr, "cpacr_el12", ttbr0, "ttbr0_el12") \
	f(ttbr1, "ttbr1_el12", tcr, "tcr_el12") f(mair, "mair_el12", amair, "amair_el12") \
	f(esr, "esr_el12", far, "far_el12") f(afsr0, "afsr0_el12", afsr1, "afsr1_el12") \
	f(par, "par_el1", vbar, "vbar_el12") f(contextidr, "contextidr_el12", cntkctl, "cntkctl_el12") \
	/* The host's breakpoints stay where they are; without its MDSCR_EL1 they are not the realm's. */ \
	f(csselr, "csselr_el1", mdscr, "mdscr_el1") f(tpidr_el0, "tpidr_el0", tpidrro_el0, "tpidrro_el0") \
	/* The compare value before the control: a timer never fires with another's value. */ \
	f(cntp_cval, "cntp_cval_el02", cntv_cval, "cntv_cval_el02") \
	f(cntp_ctl, "cntp_ctl_el02", cntv_ctl, "cntv_ctl_el02")

#define PAUTH_REGISTERS(f) \
	f(key[0], APIAKEYLO_EL1, key[1], APIAKEYHI_EL1) f(key[2], APIBKEYLO_EL1, key[3], APIBKEYHI_EL1) \
	f(key[4], APDAKEYLO_EL1, key[5], APDAKEYHI_EL1) f(key[6], APDBKEYLO_EL1, key[7], APDBKEYHI_EL1) \
	f(key[8], APGAKEYLO_EL1, key[9], APGAKEYHI_EL1)
#define SAVE(field, name, field2, name2) { \
		uint64_t a = read_sysreg(name), b = read_sysreg(name2); \
		s->field = a; \
		s->field2 = b; \
	}
#define LOAD(field, name, field2, name2) { \
		uint64_t a = s->field, b = s->field2; \
		write_sysreg(name, a); \
		write_sysreg(name2, b); \
	}
/* clang-format on */

void el1_save(struct el1_state *s)
{
	EL1_REGISTERS(SAVE)
	s->tpidr_el1 = read_sysreg("tpidr_el1");
}

void el1_load(const struct el1_state *s)
{
	/* Off first: between the two values the old compare value may already have passed. */
	write_sysreg("cntp_ctl_el02", 0);
	write_sysreg("cntv_ctl_el02", 0);
	write_sysreg("tpidr_el1", s->tpidr_el1);
	EL1_REGISTERS(LOAD)
}

void el1_reset(struct el1_state *s)
{
	*s = (struct el1_state){ .sctlr = SCTLR_EL1_RESET };
}

void pauth_save(struct pauth_keys *s)
{
	PAUTH_REGISTERS(SAVE)
}

void pauth_load(const struct pauth_keys *s)
{
	PAUTH_REGISTERS(LOAD)
}
