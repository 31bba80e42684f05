/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers of a realm, of another realm on the same CPU, and of the host: each finds its own after every exit and entry, and
 * nobody else's (A2.1.2.1, A2.3.2, A4.2.2, A4.3.3).
 */
#include "commands.h"
#include "conf_vm.h"

#include "board/gic.h"

/* --- General-purpose registers ---------------------------------------------------------------------------- */

static uint64_t pattern(unsigned int seed, unsigned int n)
{
	uint64_t x = (seed * UINT64_C(100) + n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return x ^ (x >> 29);
}

/* x1 is the address of a hole or of a word, x3 a deadline that is not reached. */
static void fill(const struct vm *vm, unsigned int seed, uint64_t x1)
{
	for (unsigned int i = 0; i < 31; i++)
		vm_words(vm)[i] = pattern(seed, i);
	vm_words(vm)[1] = x1;
	vm_words(vm)[31] = (uint64_t)(seed & 0xf) << 28;
}

static void check(const struct vm *vm, unsigned int first, const char *what)
{
	unsigned int changed = 0;

	for (unsigned int i = first; i < 32; i++)
		changed += vm_words(vm)[32 + i] != vm_words(vm)[i];
	conf_check("RRZRRM", conf_text("%s: registers from x%u on, or NZCV, that changed", what, first),
		   changed, 0);
}

/* What the host puts into its half of the record does not reach registers that it is not for. */
static void rubbish(const struct vm *vm)
{
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		vm_enter_of(vm, 0)->gprs[i] = UINT64_C(0xbad0bad0bad0bad0) + i;
}

static void general(void)
{
	uint64_t hole, r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	hole = vm_unprotected(&vm) + 0x400000;

	fill(&vm, 1, 0);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_TRAP_WFI;
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_WFI, vm_shared(&vm));
	rubbish(&vm);
	vm_finish(&vm, 0, r);
	check(&vm, 0, "WFI");

	fill(&vm, 2, hole + 0x123450);
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_STORE, vm_shared(&vm));
	rubbish(&vm);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_finish(&vm, 0, r);
	check(&vm, 0, "emulated store");

	fill(&vm, 3, hole + 0x123450);
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_LOAD, vm_shared(&vm));
	rubbish(&vm);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_finish(&vm, 0, r);
	check(&vm, 1, "emulated load");
	conf_check("RSCJWG", "emulated load: x0", vm_words(&vm)[32], UINT64_C(0xbad0bad0bad0bad0));

	fill(&vm, 4, vm_shared(&vm) + 0x700);
	vm_words(&vm)[0xe0] = 0;
	vm.want_irq = true;
	timer_preempt_after(sysreg_read(cntfrq_el0) / 100);
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_SPIN, vm_shared(&vm));
	conf_check("RTYJSX", "a loop: exit reason", vm_exit(&vm, 0)->exit_reason, RMI_EXIT_IRQ);
	gic_handle();
	rubbish(&vm);
	vm.want_irq = false;
	vm_words(&vm)[0xe0] = 77;
	vm_finish(&vm, 0, r);
	check(&vm, 1, "interrupt in a loop");
	conf_check("RFNZKM", "interrupt in a loop: x0", vm_words(&vm)[32], 77);
	vm_end(&vm);
}

/* --- The host's ------------------------------------------------------------------------------------------- */

static void host_general(void)
{
	unsigned int leaked = 0, odd = 0;
	struct conf_registers in, out;
	struct vm vm;

	vm_start(&vm, NULL);
	fill(&vm, 5, 0);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_TRAP_WFI;
	vm_enter_of(&vm, 0)->gprs[0] = CONFORM_REGISTERS;
	vm_enter_of(&vm, 0)->gprs[1] = CONFORM_WFI;
	vm_enter_of(&vm, 0)->gprs[2] = vm_shared(&vm);
	for (unsigned int i = 0; i < 18; i++)
		in.x[i] = UINT64_C(0xface000000000000) + i;
	in.x[0] = RMI_REC_ENTER;
	in.x[1] = vm.realm->recs[0].pa;
	in.x[2] = vm.realm->recs[0].run_pa;
	out = in;
	conf_smc(&out);
	conf_need_status("RMI_REC_ENTER", "an entry", out.x[0], RMI_SUCCESS);
	for (unsigned int i = 1; i < 18; i++) {
		odd += out.x[i] != 0 && out.x[i] != in.x[i];
		for (unsigned int n = 0; n < 31; n++)
			leaked += out.x[i] == vm_words(&vm)[n] && out.x[i] != 0;
	}
	conf_check("GZFCQX", "registers of the host that have a value of the realm's", leaked, 0);
	conf_check("RKBWJD", "registers of the host that are neither zero nor as before", odd, 0);
	vm_end(&vm);
}

