/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Register state beyond the general-purpose registers: of a REC, in rec->context, and of the host, per PE.
 * EL3 switches EL2's registers and the pointer authentication keys of the host; the rest is ours
 * (RMM-EL3 interface, "register save restore convention").
 */
#ifndef RUN_CONTEXT_H
#define RUN_CONTEXT_H

/* Offsets in struct rec, for enter.S. */
#define REC_PC 248
#define REC_PSTATE 256

/* What run_enter() returns. */
#define RUN_EXIT_SYNC 0
#define RUN_EXIT_IRQ 1
#define RUN_EXIT_FIQ 2
#define RUN_EXIT_SERROR 3

#ifndef __ASSEMBLER__

#include <caec/arm.h>

#include "model/rec.h"
#include "port/aarch64/sysreg.h"

/* EL1 and EL0 registers that a realm or a guest of the host can change. */
struct el1_state {
	uint64_t sp_el0, sp_el1, elr, spsr;
	uint64_t sctlr, actlr, cpacr, ttbr0, ttbr1, tcr, mair, amair;
	uint64_t esr, far, afsr0, afsr1, par;
	uint64_t vbar, contextidr, cntkctl, csselr, mdscr;
	uint64_t tpidr_el0, tpidrro_el0;
	uint64_t cntp_cval, cntv_cval, cntp_ctl, cntv_ctl;
	uint64_t tpidr_el1;
};

/* Pointer authentication keys, low and high halves: IA, IB, DA, DB, GA. */
struct pauth_keys {
	uint64_t key[10];
};

/* Of a realm that has a PMU. */
struct pmu_state {
	uint64_t pmcr, cntenset, intenset, ovsset, selr, userenr, ccntr, ccfiltr;
	uint64_t counter[31], type[31];
};

/* Break- and watchpoints. MDSCR_EL1 is with the EL1 registers. */
struct debug_state {
	uint64_t bvr[16], bcr[16], wvr[16], wcr[16];
};

#define GIC_MAX_AP 4U

struct gic_state {
	uint64_t vmcr;
	uint64_t ap0r[GIC_MAX_AP];
	uint64_t ap1r[GIC_MAX_AP];
};

struct run_context {
	struct el1_state el1;
	struct pauth_keys pauth;
	struct gic_state gic;
	uint64_t vtcr, vttbr;
	uint64_t virtual_serror; /* HCR_EL2.VSE, or 0 */
	uint64_t vdisr;
	struct pmu_state pmu;
	struct debug_state debug;
	uint64_t os_lock;         /* OSLSR_EL1.OSLK */
	bool debug_in_use;        /* a break- or watchpoint or stepping is on */
	bool debug_live;          /* the debug registers in the PE are the realm's */
	uint32_t timers_reported; /* whose output was asserted as the last exit record had it (timer.c) */
	bool simd_live;           /* the realm's SIMD registers are in the PE */
	bool has_run;             /* since run_context_init() */
};
_Static_assert(sizeof(struct run_context) <= REC_CONTEXT_SIZE, "the context must fit its place in a REC");
_Static_assert(offsetof(struct rec, pc) == REC_PC, "assembly uses it");
_Static_assert(offsetof(struct rec, pstate) == REC_PSTATE, "assembly uses it");

static inline struct run_context *context_of(struct rec *rec)
{
	return (void *)rec->context;
}

/* --- el1.c ------------------------------------------------------------------------------------------------ */

void el1_save(struct el1_state *s);
void el1_load(const struct el1_state *s);
void el1_reset(struct el1_state *s);
void pauth_save(struct pauth_keys *s);
void pauth_load(const struct pauth_keys *s);

/* --- gic.c ------------------------------------------------------------------------------------------------ */

void gic_init(void);
void gic_load(const struct gic_state *s, const struct rmi_rec_enter *enter);
void gic_save(struct gic_state *s, struct rmi_rec_exit *exit);

