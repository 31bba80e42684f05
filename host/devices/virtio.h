/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What virtio devices have in common (VIRTIO 1.2): the MMIO transport, version 2 (4.2), split virtqueues (2.7)
 * and buffers in the realm's shared memory. Little-endian machines only.
 *
 * Features offered are VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, both of which the driver must accept:
 * without the second it would point to memory that isn't shared. No indirect descriptors, no event indices.
 *
 * The driver is hostile. Each index, descriptor and header is read from its memory once, copied, then checked.
 * A chain has at most as many descriptors as the queue, and VIRTIO_CHAIN_BYTES in all. A ring that breaks a
 * rule, or isn't in shared memory, sets DEVICE_NEEDS_RESET (2.1): nothing happens any more until the driver
 * resets the device. One write to QueueNotify works off at most as many buffers as the queue has entries, all
 * of them before it returns.
 *
 * Locks: device.h. Accesses: registers with 4 bytes, aligned; the configuration space with 1, 2 or 4 bytes
 * anywhere; all others abort.
 */
#ifndef HOST_DEVICES_VIRTIO_H
#define HOST_DEVICES_VIRTIO_H

#include "device.h"

#define VIRTIO_MMIO_SIZE 0x200 /* registers, and 256 bytes of configuration space */
#define VIRTIO_MMIO_QUEUE_NOTIFY 0x050

#define VIRTIO_QUEUES 3       /* of a device, at most */
#define VIRTIO_QUEUE_SIZE 128 /* entries, at most */
#define VIRTIO_CHAIN_BYTES (4U << 20)

/* Device ID (5). */
#define VIRTIO_ID_NET 1
#define VIRTIO_ID_BLOCK 2
#define VIRTIO_ID_CONSOLE 3
#define VIRTIO_ID_ENTROPY 4
#define VIRTIO_ID_VSOCK 19

/* Device status (2.1). */
#define VIRTIO_STATUS_ACKNOWLEDGE 1U
#define VIRTIO_STATUS_DRIVER 2U
#define VIRTIO_STATUS_DRIVER_OK 4U
#define VIRTIO_STATUS_FEATURES_OK 8U
#define VIRTIO_STATUS_DEVICE_NEEDS_RESET 64U
#define VIRTIO_STATUS_FAILED 128U

/* Features of every device (6). */
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)
#define VIRTIO_F_ACCESS_PLATFORM (UINT64_C(1) << 33)

/* Interrupt status (4.2.2). */
#define VIRTIO_INTERRUPT_USED 1U
#define VIRTIO_INTERRUPT_CONFIG 2U

struct virtio;

/* What a type of device adds. */
struct virtio_class {
	const char *name;
	uint32_t id;
	unsigned int queue_count;

	/* There may be new buffers in `queue` (of this device), which is live. */
	void (*notify)(struct virtio *virtio, unsigned int queue);

	/* The driver wrote `bytes` (1, 2, 4) at `offset` of the configuration space; in any state of the
	 * device. NULL: it can't be written. */
	void (*config_write)(struct virtio *virtio, uint32_t offset, unsigned int bytes, uint32_t value);
};

/* A split virtqueue. Addresses are the driver's. */
struct virtio_queue {
	uint64_t desc, driver, device;
	uint32_t size;  /* as written; 1..VIRTIO_QUEUE_SIZE and a power of 2 once ready */
	uint16_t taken; /* the next entry of the available ring (modulo 2^16) */
	uint16_t used;  /* the next entry of the used ring */
	bool ready;
};

/* One buffer: a copy of its descriptors, the device-readable ones first. */
struct virtio_chain {
	uint16_t head;
	uint16_t count, readable_count;
	uint32_t readable, writable; /* bytes */
	struct {
		uint64_t address;
		uint32_t bytes;
	} parts[VIRTIO_QUEUE_SIZE];
};

struct virtio {
	struct device device;
	const struct device_platform *platform;
	const struct virtio_class *class;
	unsigned int intid;
	const void *config; /* configuration space */
	uint32_t config_bytes;
	uint64_t offered; /* features */

	/* What the driver sets. */
	uint32_t status, interrupts;
	uint64_t features;
	bool accepts_unknown; /* features beyond bit 63 */
	uint32_t device_features_sel, driver_features_sel, queue_sel;
	struct virtio_queue queues[VIRTIO_QUEUES];

	bool line; /* as last told */
	uint32_t
		epoch; /* grows when a queue that was there is taken away: a buffer from before is nobody's */
	struct virtio_chain chain; /* the buffer that is being worked on */
};

/*
 * A device out of reset. `features`: those of its type. `config`: its configuration space of `config_bytes`
 * (up to 256), which stays the caller's and may be NULL if there is none; beyond it reads zero. `platform`
 * has all its functions and outlives the device.
 */
void virtio_init(struct virtio *virtio, const struct virtio_class *class, uint64_t base, unsigned int intid,
		 const struct device_platform *platform, uint64_t features, const void *config,
		 uint32_t config_bytes);

/* There may be new buffers in `queue`: what a write to QueueNotify does, for whoever hears of one in another way. */
void virtio_kick(struct virtio *virtio, uint32_t queue);

/* The driver has finished setting up, the device works and the queue is ready. */
bool virtio_is_live(const struct virtio *virtio, unsigned int queue);

/* The driver broke a rule, or the device can't go on: DEVICE_NEEDS_RESET. */
void virtio_fail(struct virtio *virtio);

/* --- Buffers (virtio_queue.c) ----------------------------------------------------------------------------- */

/* Buffers waiting in `queue`, 0..its size. The queue is live. A bad ring: virtio_fail(), 0. */
unsigned int virtio_pending(struct virtio *virtio, unsigned int queue);

/* `queue` is live, and a buffer waits in it. */
bool virtio_has_buffer(struct virtio *virtio, unsigned int queue);

/* The next buffer of `queue`, in virtio->chain; virtio_pending() said that there is one. False: a bad one,
 * and the device has failed. */
bool virtio_take(struct virtio *virtio, unsigned int queue);

/* Copies within the readable or writable part of virtio->chain, piecewise as the pages come. False: beyond the
 * part's end (nothing was copied), or not in shared memory (some may have been). */
bool virtio_read(struct virtio *virtio, uint32_t offset, void *to, uint32_t bytes);
bool virtio_write(struct virtio *virtio, uint32_t offset, const void *from, uint32_t bytes);

/* Gives virtio->chain back, of which `bytes` bytes were written. False: the device has failed. */
bool virtio_give(struct virtio *virtio, unsigned int queue, uint32_t bytes);

/* The used buffer notification for all that was given back, unless the driver doesn't want it. */
void virtio_notify(struct virtio *virtio, unsigned int queue);

/* All of that for every buffer that waits in `queue`: `serve` works on virtio->chain and says how many bytes of
 * its writable part it wrote; false: the driver broke a rule. */
void virtio_serve(struct virtio *virtio, unsigned int queue,
		  bool (*serve)(struct virtio *virtio, uint32_t *written));

/* --- Between the files of the transport ------------------------------------------------------------------ */

/* Size, alignment and extent are possible. */
bool virtio_queue_is_valid(const struct virtio_queue *queue);

/* Sets bits of the interrupt status; clears them. */
void virtio_interrupt(struct virtio *virtio, uint32_t interrupts);
void virtio_acknowledge(struct virtio *virtio, uint32_t interrupts);

#endif
