/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's virtual interrupts: injected by list registers, taken at its vectors, and what of that the exit record tells
 * (A6.1).
 */
#include "conf_vm.h"

#define ICC_PMR_EL1 SYSREG(3, 0, 4, 6, 0)
#define ICC_IAR1_EL1 SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1_EL1 SYSREG(3, 0, 12, 12, 1)
#define ICC_DIR_EL1 SYSREG(3, 0, 12, 11, 1)
#define ICC_CTLR_EL1 SYSREG(3, 0, 12, 12, 4)
#define ICC_IGRPEN0_EL1 SYSREG(3, 0, 12, 12, 6)
#define ICC_IGRPEN1_EL1 SYSREG(3, 0, 12, 12, 7)
#define ICC_CTLR_EOIMODE 2

/* ICH_LR<n>_EL2. */
#define LR_PENDING (ABI_U64(1) << 62)
#define LR_ACTIVE (ABI_U64(2) << 62)
#define LR_GROUP1 (ABI_U64(1) << 60)
#define LR_PRIORITY(p) ((uint64_t)(p) << 48)
#define LR_EOI (ABI_U64(1) << 41)
#define LR1(intid, priority) (LR_PENDING | LR_GROUP1 | LR_PRIORITY(priority) | (intid))

/* ICH_HCR_EL2. */
#define HCR_UIE 0x2
#define HCR_LRENPIE 0x4
#define HCR_NPIE 0x8
#define HCR_VGRP0EIE 0x10
#define HCR_VGRP0DIE 0x20
#define HCR_VGRP1EIE 0x40
#define HCR_VGRP1DIE 0x80
#define HCR_EOICOUNT(hcr) ((hcr) >> 27)

/* ICH_MISR_EL2: a bit per reason, in the order of ICH_HCR_EL2's enables, EOI first. */
#define MISR_EOI 0x1

/* ICH_VMCR_EL2. */
#define VMCR_VENG0 0x1
#define VMCR_VENG1 0x2
#define VMCR_VEOIM 0x200
#define VMCR_VPMR(vmcr) ((vmcr) >> 24 & 0xff)

static unsigned int lr_count(void)
{
	return host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT, RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) + 1;
}

static uint64_t milliseconds(uint64_t n)
{
	return sysreg_read(cntfrq_el0) / 1000 * n;
}

static uint64_t *lrs_of(const struct vm *vm)
{
	return vm_enter_of(vm, 0)->gicv3_lrs;
}

static void keep_lrs(const struct vm *vm)
{
	memcpy(lrs_of(vm), vm_exit(vm, 0)->gicv3_lrs, sizeof(vm_exit(vm, 0)->gicv3_lrs));
}

static void clear_lrs(const struct vm *vm)
{
	memset(lrs_of(vm), 0, sizeof(vm_enter_of(vm, 0)->gicv3_lrs));
}

/* A realm with both groups of its interface on. */
static void start(struct vm *vm)
{
	vm_start(vm, NULL);
	conf_check("set-up", "ICC_PMR_EL1: fault", vm_write(vm, 0, ICC_PMR_EL1, 0xff), 0);
	vm_write(vm, 0, ICC_IGRPEN0_EL1, 1);
	vm_write(vm, 0, ICC_IGRPEN1_EL1, 1);
}

/* The realm waits for `count` interrupts; keep: it does not end them. The list registers are those of the last exit then. */
static void wait_for(struct vm *vm, uint64_t count, bool keep, uint64_t r[6])
{
	vm_begin(vm, 0, CONFORM_INTERRUPTS, milliseconds(count != 0 ? 1000 : 2), count != 0 ? count : 1,
		 keep);
	/* Once they are taken they are not to come again. */
	keep_lrs(vm);
	vm_finish(vm, 0, r);
}

/* The realm writes `intid` to a register that ends or deactivates it. The record of that exit stays to be looked at. */
static void end(struct vm *vm, unsigned int sysreg, uint32_t intid, unsigned int lr, uint64_t state,
		const char *what)
{
	uint64_t r[6];

	vm_begin(vm, 0, SCRIPT_SYSREG, sysreg, 1, intid);
	conf_check("RQKZXD", conf_text("%s: its state", what),
		   vm_exit(vm, 0)->gicv3_lrs[lr] & RMI_GICV3_LR_STATE, state);
	keep_lrs(vm);
	vm_finish(vm, 0, r);
	conf_check("RWVGFJ", conf_text("%s: fault in the realm", what), r[1], 0);
}

static uint32_t taken(const uint64_t r[6], unsigned int n)
{
	return (uint32_t)(r[1 + n / 2] >> (n % 2 * 32));
}

/* --- Delivery --------------------------------------------------------------------------------------------- */

