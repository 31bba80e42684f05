/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exits for interrupts, WFI, WFE; and what a realm executes that causes none: HVC, IMPLEMENTATION DEFINED registers
 * (A4.3.4, A4.3.5, A4.5, A2.1.2.4).
 */
#include "conf_vm.h"

#include "board/gic.h"

#define ELR_EL1 SYSREG(3, 0, 4, 0, 1)

#define ICC_PMR_EL1 s3_0_c4_c6_0
#define PMR_ALL 0xff
#define PMR_NONE 0x40 /* masks the priority that all our interrupts have */
/* A name made of macros needs one more round of expansion. */
#define register_write(name, value) sysreg_write(name, value)

static unsigned long milliseconds(unsigned long n)
{
	return sysreg_read(cntfrq_el0) / 1000 * n;
}

/* --- Interrupts ------------------------------------------------------------------------------------------- */

/* The timer's interrupt arrives, or has arrived: an emulator may be a moment late with it. */
static bool is_preempted(void)
{
	uint64_t end = counter_now() + milliseconds(1000);

	while (counter_now() < end)
		if (gic_handle())
			return true;
	return false;
}

static void irq(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm.want_irq = true;
	timer_preempt_after(milliseconds(2));
	vm_begin(&vm, 0, CONFORM_WAIT, milliseconds(500));
	vm_record(&vm, 0, "RCSQXV", "interrupt while the realm runs",
		  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_IRQ });
	/* It is the host's: as long as that does nothing about it, the REC gets no further. */
	conf_need_status("IHMSQM", "an entry with the interrupt pending", vm_enter(&vm, 0), RMI_SUCCESS);
	vm_record(&vm, 0, "RCSQXV", "interrupt that was pending before the entry",
		  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_IRQ });
	conf_check_true("RTYJSX", "the interrupt is the host's own timer", is_preempted());
	vm.want_irq = false;
	vm_finish(&vm, 0, r);
	conf_check_true("RTYJSX", "the operation goes on to its end", r[0] >= milliseconds(500));
	vm_end(&vm);
}

/* What the host's priority mask keeps from it does not interrupt the realm either. */
static void irq_masked(void)
{
	unsigned int irqs;
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	irqs = vm.irqs;
	register_write(ICC_PMR_EL1, PMR_NONE);
	isb();
	timer_preempt_after(milliseconds(1));
	vm.want_irq = true;
	vm_begin(&vm, 0, CONFORM_WAIT, milliseconds(50));
	conf_check("RLNQRL", "IRQ exits for an interrupt that ICC_PMR_EL1 masks", vm.irqs - irqs, 0);
	conf_check("UGXCHC", "ICC_PMR_EL1 after an exit", ({
			   uint64_t value_;
			   __asm__ volatile("mrs %0, s3_0_c4_c6_0" : "=r"(value_));
			   value_;
		   }),
		   PMR_NONE);
	vm.want_irq = false;
	vm_finish(&vm, 0, r);
	register_write(ICC_PMR_EL1, PMR_ALL);
	isb();
	conf_check_true("RFKCHX", "the EL2 timer fired meanwhile: it is pending now", is_preempted());
	vm_end(&vm);
}

/* --- WFI, WFE --------------------------------------------------------------------------------------------- */

struct wait {
	const char *name;
	unsigned int instruction;
	uint64_t trap; /* RMI_REC_ENTER_FLAG_TRAP_* */
	uint64_t ti;
	const char *rule;
	bool timed;
};

/* All registers of the realm before and after: words 0-30 and 32-62 of the buffer. */
static void fill_buffer(const struct vm *vm, uint64_t deadline)
{
	for (unsigned int i = 0; i < 31; i++)
		vm_words(vm)[i] = UINT64_C(0x0101010101010101) * (i + 1);
	vm_words(vm)[3] = deadline;
	vm_words(vm)[31] = UINT64_C(0x60000000);
}

