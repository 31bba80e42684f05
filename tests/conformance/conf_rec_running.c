/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A REC that runs on another CPU: what can't be done to it meanwhile (RMI_REC_ENTER.rec_state and its like).
 */
#include "conf_vm.h"

#include "board/gic.h"
#include "board/platform.h"

/* On the other CPU: enters until the realm is done. No checks there. */
struct runner {
	struct vm *vm;
	uint64_t result; /* of the last RMI_REC_ENTER */
	unsigned int refused;
};

static void run(void *argument)
{
	struct runner *r = argument;
	struct host_rec *rec = &r->vm->realm->recs[0];

	for (;;) {
		r->result = host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa);
		if (r->result == RMI_ERROR_REC)
			r->refused++; /* it runs where we look whether it runs */
		else if (r->result != RMI_SUCCESS || rec->run->exit.exit_reason != RMI_EXIT_IRQ)
			return;
		gic_handle();
	}
}

/* Entering it here fails once it runs there. As long as it doesn't, a timer brings us back. */
static bool runs_there(const struct vm *vm, uint64_t run_pa)
{
	for (unsigned int i = 0; i < 1000; i++) {
		uint64_t result, end;

		timer_preempt_after(sysreg_read(cntfrq_el0) / 1000);
		result = host_rmi_rec_enter(&rmm, vm->realm->recs[0].pa, run_pa);
		timer_stop();
		gic_handle();
		if (result == RMI_ERROR_REC)
			return true;
		end = counter_now() + sysreg_read(cntfrq_el0) / 200;
		while (counter_now() < end)
			;
	}
	return false;
}

static void check_refusals(const struct vm *vm, uint64_t run_pa, uint64_t delegated)
{
	const struct host_rec *rec = &vm->realm->recs[0];
	const struct {
		const char *condition;
		uint64_t pa;
	} bad[] = {
		{ "run_align", run_pa + 8 },
		{ "run_bound", PLATFORM_UART },
		{ "run_pas", delegated },
	};
	uint64_t out;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		conf_check_status(conf_text("RMI_REC_ENTER.[%s<rec_state]", bad[i].condition),
				  "a REC that runs, with a bad run page",
				  host_rmi_rec_enter(&rmm, rec->pa, bad[i].pa), RMI_ERROR_INPUT);
	conf_check_status("RMI_REC_ENTER.rec_state", "a REC that runs",
			  host_rmi_rec_enter(&rmm, rec->pa, run_pa), RMI_ERROR_REC);
	conf_check_status("RMI_REC_DESTROY.rec_state", "a REC that runs", host_rmi_rec_destroy(&rmm, rec->pa),
			  RMI_ERROR_REC);
	conf_check_status("RMI_REALM_DESTROY.realm_live", "a realm with a REC that runs",
			  host_rmi_realm_destroy(&rmm, vm->realm->rd), rmi_result(RMI_ERROR_REALM, 0));
	/* The range is no request's, and these conditions are not ordered. */
	conf_check_status_any("RMI_RTT_SET_RIPAS.rec_state", "a REC that runs",
			      host_rmi_rtt_set_ripas(&rmm, vm->realm->rd, rec->pa, vm_empty(vm),
						     vm_empty(vm) + GRANULE_SIZE, &out),
			      RMI_ERROR_REC, RMI_ERROR_INPUT);
	conf_check_status("RMI_PSCI_COMPLETE.pending", "a REC that runs",
			  host_rmi_psci_complete(&rmm, rec->pa, vm->realm->recs[1].pa, PSCI_SUCCESS),
			  RMI_ERROR_INPUT);
	conf_check_status("RMI_GRANULE_UNDELEGATE.gran_state", "a REC that runs",
			  host_rmi_granule_undelegate(&rmm, rec->pa), RMI_ERROR_INPUT);
}

static void running(void)
{
	static struct vm vm;
	static struct runner runner;
	uint64_t run_pa = conf_granule(), delegated = conf_delegated(), r[6];
	unsigned int same = 0;

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	for (unsigned int i = 0; i < 31; i++)
		vm_words(&vm)[i] = i;
	vm_words(&vm)[1] = vm_shared(&vm) + 0x400;
	vm_words(&vm)[0x80] = 0;
	vm_enter_of(&vm, 0)->gprs[0] = CONFORM_REGISTERS;
	vm_enter_of(&vm, 0)->gprs[1] = CONFORM_SPIN;
	vm_enter_of(&vm, 0)->gprs[2] = vm_shared(&vm);
	/* Wherever it is entered first, it hears what to do. */
	memcpy(conf_content(run_pa), vm.realm->recs[0].run, GRANULE_SIZE);

	runner = (struct runner){ .vm = &vm };
	cpu_run(1, run, &runner);
	if (conf_check_true("RMI_REC_ENTER.rec_state", "the REC runs on another CPU",
			    runs_there(&vm, run_pa)))
		check_refusals(&vm, run_pa, delegated);
	vm_words(&vm)[0x80] = 99;
	cpu_wait(1);
	conf_need_status("RMI_REC_ENTER", "the REC on the other CPU", runner.result, RMI_SUCCESS);
	vm_finish(&vm, 0, r);
	for (unsigned int i = 1; i < 31; i++)
		same += vm_words(&vm)[32 + i] == vm_words(&vm)[i];
	conf_check("RFNZKM", "x0 once it is let go", vm_words(&vm)[32], 99);
	conf_check("RFNZKM", "registers of x1-x30 that are as before", same, 30);
	conf_take_back(delegated, 1);
	memory_free(run_pa);
	vm_end(&vm);
}

CONF_GROUP(rec_running, .about = "a REC that runs on another CPU", .smp = 2)
{
	conf_case(running);
}
