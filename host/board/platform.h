/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QEMU's `virt` machine as TF-A leaves it to NS-EL2: addresses and sizes, for C and assembly.
 */
#ifndef HOST_BOARD_PLATFORM_H
#define HOST_BOARD_PLATFORM_H

#define PLATFORM_GICD 0x08000000
#define PLATFORM_GICR 0x080a0000
#define PLATFORM_GICR_STRIDE 0x20000
#define PLATFORM_UART 0x09000000
#define PLATFORM_RTC 0x09010000
#define PLATFORM_FW_CFG 0x09020000

/* DRAM is 0x40000000 + 3 GiB. The device tree, TF-A's and the RMM's images and this program lie below: */
#define PLATFORM_FREE_BASE 0x64000000
#define PLATFORM_FREE_TOP 0x100000000

#define PLATFORM_MAX_CPUS 8
#define PLATFORM_STACK_SIZE 0x8000

/* Interrupts: EL2 physical timer (DDI0487 D12, BSA). */
#define PLATFORM_INTID_TIMER 26
#define PLATFORM_INTID_GUEST_VIRTUAL_TIMER 27
#define PLATFORM_INTID_GUEST_PHYSICAL_TIMER 30
#define PLATFORM_INTID_MAINTENANCE 25
#define PLATFORM_INTID_UART 33

#endif