/* Each list register, each group, some INTIDs: taken once, ended, and gone from the record. */
static void delivered(void)
{
	static const uint32_t intids[] = { 0, 5, 15, 16, 27, 31, 32, 100, 1019, 8192 };
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	for (unsigned int n = 0; n < lr_count(); n++) {
		lrs_of(&vm)[n] = LR1(40 + n, 0xa0);
		wait_for(&vm, 1, false, r);
		conf_check("RWNFRW", conf_text("gicv3_lrs[%u], group 1: interrupts taken", n), r[0], 1);
		conf_check("RWNFRW", conf_text("gicv3_lrs[%u], group 1: INTID", n), taken(r, 0), 40 + n);
		conf_check("RQKZXD", conf_text("gicv3_lrs[%u], ended: its state", n),
			   vm_exit(&vm, 0)->gicv3_lrs[n] & RMI_GICV3_LR_STATE, 0);
		clear_lrs(&vm);
	}
	for (unsigned int i = 0; i < sizeof(intids) / sizeof(intids[0]); i++) {
		lrs_of(&vm)[0] = LR1(intids[i], 0x80);
		wait_for(&vm, 1, false, r);
		conf_check("RWNFRW", conf_text("INTID %u: the one taken", intids[i]),
			   r[0] == 1 ? taken(r, 0) : UINT64_MAX, intids[i]);
		clear_lrs(&vm);
	}
	lrs_of(&vm)[0] = LR_PENDING | LR_PRIORITY(0x40) | 50;
	wait_for(&vm, 1, false, r);
	conf_check("RWNFRW", "group 0, at the vector of FIQs: interrupts taken", r[0], 1);
	conf_check("RWNFRW", "group 0, at the vector of FIQs: INTID", taken(r, 0), 50);
	wait_for(&vm, 0, false, r);
	conf_check("RWNFRW", "nothing injected: interrupts taken", r[0], 0);
	vm_end(&vm);
}

/* Acknowledged and not ended: active, over as many exits as it takes. */
static void active(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	lrs_of(&vm)[0] = LR1(60, 0xa0);
	wait_for(&vm, 1, true, r);
	conf_check("RQKZXD", "acknowledged: state in the record", vm_exit(&vm, 0)->gicv3_lrs[0],
		   (LR1(60, 0xa0) & ~RMI_GICV3_LR_STATE) | LR_ACTIVE);
	/* One of the same priority waits. */
	keep_lrs(&vm);
	lrs_of(&vm)[1] = LR1(61, 0xa0);
	wait_for(&vm, 0, false, r);
	conf_check("RFGQXT", "another of that priority waits: interrupts taken", r[0], 0);
	conf_check("RQKZXD", "another of that priority waits: its state",
		   vm_exit(&vm, 0)->gicv3_lrs[1] & RMI_GICV3_LR_STATE, LR_PENDING);
	/* One of a higher priority doesn't. */
	keep_lrs(&vm);
	lrs_of(&vm)[2] = LR1(62, 0x20);
	wait_for(&vm, 1, false, r);
	conf_check("RWNFRW", "one of a higher priority does not: INTID", r[0] == 1 ? taken(r, 0) : UINT64_MAX,
		   62);
	keep_lrs(&vm);
	end(&vm, ICC_EOIR1_EL1, 60, 0, 0, "ended");
	wait_for(&vm, 1, false, r);
	conf_check("RWNFRW", "then the one that waited is taken: INTID", r[0] == 1 ? taken(r, 0) : UINT64_MAX,
		   61);
	vm_end(&vm);
}

static void priorities(void)
{
	static const uint8_t order[] = { 0xc0, 0x40, 0xe0, 0x20 };
	unsigned int count = lr_count() < 4 ? lr_count() : 4;
	uint32_t last = 0;
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	for (unsigned int n = 0; n < count; n++)
		lrs_of(&vm)[n] = LR1(order[n], order[n]); /* the INTID is the priority */
	wait_for(&vm, count, false, r);
	conf_check("RWNFRW", "several at once: interrupts taken", r[0], count);
	for (unsigned int n = 0; n < count; n++) {
		conf_check_true("RWNFRW", conf_text("the priority of the one taken is 0x%x", taken(r, n)),
				taken(r, n) > last);
		last = taken(r, n);
	}
	/* The realm's own mask. */
	vm_write(&vm, 0, ICC_PMR_EL1, 0x80);
	clear_lrs(&vm);
	lrs_of(&vm)[0] = LR1(70, 0xa0);
	wait_for(&vm, 0, false, r);
	conf_check("RWNFRW", "below ICC_PMR_EL1: interrupts taken", r[0], 0);
	conf_check("RQKZXD", "below ICC_PMR_EL1: it is still pending", vm_exit(&vm, 0)->gicv3_lrs[0],
		   LR1(70, 0xa0));
	vm_write(&vm, 0, ICC_PMR_EL1, 0xf0);
	wait_for(&vm, 1, false, r);
	conf_check("RWNFRW", "above ICC_PMR_EL1 again: INTID", r[0] == 1 ? taken(r, 0) : UINT64_MAX, 70);
	vm_end(&vm);
}

