/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine that a Linux realm sees: where memory and devices are, by which interrupts they call, and what the kernel is told
 * on its command line. The same for all hosts of this tree.
 */
#ifndef HOST_LINUX_LINUX_LAYOUT_H
#define HOST_LINUX_LINUX_LAYOUT_H

#include <caec/abi.h>

#define LINUX_IPA_BITS 34
#define LINUX_ALIAS (ABI_U64(1) << (LINUX_IPA_BITS - 1)) /* what makes an address unprotected */
#define LINUX_RAM_BASE ABI_U64(0x80000000)
#define LINUX_RAM_MIN ABI_U64(0x10000000)
#define LINUX_RAM_MAX ABI_U64(0x80000000)
#define LINUX_TREE_OFFSET ABI_U64(0x7e00000)
#define LINUX_INITRD_OFFSET ABI_U64(0x8000000)

/* Above RAM, in the protected half: where the realm may have what it shares with other realms. */
#define LINUX_WINDOW_BASE ABI_U64(0x100000000)
#define LINUX_WINDOW_SIZE ABI_U64(0x100000000)

/* Memory of the host that several realms see, at the unprotected alias. In no device tree: who uses it knows of it. */
#define LINUX_VISIBLE_BASE ABI_U64(0x10000000)
#define LINUX_VISIBLE_SIZE ABI_U64(0x800000)

/* Devices, as the device tree has them; the realm reaches them at the unprotected alias. */
#define LINUX_GIC_DIST ABI_U64(0x8000000)
#define LINUX_GIC_REDIST ABI_U64(0x80a0000)
#define LINUX_UART ABI_U64(0x9000000)
#define LINUX_UART_INTID 33
#define LINUX_RTC ABI_U64(0x9010000)
#define LINUX_RTC_INTID 34
#define LINUX_VIRTIO(n) (ABI_U64(0xa000000) + ABI_U64(0x1000) * (n))
#define LINUX_VIRTIO_INTID(n) (48U + (n))

/* The early console knows nothing of realms: it gets the alias. */
#define LINUX_ARGUMENTS_OF(console) "console=" console " earlycon=pl011,0x209000000 swiotlb=8192,1 panic=-1"
#define LINUX_ARGUMENTS LINUX_ARGUMENTS_OF("ttyAMA0")
#define LINUX_ARGUMENTS_VIRTIO LINUX_ARGUMENTS_OF("hvc0") /* its console is a virtio device */
_Static_assert(LINUX_ALIAS + LINUX_UART == ABI_U64(0x209000000), "as in the kernel's arguments");

#endif
