/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine that a Linux realm runs on: a realm, its GIC and devices, the pages that it shares with us, and the CPUs of
 * ours that its vCPUs run on, one each.
 */
#ifndef HOST_BARE_LINUX_MACHINE_H
#define HOST_BARE_LINUX_MACHINE_H

#include "devices/pl011.h"
#include "devices/vgic.h"
#include "devices/virtio_block.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"
#include "lib/rec.h"
#include "linux_console.h"
#include "spinlock.h"

#define LINUX_IPA_BITS 33
#define LINUX_RAM_BASE ABI_U64(0x80000000)
#define LINUX_RAM_SIZE ABI_U64(0x20000000)
#define LINUX_PAGES (LINUX_RAM_SIZE / GRANULE_SIZE)
#define LINUX_TREE_OFFSET ABI_U64(0x7e00000)
#define LINUX_INITRD_OFFSET ABI_U64(0x8000000)

#define LINUX_MAX_CPUS 4
#define LINUX_DEVICES 4

/* Why the machine stopped. */
enum linux_end {
	LINUX_RUNS,
	LINUX_OFF,    /* the realm turned itself off */
	LINUX_FAULT,  /* an access that nobody can serve */
	LINUX_BROKEN, /* a command failed, or an exit that can't be */
};

struct linux_yank;

struct linux_machine {
	struct host_realm realm;
	unsigned int cpus;
	unsigned int first_cpu;  /* of ours: vCPU n runs on first_cpu + n */
	uint32_t end;            /* enum linux_end (atomic) */
	bool turned_on[LINUX_MAX_CPUS]; /* by CPU_ON, and its thread has not seen it yet (atomic) */
	uint64_t fault_ipa;      /* LINUX_FAULT: where */
	uint64_t started;        /* when (CNTPCT_EL0) */
	struct linux_yank *yank; /* the host takes pages away; NULL: it is a good one */

	struct spinlock gic_lock;
	struct vgic vgic;

	/* All below is protected by `lock`, which comes before gic_lock. */
	struct spinlock lock;
	struct device_platform platform;
	struct device *devices[LINUX_DEVICES];
	struct pl011 uart;
	struct virtio_console console;
	struct virtio_block disk;
	struct virtio_entropy entropy;
	struct linux_console *terminal;
	uint64_t *
		shared; /* PA of the Non-secure page behind each page of RAM that the realm shares; 0: none */
};

/*
 * Builds the realm from the kernel and the initial RAM disk that QEMU's command line names. `name` is its own, for
 * people. The disk is a megabyte of memory. Fatal if anything is missing.
 */
void linux_machine_make(struct linux_machine *machine, const char *name, unsigned int cpus,
			unsigned int first_cpu, struct linux_console *terminal);

/* Runs it, each vCPU on its CPU. Returns at once, or when all is over if this CPU is one of them. */
void linux_machine_start(struct linux_machine *machine);

/* Until all its vCPUs have left, but for one that this CPU runs. */
void linux_machine_wait(struct linux_machine *machine);

/* Takes what the terminal has for it; from any CPU, with no lock held. */
void linux_machine_feed(struct linux_machine *machine);

/* Has all its vCPUs leave; the first reason stands. `ipa` for LINUX_FAULT. */
void linux_machine_stop(struct linux_machine *machine, enum linux_end end, uint64_t ipa);

/* All vCPUs have left: takes the realm apart. Every granule comes back. */
void linux_machine_destroy(struct linux_machine *machine);

#endif