/* EOImode 1: the end of an interrupt is one thing, its deactivation another, which TDIR leaves to the host. */
static void deactivated(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	vm_write(&vm, 0, ICC_CTLR_EL1, ICC_CTLR_EOIMODE);
	conf_check("RNKPNC", "ICH_VMCR_EL2.VEOIM", vm_exit(&vm, 0)->gicv3_vmcr & VMCR_VEOIM, VMCR_VEOIM);
	lrs_of(&vm)[0] = LR1(80, 0xa0);
	wait_for(&vm, 1, false, r);
	conf_check("RQKZXD", "priority dropped: still active",
		   vm_exit(&vm, 0)->gicv3_lrs[0] & RMI_GICV3_LR_STATE, LR_ACTIVE);
	keep_lrs(&vm);
	end(&vm, ICC_DIR_EL1, 80, 0, 0, "deactivated, with TDIR 0");
	vm_end(&vm);
}

/* --- Maintenance ------------------------------------------------------------------------------------------ */

/* EOI of an interrupt that is in no list register counts. */
static void eoi_count(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	lrs_of(&vm)[0] = LR1(90, 0xa0);
	wait_for(&vm, 1, true, r);
	clear_lrs(&vm);
	vm_enter_of(&vm, 0)->gicv3_hcr = HCR_LRENPIE;
	vm_begin(&vm, 0, SCRIPT_SYSREG, ICC_EOIR1_EL1, 1, 90);
	conf_check("RSNVZH", "EOI of what is in no list register: EOIcount",
		   HCR_EOICOUNT(vm_exit(&vm, 0)->gicv3_hcr), 1);
	conf_check("RSNVZH", "EOI of what is in no list register: the rest of gicv3_hcr",
		   vm_exit(&vm, 0)->gicv3_hcr & 0x7ffffff, HCR_LRENPIE);
	conf_check("RSKQNF", "gicv3_misr", vm_exit(&vm, 0)->gicv3_misr, HCR_LRENPIE);
	/* The host's next value is without it. */
	vm_enter_of(&vm, 0)->gicv3_hcr = 0;
	vm_finish(&vm, 0, r);
	conf_check("RWVGFJ", "at the next exit: gicv3_hcr", vm_exit(&vm, 0)->gicv3_hcr, 0);
	vm_end(&vm);
}

static void misr_is(struct vm *vm, uint64_t hcr, uint64_t expected, const char *what)
{
	uint64_t r[6];

	vm_enter_of(vm, 0)->gicv3_hcr = hcr;
	vm_do(vm, 0, r, CONFORM_COUNTERS);
	conf_check("RSKQNF", conf_text("gicv3_misr, %s", what), vm_exit(vm, 0)->gicv3_misr, expected);
	conf_check("RSNVZH", conf_text("gicv3_hcr, %s", what), vm_exit(vm, 0)->gicv3_hcr, hcr);
	vm_enter_of(vm, 0)->gicv3_hcr = 0;
}

static void maintenance(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	misr_is(&vm, 0, 0, "nothing enabled");
	misr_is(&vm, HCR_UIE, HCR_UIE, "underflow");
	misr_is(&vm, HCR_NPIE, HCR_NPIE, "no pending");
	misr_is(&vm, HCR_VGRP0EIE | HCR_VGRP0DIE, HCR_VGRP0EIE, "group 0 enabled");
	misr_is(&vm, HCR_VGRP1EIE | HCR_VGRP1DIE, HCR_VGRP1EIE, "group 1 enabled");
	vm_write(&vm, 0, ICC_IGRPEN0_EL1, 0);
	vm_write(&vm, 0, ICC_IGRPEN1_EL1, 0);
	misr_is(&vm, HCR_VGRP0EIE | HCR_VGRP0DIE, HCR_VGRP0DIE, "group 0 disabled");
	misr_is(&vm, HCR_VGRP1EIE | HCR_VGRP1DIE, HCR_VGRP1DIE, "group 1 disabled");
	vm_write(&vm, 0, ICC_IGRPEN1_EL1, 1);
	lrs_of(&vm)[0] = LR1(33, 0xa0);
	lrs_of(&vm)[1] = LR1(34, 0xa0);
	misr_is(&vm, HCR_UIE | HCR_NPIE, 0, "two pending");
	clear_lrs(&vm);
	lrs_of(&vm)[0] = LR1(35, 0xa0) | LR_EOI;
	wait_for(&vm, 1, false, r);
	conf_check("RSKQNF", "gicv3_misr, an interrupt with EOI maintenance has ended",
		   vm_exit(&vm, 0)->gicv3_misr, MISR_EOI);
	vm_end(&vm);
}