/* --- System registers ------------------------------------------------------------------------------------- */

/* The name as a realm has it, its number, and bits that can be anything. */
struct sysreg {
	const char *name;
	unsigned int number;
	uint64_t mask;
	uint64_t set; /* bits that are to be 1 all the same */
};

#define ALL UINT64_MAX
static const struct sysreg sysregs[] = {
	{ "SP_EL0", SYSREG(3, 0, 4, 1, 0), ALL, 0 },
	{ "ELR_EL1", SYSREG(3, 0, 4, 0, 1), ALL, 0 },
	{ "SPSR_EL1", SYSREG(3, 0, 4, 0, 0), 0xf00003cf, 0 },
	{ "ESR_EL1", SYSREG(3, 0, 5, 2, 0), UINT32_MAX, 0 },
	{ "FAR_EL1", SYSREG(3, 0, 6, 0, 0), ALL, 0 },
	{ "PAR_EL1", SYSREG(3, 0, 7, 4, 0), 0x0000fffffffff001, 0 },
	{ "TTBR1_EL1", SYSREG(3, 0, 2, 0, 1), 0xffff7ffffffff000, 0 },
	{ "MAIR_EL1", SYSREG(3, 0, 10, 2, 0), 0x4444444444440000, 0xff },
	{ "CONTEXTIDR_EL1", SYSREG(3, 0, 13, 0, 1), UINT32_MAX, 0 },
	{ "TPIDR_EL0", SYSREG(3, 3, 13, 0, 2), ALL, 0 },
	{ "TPIDRRO_EL0", SYSREG(3, 3, 13, 0, 3), ALL, 0 },
	{ "CNTKCTL_EL1", SYSREG(3, 0, 14, 1, 0), 0x3ff, 0 },
	{ "CSSELR_EL1", SYSREG(3, 2, 0, 0, 0), 0x1, 0 },
	{ "MDSCR_EL1", SYSREG(2, 0, 0, 2, 2), 0x1000, 0 },
	{ "CPACR_EL1", SYSREG(3, 0, 1, 0, 2), 0x10000000, 0x300000 },
	{ "FPCR", SYSREG(3, 3, 4, 4, 0), 0x03c00000, 0 },
	{ "FPSR", SYSREG(3, 3, 4, 4, 1), 0x0800009f, 0 },
	{ "APIAKeyLo_EL1", SYSREG(3, 0, 2, 1, 0), ALL, 0 },
	{ "APIAKeyHi_EL1", SYSREG(3, 0, 2, 1, 1), ALL, 0 },
	{ "APIBKeyLo_EL1", SYSREG(3, 0, 2, 1, 2), ALL, 0 },
	{ "APIBKeyHi_EL1", SYSREG(3, 0, 2, 1, 3), ALL, 0 },
	{ "APDAKeyLo_EL1", SYSREG(3, 0, 2, 2, 0), ALL, 0 },
	{ "APDAKeyHi_EL1", SYSREG(3, 0, 2, 2, 1), ALL, 0 },
	{ "APDBKeyLo_EL1", SYSREG(3, 0, 2, 2, 2), ALL, 0 },
	{ "APDBKeyHi_EL1", SYSREG(3, 0, 2, 2, 3), ALL, 0 },
	{ "APGAKeyLo_EL1", SYSREG(3, 0, 2, 3, 0), ALL, 0 },
	{ "APGAKeyHi_EL1", SYSREG(3, 0, 2, 3, 1), ALL, 0 },
	{ "CNTP_CVAL_EL0", SYSREG(3, 3, 14, 2, 2), ALL, 0 },
	{ "CNTV_CVAL_EL0", SYSREG(3, 3, 14, 3, 2), ALL, 0 },
};
#define SYSREGS (sizeof(sysregs) / sizeof(sysregs[0]))

