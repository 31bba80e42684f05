/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Host calls: RSI_HOST_CALL and the exit that it causes (A4.3.9, A4.2.2, B5.3.4).
 */
#include "conf_vm.h"

/* The structure in the realm, and its copy that the host can see. */
static uint64_t structure(const struct vm *vm)
{
	return vm_ram(vm) + 0x8300;
}

static struct rsi_host_call *copy_of(const struct vm *vm)
{
	return (struct rsi_host_call *)(uintptr_t)vm->shared_pa;
}

static uint64_t pattern(unsigned int seed, unsigned int n)
{
	return (UINT64_C(0x9e3779b97f4a7c15) * (seed * 64 + n + 1)) ^ seed;
}

static void copy_in(struct vm *vm, unsigned int seed, uint16_t imm)
{
	uint64_t r[6];

	copy_of(vm)->imm = imm;
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		copy_of(vm)->gprs[i] = pattern(seed, i);
	vm_do(vm, 0, r, SCRIPT_COPY, structure(vm), vm_shared(vm), sizeof(struct rsi_host_call));
}

static void copy_out(struct vm *vm)
{
	uint64_t r[6];

	memset(copy_of(vm), 0, sizeof(struct rsi_host_call));
	vm_do(vm, 0, r, SCRIPT_COPY, vm_shared(vm), structure(vm), sizeof(struct rsi_host_call));
}

static void check_call_exit(const struct vm *vm, unsigned int seed, uint16_t imm, const char *what)
{
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_HOST_CALL, .imm = imm };

	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		expected.gprs[i] = pattern(seed, i);
	vm_record(vm, 0, "RGTJRP", what, &expected);
}

static void answer(struct vm *vm, unsigned int seed)
{
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		vm_enter_of(vm, 0)->gprs[i] = pattern(seed, i);
}

static void check_answer(struct vm *vm, unsigned int seed, uint16_t imm)
{
	unsigned int same = 0;

	copy_out(vm);
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		same += copy_of(vm)->gprs[i] == pattern(seed, i);
	conf_check("RYSNYQ", "registers of the host in the structure", same, RMI_NUM_GPRS);
	conf_check("RYSNYQ", "imm in the structure", copy_of(vm)->imm, imm);
}

/* All registers both ways, and all bits of the immediate. */
static void both_ways(void)
{
	static const uint16_t imms[] = { 0, 1, 0x8000, 0xffff, 0x1234 };
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(imms) / sizeof(imms[0]); i++) {
		copy_in(&vm, 10 + i, imms[i]);
		vm_begin(&vm, 0, SCRIPT_SMC, RSI_HOST_CALL, structure(&vm));
		check_call_exit(&vm, 10 + i, imms[i], conf_text("host call with imm 0x%x", imms[i]));
		answer(&vm, 20 + i);
		vm_finish(&vm, 0, r);
		conf_check("RSI_HOST_CALL", "x0 in the realm", r[0], RSI_SUCCESS);
		check_answer(&vm, 20 + i, imms[i]);
	}
	vm_end(&vm);
}

static void bad_addresses(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int offset = 1; offset < 256; offset = offset * 2 + 1)
		conf_check("RSI_HOST_CALL.addr_align", conf_text("structure at offset %u", offset),
			   vm_smc(&vm, 0, RSI_HOST_CALL, structure(&vm) + offset).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_HOST_CALL.addr_align", "structure at offset 128",
		   vm_smc(&vm, 0, RSI_HOST_CALL, structure(&vm) + 128).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_HOST_CALL.addr_bound", "structure in the unprotected half, mapped",
		   vm_smc(&vm, 0, RSI_HOST_CALL, vm_shared(&vm)).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_HOST_CALL.addr_bound", "structure at the end of the IPA space",
		   vm_smc(&vm, 0, RSI_HOST_CALL, 2 * vm_unprotected(&vm) - 256).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_HOST_CALL.addr_bound", "structure outside the IPA space",
		   vm_smc(&vm, 0, RSI_HOST_CALL, 2 * vm_unprotected(&vm)).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_HOST_CALL.addr_bound", "structure at 2^64 - 256",
		   vm_smc(&vm, 0, RSI_HOST_CALL, -UINT64_C(256)).x[0], RSI_ERROR_INPUT);
	vm_end(&vm);
}

static void check_abort(const struct vm *vm, uint64_t ipa, const char *what)
{
	struct host_rmi_rtt_entry entry = { 0 };

	conf_expect_ok("RMI_RTT_READ_ENTRY", "an IPA",
		       host_rmi_rtt_read_entry(&rmm, vm->realm->rd, ipa & ~ABI_U64(0xfff), 3, &entry));
	vm_record(vm, 0, "RRYVFL", what,
		  &(struct rmi_rec_exit){
			  .exit_reason = RMI_EXIT_SYNC,
			  .esr = (uint64_t)EC_DATA_ABORT_LOWER << 26 | FSC_TRANSLATION |
				 (uint64_t)entry.level,
			  .hpfar = ipa >> 12 << 4,
		  });
}

/* The structure is in a page that is not there: the host supplies it, and the call is made then. */
static void structure_missing(void)
{
	struct vm vm;
	uint64_t ipa, r[6];

	vm_start(&vm, NULL);
	ipa = vm_hole(&vm) + 0x1f00;
	vm_begin(&vm, 0, SCRIPT_SMC, RSI_HOST_CALL, ipa);
	check_abort(&vm, ipa, "structure at RIPAS RAM, UNASSIGNED");
	conf_need_status("RRYVFL", "an entry without an answer", vm_enter(&vm, 0), RMI_SUCCESS);
	check_abort(&vm, ipa, "the same again");
	conf_expect_ok("set-up", "a page for the structure",
		       host_populate(vm.realm, vm_hole(&vm) + 0x1000, GRANULE_SIZE));
	vm_resume(&vm, 0);
	conf_check("RGTJRP", "with the page there: exit reason", vm_exit(&vm, 0)->exit_reason,
		   RMI_EXIT_HOST_CALL);
	vm_finish(&vm, 0, r);
	conf_check("RSI_HOST_CALL", "x0 in the realm", r[0], RSI_SUCCESS);
	vm_end(&vm);
}

/* The host takes the page away before it answers. */
static void structure_taken(void)
{
	uint64_t data, top;
	struct vm vm;

	vm_start(&vm, NULL);
	copy_in(&vm, 3, 7);
	vm_begin(&vm, 0, SCRIPT_SMC, RSI_HOST_CALL, structure(&vm));
	conf_expect_ok("RMI_DATA_DESTROY", "the page of the structure",
		       host_rmi_data_destroy(&rmm, vm.realm->rd, structure(&vm) & ~ABI_U64(0xfff), &data,
					     &top));
	conf_take_back(data, 1);
	for (unsigned int i = 0; i < 2; i++) {
		conf_need_status("RYWHKC", "an entry with the answer", vm_enter(&vm, 0), RMI_SUCCESS);
		check_abort(&vm, structure(&vm), "the answer can't be written");
	}
	vm_end(&vm);
}

CONF_GROUP(exit_host_call, .about = "RSI_HOST_CALL and its exit")
{
	conf_case(both_ways);
	conf_case(bad_addresses);
	conf_case(structure_missing);
	conf_case(structure_taken);
}
