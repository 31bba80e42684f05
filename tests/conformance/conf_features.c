/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm can find out about its CPU: registers of features that it is not offered are not there, and the ID registers
 * say so (A2.1.2.3, A3.1.3, A3.1.6 - A3.1.8).
 */
#include "conf_vm.h"

#define ID(crm, op2) SYSREG(3, 0, 0, crm, op2)
#define ID_AA64PFR0 ID(4, 0)
#define ID_AA64PFR1 ID(4, 1)
#define ID_AA64ZFR0 ID(4, 4)
#define ID_AA64DFR0 ID(5, 0)
#define ID_AA64MMFR0 ID(7, 0)

struct field {
	const char *rule, *name;
	unsigned int number, shift;
	uint64_t value;
};

/* A realm without options: SVE and PMU are not for it, whatever the CPU has. */
static const struct field fields[] = {
	{ "RNBYKC", "ID_AA64PFR0_EL1.SVE", ID_AA64PFR0, 32, 0 },
	{ "RJGHYJ", "ID_AA64ZFR0_EL1.SVEver", ID_AA64ZFR0, 0, 0 },
	{ "RJJVZS", "ID_AA64PFR0_EL1.AMU", ID_AA64PFR0, 44, 0 },
	{ "RDCBNL", "ID_AA64DFR0_EL1.PMSVer", ID_AA64DFR0, 32, 0 },
	{ "RNXDXG", "ID_AA64DFR0_EL1.TraceBuffer", ID_AA64DFR0, 44, 0 },
	{ "RJGHYJ", "ID_AA64PFR1_EL1.SME", ID_AA64PFR1, 24, 0 },
	{ "RJGHYJ", "ID_AA64MMFR0_EL1.TGran4: a realm without LPA2 has 48 bits", ID_AA64MMFR0, 28, 0 },
	{ "RJGHYJ", "ID_AA64PFR0_EL1.EL2: a realm has EL0 and EL1", ID_AA64PFR0, 8, 0 },
	{ "RJGHYJ", "ID_AA64PFR0_EL1.EL3: there is SMC", ID_AA64PFR0, 12, 1 },
	{ "RJGHYJ", "ID_AA64PFR0_EL1.EL1: AArch64 or more", ID_AA64PFR0, 4, 1 },
};

static void id_fields(void)
{
	uint64_t pmu;
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct vm_value v = vm_read(&vm, 0, fields[i].number);

		conf_check(fields[i].rule, fields[i].name, v.value >> fields[i].shift & 0xf, fields[i].value);
	}
	pmu = vm_read(&vm, 0, ID_AA64DFR0).value >> 8 & 0xf;
	conf_check_any("RJGHYJ", "ID_AA64DFR0_EL1.PMUVer of a realm without PMU", pmu, 0, 0xf);
	vm_end(&vm);
}

/* All of the ID space can be read, and reads the same on each REC and after any exit. */
static void id_space(void)
{
	unsigned int faults = 0, others = 0;
	uint64_t first[7 * 8];
	struct vm a, b;

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	for (unsigned int i = 0; i < 56; i++) {
		struct vm_value v = vm_read(&a, 0, ID(1 + i / 8, i % 8));

		faults += v.fault != 0;
		first[i] = v.value;
	}
	for (unsigned int i = 0; i < 56; i++)
		others += vm_read(&b, 0, ID(1 + i / 8, i % 8)).value != first[i];
	conf_check("RJGHYJ", "ID registers that can't be read", faults, 0);
	conf_check("RJGHYJ", "ID registers that another realm, made alike, reads differently", others, 0);
	conf_check("RJGHYJ", "MIDR_EL1 can be read: fault", vm_read(&a, 0, SYSREG(3, 0, 0, 0, 0)).fault, 0);
	conf_check("RJGHYJ", "REVIDR_EL1 can be read: fault", vm_read(&a, 0, SYSREG(3, 0, 0, 0, 6)).fault, 0);
	conf_check("RJGHYJ", "CTR_EL0 can be read: fault", vm_read(&a, 0, SYSREG(3, 3, 0, 0, 1)).fault, 0);
	conf_check("RJGHYJ", "ID registers can't be written: exception", vm_write(&a, 0, ID_AA64PFR0, 0),
		   ESR_UNDEFINED);
	vm_end(&b);
	vm_end(&a);
}

/* --- Not there -------------------------------------------------------------------------------------------- */

