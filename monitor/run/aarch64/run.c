/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a REC (run.h): the controls of a realm's world, entry and exit.
 */
#include "run/run.h"

#include <string.h>

#include "port/aarch64/percpu.h"
#include "run/aarch64/context.h"
#include "run/aarch64/init.h"

/* PSTATE of a new REC. */
#define PSTATE_RESET (PSTATE_EL1H | PSTATE_DAIF)

/*
 * Realm state: stage 2 on with forced write-back; interrupts, SMCs, ID registers, implementation defined
 * ones, LORegions and error records to EL2; local TLB and instruction cache maintenance reaches all PEs (FB), because
 * a REC may go on on another one.
 */
#define HCR_REALM                                                                                     \
	(HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TID3 | \
	 HCR_TSC | HCR_TIDCP | HCR_RW | HCR_E2H | HCR_TLOR | HCR_TERR | HCR_TEA | HCR_APK | HCR_API | \
	 HCR_FWB)

/* CPTR_EL2 with E2H: trace and activity monitors trapped; FP, SVE and SME too, until first use. */
#define CPTR_REALM (CPTR_TTA | CPTR_TAM)

/* VTCR_EL2: walks cacheable, inner shareable; 4 KiB granules; NSA; RES1. */
#define VTCR_COMMON (VTCR_IRGN0_WB | VTCR_ORGN0_WB | VTCR_SH0_INNER | VTCR_NSA | VTCR_RES1)

unsigned int run_enter(struct rec *rec);

/* The host's registers while a realm runs. */
static struct el1_state host_el1[PORT_MAX_CPUS];
static uint64_t host_vdisr[PORT_MAX_CPUS];

/* The REC that ran last on each PE; compared only, it may be gone. */
static const struct rec *last_rec[PORT_MAX_CPUS];

static bool has_fgt2;
static bool has_hcx;
static bool has_mpam;

#define MPAM2_TRAPS (MPAM2_TRAP_MPAM0 | MPAM2_TRAP_MPAM1)

/* What is not switched must not be there, or realms must be kept from it. */
static const char *what_is_wrong(void)
{
	uint64_t isar1 = read_sysreg("id_aa64isar1_el1");
	uint64_t isar2 = read_sysreg("id_aa64isar2_el1");

	if (id_field(read_sysreg("id_aa64mmfr0_el1"), MMFR0_FGT) == 0)
		return "the CPU lacks fine-grained traps (FEAT_FGT)";
	if (id_field(isar1, ISAR1_APA) == 0 && id_field(isar1, ISAR1_API) == 0 &&
	    id_field(isar2, ISAR2_APA3) == 0)
		return "the CPU lacks pointer authentication (FEAT_PAuth)";
	if (id_field(read_sysreg("id_aa64pfr1_el1"), PFR1_SME) != 0)
		return "the CPU has SME, whose state is not switched";
	return NULL;
}

const char *run_machine_init(void)
{
	uint64_t mmfr0 = read_sysreg("id_aa64mmfr0_el1");

	has_fgt2 = id_field(mmfr0, MMFR0_FGT) >= 2;
	has_mpam = id_field(read_sysreg("id_aa64pfr0_el1"), PFR0_MPAM) != 0;
	has_hcx = id_field(read_sysreg("id_aa64mmfr1_el1"), MMFR1_HCX) != 0;
	gic_init();
	simd_init();
	debug_init();
	return what_is_wrong();
}

void run_cpu_init(void)
{
	write_sysreg("cntvoff_el2", 0);
	/* Without VS, TLB maintenance by a PE that has run no realm yet would act on 8 bits of the VMID only. */
	write_sysreg("vtcr_el2", VTCR_COMMON | (port_features()->vmid_bits == 16 ? VTCR_VS : 0));
	write_sysreg("vpidr_el2", read_sysreg("midr_el1"));
	pmu_init_cpu();
	write_sysreg("cptr_el2", CPTR_REALM);
	write_sysreg("ich_hcr_el2", 0);
	/* Zero: registers of later extensions are trapped, none of the older ones (their bits are "n..."). */
	write_sysreg(HFGRTR_EL2, 0);
	write_sysreg(HFGWTR_EL2, 0);
	write_sysreg(HFGITR_EL2, 0);
	/* The debugger's registers stay its own when a realm has the breakpoints (debug.c). */
	write_sysreg(HDFGRTR_EL2, HDFG_DBGCLAIM | HDFG_OSECCR);
	write_sysreg(HDFGWTR_EL2, HDFG_DBGCLAIM | HDFG_OSECCR);
	if (has_fgt2) {
		write_sysreg(HDFGRTR2_EL2, 0);
		write_sysreg(HDFGWTR2_EL2, 0);
		write_sysreg(HFGRTR2_EL2, 0);
		write_sysreg(HFGWTR2_EL2, 0);
	}
	if (has_hcx)
		write_sysreg(HCRX_EL2, 0);
	if (has_mpam) {
		write_sysreg(MPAM2_EL2, MPAM2_TRAPS);
		if (read_sysreg(MPAMIDR_EL1) & MPAMIDR_HAS_HCR)
			write_sysreg(MPAMHCR_EL2, MPAMHCR_TRAP_MPAMIDR);
	}
	write_sysreg(VSESR_EL2, 0); /* a virtual SError tells nothing more */
	isb();
}

/* --- Contexts ------------------------------------------------------------------------------------------- */

