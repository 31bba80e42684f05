/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Self-hosted debug in realms (DEN0137 A3.1.4).
 */
#include <caec/arm.h>

#include "machine.h"
#include "realm_code.h"

#define MDSCR_EL1 SYSREG(2, 0, 0, 2, 2)
#define OSLAR_EL1 SYSREG(2, 0, 1, 0, 4)
#define OSLSR_EL1 SYSREG(2, 0, 1, 1, 4)
#define DBGBVR_EL1(n) SYSREG(2, 0, 0, n, 4)
#define DBGBCR_EL1(n) SYSREG(2, 0, 0, n, 5)
#define DBGWVR_EL1(n) SYSREG(2, 0, 0, n, 6)
#define DBGWCR_EL1(n) SYSREG(2, 0, 0, n, 7)
#define DBGCLAIMSET_EL1 SYSREG(2, 0, 7, 8, 6)
#define ID_AA64DFR0_EL1 SYSREG(3, 0, 0, 5, 0)
#define MDCCSR_EL0 SYSREG(2, 3, 0, 1, 0)
#define TRCOSLSR SYSREG(2, 1, 1, 1, 4)

#define MDSCR_KDE_MDE 0xa000
#define BREAK_EL1 0x1e3    /* all bytes, EL1, on */
#define WATCH_LOADS 0x1feb /* eight bytes, EL1, on */
#define WATCH_STORES 0x1ff3

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

MACHINE_TEST(debug_breakpoint)
{
	struct test_realm *a = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *b = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	__asm__ volatile("msr oslar_el1, xzr");
	CHECK_EQ(realm_run_code(a, code_breakpoint).x[0], 42);
	set(a, DBGBVR_EL1(0), test_ram(a) + 8);
	set(a, DBGBCR_EL1(0), BREAK_EL1);
	set(a, MDSCR_EL1, MDSCR_KDE_MDE);
	CHECK_EQ(ESR_EC(realm_run_code(a, code_breakpoint).x[1]), EC_BREAKPOINT);
	/* Not the other realm's, at the same address; and still there when that has used the registers. */
	set(b, DBGBVR_EL1(0), 0x1000);
	set(b, MDSCR_EL1, MDSCR_KDE_MDE);
	CHECK_EQ(realm_run_code(b, code_breakpoint).x[1], 0);
	CHECK_EQ(ESR_EC(realm_run_code(a, code_breakpoint).x[1]), EC_BREAKPOINT);
	CHECK_EQ(get(a, DBGBVR_EL1(0)), test_ram(a) + 8);
	CHECK_EQ(get(b, DBGBVR_EL1(0)), 0x1000);
	CHECK_EQ(get(b, DBGBCR_EL1(0)), 0);
	/* The OS lock is the realm's own. (That it stops breakpoints QEMU does not emulate.) */
	set(a, OSLAR_EL1, 1);
	CHECK_EQ(get(a, OSLSR_EL1), 0xa);
	CHECK_EQ(get(b, OSLSR_EL1), 0x8);
	CHECK_EQ(sysreg_read(oslsr_el1) & 0x2, 0);
	set(a, OSLAR_EL1, 0);
	CHECK_EQ(get(a, OSLSR_EL1), 0x8);
	set(a, DBGBCR_EL1(0), 0);
	CHECK_EQ(realm_run_code(a, code_breakpoint).x[0], 42);
	realm_end(b);
	realm_end(a);
}

MACHINE_TEST(debug_watchpoint)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	CHECK_EQ(realm_write64(realm, realm_code_data(realm), 7), 0);
	set(realm, DBGWVR_EL1(0), realm_code_data(realm));
	set(realm, DBGWCR_EL1(0), WATCH_STORES);
	set(realm, MDSCR_EL1, MDSCR_KDE_MDE);
	CHECK_EQ(realm_run_code(realm, code_watchpoint).x[0], 7);
	set(realm, DBGWCR_EL1(0), WATCH_LOADS);
	CHECK_EQ(ESR_EC(realm_run_code(realm, code_watchpoint).x[1]), EC_WATCHPOINT);
	realm_end(realm);
}

/* The numbers are the realm's parameters; the external debugger's registers are out of reach. */
MACHINE_TEST(debug_registers)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	unsigned int bps = host_feature(&rmm, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
	unsigned int wps = host_feature(&rmm, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);
	uint64_t value;

	__asm__ volatile("msr dbgclaimset_el1, %0" : : "r"(UINT64_C(0x5)));
	__asm__ volatile("msr dbgbvr1_el1, %0" : : "r"(UINT64_C(0x7000)));
	__asm__ volatile("msr dbgwvr1_el1, %0" : : "r"(UINT64_C(0x8000)));
	CHECK_EQ(get(realm, ID_AA64DFR0_EL1) >> 12 & 0xf, bps);
	CHECK_EQ(get(realm, ID_AA64DFR0_EL1) >> 20 & 0xf, wps);
	for (unsigned int n = 0; n <= bps; n++) {
		CHECK_EQ(get(realm, DBGBVR_EL1(n)), 0);
		set(realm, DBGBVR_EL1(n), 0x1000 * (n + 1));
	}
	for (unsigned int n = 0; n <= wps; n++) {
		CHECK_EQ(get(realm, DBGWVR_EL1(n)), 0);
		set(realm, DBGWVR_EL1(n), 0x2000 * (n + 1));
	}
	for (unsigned int n = 0; n <= bps; n++)
		CHECK_EQ(get(realm, DBGBVR_EL1(n)), 0x1000 * (n + 1));
	for (unsigned int n = 0; n <= wps; n++)
		CHECK_EQ(get(realm, DBGWVR_EL1(n)), 0x2000 * (n + 1));
	set(realm, DBGCLAIMSET_EL1, 0xff);
	CHECK_EQ(get(realm, DBGCLAIMSET_EL1), 0);
	CHECK_EQ(get(realm, MDCCSR_EL0), 0);
	CHECK_EQ(realm_read_sysreg(realm, TRCOSLSR, &value), ESR_UNDEFINED);
	CHECK_EQ(sysreg_read(dbgbvr1_el1), 0x7000);
	CHECK_EQ(sysreg_read(dbgwvr1_el1), 0x8000);
	CHECK_EQ(sysreg_read(dbgclaimclr_el1), 0x5);
	realm_end(realm);
}
