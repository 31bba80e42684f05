/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device tree that tells a Linux realm what its machine is (Devicetree Specification 0.4; the bindings of Linux).
 */
#ifndef HOST_LINUX_LINUX_TREE_H
#define HOST_LINUX_LINUX_TREE_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_TREE_SIZE 0x4000
#define LINUX_VIRTIO_MAX 8

struct linux_tree {
	uint64_t ram_base, ram_size;
	unsigned int cpus;
	uint64_t initrd_base, initrd_size; /* size 0: none */
	const char *arguments;             /* the kernel's */
	uint64_t gic_dist, gic_redist;
	uint64_t uart;
	unsigned int uart_intid;
	uint64_t rtc;
	unsigned int rtc_intid;
	unsigned int virtio_count;
	uint64_t virtio[LINUX_VIRTIO_MAX];
	unsigned int virtio_intid[LINUX_VIRTIO_MAX];
	uint64_t window_base, window_size; /* for confidential shared memory; size 0: none */
	unsigned int doorbell_intid;
};

/*
 * Writes the tree to `to`, 8-byte aligned, with room for LINUX_TREE_SIZE bytes; returns its size, 0 if that is not enough.
 * It is measured, so there is nothing random in it: the realm has RNDR.
 */
size_t linux_tree_make(const struct linux_tree *tree, void *to);

#endif