/* T0SZ, SL0, PS and the size of the VMID for a realm's tables. */
static uint64_t vtcr_of(const struct s2 *s2)
{
	static const uint64_t sl0[] = { 2, 1, 0 };
	uint64_t ps = id_field(read_sysreg("id_aa64mmfr0_el1"), MMFR0_PARANGE);

	return VTCR_COMMON | VTCR_T0SZ(s2->ipa_bits) | sl0[s2->start] << VTCR_SL0_SHIFT |
	       min_u64(ps, PARANGE_48_BITS) << VTCR_PS_SHIFT |
	       (port_features()->vmid_bits == 16 ? VTCR_VS : 0);
}

void run_context_init(struct rec *rec)
{
	struct run_context *c = context_of(rec);
	const struct s2 *s2 = &rec->realm->s2;

	memset(c, 0, sizeof(*c));
	el1_reset(&c->el1);
	pmu_reset(&c->pmu);
	c->vtcr = vtcr_of(s2);
	c->vttbr = s2_vttbr(s2);
	rec->pstate = PSTATE_RESET;
}

void run_context_power_on(struct rec *target, const struct rec *caller)
{
	struct run_context *c = context_of(target);
	const struct run_context *from = (const void *)caller->context;

	el1_reset(&c->el1);
	c->el1.sctlr |= from->el1.sctlr & SCTLR_EE;
	memset(&c->pauth, 0, sizeof(c->pauth));
	memset(&c->gic, 0, sizeof(c->gic));
	memset(&c->debug, 0, sizeof(c->debug));
	pmu_reset(&c->pmu);
	c->virtual_serror = 0;
	c->vdisr = 0;
	c->os_lock = 0;
	c->debug_in_use = false;
	target->pstate = PSTATE_RESET;
}

/* --- Running -------------------------------------------------------------------------------------------- */

/*
 * RECs of a realm share a VMID, but each may have stage 1 tables of its own under the same ASID, as PEs may
 * (DDI0487 D8.16: without CnP, entries are one PE's). What the last REC left in this PE's TLB is not this one's.
 */
static void forget_other_rec(const struct rec *rec, struct run_context *c)
{
	uint32_t cpu = this_cpu()->index;

	if (last_rec[cpu] == rec && c->has_run)
		return;
	last_rec[cpu] = rec;
	c->has_run = true;
	tlbi_vmalle1();
}

void run_begin(struct rec *rec, const struct rmi_rec_enter *enter)
{
	const struct realm *realm = rec->realm;
	struct run_context *c = context_of(rec);
	uint64_t hcr = HCR_REALM | c->virtual_serror;

	if (enter->flags & RMI_REC_ENTER_FLAG_TRAP_WFI)
		hcr |= HCR_TWI;
	if (enter->flags & RMI_REC_ENTER_FLAG_TRAP_WFE)
		hcr |= HCR_TWE;
	this_cpu()->rec = rec;
	write_sysreg("hcr_el2", hcr);
	write_sysreg("vtcr_el2", c->vtcr);
	write_sysreg("vttbr_el2", c->vttbr);
	write_sysreg("vmpidr_el2", rec->mpidr);
	isb();
	forget_other_rec(rec, c);
	el1_save(&host_el1[this_cpu()->index]);
	el1_load(&c->el1);
	pauth_load(&c->pauth);
	host_vdisr[this_cpu()->index] = read_sysreg(VDISR_EL2);
	write_sysreg(VDISR_EL2, c->vdisr);
	gic_load(&c->gic, enter);
	if (realm->has_pmu)
		pmu_give(&c->pmu, realm->pmu_num_ctrs);
	else
		pmu_stop();
	if (c->debug_in_use)
		debug_give(c);
	isb();
}

/* `kind` as run_enter() returns it. */
static enum trap_result trap(struct rec *rec, unsigned int kind, struct rmi_rec_exit *exit)
{
	switch (kind) {
	case RUN_EXIT_SYNC:
		return trap_sync(rec, exit);
	case RUN_EXIT_IRQ:
		exit->exit_reason = RMI_EXIT_IRQ;
		return TRAP_EXIT;
	case RUN_EXIT_FIQ:
		exit->exit_reason = RMI_EXIT_FIQ;
		return TRAP_EXIT;
	default:
		return trap_serror(rec, exit);
	}
}

enum run_event run_realm(struct rec *rec, struct rmi_rec_exit *exit)
{
	struct run_context *c = context_of(rec);
	enum trap_result result = TRAP_RESUME;

	while (result == TRAP_RESUME) {
		if (!timer_prepare(c)) {
			exit->exit_reason = RMI_EXIT_IRQ;
			return RUN_EXIT;
		}
		result = trap(rec, run_enter(rec), exit);
	}
	return result == TRAP_SMC ? RUN_SMC : RUN_EXIT;
}

void run_end(struct rec *rec, struct rmi_rec_exit *exit)
{
	const struct realm *realm = rec->realm;
	struct run_context *c = context_of(rec);

	/* An SError that the realm has not taken yet waits for its next entry. */
	c->virtual_serror = read_sysreg("hcr_el2") & HCR_VSE;
	c->vdisr = read_sysreg(VDISR_EL2);
	write_sysreg(VDISR_EL2, host_vdisr[this_cpu()->index]);
	gic_save(&c->gic, exit);
	simd_take_back(rec);
	pauth_save(&c->pauth);
	el1_save(&c->el1);
	if (c->debug_live)
		debug_take_back(c);
	if (realm->has_pmu)
		exit->pmu_ovf_status = pmu_take_back(&c->pmu);
	else
		pmu_go_on();
	timer_report(c, exit);
	el1_load(&host_el1[this_cpu()->index]);
	write_sysreg("hcr_el2", HCR_E2H);
	isb();
}
