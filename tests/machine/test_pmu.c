/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Performance monitors in realms (DEN0137 A3.1.5, A8.1).
 */
#include <caec/arm.h>

#include "machine.h"
#include "puppet/script.h"

#define PMCR_EL0 SYSREG(3, 3, 9, 12, 0)
#define PMCNTENSET_EL0 SYSREG(3, 3, 9, 12, 1)
#define PMCNTENCLR_EL0 SYSREG(3, 3, 9, 12, 2)
#define PMOVSSET_EL0 SYSREG(3, 3, 9, 14, 3)
#define PMOVSCLR_EL0 SYSREG(3, 3, 9, 12, 3)
#define PMCCNTR_EL0 SYSREG(3, 3, 9, 13, 0)
#define PMCCFILTR_EL0 SYSREG(3, 3, 14, 15, 7)
#define PMINTENSET_EL1 SYSREG(3, 0, 9, 14, 1)
#define PMEVCNTR_EL0(n) SYSREG(3, 3, 14, 8, n)
#define PMEVTYPER_EL0(n) SYSREG(3, 3, 14, 12, n)
#define ID_AA64DFR0_EL1 SYSREG(3, 0, 0, 5, 0)

#define CYCLES (1U << 31)

#define COUNTERS 2

static struct test_realm *start(void)
{
	CHECK(host_feature(&rmm, RMI_FEATURE0_PMU_NUM_CTRS_SHIFT, RMI_FEATURE0_PMU_NUM_CTRS_WIDTH) >=
	      COUNTERS);
	return realm_start(REALM_PROGRAM_SCRIPT,
			   &(struct realm_options){ .flags = RMI_REALM_FLAG_PMU, .pmu_num_ctrs = COUNTERS });
}

static uint64_t get(struct test_realm *realm, unsigned int number)
{
	uint64_t value;

	CHECK_EQ(realm_read_sysreg(realm, number, &value), 0);
	return value;
}

static void set(struct test_realm *realm, unsigned int number, uint64_t value)
{
	CHECK_EQ(realm_write_sysreg(realm, number, value), 0);
}

/* As many counters as were asked for, and what is in them is the realm's own. */
MACHINE_TEST(pmu_registers, .pmu = true)
{
	struct test_realm *a = start(), *b = start();
	uint64_t value;

	sysreg_write(pmcr_el0, 0x40);
	sysreg_write(pmevcntr0_el0, 0xaaaa);
	sysreg_write(pmevtyper0_el0, 0x11);
	sysreg_write(pmevcntr5_el0, 0xbbbb);
	sysreg_write(pmccntr_el0, 0xcccc);
	sysreg_write(pmintenset_el1, 3);
	sysreg_write(pmuserenr_el0, 5);

	CHECK_EQ(PMCR_N(get(a, PMCR_EL0)), COUNTERS);
	CHECK_EQ(get(a, ID_AA64DFR0_EL1) >> 8 & 0xf, sysreg_read(id_aa64dfr0_el1) >> 8 & 0xf);
	CHECK_EQ(get(a, PMINTENSET_EL1), 0);
	CHECK_EQ(get(a, PMCCNTR_EL0), 0);
	for (unsigned int n = 0; n < COUNTERS; n++) {
		CHECK_EQ(get(a, PMEVCNTR_EL0(n)), 0);
		set(a, PMEVCNTR_EL0(n), 0x1000 + n);
		set(a, PMEVTYPER_EL0(n), 8); /* instructions */
		set(b, PMEVCNTR_EL0(n), 0x2000 + n);
	}
	set(a, PMCCNTR_EL0, 0x3333);
	for (unsigned int n = 0; n < COUNTERS; n++) {
		CHECK_EQ(get(a, PMEVCNTR_EL0(n)), 0x1000 + n);
		CHECK_EQ(get(a, PMEVTYPER_EL0(n)), 8);
		CHECK_EQ(get(b, PMEVCNTR_EL0(n)), 0x2000 + n);
		CHECK_EQ(get(b, PMEVTYPER_EL0(n)), 0);
	}
	CHECK_EQ(get(a, PMCCNTR_EL0), 0x3333);
	/* More than it has: undefined. QEMU has it read what is there, and that is not the host's. */
	if (realm_read_sysreg(a, PMEVCNTR_EL0(5), &value) == 0)
		CHECK_EQ(value, 0);

	CHECK_EQ(sysreg_read(pmevcntr0_el0), 0xaaaa);
	CHECK_EQ(sysreg_read(pmevtyper0_el0), 0x11);
	CHECK_EQ(sysreg_read(pmevcntr5_el0), 0xbbbb);
	CHECK_EQ(sysreg_read(pmccntr_el0), 0xcccc);
	CHECK_EQ(sysreg_read(pmintenset_el1), 3);
	CHECK_EQ(sysreg_read(pmuserenr_el0), 5);
	sysreg_write(pmintenclr_el1, 3);
	realm_end(b);
	realm_end(a);
}

/* Counting happens while the realm runs; an overflow is reported, until the realm has dealt with it. */
MACHINE_TEST(pmu_counts, .pmu = true)
{
	struct test_realm *realm = start();
	const struct rmi_rec_exit *exit = &realm->realm.recs[0].run->exit;
	uint64_t before;

	set(realm, PMCCFILTR_EL0, 0);
	set(realm, PMCNTENSET_EL0, CYCLES);
	set(realm, PMCR_EL0, PMCR_E | 0x40);
	before = get(realm, PMCCNTR_EL0);
	CHECK(get(realm, PMCCNTR_EL0) > before);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_NOT_ACTIVE);
	/* The cause, as software may set it; then each of the three conditions away. */
	set(realm, PMOVSSET_EL0, CYCLES);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_NOT_ACTIVE);
	set(realm, PMINTENSET_EL1, CYCLES);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_ACTIVE);
	set(realm, PMCR_EL0, 0x40);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_NOT_ACTIVE);
	set(realm, PMCR_EL0, PMCR_E | 0x40);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_ACTIVE);
	/* The interrupt stays when the counter stops. */
	set(realm, PMCNTENCLR_EL0, CYCLES);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_ACTIVE);
	set(realm, PMOVSCLR_EL0, CYCLES);
	CHECK_EQ(exit->pmu_ovf_status, RMI_PMU_OVERFLOW_NOT_ACTIVE);
	realm_end(realm);
}

MACHINE_TEST(pmu_hidden)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t value;

	CHECK_EQ(get(realm, ID_AA64DFR0_EL1) >> 8 & 0xf, 0);
	CHECK_EQ(realm_read_sysreg(realm, PMCR_EL0, &value), ESR_UNDEFINED);
	CHECK_EQ(realm_write_sysreg(realm, PMCCNTR_EL0, 1), ESR_UNDEFINED);
	CHECK_EQ(realm_read_sysreg(realm, PMEVCNTR_EL0(0), &value), ESR_UNDEFINED);
	realm_end(realm);
}
