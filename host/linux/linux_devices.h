/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The devices of a Linux realm's machine.
 */
#ifndef HOST_LINUX_LINUX_DEVICES_H
#define HOST_LINUX_LINUX_DEVICES_H

#include "linux_machine.h"

/* Where they are, as the device tree has it; the realm reaches them at the unprotected alias. */
#define LINUX_GIC_DIST ABI_U64(0x8000000)
#define LINUX_GIC_REDIST ABI_U64(0x80a0000)
#define LINUX_UART ABI_U64(0x9000000)
#define LINUX_UART_INTID 33
#define LINUX_RTC ABI_U64(0x9010000)
#define LINUX_RTC_INTID 34
#define LINUX_VIRTIO(n) (ABI_U64(0xa000000) + ABI_U64(0x1000) * (n))
#define LINUX_VIRTIO_COUNT 3
#define LINUX_VIRTIO_INTID(n) (48U + (n))

/* Puts them into a machine that has a realm and no vCPU yet. Fatal if there is no memory, or no file for the disk. */
void linux_devices_make(struct linux_machine *machine, enum linux_disk_kind disk);
void linux_devices_destroy(struct linux_machine *machine);

/* An access of a vCPU to what may be a device. False: there is none. */
bool linux_devices_access(struct host_rec *rec, struct host_mmio *access);

#endif
