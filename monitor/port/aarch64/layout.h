/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's address space (docs/architecture.md). All of it is in the upper range, 48 bits.
 */
#ifndef PORT_LAYOUT_H
#define PORT_LAYOUT_H

/* PORT_MEM_REALM_BASE (port_mem.h): the Realm PAS from physical address 0 up. */
#define LAYOUT_NS_BASE 0xffff400000000000 /* the Non-secure PAS, the same way */
#define LAYOUT_PA_BITS 46                 /* what the maps have room for */
#define LAYOUT_NS_PREFIX 0x3fffd          /* LAYOUT_NS_BASE without the bits that an offset takes */
#define LAYOUT_IMAGE 0xffffffff80000000   /* monitor.ld */
/*
 * What platforms reserve for the monitor, from the image's first byte on: 24 MiB, whose last page is shared with EL3
 * (docs/porting.md). The granule table has what the image leaves of it.
 */
#define LAYOUT_MEMORY 0x17ff000
#define LAYOUT_SHARED 0xffffffffc0000000  /* the page shared with EL3 */
#define LAYOUT_CONSOLE 0xffffffffc0010000 /* UART registers */

/*
 * Each PE's stack is the upper half of a slot aligned to its size; the lower half is not mapped. So one bit of
 * the stack pointer says whether the stack has overflowed (vectors.S).
 */
#define STACK_SIZE 16384
#define STACK_SLOT 32768
#define STACK_BIT 14

#endif