static const struct {
	const char *rule, *name;
	unsigned int number;
} hidden[] = {
	{ "RJJVZS", "AMCR_EL0", SYSREG(3, 3, 13, 2, 0) },
	{ "RJJVZS", "AMCFGR_EL0", SYSREG(3, 3, 13, 2, 1) },
	{ "RJJVZS", "AMCNTENSET0_EL0", SYSREG(3, 3, 13, 2, 5) },
	{ "RDCBNL", "PMSCR_EL1", SYSREG(3, 0, 9, 9, 0) },
	{ "RDCBNL", "PMBLIMITR_EL1", SYSREG(3, 0, 9, 10, 0) },
	{ "RDCBNL", "PMBPTR_EL1", SYSREG(3, 0, 9, 10, 1) },
	{ "RNXDXG", "TRBLIMITR_EL1", SYSREG(3, 0, 9, 11, 0) },
	{ "RNXDXG", "TRBPTR_EL1", SYSREG(3, 0, 9, 11, 1) },
	{ "RNXDXG", "TRBBASER_EL1", SYSREG(3, 0, 9, 11, 2) },
	{ "RNBYKC", "ZCR_EL1", SYSREG(3, 0, 1, 2, 0) },
	{ "RJGHYJ", "SMCR_EL1", SYSREG(3, 0, 1, 2, 6) },
	{ "RJGHYJ", "SVCR", SYSREG(3, 3, 4, 2, 2) },
	{ "RJGHYJ", "TPIDR2_EL0", SYSREG(3, 3, 13, 0, 5) },
	{ "ILQYLY", "HCR_EL2", SYSREG(3, 4, 1, 1, 0) },
	{ "ILQYLY", "VTTBR_EL2", SYSREG(3, 4, 2, 1, 0) },
	{ "ILQYLY", "ESR_EL2", SYSREG(3, 4, 5, 2, 0) },
	{ "ILQYLY", "TTBR0_EL2", SYSREG(3, 4, 2, 0, 0) },
	{ "ILQYLY", "SCTLR_EL12", SYSREG(3, 5, 1, 0, 0) },
	{ "ILQYLY", "CNTV_CTL_EL02", SYSREG(3, 5, 14, 3, 1) },
	{ "ILQYLY", "CNTHP_CTL_EL2", SYSREG(3, 4, 14, 2, 1) },
	{ "ILQYLY", "CNTVOFF_EL2", SYSREG(3, 4, 14, 0, 3) },
	{ "ILQYLY", "ICH_LR0_EL2", SYSREG(3, 4, 12, 12, 0) },
	{ "ILQYLY", "ICH_HCR_EL2", SYSREG(3, 4, 12, 11, 0) },
	{ "ILQYLY", "SCR_EL3", SYSREG(3, 6, 1, 1, 0) },
	{ "ILQYLY", "GPCCR_EL3", SYSREG(3, 6, 2, 1, 6) },
	{ "ILQYLY", "TPIDR_EL3", SYSREG(3, 6, 13, 0, 2) },
	{ "RJGHYJ", "PMCR_EL0 of a realm without PMU", SYSREG(3, 3, 9, 12, 0) },
	{ "RJGHYJ", "PMCCNTR_EL0 of a realm without PMU", SYSREG(3, 3, 9, 13, 0) },
};

static void not_there(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	/* SVE's traps of EL1 itself are out of the way. */
	vm_write(&vm, 0, SYSREG(3, 0, 1, 0, 2), 0x3330000);
	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		conf_check(hidden[i].rule, conf_text("%s, read: exception in the realm", hidden[i].name),
			   vm_read(&vm, 0, hidden[i].number).fault, ESR_UNDEFINED);
		conf_check(hidden[i].rule, conf_text("%s, written: exception in the realm", hidden[i].name),
			   vm_write(&vm, 0, hidden[i].number, 0), ESR_UNDEFINED);
	}
	vm_end(&vm);
}

/* An instruction of a feature that the realm is not offered. */
static void sve_instruction(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_write(&vm, 0, SYSREG(3, 0, 1, 0, 2), 0x3330000);
	vm_do(&vm, 0, r, CONFORM_SVE, CONFORM_SVE_LENGTH, 0);
	conf_check("RNBYKC", "RDVL in a realm without SVE: exception", r[1], ESR_UNDEFINED);
	vm_end(&vm);
}

CONF_GROUP(features, .about = "what a realm's CPU has, and what it does not")
{
	conf_case(id_fields);
	conf_case(id_space);
	conf_case(not_there);
	conf_case(sve_instruction);
}
