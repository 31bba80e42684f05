/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER: its failure conditions, alone and two at a time (B4.3.14.2). The GIC's are in conf_enter_gic.c, the
 * one that takes two CPUs in conf_rec_running.c.
 */
#include "conf_vm.h"

#include "board/gic.h"
#include "board/platform.h"

/* Addresses that are no run page, or no REC, and the condition that says so. */
struct bad_address {
	const char *condition;
	uint64_t pa;
};

#define RUN_BAD 6
struct bad_run {
	struct bad_address at[RUN_BAD];
	uint64_t delegated;
};

/* Memory that the RMM does not know: a device, and an address past all memory. */
#define NOT_MEMORY PLATFORM_UART
#define PAST_MEMORY ABI_U64(0xfffffffff000)

static void prepare(struct bad_run *bad, const struct vm *vm)
{
	uint64_t run = vm->realm->recs[0].run_pa;

	bad->delegated = conf_delegated();
	bad->at[0] = (struct bad_address){ "run_align", run + 8 };
	bad->at[1] = (struct bad_address){ "run_align", run + 0x800 };
	bad->at[2] = (struct bad_address){ "run_bound", NOT_MEMORY };
	bad->at[3] = (struct bad_address){ "run_bound", PAST_MEMORY };
	bad->at[4] = (struct bad_address){ "run_pas", bad->delegated };
	bad->at[5] = (struct bad_address){ "run_pas", vm->realm->rd };
}

static uint64_t enter(const struct vm *vm, unsigned int rec, uint64_t run)
{
	return host_rmi_rec_enter(&rmm, vm->realm->recs[rec].pa, run);
}

/* After what was refused, the REC is as it was. */
static void runs_on(struct vm *vm)
{
	uint64_t r[6];

	vm_do(vm, 0, r, CONFORM_COUNTERS);
	conf_check("RWZYBV", "after the failures the REC runs on: its next exit", vm_exit(vm, 0)->exit_reason,
		   RMI_EXIT_HOST_CALL);
}

/* `later` holds for this REC: a bad run page wins. */
static void check_run_first(const struct bad_run *bad, const struct vm *vm, unsigned int rec,
			    const char *later)
{
	for (unsigned int i = 0; i < RUN_BAD; i++) {
		const struct bad_address *a = &bad->at[i];
		conf_check_status(conf_text("RMI_REC_ENTER.[%s<%s]", a->condition, later),
				  conf_text("run page at 0x%lx", a->pa), enter(vm, rec, a->pa),
				  RMI_ERROR_INPUT);
	}
}

/* The condition alone, with a good run page, and behind a bad one. */
static void check_condition(const struct bad_run *bad, struct vm *vm, unsigned int rec, const char *name,
			    const char *text, uint64_t expected)
{
	check_run_first(bad, vm, rec, name);
	conf_check_status(conf_text("RMI_REC_ENTER.%s", name), text,
			  enter(vm, rec, vm->realm->recs[rec].run_pa), expected);
}

static void check_addresses(struct vm *vm, const struct bad_run *bad)
{
	uint64_t rec = vm->realm->recs[0].pa, run = vm->realm->recs[0].run_pa;
	const struct bad_address recs[] = {
		{ "rec_align", rec + 8 },
		{ "rec_align", rec + 0x800 },
		{ "rec_bound", NOT_MEMORY },
		{ "rec_bound", PAST_MEMORY },
		{ "rec_gran_state", run },
		{ "rec_gran_state", bad->delegated },
		{ "rec_gran_state", vm->realm->rd },
		{ "rec_gran_state", vm->realm->start_pa },
		{ "rec_gran_state", vm->realm->recs[0].aux[0] },
	};

	for (unsigned int i = 0; i < RUN_BAD; i++)
		conf_check_status(conf_text("RMI_REC_ENTER.%s", bad->at[i].condition),
				  "bad address of the run page", enter(vm, 0, bad->at[i].pa),
				  RMI_ERROR_INPUT);
	for (unsigned int i = 0; i < sizeof(recs) / sizeof(recs[0]); i++) {
		if (recs[i].pa == 0)
			continue;
		conf_check_status(conf_text("RMI_REC_ENTER.%s", recs[i].condition), "bad address of the REC",
				  host_rmi_rec_enter(&rmm, recs[i].pa, run), RMI_ERROR_INPUT);
	}
}

