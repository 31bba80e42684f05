/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device tree that tells a Linux realm what its machine is (Devicetree Specification 0.4; the bindings of Linux).
 */
#ifndef HOST_LINUX_LINUX_TREE_H
#define HOST_LINUX_LINUX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_TREE_SIZE 0x4000
#define LINUX_VIRTIO_MAX 8

/* What differs from realm to realm; the rest is as in linux_layout.h. */
struct linux_tree {
	uint64_t ram_size;
	unsigned int cpus;
	uint64_t initrd_size;      /* 0: none */
	const char *arguments;     /* the kernel's */
	unsigned int virtio_count; /* LINUX_VIRTIO_MAX at most */
	bool csm;                  /* there is a window for confidential shared memory */
};

/*
 * Writes the tree to `to`, 8-byte aligned, with room for LINUX_TREE_SIZE bytes; returns its size, 0 if that is not enough.
 * It is measured, so there is nothing random in it: the realm has RNDR.
 */
size_t linux_tree_make(const struct linux_tree *tree, void *to);

#endif