/* --- timer.c ---------------------------------------------------------------------------------------------- */

/* Before the realm runs on: masks what the host knows already. False: the host has news to hear first. */
bool timer_prepare(struct run_context *c);
void timer_report(struct run_context *c, struct rmi_rec_exit *exit);

/* --- simd.c ----------------------------------------------------------------------------------------------- */

void simd_init(void);
/* The realm's first use since its entry: the host's registers are put away, the realm's loaded. */
void simd_give(struct rec *rec);
/* The host's registers are back, whether or not the realm used them. */
void simd_take_back(struct rec *rec);

/* --- pmu.c ------------------------------------------------------------------------------------------------ */

/*
 * MDCR_EL2 of a realm: performance monitors, debug, profiling, trace filter and the debug channel trapped; nothing counts at
 * EL2; the buffers are not the realm's. HPMN is added (pmu.c).
 */
#define MDCR_REALM                                                                                       \
	(MDCR_TPMCR | MDCR_TPM | MDCR_TDA | MDCR_TDOSA | MDCR_TDRA | MDCR_TPMS | MDCR_HPMD | MDCR_TTRF | \
	 MDCR_HCCD | MDCR_TDCC)

/* MDCR_EL2 of this PE, as it is whenever no realm has the PMU. */
void pmu_init_cpu(void);
/* Between these two the PMU's first `count` event counters are the realm's; the second returns pmu_ovf_status. */
void pmu_give(struct pmu_state *s, unsigned int count);
uint8_t pmu_take_back(struct pmu_state *s);
/* Between these two nothing counts: a realm without PMU runs. */
void pmu_stop(void);
void pmu_go_on(void);
void pmu_reset(struct pmu_state *s);

/* --- debug.c ---------------------------------------------------------------------------------------------- */

void debug_init(void);
void debug_give(struct run_context *c);
/* Only if live, and after el1_save(). */
void debug_take_back(struct run_context *c);
void debug_set_os_lock(struct run_context *c, uint64_t value);

/* --- exit.c, abort.c, sysreg_trap.c, inject.c, stage1.c ---------------------------------------------------- */

/* What to do after an exception from the realm. */
enum trap_result {
	TRAP_RESUME, /* the realm runs on */
	TRAP_SMC,
	TRAP_EXIT, /* the exit record is filled */
};

enum trap_result trap_sync(struct rec *rec, struct rmi_rec_exit *exit);
enum trap_result trap_serror(struct rec *rec, struct rmi_rec_exit *exit);
enum trap_result trap_abort(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit);
enum trap_result trap_sysreg(struct rec *rec, uint64_t esr, struct rmi_rec_exit *exit);

/* After an error that may be anywhere in its state, a realm does not run on. */
void realm_is_lost(const struct rec *rec);

/* The value of an ID register (op0 3, op1 0, CRn 0) as the realm is to see it. */
uint64_t idreg_value(const struct realm *realm, unsigned int crm, unsigned int op2);

/* The realm takes an exception at EL1. */
void inject_undefined(struct rec *rec);
void inject_external_abort(struct rec *rec, uint64_t esr, uint64_t far);
void inject_address_size_fault(struct rec *rec, uint64_t esr, uint64_t far, unsigned int level);

/* stage1.c: where the realm's tables give an address for `va` that is not in its IPA space; 0 without stage 1. */
unsigned int stage1_fault_level(const struct s2 *s2, uint64_t va);

/* Register x0-x30 of the realm by the number in a syndrome; 31 is XZR. */
static inline uint64_t realm_gpr(const struct rec *rec, unsigned int number)
{
	return number < 31 ? rec->gprs[number] : 0;
}

static inline void realm_set_gpr(struct rec *rec, unsigned int number, uint64_t value)
{
	if (number < 31)
		rec->gprs[number] = value;
}

#endif /* __ASSEMBLER__ */

#endif
