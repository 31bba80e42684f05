/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is on the disks of Linux realms. All of it is in our memory, and gone when the machine is off.
 */
#ifndef HOST_LINUX_LINUX_DISK_H
#define HOST_LINUX_LINUX_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum linux_disk_kind {
	LINUX_DISK_EMPTY, /* a megabyte of zeros */
	LINUX_DISK_FIXED, /* the file of QEMU's command line; one for all realms, who can't write to it */
	LINUX_DISK_COPY,  /* a copy of that file for each realm */
};

struct linux_disk {
	enum linux_disk_kind kind;
	void *image;
	uint64_t bytes;
};

/* Fatal if there is no file, or no memory for it. For one CPU at a time. */
struct linux_disk linux_disk_open(enum linux_disk_kind kind);

/* From any CPU. */
void linux_disk_close(const struct linux_disk *disk);

#endif
