/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio device's status and interrupts, which both its registers and its queues change.
 */
#include "virtio.h"

#define STATUS_LIVE (VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK)

static void update_line(struct virtio *virtio)
{
	bool line = virtio->interrupts != 0;

	if (line != virtio->line) {
		virtio->line = line;
		virtio->platform->set_irq(virtio->platform->context, virtio->intid, line);
	}
}

void virtio_interrupt(struct virtio *virtio, uint32_t interrupts)
{
	virtio->interrupts |= interrupts;
	update_line(virtio);
}

void virtio_acknowledge(struct virtio *virtio, uint32_t interrupts)
{
	virtio->interrupts &= ~interrupts;
	update_line(virtio);
}

void virtio_fail(struct virtio *virtio)
{
	virtio->status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	if ((virtio->status & VIRTIO_STATUS_DRIVER_OK) != 0)
		virtio_interrupt(virtio, VIRTIO_INTERRUPT_CONFIG);
}

bool virtio_is_live(const struct virtio *virtio, unsigned int queue)
{
	return (virtio->status & (STATUS_LIVE | VIRTIO_STATUS_DEVICE_NEEDS_RESET)) == STATUS_LIVE &&
	       queue < virtio->class->queue_count && virtio->queues[queue].ready;
}
