/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Self-hosted debug of realms: as many break- and watchpoints as the host asked for, of the realm's own (A3.1.4).
 */
#include "conf_vm.h"

#define MDSCR_EL1 SYSREG(2, 0, 0, 2, 2)
#define OSLAR_EL1 SYSREG(2, 0, 1, 0, 4)
#define DBGBVR_EL1(n) SYSREG(2, 0, 0, n, 4)
#define DBGBCR_EL1(n) SYSREG(2, 0, 0, n, 5)
#define DBGWVR_EL1(n) SYSREG(2, 0, 0, n, 6)
#define DBGWCR_EL1(n) SYSREG(2, 0, 0, n, 7)
#define ID_AA64DFR0_EL1 SYSREG(3, 0, 0, 5, 0)

#define MDSCR_KDE_MDE 0xa000
#define BREAK_EL1 0x1e3     /* all bytes, EL1, on */
#define WATCH_STORES 0x1ff3 /* eight bytes, EL1, on */

/* RmiFeatureRegister0 and ID_AA64DFR0_EL1 both have them minus one. */
static unsigned int max_bps(void)
{
	return host_feature(&rmm, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
}

static unsigned int max_wps(void)
{
	return host_feature(&rmm, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* At most 16 are in the field; of more, all of it is set. */
static void numbers(void)
{
	const unsigned int wanted[] = { 1, max_bps() };

	for (unsigned int i = 0; i < 2; i++) {
		unsigned int bps = wanted[i], wps = smaller(wanted[i], max_wps());
		uint64_t dfr0;
		struct vm vm;

		vm_start(&vm, &(struct vm_options){ .num_bps = bps, .num_wps = wps });
		dfr0 = vm_read(&vm, 0, ID_AA64DFR0_EL1).value;
		conf_check("ILVMFG", conf_text("%u breakpoints: ID_AA64DFR0_EL1.BRPs", bps + 1),
			   dfr0 >> 12 & 0xf, smaller(bps, 15));
		conf_check("ILVMFG", conf_text("%u watchpoints: ID_AA64DFR0_EL1.WRPs", wps + 1),
			   dfr0 >> 20 & 0xf, smaller(wps, 15));
		for (unsigned int n = 0; n <= smaller(bps, 15); n++)
			vm_write(&vm, 0, DBGBVR_EL1(n), 0x1000 * (n + 1));
		for (unsigned int n = 0; n <= smaller(wps, 15); n++)
			vm_write(&vm, 0, DBGWVR_EL1(n), 0x100000 * (n + 1));
		for (unsigned int n = 0; n <= smaller(bps, 15); n++)
			conf_check("ISSTJD", conf_text("breakpoint %u: address", n),
				   vm_read(&vm, 0, DBGBVR_EL1(n)).value, 0x1000 * (n + 1));
		for (unsigned int n = 0; n <= smaller(wps, 15); n++)
			conf_check("ISSTJD", conf_text("watchpoint %u: address", n),
				   vm_read(&vm, 0, DBGWVR_EL1(n)).value, 0x100000 * (n + 1));
		vm_end(&vm);
	}
}

/* --- In use ----------------------------------------------------------------------------------------------- */

/* msr daifclr, #8; nop; nop; mov x0, #42; msr daifset, #8; ret */
static const uint64_t break_code[] = { 0xd503201fd50348ff, 0xd2800540d503201f, 0xd65f03c0d50348df };
/* msr daifclr, #8; adr x1, code + 0x800; str xzr, [x1]; mov x0, #7; msr daifset, #8; ret */
static const uint64_t watch_code[] = { 0x10003fe1d50348ff, 0xd28000e0f900003f, 0xd65f03c0d50348df };

static uint64_t code(const struct vm *vm)
{
	return vm_ram(vm) + 0x30000;
}

static void prepare(struct vm *vm, const uint64_t words[3])
{
	vm_copy_in(vm, code(vm), words, 3 * sizeof(words[0]));
	vm_write(vm, 0, OSLAR_EL1, 0);
}

static void breakpoints(void)
{
	unsigned int bps = smaller(max_bps(), 15);
	struct vm a, b;
	uint64_t r[6];

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	prepare(&a, break_code);
	prepare(&b, break_code);
	vm_do(&a, 0, r, SCRIPT_EXEC, code(&a));
	conf_check("ISSTJD", "without a breakpoint: result", r[0], 42);
	for (unsigned int n = 0; n <= bps; n++) {
		vm_write(&a, 0, DBGBVR_EL1(n), code(&a) + 8);
		vm_write(&a, 0, DBGBCR_EL1(n), BREAK_EL1);
		vm_write(&a, 0, MDSCR_EL1, MDSCR_KDE_MDE);
		vm_write(&b, 0, MDSCR_EL1, MDSCR_KDE_MDE);
		/* The host's, at the same address and off, and on. */
		sysreg_write(dbgbvr0_el1, code(&a) + 12);
		sysreg_write(dbgbcr0_el1, 0);
		vm_do(&a, 0, r, SCRIPT_EXEC, code(&a));
		conf_check("ISSTJD", conf_text("breakpoint %u: class of the exception", n), ESR_EC(r[1]),
			   EC_BREAKPOINT);
		vm_do(&b, 0, r, SCRIPT_EXEC, code(&b));
		conf_check("GYKRWG", conf_text("breakpoint %u is not another realm's: result", n), r[0], 42);
		vm_write(&a, 0, DBGBCR_EL1(n), 0);
		vm_do(&a, 0, r, SCRIPT_EXEC, code(&a));
		conf_check("ISSTJD", conf_text("breakpoint %u, off: result", n), r[0], 42);
	}
	conf_check("RWZYBV", "DBGBVR0_EL1 of the host", sysreg_read(dbgbvr0_el1), code(&a) + 12);
	vm_end(&b);
	vm_end(&a);
}

static void watchpoints(void)
{
	unsigned int wps = smaller(max_wps(), 15);
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	prepare(&vm, watch_code);
	vm_do(&vm, 0, r, SCRIPT_EXEC, code(&vm));
	conf_check("ISSTJD", "without a watchpoint: result", r[0], 7);
	for (unsigned int n = 0; n <= wps; n++) {
		vm_write(&vm, 0, DBGWVR_EL1(n), code(&vm) + 0x800);
		vm_write(&vm, 0, DBGWCR_EL1(n), WATCH_STORES);
		vm_write(&vm, 0, MDSCR_EL1, MDSCR_KDE_MDE);
		vm_do(&vm, 0, r, SCRIPT_EXEC, code(&vm));
		conf_check("ISSTJD", conf_text("watchpoint %u: class of the exception", n), ESR_EC(r[1]),
			   EC_WATCHPOINT);
		vm_write(&vm, 0, DBGWCR_EL1(n), 0);
	}
	vm_end(&vm);
}

CONF_GROUP(debug, .about = "break- and watchpoints of realms")
{
	conf_case(numbers);
	conf_case(breakpoints);
	conf_case(watchpoints);
}
