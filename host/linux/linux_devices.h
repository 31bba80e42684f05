/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The devices of a Linux realm's machine.
 */
#ifndef HOST_LINUX_LINUX_DEVICES_H
#define HOST_LINUX_LINUX_DEVICES_H

#include "linux_machine.h"

#define LINUX_VIRTIO_COUNT 3

/* Puts them into a machine that has a realm and no vCPU yet. Fatal if there is no memory, or no file for the disk. */
void linux_devices_make(struct linux_machine *machine, enum linux_disk_kind disk);
void linux_devices_destroy(struct linux_machine *machine);

/* An access of a vCPU to what may be a device. False: there is none. */
bool linux_devices_access(struct host_rec *rec, struct host_mmio *access);

#endif
