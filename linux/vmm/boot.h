/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm boots with: its kernel, initial RAM disk and device tree, and where they lie. This is what is measured, so it is
 * the same whether the realm is built or only its measurement is computed.
 */
#ifndef LINUX_VMM_BOOT_H
#define LINUX_VMM_BOOT_H

#include "config.h"
#include "lib/plan.h"
#include "linux/linux_layout.h"
#include "linux/linux_tree.h"

/* Virtio devices in the order in which the realm finds them. Which there are follows from the configuration alone. */
struct boot_slots {
	unsigned int count;
	unsigned int entropy, net, vsock, console,
		disk[CONFIG_MAX_DISKS]; /* slots; BOOT_NO_SLOT: there is none */
};
#define BOOT_NO_SLOT UINT32_MAX

struct boot_slots boot_slots(const struct config *config);

struct boot {
	struct host_realm_config
		realm; /* complete but for num_bps, num_wps where the configuration leaves them open */
	struct host_piece pieces[3];
	char *kernel, *initrd, *arguments;
	uint64_t dtb[LINUX_TREE_SIZE / sizeof(uint64_t)];
	size_t dtb_size;
};

/* Reads the files. What is in `boot` stays until boot_free(), also after a failure. */
bool boot_make(struct boot *boot, const struct config *config, struct fault *fault);
void boot_free(struct boot *boot);

#endif