/* Used by the realm's program: they are compared, not written. */
static const struct sysreg fixed[] = {
	{ "SCTLR_EL1", SYSREG(3, 0, 1, 0, 0), ALL, 0 },  { "TCR_EL1", SYSREG(3, 0, 2, 0, 2), ALL, 0 },
	{ "TTBR0_EL1", SYSREG(3, 0, 2, 0, 0), ALL, 0 },  { "VBAR_EL1", SYSREG(3, 0, 12, 0, 0), ALL, 0 },
	{ "TPIDR_EL1", SYSREG(3, 0, 13, 0, 4), ALL, 0 },
};
#define FIXED (sizeof(fixed) / sizeof(fixed[0]))

/* The same ones at NS-EL2, where EL1's are the hypervisor's guest's; bits in the same places. */
#define HOST_SYSREGS(f)                                                                                   \
	f("sp_el0", ALL) f("elr_el1", ALL) f("spsr_el1", 0xf00003cf) f("esr_el1", UINT32_MAX)             \
		f("far_el1", ALL) f("par_el1", 0x0000fffffffff001) f("ttbr0_el1", 0xffff7ffffffff000)     \
			f("ttbr1_el1", 0xffff7ffffffff000) f("mair_el1", 0x4444444444444444)              \
				f("contextidr_el1", UINT32_MAX) f("tpidr_el0", ALL) f("tpidrro_el0", ALL) \
					f("tpidr_el1", ALL) f("sp_el1", ALL)                              \
						f("vbar_el1", 0xfffffffffffff800) f("cntkctl_el1", 0x3ff) \
							f("mdscr_el1", 0x1000) f("s3_0_c2_c1_0", ALL)     \
								f("s3_0_c2_c1_1", ALL)                    \
									f("s3_0_c2_c2_0", ALL)            \
										f("s3_0_c2_c3_1", ALL)

#define HOST_SET(name, mask)                                        \
	{                                                           \
		uint64_t set_ = pattern(seed, n++) & (mask);        \
		__asm__ volatile("msr " name ", %0" : : "r"(set_)); \
	}
#define HOST_GET(name, mask)                                       \
	{                                                          \
		uint64_t got_;                                     \
		__asm__ volatile("mrs %0, " name : "=r"(got_));    \
		if (((got_ ^ pattern(seed, n++)) & (mask)) != 0) { \
			wrong++;                                   \
			first = name;                              \
		}                                                  \
	}

static void host_set(unsigned int seed)
{
	unsigned int n = 0;

	HOST_SYSREGS(HOST_SET)
	isb();
}

static void host_check(unsigned int seed, const char *what)
{
	unsigned int n = 0, wrong = 0;
	const char *first = "none";

	HOST_SYSREGS(HOST_GET)
	conf_check("RWZYBV", conf_text("%s: EL1 registers of the host that changed (%s)", what, first), wrong,
		   0);
}

static uint64_t value_of(const struct sysreg *s, unsigned int seed)
{
	return (pattern(seed, s->number) & s->mask) | s->set;
}

static void realm_set(struct vm *vm, unsigned int seed)
{
	for (unsigned int i = 0; i < SYSREGS; i++)
		conf_check("set-up", conf_text("%s written: fault", sysregs[i].name),
			   vm_write(vm, 0, sysregs[i].number, value_of(&sysregs[i], seed)), 0);
}

static void realm_check(struct vm *vm, unsigned int seed, const char *what)
{
	for (unsigned int i = 0; i < SYSREGS; i++) {
		const struct sysreg *s = &sysregs[i];

		conf_check("GYKRWG", conf_text("%s: %s", what, s->name),
			   vm_read(vm, 0, s->number).value & (s->mask | s->set), value_of(s, seed));
	}
}

