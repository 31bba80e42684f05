/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtio entropy device.
 */
#include "virtio_entropy.h"

static bool serve(struct virtio *virtio, uint32_t *written)
{
	struct virtio_entropy *entropy = DEVICE_OF(struct virtio_entropy, virtio, virtio);
	uint8_t bytes[VIRTIO_ENTROPY_MAX];
	uint32_t count = virtio->chain.writable;

	*written = 0;
	if (count > sizeof(bytes))
		count = sizeof(bytes);
	if (virtio->chain.readable != 0 || count == 0 || !entropy->random(entropy->context, bytes, count) ||
	    !virtio_write(virtio, 0, bytes, count))
		return false;
	*written = count;
	return true;
}

static void notify(struct virtio *virtio, unsigned int queue)
{
	virtio_serve(virtio, queue, serve);
}

static const struct virtio_class entropy_class = {
	.name = "virtio-entropy",
	.id = VIRTIO_ID_ENTROPY,
	.queue_count = 1,
	.notify = notify,
};

void virtio_entropy_init(struct virtio_entropy *entropy, uint64_t base, unsigned int intid,
			 const struct device_platform *platform,
			 bool (*random)(void *context, uint8_t *bytes, uint32_t count), void *context)
{
	virtio_init(&entropy->virtio, &entropy_class, base, intid, platform, 0, NULL, 0);
	entropy->random = random;
	entropy->context = context;
}
