/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Performance monitors (DEN0137 A8.1; DDI0487 D13). A realm made with a PMU has the first event counters and the
 * cycle counter while it runs; MDCR_EL2.HPMN keeps the others out of its reach and stops them, and they are switched all the
 * same. A realm made without has none, and its accesses are trapped.
 */
#include "run/aarch64/context.h"

#include "port/aarch64/percpu.h"

#define PMCR_ONE_SHOT (PMCR_P | PMCR_C) /* reset the counters when written */
#define ALL UINT64_C(0xffffffff)

static struct pmu_state host_pmu[PORT_MAX_CPUS];

/*
 * The cases of a switch over the number of counters, from the last one down; each goes on in the next. (The instruction
 * needs the register's name.)
 */
/* clang-format off */
#define EACH_COUNTER(f, s) \
	f(30, s) f(29, s) f(28, s) f(27, s) f(26, s) f(25, s) f(24, s) f(23, s) f(22, s) f(21, s) f(20, s) \
	f(19, s) f(18, s) f(17, s) f(16, s) f(15, s) f(14, s) f(13, s) f(12, s) f(11, s) f(10, s) \
	f(9, s) f(8, s) f(7, s) f(6, s) f(5, s) f(4, s) f(3, s) f(2, s) f(1, s) f(0, s)
/* clang-format on */

#define SAVE(n, s)                                                   \
	case (n) + 1:                                                \
		(s)->counter[n] = read_sysreg("pmevcntr" #n "_el0"); \
		(s)->type[n] = read_sysreg("pmevtyper" #n "_el0");   \
		__attribute__((fallthrough));

#define LOAD(n, s)                                                   \
	case (n) + 1:                                                \
		write_sysreg("pmevtyper" #n "_el0", (s)->type[n]);   \
		write_sysreg("pmevcntr" #n "_el0", (s)->counter[n]); \
		__attribute__((fallthrough));

static void save_counters(struct pmu_state *s)
{
	switch (port_features()->pmu_num_ctrs) {
		EACH_COUNTER(SAVE, s)
	default:
		break;
	}
}

static void load_counters(const struct pmu_state *s)
{
	switch (port_features()->pmu_num_ctrs) {
		EACH_COUNTER(LOAD, s)
	default:
		break;
	}
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