static void check_buffer(const struct vm *vm, const char *name)
{
	unsigned int same = 0;

	for (unsigned int i = 0; i < 32; i++)
		same += vm_words(vm)[i] == vm_words(vm)[32 + i];
	conf_check("RRZRRM", conf_text("%s: x0-x30 and NZCV that are as before", name), same, 32);
}

/* The far deadline of WFIT and WFET: the trap comes first. */
#define DEADLINE UINT64_C(0x7fff123456789abc)

/*
 * QEMU treats WFE as a no-op and can't trap it, and reports a trapped WFIT as WFI (MIDR_EL1.Implementer 0 is for
 * software). Seen there, and only there, that is no failure of the RMM.
 */
static bool is_emulator(void)
{
	return (sysreg_read(midr_el1) >> 24 & 0xff) == 0;
}

static void trapped(const void *argument)
{
	const struct wait *w = argument;
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_SYNC,
					 .esr = (uint64_t)EC_WFX << 26 | w->ti,
					 .gprs = { w->timed ? DEADLINE : 0 } };
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	fill_buffer(&vm, DEADLINE);
	vm_enter_of(&vm, 0)->flags = w->trap;
	vm_begin(&vm, 0, CONFORM_REGISTERS, w->instruction, vm_shared(&vm));
	if (is_emulator() && vm_is_done(&vm, 0) && w->trap == RMI_REC_ENTER_FLAG_TRAP_WFE) {
		conf_skip(w->rule, conf_text("%s with its trap: this CPU's WFE can't be trapped", w->name));
	} else if (is_emulator() && w->timed && (vm_exit(&vm, 0)->esr & 3) == 0) {
		conf_skip("RBPYBC", conf_text("%s with its trap: this CPU reports it as WFI", w->name));
		expected.esr = (uint64_t)EC_WFX << 26;
		expected.gprs[0] = 0;
		vm_record(&vm, 0, w->rule, conf_text("%s with its trap, as WFI", w->name), &expected);
	} else {
		vm_record(&vm, 0, w->timed ? "RBPYBC" : w->rule, conf_text("%s with its trap", w->name),
			  &expected);
	}
	/* The trap is for one entry, and execution goes on behind the instruction. */
	vm_finish(&vm, 0, r);
	conf_check("RYQWST", conf_text("%s: fault in the realm", w->name), r[0], 0);
	check_buffer(&vm, w->name);
	vm_end(&vm);
}

/* Without its trap, or with the other one's, there is no exit but that of the interrupt which ends the wait. */
static void not_trapped(const void *argument)
{
	const struct wait *w = argument;
	uint64_t other = w->trap ^ (RMI_REC_ENTER_FLAG_TRAP_WFI | RMI_REC_ENTER_FLAG_TRAP_WFE);
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	fill_buffer(&vm, counter_now() + milliseconds(1));
	vm.want_irq = true;
	timer_preempt_after(milliseconds(5));
	vm_enter_of(&vm, 0)->flags = other;
	vm_begin(&vm, 0, CONFORM_REGISTERS, w->instruction, vm_shared(&vm));
	if (!vm_is_done(&vm, 0))
		conf_check(w->rule, conf_text("%s without its trap: exit reason", w->name),
			   vm_exit(&vm, 0)->exit_reason, RMI_EXIT_IRQ);
	else
		conf_check_true(w->rule, conf_text("%s without its trap: no exit", w->name), true);
	gic_handle();
	timer_preempt_after(milliseconds(5));
	vm.want_irq = false;
	vm_finish(&vm, 0, r);
	timer_stop();
	conf_check("RRZRRM", conf_text("%s: fault in the realm", w->name), r[0], 0);
	check_buffer(&vm, w->name);
	vm_end(&vm);
}

