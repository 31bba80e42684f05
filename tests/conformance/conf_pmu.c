/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Performance monitors of realms, where the RMM offers them (A3.1.5, A8.1).
 */
#include <caec/arm.h>

#include "conf_vm.h"

#define PMCR_EL0 SYSREG(3, 3, 9, 12, 0)
#define PMCNTENSET_EL0 SYSREG(3, 3, 9, 12, 1)
#define PMCNTENCLR_EL0 SYSREG(3, 3, 9, 12, 2)
#define PMOVSCLR_EL0 SYSREG(3, 3, 9, 12, 3)
#define PMOVSSET_EL0 SYSREG(3, 3, 9, 14, 3)
#define PMSELR_EL0 SYSREG(3, 3, 9, 12, 5)
#define PMUSERENR_EL0 SYSREG(3, 3, 9, 14, 0)
#define PMCCNTR_EL0 SYSREG(3, 3, 9, 13, 0)
#define PMCCFILTR_EL0 SYSREG(3, 3, 14, 15, 7)
#define PMINTENSET_EL1 SYSREG(3, 0, 9, 14, 1)
#define PMINTENCLR_EL1 SYSREG(3, 0, 9, 14, 2)
#define PMEVCNTR_EL0(n) SYSREG(3, 3, 14, 8 + (n) / 8, (n) % 8)
#define PMEVTYPER_EL0(n) SYSREG(3, 3, 14, 12 + (n) / 8, (n) % 8)
#define ID_AA64DFR0_EL1 SYSREG(3, 0, 0, 5, 0)

#define CYCLES UINT64_C(0x80000000)

#define NOT_ACTIVE 0
#define ACTIVE 1

static unsigned int counters(void)
{
	return host_feature(&rmm, RMI_FEATURE0_PMU_NUM_CTRS_SHIFT, RMI_FEATURE0_PMU_NUM_CTRS_WIDTH);
}

static void start(struct vm *vm, unsigned int number)
{
	vm_start(vm, &(struct vm_options){ .flags = RMI_REALM_FLAG_PMU, .pmu_num_ctrs = number });
}

static uint64_t get(struct vm *vm, unsigned int sysreg)
{
	struct vm_value v = vm_read(vm, 0, sysreg);

	if (v.fault != 0)
		conf_check("IXZMKC", conf_text("register 0x%x: fault in a realm with PMU", sysreg), v.fault,
			   0);
	return v.value;
}

static void number_of_counters(void)
{
	const unsigned int wanted[] = { 1, 2, counters() };

	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct vm vm;

		if (wanted[i] > counters())
			continue;
		start(&vm, wanted[i]);
		conf_check("IXZMKC", conf_text("%u counters: PMCR_EL0.N", wanted[i]),
			   PMCR_N(get(&vm, PMCR_EL0)), wanted[i]);
		conf_check_true("RJGHYJ", "ID_AA64DFR0_EL1.PMUVer says that there is one",
				(get(&vm, ID_AA64DFR0_EL1) >> 8 & 0xf) != 0 &&
					(get(&vm, ID_AA64DFR0_EL1) >> 8 & 0xf) != 0xf);
		for (unsigned int n = 0; n < wanted[i]; n++)
			vm_write(&vm, 0, PMEVCNTR_EL0(n), 0x1000 + n);
		for (unsigned int n = 0; n < wanted[i]; n++)
			conf_check("IXZMKC", conf_text("%u counters: counter %u", wanted[i], n),
				   get(&vm, PMEVCNTR_EL0(n)), 0x1000 + n);
		vm_end(&vm);
	}
}

/* More than there are is refused. */
static void too_many(void)
{
	struct host_realm_config config = {
		.name = "vm",
		.flags = RMI_REALM_FLAG_PMU,
		.pmu_num_ctrs = counters() + 1,
		.ram_base = REALM_IMAGE_IPA,
		.ram_size = VM_RAM_SIZE,
	};
	static struct host_realm realm;

	conf_check_status("RXVRGD", conf_text("%u counters", counters() + 1),
			  host_realm_create(&rmm, &realm, &config), RMI_ERROR_INPUT);
}

