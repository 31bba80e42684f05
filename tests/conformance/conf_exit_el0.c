/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's EL0: its accesses are emulated as EL1's are, and what goes wrong there is taken at the realm's EL1, as from a
 * lower Exception level (A4.2.3, A4.3.4, A5.2).
 */
#include "conf_vm.h"

#define VALUE UINT64_C(0x123456789abcdef0)
#define ANSWER UINT64_C(0xf8e7d6c5b4a39281)

static uint64_t hole(const struct vm *vm)
{
	return vm_unprotected(vm) + 0x200000;
}

/* What every exception from EL0 has: the vector is known by the program, which has one for it and no other. */
static void check_taken(const uint64_t r[6], unsigned int ec, uint64_t far, const char *what)
{
	conf_check("A5.2", conf_text("%s: class of the exception", what), ESR_EC(r[1]), ec);
	conf_check("A5.2", conf_text("%s: FAR_EL1", what), r[2], far);
	conf_check("A5.2", conf_text("%s: SPSR_EL1.M", what), r[4] & PSTATE_MODE, 0);
}

static void emulated(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_do(&vm, 0, r, CONFORM_ACCESS_EL0, CONFORM_LDR_X, vm_ram(&vm), VALUE);
	conf_check("set-up", "an access by EL0 to RAM: fault", r[1], 0);
	vm_begin(&vm, 0, CONFORM_ACCESS_EL0, CONFORM_LDRSB_X, hole(&vm) + 0x123, VALUE);
	vm_record(&vm, 0, "RRYVFL", "load by EL0, emulatable",
		  &(struct rmi_rec_exit){
			  .exit_reason = RMI_EXIT_SYNC,
			  /* ISV, SF */
			  .esr = (uint64_t)EC_DATA_ABORT_LOWER << 26 | 0x1008000 |
				 (vm_exit(&vm, 0)->esr & 0x3f),
			  .far = 0x123,
			  .hpfar = hole(&vm) >> 12 << 4,
		  });
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_enter_of(&vm, 0)->gprs[0] = ANSWER;
	vm_finish(&vm, 0, r);
	conf_check("RBWZKH", "load by EL0, emulated: fault", r[1], 0);
	conf_check("RSCJWG", "load by EL0, emulated: x0", r[0], 0xffffffffffffff81);
	vm_begin(&vm, 0, CONFORM_ACCESS_EL0, CONFORM_STR_W, hole(&vm), VALUE);
	conf_check("RFFNHW", "store by EL0: the value's low half", (uint32_t)vm_exit(&vm, 0)->gprs[0],
		   (uint32_t)VALUE);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_finish(&vm, 0, r);
	conf_check("RBWZKH", "store by EL0, emulated: fault", r[1], 0);
	vm_end(&vm);
}

static void injected(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_begin(&vm, 0, CONFORM_ACCESS_EL0, CONFORM_LDR_X, hole(&vm) + 8, VALUE);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(&vm, 0, r);
	conf_check_true("RLJWRK", conf_text("inject_sea for EL0: external abort, 0x%lx", r[1]),
			is_sea(r[1], EC_DATA_ABORT_LOWER));
	check_taken(r, EC_DATA_ABORT_LOWER, hole(&vm) + 8, "inject_sea for EL0");
	conf_check("RLJWRK", "inject_sea for EL0: ELR_EL1, from the access", r[3], 0);
	vm_end(&vm);
}

static void protected_half(void)
{
	struct vm vm;
	uint64_t ipa, r[6];

	vm_start(&vm, NULL);
	vm_do(&vm, 0, r, CONFORM_ACCESS_EL0, CONFORM_STR_X, vm_empty(&vm) + 16, VALUE);
	conf_check_true("RJVQQR", conf_text("RIPAS EMPTY, store by EL0: external abort, 0x%lx", r[1]),
			is_sea(r[1], EC_DATA_ABORT_LOWER));
	check_taken(r, EC_DATA_ABORT_LOWER, vm_empty(&vm) + 16, "RIPAS EMPTY, store by EL0");
	vm_do(&vm, 0, r, CONFORM_EXEC_EL0, vm_empty(&vm));
	conf_check_true("RMKLSD", conf_text("RIPAS EMPTY, fetch by EL0: external abort, 0x%lx", r[1]),
			is_sea(r[1], EC_INSTRUCTION_ABORT_LOWER));
	check_taken(r, EC_INSTRUCTION_ABORT_LOWER, vm_empty(&vm), "RIPAS EMPTY, fetch by EL0");
	vm_do(&vm, 0, r, CONFORM_EXEC_EL0, vm_shared(&vm));
	conf_check_true("RXLSKP", conf_text("unprotected IPA, fetch by EL0: external abort, 0x%lx", r[1]),
			is_sea(r[1], EC_INSTRUCTION_ABORT_LOWER));
	check_taken(r, EC_INSTRUCTION_ABORT_LOWER, vm_shared(&vm), "unprotected IPA, fetch by EL0");

	ipa = vm_hole(&vm) + 0x3000;
	vm_begin(&vm, 0, CONFORM_EXEC_EL0, ipa);
	conf_check("RMGWRC", "RIPAS RAM, UNASSIGNED, fetch by EL0: class of the exit",
		   ESR_EC(vm_exit(&vm, 0)->esr), EC_INSTRUCTION_ABORT_LOWER);
	conf_check("RMGWRC", "RIPAS RAM, UNASSIGNED, fetch by EL0: hpfar", vm_exit(&vm, 0)->hpfar,
		   ipa >> 12 << 4);
	vm_end(&vm);
}

/* What EL0 may not do is the realm's own affair. */
static void undefined(void)
{
	static const struct {
		const char *name;
		uint32_t code;
	} instructions[] = {
		{ "SMC", 0xd4000003 },
		{ "HVC", 0xd4000002 },
		{ "MRS x0, VBAR_EL1", 0xd538c000 },
		{ "MRS x0, HCR_EL2", 0xd53c1100 },
	};
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
		vm_store(&vm, 0, vm_ram(&vm), (uint64_t)0xd65f03c0 << 32 | instructions[i].code);
		vm_begin(&vm, 0, CONFORM_EXEC_EL0, vm_ram(&vm));
		conf_need_true("A4.3.4", conf_text("%s by EL0: no exit", instructions[i].name),
			       vm_is_done(&vm, 0));
		vm_finish(&vm, 0, r);
		conf_check("RDNBQF", conf_text("%s by EL0: ESR_EL1", instructions[i].name), r[1],
			   ESR_UNDEFINED);
		conf_check("RDNBQF", conf_text("%s by EL0: ELR_EL1", instructions[i].name), r[3],
			   vm_ram(&vm));
		conf_check("RDNBQF", conf_text("%s by EL0: SPSR_EL1.M", instructions[i].name),
			   r[4] & PSTATE_MODE, 0);
	}
	vm_end(&vm);
}

CONF_GROUP(exit_el0, .about = "what a realm's EL0 does, and who hears of it")
{
	conf_case(emulated);
	conf_case(injected);
	conf_case(protected_half);
	conf_case(undefined);
}