static void waits(void)
{
	static const struct wait all[] = {
		{ "WFI", CONFORM_WFI, RMI_REC_ENTER_FLAG_TRAP_WFI, 0, "RVTJQF", false },
		{ "WFE", CONFORM_WFE, RMI_REC_ENTER_FLAG_TRAP_WFE, 1, "RGBNGW", false },
		{ "WFIT", CONFORM_WFIT, RMI_REC_ENTER_FLAG_TRAP_WFI, 2, "RVTJQF", true },
		{ "WFET", CONFORM_WFET, RMI_REC_ENTER_FLAG_TRAP_WFE, 3, "RGBNGW", true },
	};
	bool has_wfxt = (sysreg_read(id_aa64isar2_el1) & 0xf) != 0;

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].timed && !has_wfxt) {
			conf_skip(all[i].rule, conf_text("%s: this CPU has no FEAT_WFxT", all[i].name));
			continue;
		}
		conf_case_with(trapped, &all[i]);
		conf_case_with(not_trapped, &all[i]);
	}
}

/* --- No exit ---------------------------------------------------------------------------------------------- */

#define HVC 0xd4000002

static void hvc(void)
{
	struct vm vm;
	uint64_t elr, r[6];

	vm_start(&vm, NULL);
	fill_buffer(&vm, 0);
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_HVC, vm_shared(&vm));
	conf_need_true("RDNBQF", "HVC: no exit", vm_is_done(&vm, 0));
	vm_finish(&vm, 0, r);
	conf_check("RDNBQF", "HVC: class of the exception in the realm", ESR_EC(r[0]), 0);
	elr = vm_read(&vm, 0, ELR_EL1).value;
	conf_check("RDNBQF", "HVC: the instruction at ELR_EL1",
		   vm_load(&vm, 0, elr & ~ABI_U64(7)).value >> (elr & 4) * 8 & 0xffffffff, HVC);
	vm_end(&vm);
}

static void implementation_defined(void)
{
	static const uint16_t registers[] = {
		SYSREG(3, 0, 15, 0, 0), SYSREG(3, 0, 11, 0, 0), SYSREG(3, 3, 15, 2, 1),
		SYSREG(3, 3, 11, 3, 7), SYSREG(3, 1, 15, 0, 0), SYSREG(3, 7, 15, 7, 7),
	};
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		unsigned int n = registers[i];
		const char *name =
			conf_text("S3_%u_C%u_C%u_%u", n >> 11 & 7, n >> 7 & 15, n >> 3 & 15, n & 7);

		conf_check("RFQCKH", conf_text("%s, read: exception in the realm", name),
			   vm_read(&vm, 0, n).fault, ESR_UNDEFINED);
		conf_check("RFQCKH", conf_text("%s, written: exception in the realm", name),
			   vm_write(&vm, 0, n, 1), ESR_UNDEFINED);
	}
	vm_end(&vm);
}

/*
 * SGIs are for other RECs, and the specification does not say how they get there. If the write exits, the record must
 * let the host deliver it: class, and Op0 3, Op1 0, CRn 12, CRm 11, Op2 5, written. All else is zero (RPNWZV), which register
 * it came from above all.
 */
static void sgi(void)
{
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_SYNC,
					 .esr = (uint64_t)EC_SYSREG << 26 | 0x3a3016 };
	const uint64_t value = UINT64_C(0x5000002);
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	fill_buffer(&vm, 0);
	vm_words(&vm)[2] = value;
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_SGI, vm_shared(&vm));
	if (!vm_is_done(&vm, 0)) {
		expected.gprs[0] = value;
		vm_record(&vm, 0, "RPNWZV", "ICC_SGI1R_EL1 written: the record", &expected);
	} else {
		conf_skip("A4.3.4", "ICC_SGI1R_EL1 written: no exit");
	}
	vm_finish(&vm, 0, r);
	conf_check("A4.3.4", "ICC_SGI1R_EL1 written: fault in the realm", r[0], 0);
	check_buffer(&vm, "ICC_SGI1R_EL1 written");
	vm_end(&vm);
}

CONF_GROUP(exit_other, .about = "IRQ, WFI, WFE, HVC, system registers")
{
	conf_case(irq);
	conf_case(irq_masked);
	waits();
	conf_case(hvc);
	conf_case(implementation_defined);
	conf_case(sgi);
	conf_skip("RPDSBD", "exit due to FIQ: those of this machine go to EL3");
	conf_skip("RLRCFP", "exit due to SError: this machine has no way to cause one");
}
