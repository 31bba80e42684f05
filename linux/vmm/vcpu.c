/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vCPUs: a thread for each, that runs its REC and serves what the module leaves to user space.
 */
#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define KICK SIGUSR1

struct vcpu {
	struct machine *machine;
	unsigned int number;
};

static struct vcpu vcpus[CONFIG_MAX_CPUS];

/* --- Exits ----------------------------------------------------------------------------------------------- */

/* An access to what may be a device. Where nothing is the realm gets an abort. */
static void serve_mmio(struct machine *machine, struct caec_host_run *run)
{
	struct caec_host_run_mmio access = run->mmio;
	bool done;

	pthread_mutex_lock(&machine->lock);
	done = device_access(machine->devices, machine->device_count, access.ipa, access.size,
			     access.is_write != 0, (uint64_t *)&access.data);
	machine_feed(machine);
	pthread_mutex_unlock(&machine->lock);
	run->mmio.data = access.data;
	run->mmio.abort = !done;
}

/* SMCCC's "not supported": this host has no calls of its own. */
static void serve_call(struct caec_host_run *run)
{
	run->call.gprs[0] = UINT64_MAX;
}

static void failed(struct machine *machine, uint32_t why, uint64_t result)
{
	const struct caec_host_run_error error = { .why = why, .result = result };

	machine_stop(machine, MACHINE_ERROR, &error);
}

static void serve(struct machine *machine, struct caec_host_run *run)
{
	switch (run->exit_reason) {
	case CAEC_HOST_EXIT_NONE:
	case CAEC_HOST_EXIT_INTR:
		break;
	case CAEC_HOST_EXIT_MMIO:
		serve_mmio(machine, run);
		break;
	case CAEC_HOST_EXIT_HOST_CALL:
		serve_call(run);
		break;
	case CAEC_HOST_EXIT_SYSTEM_OFF:
		machine_stop(machine, MACHINE_OFF, NULL);
		break;
	case CAEC_HOST_EXIT_SYSTEM_RESET:
		machine_stop(machine, MACHINE_RESET, NULL);
		break;
	case CAEC_HOST_EXIT_ERROR:
		machine_stop(machine, MACHINE_ERROR, &run->error);
		break;
	default:
		failed(machine, CAEC_HOST_ERROR_RMM, run->exit_reason);
		break;
	}
}

/* --- Threads --------------------------------------------------------------------------------------------- */

static void await_go(struct machine *machine)
{
	pthread_mutex_lock(&machine->end_lock);
	while (!machine->goes && machine->end == MACHINE_RUNS)
		pthread_cond_wait(&machine->gate, &machine->end_lock);
	pthread_mutex_unlock(&machine->end_lock);
}

static void *run_vcpu(void *argument)
{
	const struct vcpu *vcpu = argument;
	struct machine *machine = vcpu->machine;
	struct caec_host_run *run = machine->realm.run[vcpu->number];
	int fd = machine->realm.rec_fds[vcpu->number];

	await_go(machine);
	while (!machine_is_over(machine)) {
		if (ioctl(fd, CAEC_HOST_RUN) == 0)
			serve(machine, run);
		else if (errno != EINTR)
			failed(machine, CAEC_HOST_ERROR_RMM, (uint64_t)errno);
	}
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

bool vcpus_start(struct machine *machine, struct fault *fault)
{
	const struct sigaction action = { .sa_handler = nothing };
	char name[16];

	sigaction(KICK, &action, NULL);
	for (unsigned int i = 0; i < machine->realm.recs; i++) {
		vcpus[i] = (struct vcpu){ machine, i };
		if (pthread_create(&machine->vcpus[i], NULL, run_vcpu, &vcpus[i]) != 0)
			return fault_set(fault, VMM_FAILURE, "there is no thread for vCPU %u", i);
		machine->vcpu_count++;
		snprintf(name, sizeof(name), "vcpu %u", i);
		pthread_setname_np(machine->vcpus[i], name);
	}
	return true;
}

/* The flag has those come back that are about to enter, the signal those that wait. */
void vcpus_end(struct machine *machine)
{
	for (unsigned int i = 0; i < machine->vcpu_count; i++) {
		__atomic_store_n(&machine->realm.run[i]->immediate_exit, 1, __ATOMIC_SEQ_CST);
		pthread_kill(machine->vcpus[i], KICK);
	}
	for (unsigned int i = 0; i < machine->vcpu_count; i++)
		pthread_join(machine->vcpus[i], NULL);
	machine->vcpu_count = 0;
}