/* Registers of a realm, of another, and of the host. */
static void whose(void)
{
	static const struct {
		const char *name;
		unsigned int number;
		uint64_t a, b;
	} registers[] = {
		{ "PMCCNTR_EL0", PMCCNTR_EL0, 0x123456789, 0x987654321 },
		{ "PMEVCNTR0_EL0", PMEVCNTR_EL0(0), 0x1111, 0x2222 },
		{ "PMEVTYPER0_EL0", PMEVTYPER_EL0(0), 0x8, 0x11 },
		{ "PMCCFILTR_EL0", PMCCFILTR_EL0, 0x80000000, 0x40000000 },
		{ "PMUSERENR_EL0", PMUSERENR_EL0, 0x1, 0x5 },
		{ "PMSELR_EL0", PMSELR_EL0, 0x0, 0x1f },
		{ "PMCNTENSET_EL0", PMCNTENSET_EL0, 0x1, CYCLES },
		{ "PMINTENSET_EL1", PMINTENSET_EL1, CYCLES, 0x1 },
		{ "PMOVSSET_EL0", PMOVSSET_EL0, 0x1, CYCLES },
	};
	struct vm a, b;

	start(&a, 1);
	start(&b, 1);
	sysreg_write(pmccntr_el0, UINT64_C(0xcccc));
	sysreg_write(pmccfiltr_el0, UINT64_C(0x20000000));
	sysreg_write(pmuserenr_el0, UINT64_C(0xa));
	sysreg_write(pmintenset_el1, UINT64_C(0x3));
	for (unsigned int i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		vm_write(&a, 0, registers[i].number, registers[i].a);
		vm_write(&b, 0, registers[i].number, registers[i].b);
	}
	for (unsigned int i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		conf_check("RDNNQQ", conf_text("%s of one realm", registers[i].name),
			   get(&a, registers[i].number), registers[i].a);
		conf_check("RDNNQQ", conf_text("%s of another", registers[i].name),
			   get(&b, registers[i].number), registers[i].b);
	}
	conf_check("RWZYBV", "PMCCNTR_EL0 of the host", sysreg_read(pmccntr_el0), 0xcccc);
	conf_check("RWZYBV", "PMCCFILTR_EL0 of the host", sysreg_read(pmccfiltr_el0), 0x20000000);
	conf_check("RWZYBV", "PMUSERENR_EL0 of the host", sysreg_read(pmuserenr_el0), 0xa);
	conf_check("RWZYBV", "PMINTENSET_EL1 of the host", sysreg_read(pmintenset_el1), 0x3);
	sysreg_write(pmintenclr_el1, UINT64_C(0x3));
	vm_end(&b);
	vm_end(&a);
}

/* Counting, and only while the realm runs. */
static void counts(void)
{
	uint64_t first, second, third, end, r[6];
	struct vm vm;

	start(&vm, 1);
	vm_write(&vm, 0, PMCCFILTR_EL0, 0);
	vm_write(&vm, 0, PMCNTENSET_EL0, CYCLES);
	first = get(&vm, PMCCNTR_EL0);
	vm_do(&vm, 0, r, CONFORM_WAIT, sysreg_read(cntfrq_el0) / 100);
	conf_check("A8.1", "cycles of a counter that is off", get(&vm, PMCCNTR_EL0) - first, 0);
	vm_write(&vm, 0, PMCR_EL0, PMCR_E | PMCR_LC);
	first = get(&vm, PMCCNTR_EL0);
	vm_do(&vm, 0, r, CONFORM_WAIT, sysreg_read(cntfrq_el0) / 100);
	second = get(&vm, PMCCNTR_EL0);
	conf_check_true("A8.1", conf_text("%lu cycles of a counter that is on, in 10 ms", second - first),
			second > first);
	/* The host lets time pass; the realm does next to nothing. */
	end = counter_now() + sysreg_read(cntfrq_el0) / 2;
	while (counter_now() < end)
		;
	third = get(&vm, PMCCNTR_EL0);
	conf_check_true("RLHRYJ",
			conf_text("%lu cycles while the realm did not run for 500 ms", third - second),
			third - second < (second - first) * 25);
	vm_end(&vm);
}

