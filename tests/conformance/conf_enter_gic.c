/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER.rec_gicv3: which values of gicv3_hcr and gicv3_lrs are valid (A6.1), and what of them comes back.
 */
#include "conf_vm.h"

#define HCR_ALLOWED RMI_GICV3_HCR_ENTER_MASK

/* ICH_LR<n>_EL2. */
#define LR_PENDING (ABI_U64(1) << 62)
#define LR_ACTIVE (ABI_U64(2) << 62)
#define LR_HW (ABI_U64(1) << 61)
#define LR_GROUP1 (ABI_U64(1) << 60)
#define LR_PRIORITY(p) ((uint64_t)(p) << 48)
#define LR_EOI (ABI_U64(1) << 41)

static unsigned int lr_count(void)
{
	return host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT, RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) + 1;
}

/* One entry; a REC that comes in does a step of its program and is parked again. */
static void step(const char *rule, const char *text, struct vm *vm)
{
	uint64_t r[6];

	vm_enter_of(vm, 0)->gprs[0] = CONFORM_COUNTERS;
	if (!conf_check_status(rule, text, vm_enter(vm, 0), RMI_SUCCESS))
		return;
	vm_finish(vm, 0, r);
}

static uint64_t attempt(struct vm *vm)
{
	return host_rmi_rec_enter(&rmm, vm->realm->recs[0].pa, vm->realm->recs[0].run_pa);
}

static void check_hcr(struct vm *vm)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t hcr = ABI_U64(1) << bit;

		vm_enter_of(vm, 0)->gicv3_hcr = hcr;
		if ((hcr & HCR_ALLOWED) == 0) {
			conf_check_status("RMI_REC_ENTER.rec_gicv3", conf_text("gicv3_hcr bit %u", bit),
					  attempt(vm), RMI_ERROR_REC);
			continue;
		}
		step("RWVGFJ", conf_text("gicv3_hcr bit %u is the host's", bit), vm);
		conf_check("RSNVZH", conf_text("gicv3_hcr bit %u at exit", bit), vm_exit(vm, 0)->gicv3_hcr,
			   hcr);
	}
	vm_enter_of(vm, 0)->gicv3_hcr = HCR_ALLOWED;
	step("RWVGFJ", "all of the host's bits", vm);
	conf_check("RSNVZH", "all of the host's bits at exit", vm_exit(vm, 0)->gicv3_hcr, HCR_ALLOWED);
	vm_enter_of(vm, 0)->gicv3_hcr = 0;
}

static void refuse_lr(struct vm *vm, unsigned int n, uint64_t lr, const char *what)
{
	vm_enter_of(vm, 0)->gicv3_lrs[n] = lr;
	conf_check_status("RMI_REC_ENTER.rec_gicv3", conf_text("gicv3_lrs[%u]: %s", n, what), attempt(vm),
			  RMI_ERROR_REC);
	vm_enter_of(vm, 0)->gicv3_lrs[n] = 0;
}

static void accept_lr(struct vm *vm, unsigned int n, uint64_t lr, const char *what)
{
	vm_enter_of(vm, 0)->gicv3_lrs[n] = lr;
	step("RWNFRW", conf_text("gicv3_lrs[%u]: %s", n, what), vm);
	conf_check("RQKZXD", conf_text("gicv3_lrs[%u] at exit: %s", n, what), vm_exit(vm, 0)->gicv3_lrs[n],
		   lr);
	vm_enter_of(vm, 0)->gicv3_lrs[n] = 0;
}

/* The realm has its virtual interface off, so nothing is acknowledged: values come back as they went in. */
static void check_lrs(struct vm *vm)
{
	unsigned int last = lr_count() - 1;

	for (unsigned int n = 0; n <= last; n++) {
		refuse_lr(vm, n, LR_HW | LR_PENDING | 40, "HW, pending");
		refuse_lr(vm, n, LR_HW | LR_ACTIVE | 40, "HW, active");
		refuse_lr(vm, n, LR_HW | LR_PENDING | LR_GROUP1 | ABI_U64(27) << 32 | 27, "HW with a pINTID");
		accept_lr(vm, n, LR_PENDING | (40 + n), "pending, group 0");
		accept_lr(vm, n, LR_PENDING | LR_GROUP1 | LR_PRIORITY(0xa0) | (40 + n), "pending, group 1");
		accept_lr(vm, n, LR_ACTIVE | LR_GROUP1 | LR_PRIORITY(0x50) | (40 + n), "active");
		accept_lr(vm, n, LR_PENDING | LR_ACTIVE | LR_GROUP1 | (40 + n), "pending and active");
		accept_lr(vm, n, LR_PENDING | LR_GROUP1 | LR_EOI | (40 + n), "EOI maintenance");
		accept_lr(vm, n, 0, "invalid");
	}
	accept_lr(vm, 0, LR_PENDING | LR_GROUP1 | 0, "INTID 0");
	accept_lr(vm, 0, LR_PENDING | LR_GROUP1 | 1019, "INTID 1019");
	accept_lr(vm, 0, LR_PENDING | LR_GROUP1 | 8192, "INTID 8192");
	for (unsigned int intid = 1020; intid < 1024; intid++)
		refuse_lr(vm, 0, LR_PENDING | LR_GROUP1 | intid,
			  conf_text("INTID %u, which is special", intid));
	refuse_lr(vm, 0, LR_PENDING | LR_GROUP1 | 0xffffffff, "INTID of 32 bits");
}

