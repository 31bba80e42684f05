/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio block device (VIRTIO 1.2, 5.2): read, write, flush, the device's identity. Either on an image in the host's
 * memory, where a write is in the image when it completes, so that a flush has nothing to do; or on a store elsewhere
 * (a file), where requests wait until a thread of the caller's takes them.
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

/* What is to be done with the store: checked, within its capacity. */
struct virtio_block_request {
	uint32_t type;   /* VIRTIO_BLK_T_IN, _OUT or _FLUSH */
	uint64_t offset; /* bytes */
	uint32_t bytes;  /* at most VIRTIO_CHAIN_BYTES */
	uint32_t epoch;
};

struct virtio_block {
	struct virtio virtio;
	struct virtio_block_config config;
	uint8_t *image; /* NULL: the store is elsewhere */
	bool read_only;
	char id[VIRTIO_BLOCK_ID];

	/* There may be requests to take. Under the lock, inside an access. */
	void (*wake)(void *context);
	void *context;
};

/*
 * `image`: `bytes` of the host's memory (a rest that is no whole sector isn't used), which stays the caller's
 * and outlives the device; other devices may use it if both are read-only. `id` is cut to VIRTIO_BLOCK_ID.
 */
void virtio_block_init(struct virtio_block *block, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, void *image, uint64_t bytes, bool read_only,
		       const char *id);

/* The same on a store elsewhere. */
void virtio_block_init_store(struct virtio_block *block, uint64_t base, unsigned int intid,
			     const struct device_platform *platform, uint64_t bytes, bool read_only,
			     const char *id, void (*wake)(void *context), void *context);

/*
 * For that store's thread, one request at a time: take it with the lock held, do it without, finish it with the lock held. The
 * driver may reset the device meanwhile: then finishing does nothing.
 */

/* The next request. Those that need no store are answered on the way. False: there is none now. */
bool virtio_block_take(struct virtio_block *block, struct virtio_block_request *request);

/* VIRTIO_BLK_T_OUT: what is to be written, to `content`. False: there is no such memory; finish it as failed. */
bool virtio_block_content(struct virtio_block *block, const struct virtio_block_request *request,
			  void *content);

/* `content`: what was read, of VIRTIO_BLK_T_IN. */
void virtio_block_finish(struct virtio_block *block, const struct virtio_block_request *request,
			 const void *content, bool done);

#endif