/* pmu_ovf_status: an overflow of a counter that is on, whose interrupt is on, with PMCR_EL0.E. */
static void overflow_of(struct vm *vm, uint64_t counter, const char *name)
{
	const struct rmi_rec_exit *exit = vm_exit(vm, 0);

	vm_write(vm, 0, PMCR_EL0, PMCR_E | PMCR_LC);
	vm_write(vm, 0, PMCNTENSET_EL0, counter);
	conf_check("RWXTZF", conf_text("%s, nothing happened", name), exit->pmu_ovf_status, NOT_ACTIVE);
	vm_write(vm, 0, PMOVSSET_EL0, counter);
	conf_check("RWXTZF", conf_text("%s, overflow, no interrupt", name), exit->pmu_ovf_status, NOT_ACTIVE);
	vm_write(vm, 0, PMINTENSET_EL1, counter);
	conf_check("RWXTZF", conf_text("%s, overflow, interrupt", name), exit->pmu_ovf_status, ACTIVE);
	vm_write(vm, 0, PMCR_EL0, PMCR_LC);
	conf_check("RWXTZF", conf_text("%s, PMCR_EL0.E off", name), exit->pmu_ovf_status, NOT_ACTIVE);
	vm_write(vm, 0, PMCR_EL0, PMCR_E | PMCR_LC);
	conf_check("RWXTZF", conf_text("%s, PMCR_EL0.E on again", name), exit->pmu_ovf_status, ACTIVE);
	vm_write(vm, 0, PMOVSCLR_EL0, counter);
	conf_check("RWXTZF", conf_text("%s, overflow cleared", name), exit->pmu_ovf_status, NOT_ACTIVE);
	vm_write(vm, 0, PMINTENCLR_EL1, counter);
	vm_write(vm, 0, PMCNTENCLR_EL0, counter);
}

static void overflow(void)
{
	struct vm vm;

	start(&vm, 1);
	vm_write(&vm, 0, PMCCFILTR_EL0, 0);
	overflow_of(&vm, CYCLES, "cycle counter");
	overflow_of(&vm, 1, "counter 0");
	vm_end(&vm);
}

/* A counter that overflows by itself while the realm runs. */
static void overflow_by_counting(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm, 1);
	vm_write(&vm, 0, PMCCFILTR_EL0, 0);
	vm_write(&vm, 0, PMCCNTR_EL0, UINT64_MAX - 1000);
	vm_write(&vm, 0, PMINTENSET_EL1, CYCLES);
	vm_write(&vm, 0, PMCNTENSET_EL0, CYCLES);
	vm_write(&vm, 0, PMCR_EL0, PMCR_E | PMCR_LC);
	vm_do(&vm, 0, r, CONFORM_WAIT, sysreg_read(cntfrq_el0) / 100);
	conf_check("RWXTZF", "pmu_ovf_status after the cycle counter has gone round",
		   vm_exit(&vm, 0)->pmu_ovf_status, ACTIVE);
	conf_check("A8.1", "PMOVSSET_EL0", get(&vm, PMOVSSET_EL0), CYCLES);
	vm_end(&vm);
}

CONF_GROUP(pmu, .about = "performance monitors of realms")
{
	if (host_feature(&rmm, RMI_FEATURE0_PMU_EN_SHIFT, 1) == 0) {
		conf_skip("IRVCQD", "PMU is not offered");
		conf_check("RVHFHD", "RmiFeatureRegister0.PMU_NUM_CTRS where PMU is not offered", counters(),
			   0);
		return;
	}
	conf_case(number_of_counters);
	conf_case(too_many);
	conf_case(whose);
	conf_case(counts);
	conf_case(overflow);
	conf_case(overflow_by_counting);
}