/* A NEW realm runs once it is ACTIVE, and an attempt before changes nothing. */
static void realm_new(void)
{
	struct bad_run bad;
	struct vm vm;

	vm_create(&vm, NULL);
	prepare(&bad, &vm);
	check_condition(&bad, &vm, 0, "realm_new", "realm NEW", rmi_result(RMI_ERROR_REALM, 0));
	conf_need_status("RMI_REALM_ACTIVATE", "the realm, after the attempts to enter it",
			 host_rmi_realm_activate(&rmm, vm.realm->rd), RMI_SUCCESS);
	conf_check_status("RMI_REC_ENTER", "the realm, once it is ACTIVE", vm_enter(&vm, 0), RMI_SUCCESS);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

/* The REC that turned the realm off, and one that was only there. */
static void off_by(uint64_t fid)
{
	struct bad_run bad;
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	prepare(&bad, &vm);
	vm_begin(&vm, 0, SCRIPT_SMC, fid);
	conf_check("RNTZNJ", conf_text("PSCI 0x%lx: exit reason", fid), vm_exit(&vm, 0)->exit_reason,
		   RMI_EXIT_PSCI);
	check_condition(&bad, &vm, 0, "system_off", "realm SYSTEM_OFF, the REC that turned it off",
			rmi_result(RMI_ERROR_REALM, 1));
	/* Not runnable either, and these two are not ordered. */
	conf_check_status_any("RMI_REC_ENTER.system_off", "realm SYSTEM_OFF, another REC",
			      enter(&vm, 1, vm.realm->recs[1].run_pa), rmi_result(RMI_ERROR_REALM, 1),
			      RMI_ERROR_REC);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

static void system_off(void)
{
	off_by(PSCI_SYSTEM_OFF);
}

static void system_reset(void)
{
	off_by(PSCI_SYSTEM_RESET);
}

static void addresses(void)
{
	struct bad_run bad;
	struct vm vm;

	vm_start(&vm, NULL);
	prepare(&bad, &vm);
	check_addresses(&vm, &bad);
	runs_on(&vm);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

/* REC 1 is off; then REC 0 waits for an answer about it. */
static void runnable_and_psci(void)
{
	struct bad_run bad;
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	prepare(&bad, &vm);
	check_condition(&bad, &vm, 1, "rec_runnable", "REC that was created not runnable", RMI_ERROR_REC);
	vm_begin(&vm, 0, SCRIPT_SMC, PSCI_AFFINITY_INFO, 1, 0);
	check_condition(&bad, &vm, 0, "rec_psci", "REC with a PSCI request pending", RMI_ERROR_REC);
	conf_need_status("RMI_PSCI_COMPLETE", "the request after the attempts to enter",
			 host_rmi_psci_complete(&rmm, vm.realm->recs[0].pa, vm.realm->recs[1].pa,
						PSCI_SUCCESS),
			 RMI_SUCCESS);
	vm_finish(&vm, 0, r);
	conf_check("RMI_PSCI_COMPLETE.affinity_off", "x0 of AFFINITY_INFO", r[0], PSCI_AFFINITY_OFF);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

/* The GIC's conditions all have the same place among the others: conf_enter_gic.c tells them apart. */
static void gicv3(void)
{
	struct bad_run bad;
	struct vm vm;

	vm_start(&vm, NULL);
	prepare(&bad, &vm);
	vm_enter_of(&vm, 0)->gicv3_hcr = 1;
	check_condition(&bad, &vm, 0, "rec_gicv3", "gicv3_hcr.En", RMI_ERROR_REC);
	vm_enter_of(&vm, 0)->gicv3_hcr = 0;
	runs_on(&vm);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

/* --- Answers to data aborts ------------------------------------------------------------------------------- */

static uint64_t hole(const struct vm *vm)
{
	return vm_unprotected(vm) + 0x200000;
}

static void mmio(void)
{
	struct bad_run bad;
	struct vm vm;

	vm_build(&vm, NULL);
	prepare(&bad, &vm);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	check_condition(&bad, &vm, 0, "rec_mmio", "emul_mmio at the first entry", RMI_ERROR_REC);
	vm_enter_of(&vm, 0)->flags = 0;
	vm_boot(&vm, 0);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	check_condition(&bad, &vm, 0, "rec_mmio", "emul_mmio after a host call", RMI_ERROR_REC);
	vm_enter_of(&vm, 0)->flags = 0;
	runs_on(&vm);
	conf_take_back(bad.delegated, 1);
	vm_end(&vm);
}

/* An access that the host cannot emulate; inject_sea has the flag ignored. */
static void mmio_without_syndrome(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_LDP_X, hole(&vm));
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	conf_check_status("RMI_REC_ENTER.rec_mmio", "emul_mmio after a data abort without syndrome",
			  enter(&vm, 0, vm.realm->recs[0].run_pa), RMI_ERROR_REC);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO | RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(&vm, 0, r);
	conf_check_true("RTWMDB", "emul_mmio is ignored with inject_sea", is_sea(r[1], EC_DATA_ABORT));

	/* No failure condition holds, and there is no abort to answer (RVHFHD, RLJWRK). */
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO | RMI_REC_ENTER_FLAG_INJECT_SEA;
	conf_need_status("RTWMDB", "both flags where there was no data abort", vm_enter(&vm, 0), RMI_SUCCESS);
	vm_end(&vm);
}

/* What the host may emulate is what the last exit reported, and once. */
static void mmio_once(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, hole(&vm));
	/* Neither emulated nor mapped: the access is executed again. */
	conf_check_status("ISVYDC", "an entry that answers nothing", vm_enter(&vm, 0), RMI_SUCCESS);
	conf_check("ISVYDC", "the same exit again: hpfar", vm_exit(&vm, 0)->hpfar, hole(&vm) >> 8);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_enter_of(&vm, 0)->gprs[0] = 42;
	vm_finish(&vm, 0, r);
	conf_check("RSCJWG", "the value that the host answered", r[0], 42);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	conf_check_status("RQBTPR", "emul_mmio, some exits after it was used",
			  enter(&vm, 0, vm.realm->recs[0].run_pa), RMI_ERROR_REC);
	vm_enter_of(&vm, 0)->flags = 0;
	runs_on(&vm);
	vm_end(&vm);
}

/* An interrupt in between: the access has not been executed, and is reported again. */
static void mmio_interrupted(void)
{
	uint64_t run, r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	run = vm.realm->recs[0].run_pa;
	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, hole(&vm));
	timer_preempt_after(0);
	conf_need_status("IHMSQM", "an entry with an interrupt pending", vm_enter(&vm, 0), RMI_SUCCESS);
	if (vm_exit(&vm, 0)->exit_reason == RMI_EXIT_IRQ) {
		vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
		conf_check_status("RQBTPR", "emul_mmio after an IRQ exit that followed a data abort",
				  enter(&vm, 0, run), RMI_ERROR_REC);
		vm_enter_of(&vm, 0)->flags = 0;
	} else {
		conf_skip("RQBTPR", "the pending interrupt was no reason to exit before the data abort");
	}
	gic_handle();
	vm_resume(&vm, 0);
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	vm_enter_of(&vm, 0)->gprs[0] = 7;
	vm_finish(&vm, 0, r);
	conf_check("RSCJWG", "the access, reported again and emulated", r[0], 7);
	vm_end(&vm);
}

CONF_GROUP(rec_enter, .about = "RMI_REC_ENTER, when it fails and which condition wins")
{
	conf_case(addresses);
	conf_case(realm_new);
	conf_case(system_off);
	conf_case(system_reset);
	conf_case(runnable_and_psci);
	conf_case(gicv3);
	conf_case(mmio);
	conf_case(mmio_without_syndrome);
	conf_case(mmio_once);
	conf_case(mmio_interrupted);
}
