/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio entropy device (VIRTIO 1.2, 5.4). Each buffer gets up to VIRTIO_ENTROPY_MAX bytes. What they are
 * worth to a realm, which doesn't trust its host, is the realm's business.
 */
#ifndef HOST_DEVICES_VIRTIO_ENTROPY_H
#define HOST_DEVICES_VIRTIO_ENTROPY_H

#include "virtio.h"

#define VIRTIO_ENTROPY_MAX 256

struct virtio_entropy {
	struct virtio virtio;

	/* Fills `bytes` with `count` (1..VIRTIO_ENTROPY_MAX) random bytes. False: there are none, and the
	 * device fails rather than to give others. Under the lock, inside an access. */
	bool (*random)(void *context, uint8_t *bytes, uint32_t count);
	void *context;
};

void virtio_entropy_init(struct virtio_entropy *entropy, uint64_t base, unsigned int intid,
			 const struct device_platform *platform,
			 bool (*random)(void *context, uint8_t *bytes, uint32_t count), void *context);

#endif
