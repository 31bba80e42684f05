/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every virtio device, and a driver that does anything: what a realm can do to them, and whoever is behind them, chosen by
 * chance.h. After each step the device's line, status and queues are what they may be, and it has not asked for memory too
 * often.
 */
#ifndef TESTS_UNIT_VIRTIO_STORM_H
#define TESTS_UNIT_VIRTIO_STORM_H

#include "chance.h"
#include "virtio_world.h"

#include "devices/virtio_block.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"
#include "devices/virtio_net.h"
#include "devices/virtio_vsock.h"

#define SECTOR VIRTIO_BLOCK_SECTOR
#define SECTORS 16
#define CID 7

struct machine {
	struct vworld w;
	struct chance chance;
	struct virtio_block block;
	struct virtio_console console;
	struct virtio_entropy entropy;
	struct virtio_net net;
	struct virtio_vsock vsock;
	bool has_store;                      /* `block` is on one */
	struct virtio_block_request request; /* that its thread works on */
	bool is_busy;
	uint8_t *image;
	uint8_t before[SECTORS * SECTOR];
	unsigned int starts, used, failures; /* so far */
};

/* Devices of every kind; their image is `before`, and read-only. */
void machine_init(struct machine *m);
void machine_free(struct machine *m);

/* The block device anew, with an image that can be written; or on a store, whose thread is played, too. */
void machine_writable(struct machine *m);
void machine_store(struct machine *m);

/* Something happens to the device. */
void storm_step(struct machine *m, struct virtio *virtio);

/* No two streams are one, and none holds more than it has room for. */
void storm_check_streams(const struct virtio_vsock *vsock);

#endif
