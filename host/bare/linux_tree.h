/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device tree that tells a Linux realm what its machine is (Devicetree Specification 0.4; the bindings of Linux).
 */
#ifndef HOST_BARE_LINUX_TREE_H
#define HOST_BARE_LINUX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_TREE_SIZE 0x4000
#define LINUX_VIRTIO_MAX 4

struct linux_tree {
	uint64_t ram_base, ram_size;
	unsigned int cpus;
	uint64_t initrd_base, initrd_size;
	const char *arguments; /* the kernel's */
	uint64_t gic_dist, gic_redist;
	uint64_t uart;
	unsigned int uart_intid;
	unsigned int virtio_count;
	uint64_t virtio[LINUX_VIRTIO_MAX];
	unsigned int virtio_intid[LINUX_VIRTIO_MAX];
	uint8_t seed[32];
};

/* Writes the tree to `to`, LINUX_TREE_SIZE bytes, 8-byte aligned. False: it has no room. */
bool linux_tree_make(const struct linux_tree *tree, void *to);

#endif
