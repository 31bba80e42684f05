/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio console (VIRTIO 1.2, 5.3) of one port: queue 0 takes input to the realm, queue 1 its output. Offers
 * VIRTIO_CONSOLE_F_EMERG_WRITE: a byte written to emerg_wr goes out in any state of the device.
 */
#ifndef HOST_DEVICES_VIRTIO_CONSOLE_H
#define HOST_DEVICES_VIRTIO_CONSOLE_H

#include "virtio.h"

#define VIRTIO_CONSOLE_F_EMERG_WRITE (UINT64_C(1) << 2)

#define VIRTIO_CONSOLE_RECEIVEQ 0
#define VIRTIO_CONSOLE_TRANSMITQ 1

#define VIRTIO_CONSOLE_INPUT 256 /* bytes that wait for buffers */

struct virtio_console {
	struct virtio virtio;

	/* `count` (at least 1) bytes go out; they are a copy. Under the lock, inside an access. */
	void (*output)(void *context, const uint8_t *bytes, uint32_t count);
	void *context;

	/* Input that no buffer was there for, oldest first. It outlives a reset. */
	uint8_t input[VIRTIO_CONSOLE_INPUT];
	uint32_t input_count;
};

void virtio_console_init(struct virtio_console *console, uint64_t base, unsigned int intid,
			 const struct device_platform *platform,
			 void (*output)(void *context, const uint8_t *bytes, uint32_t count), void *context);

/* Input of up to `count` bytes; returns how many were taken. The rest may be tried again later. */
uint32_t virtio_console_input(struct virtio_console *console, const uint8_t *bytes, uint32_t count);

#endif
