/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `caec-vmm run`: a realm from its files to its end.
 */
#include "run.h"

#include <stdio.h>
#include <unistd.h>

#include "info.h"
#include "loop.h"
#include "measured.h"
#include "sandbox.h"
#include "state.h"

static struct {
	struct boot boot;
	struct machine machine;
	struct state state;
	int signals, info;
} vmm;

static bool is_quiet;

static void progress(const char *what)
{
	if (!is_quiet)
		fprintf(stderr, "caec-vmm: loading %s\n", what);
}

/* --- The beginning --------------------------------------------------------------------------------------- */

/* Only who expects something waits for it: it takes as long as loading does. */
static bool is_expected(const struct config *config, struct fault *fault)
{
	struct rim rim;

	if (config->rim_size == 0)
		return true;
	progress("nothing yet: the measurement is compared");
	rim = rim_compute(&vmm.boot.realm, NULL);
	return measured_as_expected(&rim, config, fault);
}

static bool build(const struct config *config, struct fault *fault)
{
	struct machine *machine = &vmm.machine;

	if (!boot_make(&vmm.boot, config, fault) || !machine_make(machine, config, fault) ||
	    !realm_create(&machine->realm, config, &vmm.boot, fault))
		return false;
	return is_expected(config, fault) && realm_build(&machine->realm, &vmm.boot, progress, fault) &&
	       machine_plug(machine, fault);
}

static bool open_rest(const struct config *config, struct sandbox_user *user, struct fault *fault)
{
	vmm.signals = loop_signals();
	if (vmm.signals < 0)
		return fault_set(fault, VMM_FAILURE, "no descriptor for signals");
	vmm.info = info_open(vmm.state.folder, fault);
	if (vmm.info < 0 || !vsock_listen(&vmm.machine.vsock, vmm.state.folder, fault) ||
	    !sandbox_user(config, user, fault) ||
	    !terminal_open(&vmm.machine.terminal, config->console, vmm.state.folder, fault))
		return false;
	return !user->changes || state_give(&vmm.state, user->uid, user->gid, fault);
}

/* Whatever is long or wants rights is done before rights are given up; the realm runs after that. */
static bool start(const struct config *config, struct fault *fault)
{
	struct sandbox_user user;

	if (!state_claim(&vmm.state, config->state, config->name, fault) || !build(config, fault) ||
	    !open_rest(config, &user, fault))
		return false;
	boot_free(&vmm.boot);
	return machine_start(&vmm.machine, fault) && sandbox_enter(config, &user, fault);
}

/* --- The end --------------------------------------------------------------------------------------------- */

static void explain(const struct caec_host_run_error *error, struct fault *fault)
{
	unsigned long long ipa = error->ipa, result = error->result;

	switch (error->why) {
	case CAEC_HOST_ERROR_FAULT:
		fault_set(fault, VMM_ENDED, "the realm stopped at IPA 0x%llx, which is not there any more",
			  ipa);
		break;
	case CAEC_HOST_ERROR_MEMORY:
		fault_set(fault, VMM_ENDED,
			  "the realm stopped at IPA 0x%llx: this host has no memory left for it", ipa);
		break;
	case CAEC_HOST_ERROR_SERROR:
		fault_set(fault, VMM_ENDED, "the realm stopped after a hardware error");
		break;
	default:
		fault_set(fault, VMM_ENDED, "the realm can't be run any more (0x%llx)", result);
		break;
	}
}

static bool verdict(const struct config *config, struct fault *fault)
{
	const struct machine *machine = &vmm.machine;

	switch (machine->end) {
	case MACHINE_OFF:
		return true;
	case MACHINE_RESET:
		return fault_set(fault, VMM_ENDED, "realm '%s' wants to be started anew", config->name);
	case MACHINE_ERROR:
		explain(&machine->error, fault);
		return false;
	default:
		return fault_set(fault, VMM_ENDED, "realm '%s' was stopped", config->name);
	}
}

int run_realm(const struct config *config, bool quiet)
{
	struct fault fault = { VMM_OK, "" };
	bool ok;

	is_quiet = quiet;
	vmm.signals = vmm.info = -1;
	state_init(&vmm.state);
	machine_init(&vmm.machine);
	ok = start(config, &fault);
	if (ok) {
		machine_go(&vmm.machine);
		loop_run(&vmm.machine, vmm.signals, vmm.info);
		ok = verdict(config, &fault);
	}
	if (vmm.signals >= 0)
		close(vmm.signals);
	if (vmm.info >= 0)
		close(vmm.info);
	terminal_close(&vmm.machine.terminal);
	machine_destroy(&vmm.machine);
	boot_free(&vmm.boot);
	state_release(&vmm.state, config->state, config->name);
	return ok ? VMM_OK : fault_report(&fault);
}
