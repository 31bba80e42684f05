/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PL011 UART, revision r1p5 (Arm DDI0183G): registers, both FIFOs of 32, the combined interrupt, the
 * identification registers. It comes up as firmware would leave it: on, 115200 8N1 from a 24 MHz clock, FIFOs
 * enabled, so that a kernel's early console can write at once.
 *
 * There is no time in it. What is transmitted is out at once, and the receive timeout has always passed.
 * Modem status, loopback, IrDA, DMA and break: the bits are kept and do nothing; CTS, DSR and DCD are on.
 * The error bits are never set, as input waits instead of overrunning.
 *
 * Locks: device.h. Accesses of 1, 2 and 4 bytes at a register's own offset; all others abort.
 */
#ifndef HOST_DEVICES_PL011_H
#define HOST_DEVICES_PL011_H

#include "device.h"

#define PL011_SIZE 0x1000
#define PL011_FIFO 32
#define PL011_CLOCK 24000000 /* Hz, for the device tree */

struct pl011_fifo {
	uint8_t bytes[PL011_FIFO];
	unsigned int first, count;
};

struct pl011 {
	struct device device;
	const struct device_platform *platform;
	unsigned int intid;
	bool line; /* as last told */

	/* One byte goes out. Under the lock, inside an access. */
	void (*output)(void *context, uint8_t byte);
	void *context;

	struct pl011_fifo receive, transmit;
	uint16_t ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
};

/* `platform` outlives the device; its `guest` isn't used. */
void pl011_init(struct pl011 *uart, uint64_t base, unsigned int intid, const struct device_platform *platform,
		void (*output)(void *context, uint8_t byte), void *context);

/* A byte comes in. False: not taken, as the FIFO is full or the receiver off; try again later. */
bool pl011_input(struct pl011 *uart, uint8_t byte);

#endif
