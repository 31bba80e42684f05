/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine that a Linux realm runs on: a realm, its GIC and devices, the pages that it shares with us, and the CPUs of
 * ours that its vCPUs run on, one each.
 */
#ifndef HOST_LINUX_LINUX_MACHINE_H
#define HOST_LINUX_LINUX_MACHINE_H

#include "devices/pl011.h"
#include "devices/pl031.h"
#include "devices/vgic.h"
#include "devices/virtio_block.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"
#include "lib/rec.h"
#include "linux_console.h"
#include "linux_disk.h"
#include "linux_layout.h"
#include "board/spinlock.h"

#define LINUX_MAX_CPUS 4
#define LINUX_DEVICES 5

/* Why the machine stopped. */
enum linux_end {
	LINUX_RUNS,
	LINUX_OFF,       /* the realm turned itself off */
	LINUX_FAULT,     /* an access that nobody can serve */
	LINUX_NO_MEMORY, /* of ours */
	LINUX_BROKEN,    /* a command failed, or an exit that can't be */
};

struct linux_yank;

/* What this host does about confidential shared memory. */
enum linux_csm {
	LINUX_CSM_SERVED,
	LINUX_CSM_REFUSED, /* the realm has it; whatever it needs of the host for it is refused */
	LINUX_CSM_NONE,    /* no APT: the realm sees nothing of it */
};

struct linux_config {
	const char *name; /* for people; not copied */
	unsigned int cpus, first_cpu;
	uint64_t ram_size;
	enum linux_csm csm;
	enum linux_disk_kind disk;
	struct linux_console *terminal;
	uint64_t visible; /* PA of LINUX_VISIBLE_SIZE of host memory that the realm shall see; 0: none */
};

struct linux_machine {
	struct host_realm realm;
	unsigned int cpus;
	unsigned int first_cpu; /* of ours: vCPU n runs on first_cpu + n */
	unsigned int present;   /* vCPUs whose threads have not left (atomic) */
	uint64_t ram_size;
	enum linux_csm csm;
	uint32_t end;                   /* enum linux_end (atomic) */
	bool turned_on[LINUX_MAX_CPUS]; /* by CPU_ON, and its thread has not seen it yet (atomic) */
	uint64_t fault_ipa;             /* LINUX_FAULT: where */
	uint64_t started;               /* when (CNTPCT_EL0) */
	struct linux_yank *yank;        /* the host takes pages away; NULL: it is a good one */
	uint32_t refuse; /* how many requests from now the host refuses one; 0: it does not (atomic) */
	uint64_t visible;

	struct spinlock gic_lock;
	struct vgic vgic;

	/* All below is protected by `lock`, which comes before gic_lock. */
	struct spinlock lock;
	struct device_platform platform;
	struct device *devices[LINUX_DEVICES];
	struct pl011 uart;
	struct pl031 rtc;
	struct virtio_console console;
	struct virtio_block disk;
	struct linux_disk disk_content;
	struct virtio_entropy entropy;
	struct linux_console *terminal;
	uint64_t *
		shared; /* PA of the Non-secure page behind each page of RAM that the realm shares; 0: none */
};

/*
 * linux_build.c: builds the realm from the kernel and the initial RAM disk that QEMU's command line names. Fatal if anything is missing.
 */
void linux_machine_make(struct linux_machine *machine, const struct linux_config *config);

/* Runs it, each vCPU on its CPU. Returns at once, or when this CPU's has left if there is one. */
void linux_machine_start(struct linux_machine *machine);

/* Until all its vCPUs have left, and nothing of it is left but `end` and what explains it. */
void linux_machine_wait(struct linux_machine *machine);

/* Takes what the terminal has for it; from any CPU, with no lock held. */
void linux_machine_feed(struct linux_machine *machine);

/* Has all its vCPUs leave; the first reason stands. `ipa` for LINUX_FAULT. */
void linux_machine_stop(struct linux_machine *machine, enum linux_end end, uint64_t ipa);

static inline bool linux_machine_is_over(const struct linux_machine *machine)
{
	return __atomic_load_n(&machine->end, __ATOMIC_ACQUIRE) != LINUX_RUNS;
}

/* linux_build.c: takes the realm apart, every granule of it. The last vCPU that leaves does it. */
void linux_machine_destroy(struct linux_machine *machine);

/*
 * linux_shared.c: a page that it shares with us, and takes back. With its lock held, or no vCPU left. False: no memory, or it
 * can't be mapped.
 */
bool linux_machine_share(struct linux_machine *machine, uint64_t page);
void linux_machine_unshare(struct linux_machine *machine, uint64_t page);

static inline uint64_t linux_machine_pages(const struct linux_machine *machine)
{
	return machine->ram_size / GRANULE_SIZE;
}

#endif