/* The same conditions interrupt the host, where it wants that; and only as long as the realm has the CPU. */
static void maintenance_interrupt(void)
{
	struct vm vm;
	uint64_t r[6];

	start(&vm);
	vm_enable_maintenance(true);
	vm.want_irq = true;
	vm_enter_of(&vm, 0)->gicv3_hcr = HCR_NPIE;
	vm_begin(&vm, 0, CONFORM_WAIT, milliseconds(1000));
	vm_record(&vm, 0, "RCSQXV", "maintenance interrupt, no pending",
		  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_IRQ });
	conf_check("RSKQNF", "maintenance interrupt, no pending: gicv3_misr", vm_exit(&vm, 0)->gicv3_misr,
		   HCR_NPIE);
	conf_check("RVSBBS", "it is pending at the host after the exit", vm_maintenance_is_pending(), false);
	vm_enable_maintenance(false);
	vm.want_irq = false;
	vm_enter_of(&vm, 0)->gicv3_hcr = 0;
	vm_finish(&vm, 0, r);
	vm_end(&vm);
}

/* --- The interface's own state ---------------------------------------------------------------------------- */

/* What a realm sets in its CPU interface is its own, whoever uses the registers meanwhile. */
static void interface_state(void)
{
	struct vm a, b;
	uint64_t pmr_a, pmr_b;

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	conf_check("RNJHQK", "ICH_VMCR_EL2 enables of a REC that set nothing",
		   vm_exit(&a, 0)->gicv3_vmcr & (VMCR_VENG0 | VMCR_VENG1), 0);
	vm_write(&a, 0, ICC_PMR_EL1, 0xf0);
	vm_write(&b, 0, ICC_PMR_EL1, 0x50);
	vm_write(&a, 0, ICC_IGRPEN1_EL1, 1);
	vm_write(&b, 0, ICC_IGRPEN0_EL1, 1);
	sysreg_write(s3_4_c12_c11_7, UINT64_C(0x38000003)); /* ICH_VMCR_EL2, the host's */
	pmr_a = vm_read(&a, 0, ICC_PMR_EL1).value;
	pmr_b = vm_read(&b, 0, ICC_PMR_EL1).value;
	conf_check("GYKRWG", "ICC_PMR_EL1 of one realm", pmr_a, 0xf0);
	conf_check("GYKRWG", "ICC_PMR_EL1 of the other", pmr_b, 0x50);
	conf_check("RNKPNC", "gicv3_vmcr of one realm: VPMR", VMCR_VPMR(vm_exit(&a, 0)->gicv3_vmcr), 0xf0);
	conf_check("RNKPNC", "gicv3_vmcr of the other: VPMR", VMCR_VPMR(vm_exit(&b, 0)->gicv3_vmcr), 0x50);
	conf_check("RNKPNC", "gicv3_vmcr of one realm: enables",
		   vm_exit(&a, 0)->gicv3_vmcr & (VMCR_VENG0 | VMCR_VENG1), VMCR_VENG1);
	conf_check("RNKPNC", "gicv3_vmcr of the other: enables",
		   vm_exit(&b, 0)->gicv3_vmcr & (VMCR_VENG0 | VMCR_VENG1), VMCR_VENG0);
	conf_check("GYKRWG", "ICC_IGRPEN1_EL1 of the other", vm_read(&b, 0, ICC_IGRPEN1_EL1).value, 0);
	vm_end(&b);
	vm_end(&a);
}

/* An active priority of one realm keeps nothing from another. */
static void active_priorities(void)
{
	struct vm a, b;
	uint64_t r[6];

	start(&a);
	start(&b);
	lrs_of(&a)[0] = LR1(44, 0x20);
	wait_for(&a, 1, true, r);
	conf_check("set-up", "an interrupt is active in one realm: taken", r[0], 1);
	lrs_of(&b)[0] = LR1(45, 0xa0);
	wait_for(&b, 1, false, r);
	conf_check("GYKRWG", "the other realm takes one of a lower priority: INTID",
		   r[0] == 1 ? taken(r, 0) : UINT64_MAX, 45);
	keep_lrs(&a);
	lrs_of(&a)[1] = LR1(46, 0xa0);
	wait_for(&a, 0, false, r);
	conf_check("GYKRWG", "the first realm does not: taken", r[0], 0);
	vm_end(&b);
	vm_end(&a);
}

CONF_GROUP(gic, .about = "virtual interrupts of realms")
{
	vm_enable_maintenance(false);
	conf_case(delivered);
	conf_case(active);
	conf_case(priorities);
	conf_case(deactivated);
	conf_case(eoi_count);
	conf_case(maintenance);
	conf_case(maintenance_interrupt);
	conf_case(interface_state);
	conf_case(active_priorities);
}
