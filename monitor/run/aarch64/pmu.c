/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Performance monitors (DEN0137 A8.1; DDI0487 D13). A realm made with a PMU has the first event counters and the
 * cycle counter while it runs; MDCR_EL2.HPMN keeps the others out of its reach and stops them, and they are switched all the
 * same. A realm made without has none, and its accesses are trapped.
 */
#include "run/aarch64/context.h"

#include "port/aarch64/percpu.h"

#define PMCR_E UINT64_C(0x1)
#define PMCR_ONE_SHOT UINT64_C(0x6) /* P, C: reset the counters when written */
#define PMCR_LC UINT64_C(0x40)
#define ALL UINT64_C(0xffffffff)

#define MDCR_TPMCR (UINT64_C(1) << 5)
#define MDCR_TPM (UINT64_C(1) << 6)

static struct pmu_state host_pmu[PORT_MAX_CPUS];

/* Counters by number: the instruction needs the name. One list. */
/* clang-format off */
#define COUNTERS(f) \
	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15) \
	f(16) f(17) f(18) f(19) f(20) f(21) f(22) f(23) f(24) f(25) f(26) f(27) f(28) f(29) f(30)
/* clang-format on */

#define SAVE(n)                                            \
	if (port_features()->pmu_num_ctrs == (n))          \
		return;                                    \
	s->counter[n] = read_sysreg("pmevcntr" #n "_el0"); \
	s->type[n] = read_sysreg("pmevtyper" #n "_el0");

#define LOAD(n)                                          \
	if (port_features()->pmu_num_ctrs == (n))        \
		return;                                  \
	write_sysreg("pmevtyper" #n "_el0", s->type[n]); \
	write_sysreg("pmevcntr" #n "_el0", s->counter[n]);

static void save_counters(struct pmu_state *s)
{
	COUNTERS(SAVE)
}

static void load_counters(const struct pmu_state *s)
{
	COUNTERS(LOAD)
}

/* Stops the counters, so that what is put away belongs together. */
static void save(struct pmu_state *s)
{
	s->pmcr = read_sysreg("pmcr_el0") & ~PMCR_ONE_SHOT;
	write_sysreg("pmcr_el0", s->pmcr & ~PMCR_E);
	isb();
	s->cntenset = read_sysreg("pmcntenset_el0");
	s->intenset = read_sysreg("pmintenset_el1");
	s->ovsset = read_sysreg("pmovsset_el0");
	s->selr = read_sysreg("pmselr_el0");
	s->userenr = read_sysreg("pmuserenr_el0");
	s->ccntr = read_sysreg("pmccntr_el0");
	s->ccfiltr = read_sysreg("pmccfiltr_el0");
	save_counters(s);
}

/* The control register last: nothing counts before all is there. */
static void load(const struct pmu_state *s)
{
	write_sysreg("pmcntenclr_el0", ALL);
	write_sysreg("pmintenclr_el1", ALL);
	write_sysreg("pmovsclr_el0", ALL);
	load_counters(s);
	write_sysreg("pmccfiltr_el0", s->ccfiltr);
	write_sysreg("pmccntr_el0", s->ccntr);
	write_sysreg("pmselr_el0", s->selr);
	write_sysreg("pmuserenr_el0", s->userenr);
	write_sysreg("pmovsset_el0", s->ovsset);
	write_sysreg("pmintenset_el1", s->intenset);
	write_sysreg("pmcntenset_el0", s->cntenset);
	write_sysreg("pmcr_el0", s->pmcr);
}

/*
 * No event counter is a realm's; where HPMN may not be 0 (CONSTRAINED UNPREDICTABLE without FEAT_HPMN0), one is, and
 * pmu_stop() keeps it from counting.
 */
static uint64_t mdcr_without_pmu(void)
{
	const struct port_features *f = port_features();

	return MDCR_REALM | (f->has_pmu && !f->has_hpmn0 && f->pmu_num_ctrs != 0 ? 1 : 0);
}

void pmu_init_cpu(void)
{
	write_sysreg("mdcr_el2", mdcr_without_pmu());
}

/* What a realm does is not counted for the host, be it by events or cycles. */
void pmu_stop(void)
{
	uint64_t pmcr;

	if (!port_features()->has_pmu)
		return;
	pmcr = read_sysreg("pmcr_el0") & ~PMCR_ONE_SHOT;
	host_pmu[this_cpu()->index].pmcr = pmcr;
	if (pmcr & PMCR_E)
		write_sysreg("pmcr_el0", pmcr & ~PMCR_E);
}

void pmu_go_on(void)
{
	/* 0 without a PMU. */
	uint64_t pmcr = host_pmu[this_cpu()->index].pmcr;

	if (pmcr & PMCR_E)
		write_sysreg("pmcr_el0", pmcr);
}

void pmu_reset(struct pmu_state *s)
{
	*s = (struct pmu_state){ .pmcr = PMCR_LC };
}

void pmu_give(struct pmu_state *s, unsigned int count)
{
	save(&host_pmu[this_cpu()->index]);
	write_sysreg("mdcr_el2", (MDCR_REALM & ~(MDCR_TPM | MDCR_TPMCR)) | count);
	isb();
	load(s);
}

uint8_t pmu_take_back(struct pmu_state *s)
{
	save(s);
	pmu_init_cpu();
	load(&host_pmu[this_cpu()->index]);
	/* As the hardware raises its interrupt (DDI0487 D13.3.1): a counter that is off may still have overflowed. */
	return (s->pmcr & PMCR_E) && (s->ovsset & s->intenset) != 0 ? RMI_PMU_OVERFLOW_ACTIVE
								    : RMI_PMU_OVERFLOW_NOT_ACTIVE;
}