/* One interrupt in two list registers is UNPREDICTABLE in the architecture, but where one of them is invalid. */
static void check_duplicates(struct vm *vm)
{
	static const struct {
		uint64_t a, b;
		const char *what;
	} pairs[] = {
		{ LR_PENDING | LR_GROUP1 | 50, LR_PENDING | LR_GROUP1 | 50, "pending, pending" },
		{ LR_PENDING | LR_GROUP1 | 50, LR_ACTIVE | LR_GROUP1 | 50, "pending, active" },
		{ LR_ACTIVE | LR_GROUP1 | 50, LR_PENDING | LR_ACTIVE | LR_GROUP1 | 50, "active, both" },
		{ LR_PENDING | LR_GROUP1 | 50, LR_PENDING | 50, "of either group" },
		{ LR_PENDING | LR_GROUP1 | 50, LR_PENDING | LR_GROUP1 | LR_PRIORITY(0x80) | 50,
		  "of two priorities" },
	};
	unsigned int last = lr_count() - 1;

	if (last == 0)
		return;
	for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		vm_enter_of(vm, 0)->gicv3_lrs[0] = pairs[i].a;
		refuse_lr(vm, 1, pairs[i].b, conf_text("INTID of gicv3_lrs[0], %s", pairs[i].what));
		vm_enter_of(vm, 0)->gicv3_lrs[0] = pairs[i].a;
		refuse_lr(vm, last, pairs[i].b, "INTID of the first one");
		vm_enter_of(vm, 0)->gicv3_lrs[0] = 0;
	}
	vm_enter_of(vm, 0)->gicv3_lrs[0] = 50;
	accept_lr(vm, 1, LR_PENDING | LR_GROUP1 | 50, "INTID that gicv3_lrs[0] names in state invalid");
	vm_enter_of(vm, 0)->gicv3_lrs[0] = 0;
}

/* As many different interrupts as there are list registers. */
static void check_full(struct vm *vm)
{
	unsigned int count = lr_count(), same = 0;

	for (unsigned int n = 0; n < count; n++)
		vm_enter_of(vm, 0)->gicv3_lrs[n] = LR_PENDING | LR_GROUP1 | LR_PRIORITY(0xa0) | (64 + n);
	step("RWNFRW", "all list registers in use", vm);
	for (unsigned int n = 0; n < count; n++)
		same += vm_exit(vm, 0)->gicv3_lrs[n] == vm_enter_of(vm, 0)->gicv3_lrs[n];
	conf_check("RQKZXD", "list registers that come back as they were", same, count);
	for (unsigned int n = count; n < RMI_NUM_LRS; n++)
		conf_check("IFQZXZ", conf_text("gicv3_lrs[%u], which the PE does not have, at exit", n),
			   vm_exit(vm, 0)->gicv3_lrs[n], 0);
}

static struct vm shared_vm;

static void start(void)
{
	vm_enable_maintenance(false);
	vm_start(&shared_vm, NULL);
}

static void hcr(void)
{
	check_hcr(&shared_vm);
}

static void lrs(void)
{
	check_lrs(&shared_vm);
}

static void duplicates(void)
{
	check_duplicates(&shared_vm);
}

static void full(void)
{
	check_full(&shared_vm);
	conf_check("RVSBBS", "ICH_HCR_EL2.En at NS-EL2 after an exit", sysreg_read(s3_4_c12_c11_0) & 1, 0);
	vm_end(&shared_vm);
}

CONF_GROUP(rec_enter_gic, .about = "RMI_REC_ENTER, validity of gicv3_hcr and gicv3_lrs")
{
	conf_case(start);
	conf_case(hcr);
	conf_case(lrs);
	conf_case(duplicates);
	conf_case(full);
}
