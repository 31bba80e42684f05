/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine of a realm: the realm itself, its devices, and the threads that serve them.
 *
 * Threads: one for each vCPU (vcpu.c); one for each disk (disk.c); one for the network (net.c); one for its sockets (vsock.c);
 * and the first one, which has the terminal, the info socket and the signals (loop.c). `lock` is that of host/devices/device.h.
 */
#ifndef LINUX_VMM_MACHINE_H
#define LINUX_VMM_MACHINE_H

#include <pthread.h>

#include "boot.h"
#include "devices/pl011.h"
#include "devices/pl031.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"
#include "disk.h"
#include "net.h"
#include "realm.h"
#include "terminal.h"
#include "vsock.h"

#define MACHINE_DEVICES (2 + LINUX_VIRTIO_MAX)

/* Why it stopped. */
enum machine_end {
	MACHINE_RUNS,
	MACHINE_OFF,
	MACHINE_RESET,
	MACHINE_STOPPED, /* from outside */
	MACHINE_ERROR,   /* `error` says what */
};

struct machine {
	const struct config *config;
	struct realm realm;
	struct boot_slots slots;

	/* Memory that the realm shares with its devices: a memfd as large as its RAM, of which only what is touched is there. */
	int shared_fd;
	uint8_t *shared;

	pthread_mutex_t lock;
	struct device_platform platform;
	struct device *devices[MACHINE_DEVICES];
	unsigned int device_count;
	struct pl011 uart;
	struct pl031 rtc;
	struct virtio_entropy entropy;
	struct virtio_console console; /* or the UART */
	struct disk disks[CONFIG_MAX_DISKS];
	struct net net;
	struct vsock vsock;
	struct terminal terminal;

	pthread_t vcpus[CONFIG_MAX_CPUS];
	unsigned int vcpu_count; /* threads that were started */
	int stop_fd;             /* an eventfd: it is over */

	/* The first reason stands. All of it under end_lock. */
	pthread_mutex_t end_lock;
	pthread_cond_t gate; /* opens when `goes`, or when it is over */
	bool goes;
	enum machine_end end;
	struct caec_host_run_error error;
};

/* Nothing in it yet. */
void machine_init(struct machine *machine);

/* Everything but the realm; opens files, so before rights are given up. What is there is undone by machine_destroy(). */
bool machine_make(struct machine *machine, const struct config *config, struct fault *fault);

/* Plugs the devices into the realm that has been made: its memory, interrupts, doorbells. */
bool machine_plug(struct machine *machine, struct fault *fault);

void machine_destroy(struct machine *machine);

/* Has all vCPUs leave, and the loop end. From any thread. */
void machine_stop(struct machine *machine, enum machine_end end, const struct caec_host_run_error *error);
bool machine_is_over(struct machine *machine);

/* What was typed goes into the console's device as far as that takes it. With the lock held. */
void machine_feed(struct machine *machine);

/* The threads. vCPUs wait for machine_go(), so that all are there when rights are given up. */
bool machine_start(struct machine *machine, struct fault *fault);
void machine_go(struct machine *machine);

/* vcpu.c. vcpus_end() is for a machine that is over. */
bool vcpus_start(struct machine *machine, struct fault *fault);
void vcpus_end(struct machine *machine);

#endif