static void system_registers(void)
{
	uint64_t before[FIXED];
	struct vm a, b;

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	for (unsigned int i = 0; i < FIXED; i++)
		before[i] = vm_read(&a, 0, fixed[i].number).value;
	host_set(30);
	realm_set(&a, 10);
	host_check(30, "a realm has run");
	host_set(31);
	realm_set(&b, 20);
	host_check(31, "another realm has run");
	host_set(32);
	realm_check(&a, 10, "one realm");
	realm_check(&b, 20, "another realm");
	realm_check(&a, 10, "the one realm again");
	host_check(32, "both have run");
	for (unsigned int i = 0; i < FIXED; i++)
		conf_check("GYKRWG", conf_text("one realm: %s", fixed[i].name),
			   vm_read(&a, 0, fixed[i].number).value, before[i]);
	vm_end(&b);
	vm_end(&a);
}

/* A REC that starts finds nothing of what was in the CPU before. */
static void first_values(void)
{
	unsigned int leaked = 0;
	struct vm a, b;

	vm_start(&a, NULL);
	realm_set(&a, 40);
	host_set(41);
	vm_start(&b, NULL);
	/* Of few bits, two values may well be the same. */
	for (unsigned int i = 0; i < SYSREGS; i++) {
		uint64_t value = vm_read(&b, 0, sysregs[i].number).value;

		leaked += sysregs[i].mask >= UINT32_MAX && value == value_of(&sysregs[i], 40);
	}
	conf_check("GQHZCS", "registers of a new realm that have another's value", leaked, 0);
	vm_end(&b);
	vm_end(&a);
}

/* --- FP and SIMD ------------------------------------------------------------------------------------------ */

static uint64_t host_vectors[2][64] __attribute__((aligned(16)));

#define PAIRS(op, words)                                                                                     \
	__asm__ volatile(                                                                                    \
		".arch_extension simd\n\t" op " q0, q1, [%0]\n\t" op " q2, q3, [%0, #32]\n\t" op             \
		" q4, q5, [%0, #64]\n\t" op " q6, q7, [%0, #96]\n\t" op " q8, q9, [%0, #128]\n\t" op         \
		" q10, q11, [%0, #160]\n\t" op " q12, q13, [%0, #192]\n\t" op " q14, q15, [%0, #224]\n\t" op \
		" q16, q17, [%0, #256]\n\t" op " q18, q19, [%0, #288]\n\t" op " q20, q21, [%0, #320]\n\t" op \
		" q22, q23, [%0, #352]\n\t" op " q24, q25, [%0, #384]\n\t" op " q26, q27, [%0, #416]\n\t" op \
		" q28, q29, [%0, #448]\n\t" op " q30, q31, [%0, #480]"                                       \
		:                                                                                            \
		: "r"(words)                                                                                 \
		: "memory")

static void simd(void)
{
	struct vm a, b;
	uint64_t fpcr, r[6];

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	sysreg_write(cptr_el2, UINT64_C(0x32ff)); /* no traps */
	isb();
	for (unsigned int i = 0; i < 64; i++)
		host_vectors[0][i] = pattern(50, i);
	PAIRS("ldp", host_vectors[0]);
	sysreg_write(fpcr, UINT64_C(0x01000000));
	vm_do(&a, 0, r, SCRIPT_FP_LOAD, 51);
	vm_do(&b, 0, r, SCRIPT_FP_LOAD, 52);
	vm_smc(&a, 0, RSI_MEASUREMENT_EXTEND, 1, 64, 1, 2, 3);
	for (unsigned int n = 0; n < 2; n++) {
		vm_do(&a, 0, r, SCRIPT_FP_CHECK, 51);
		conf_check("GXRMHP", "halves of q0-q31 that changed in one realm", r[0], 0);
		vm_do(&b, 0, r, SCRIPT_FP_CHECK, 52);
		conf_check("GXRMHP", "halves of q0-q31 that changed in another", r[0], 0);
	}
	PAIRS("stp", host_vectors[1]);
	fpcr = sysreg_read(fpcr);
	conf_check_true("IRTRYT", "q0-q31 of the host are as before (SMCCC)",
			memcmp(host_vectors[0], host_vectors[1], sizeof(host_vectors[0])) == 0);
	conf_check("IRTRYT", "FPCR of the host (SMCCC)", fpcr, UINT64_C(0x01000000));
	sysreg_write(fpcr, 0);
	vm_end(&b);
	vm_end(&a);
}

CONF_GROUP(registers, .about = "whose registers are whose")
{
	conf_case(general);
	conf_case(host_general);
	conf_case(system_registers);
	conf_case(first_values);
	conf_case(simd);
}
