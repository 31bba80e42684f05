/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio block device (VIRTIO 1.2, 5.2) on an image in the host's memory: read, write, flush, the device's
 * identity. A write is in the image when it completes, so that a flush has nothing to do.
 */
#ifndef HOST_DEVICES_VIRTIO_BLOCK_H
#define HOST_DEVICES_VIRTIO_BLOCK_H

#include "virtio.h"

#define VIRTIO_BLK_F_SIZE_MAX (UINT64_C(1) << 1)
#define VIRTIO_BLK_F_SEG_MAX (UINT64_C(1) << 2)
#define VIRTIO_BLK_F_RO (UINT64_C(1) << 5)
#define VIRTIO_BLK_F_FLUSH (UINT64_C(1) << 9)

#define VIRTIO_BLK_T_IN 0
#define VIRTIO_BLK_T_OUT 1
#define VIRTIO_BLK_T_FLUSH 4
#define VIRTIO_BLK_T_GET_ID 8

#define VIRTIO_BLK_S_OK 0
#define VIRTIO_BLK_S_IOERR 1
#define VIRTIO_BLK_S_UNSUPP 2

#define VIRTIO_BLOCK_SECTOR 512
#define VIRTIO_BLOCK_ID 20 /* bytes of the identity, padded with zeroes */

/* Largest request, which stays below VIRTIO_CHAIN_BYTES and fits a queue that the driver has made smaller. */
#define VIRTIO_BLOCK_SIZE_MAX 0x10000
#define VIRTIO_BLOCK_SEG_MAX 62

struct virtio_block_config {
	uint64_t capacity; /* sectors */
	uint32_t size_max; /* bytes of a segment */
	uint32_t seg_max;  /* segments of a request */
};

struct virtio_block {
	struct virtio virtio;
	struct virtio_block_config config;
	uint8_t *image;
	bool read_only;
	char id[VIRTIO_BLOCK_ID];
};

/*
 * `image`: `bytes` of the host's memory (a rest that is no whole sector isn't used), which stays the caller's
 * and outlives the device; other devices may use it if both are read-only. `id` is cut to VIRTIO_BLOCK_ID.
 */
void virtio_block_init(struct virtio_block *block, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, void *image, uint64_t bytes, bool read_only,
		       const char *id);

#endif
