/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The MMIO transport, version 2 (VIRTIO 1.2, 4.2), and the device status (2.1). Names of registers: 4.2.2.
 */
#include "virtio.h"

#define MAGIC_VALUE 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define VENDOR_ID 0x00c
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY VIRTIO_MMIO_QUEUE_NOTIFY
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK 0x064
#define STATUS 0x070
#define QUEUE_DESC_LOW 0x080
#define QUEUE_DESC_HIGH 0x084
#define QUEUE_DRIVER_LOW 0x090
#define QUEUE_DRIVER_HIGH 0x094
#define QUEUE_DEVICE_LOW 0x0a0
#define QUEUE_DEVICE_HIGH 0x0a4
#define SHM_LEN_LOW 0x0b0
#define SHM_LEN_HIGH 0x0b4
#define SHM_BASE_LOW 0x0b8
#define SHM_BASE_HIGH 0x0bc
#define CONFIG_GENERATION 0x0fc
#define CONFIG 0x100

#define MAGIC 0x74726976U  /* "virt" */
#define VENDOR 0x43454143U /* "CAEC" */

/* Status bits that the driver sets. */
#define STATUS_DRIVERS \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FAILED)

#define REQUIRED_FEATURES (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM)

/* --- Status ---------------------------------------------------------------------------------------------- */

void virtio_kick(struct virtio *virtio, uint32_t queue)
{
	if (virtio_is_live(virtio, queue))
		virtio->class->notify(virtio, queue);
}

static void reset(struct virtio *virtio)
{
	virtio->status = 0;
	virtio->features = 0;
	virtio->accepts_unknown = false;
	virtio->device_features_sel = 0;
	virtio->driver_features_sel = 0;
	virtio->queue_sel = 0;
	virtio->epoch++;
	for (unsigned int i = 0; i < VIRTIO_QUEUES; i++)
		virtio->queues[i] = (struct virtio_queue){ .size = 0 };
	virtio_acknowledge(virtio, UINT32_MAX);
}

static bool are_features_ok(const struct virtio *virtio)
{
	return !virtio->accepts_unknown && (virtio->features & ~virtio->offered) == 0 &&
	       (virtio->features & REQUIRED_FEATURES) == REQUIRED_FEATURES;
}

/* Bits are only ever added, until the reset. */
static void write_status(struct virtio *virtio, uint32_t value)
{
	if (value == 0) {
		reset(virtio);
		return;
	}
	virtio->status |= value & STATUS_DRIVERS;
	if ((value & VIRTIO_STATUS_FEATURES_OK) != 0 && are_features_ok(virtio))
		virtio->status |= VIRTIO_STATUS_FEATURES_OK;
}

/* --- Features --------------------------------------------------------------------------------------------- */

static uint32_t read_features(const struct virtio *virtio)
{
	return virtio->device_features_sel < 2
		       ? (uint32_t)(virtio->offered >> 32 * virtio->device_features_sel)
		       : 0;
}

/* Settled once FEATURES_OK is set (3.1.1). */
static void write_features(struct virtio *virtio, uint32_t value)
{
	if ((virtio->status & VIRTIO_STATUS_FEATURES_OK) != 0)
		return;
	switch (virtio->driver_features_sel) {
	case 0:
		virtio->features = (virtio->features & ~UINT64_C(0xffffffff)) | value;
		break;
	case 1:
		virtio->features = (virtio->features & 0xffffffff) | (uint64_t)value << 32;
		break;
	default:
		virtio->accepts_unknown |= value != 0;
		break;
	}
}

/* --- Queues ----------------------------------------------------------------------------------------------- */

static struct virtio_queue *selected_queue(struct virtio *virtio)
{
	return virtio->queue_sel < virtio->class->queue_count ? &virtio->queues[virtio->queue_sel] : NULL;
}

static void write_queue_ready(struct virtio *virtio, struct virtio_queue *queue, uint32_t value)
{
	if ((value & 1) == 0) {
		queue->ready = false;
		virtio->epoch++;
	} else if (!virtio_queue_is_valid(queue)) {
		virtio_fail(virtio);
	} else if (!queue->ready) {
		queue->taken = queue->used = 0;
		queue->ready = true;
	}
}

static void write_low(uint64_t *address, uint32_t value)
{
	*address = (*address & ~UINT64_C(0xffffffff)) | value;
}

static void write_high(uint64_t *address, uint32_t value)
{
	*address = (*address & 0xffffffff) | (uint64_t)value << 32;
}

/* Where a queue is and how long, which stands while it is ready. */
static void write_queue(struct virtio_queue *queue, uint32_t offset, uint32_t value)
{
	if (queue->ready)
		return;
	switch (offset) {
	case QUEUE_NUM:
		queue->size = value;
		break;
	case QUEUE_DESC_LOW:
		write_low(&queue->desc, value);
		break;
	case QUEUE_DESC_HIGH:
		write_high(&queue->desc, value);
		break;
	case QUEUE_DRIVER_LOW:
		write_low(&queue->driver, value);
		break;
	case QUEUE_DRIVER_HIGH:
		write_high(&queue->driver, value);
		break;
	case QUEUE_DEVICE_LOW:
		write_low(&queue->device, value);
		break;
	case QUEUE_DEVICE_HIGH:
		write_high(&queue->device, value);
		break;
	default:
		break;
	}
}

/* --- Registers -------------------------------------------------------------------------------------------- */

static uint32_t read_register(struct virtio *virtio, uint32_t offset)
{
	const struct virtio_queue *queue = selected_queue(virtio);

	switch (offset) {
	case MAGIC_VALUE:
		return MAGIC;
	case VERSION:
		return 2;
	case DEVICE_ID:
		return virtio->class->id;
	case VENDOR_ID:
		return VENDOR;
	case DEVICE_FEATURES:
		return read_features(virtio);
	case QUEUE_NUM_MAX:
		return queue != NULL ? VIRTIO_QUEUE_SIZE : 0;
	case QUEUE_READY:
		return queue != NULL && queue->ready;
	case INTERRUPT_STATUS:
		return virtio->interrupts;
	case STATUS:
		return virtio->status;
	case SHM_LEN_LOW: /* there is no shared memory region: all ones */
	case SHM_LEN_HIGH:
	case SHM_BASE_LOW:
	case SHM_BASE_HIGH:
		return UINT32_MAX;
	case CONFIG_GENERATION: /* the configuration never changes */
	default:
		return 0;
	}
}

static void write_register(struct virtio *virtio, uint32_t offset, uint32_t value)
{
	struct virtio_queue *queue = selected_queue(virtio);

	switch (offset) {
	case DEVICE_FEATURES_SEL:
		virtio->device_features_sel = value;
		break;
	case DRIVER_FEATURES:
		write_features(virtio, value);
		break;
	case DRIVER_FEATURES_SEL:
		virtio->driver_features_sel = value;
		break;
	case QUEUE_SEL:
		virtio->queue_sel = value;
		break;
	case QUEUE_READY:
		if (queue != NULL)
			write_queue_ready(virtio, queue, value);
		break;
	case QUEUE_NOTIFY:
		virtio_kick(virtio, value);
		break;
	case INTERRUPT_ACK:
		virtio_acknowledge(virtio, value);
		break;
	case STATUS:
		write_status(virtio, value);
		break;
	default:
		if (queue != NULL)
			write_queue(queue, offset, value);
		break;
	}
}

static uint32_t read_config(const struct virtio *virtio, uint32_t offset, unsigned int bytes)
{
	const uint8_t *config = virtio->config;
	uint32_t value = 0;

	for (unsigned int i = 0; i < bytes && offset + i < virtio->config_bytes; i++)
		value |= (uint32_t)config[offset + i] << 8 * i;
	return value;
}

static bool access_config(struct virtio *virtio, uint32_t offset, unsigned int bytes, bool is_write,
			  uint64_t *value)
{
	if (bytes != 1 && bytes != 2 && bytes != 4)
		return false;
	if (!is_write)
		*value = read_config(virtio, offset, bytes);
	else if (virtio->class->config_write != NULL)
		virtio->class->config_write(virtio, offset, bytes,
					    (uint32_t)(*value & (UINT64_MAX >> (64 - 8 * bytes))));
	return true;
}

static bool virtio_access(struct device *device, uint64_t offset, unsigned int bytes, bool is_write,
			  uint64_t *value)
{
	struct virtio *virtio = DEVICE_OF(struct virtio, device, device);

	if (offset >= VIRTIO_MMIO_SIZE || bytes > VIRTIO_MMIO_SIZE - offset)
		return false;
	if (offset >= CONFIG)
		return access_config(virtio, (uint32_t)offset - CONFIG, bytes, is_write, value);
	if (bytes != 4 || offset % 4 != 0)
		return false;
	if (is_write)
		write_register(virtio, (uint32_t)offset, (uint32_t)*value);
	else
		*value = read_register(virtio, (uint32_t)offset);
	return true;
}

void virtio_init(struct virtio *virtio, const struct virtio_class *class, uint64_t base, unsigned int intid,
		 const struct device_platform *platform, uint64_t features, const void *config,
		 uint32_t config_bytes)
{
	*virtio = (struct virtio){
		.device = { .name = class->name,
			    .base = base,
			    .size = VIRTIO_MMIO_SIZE,
			    .access = virtio_access },
		.platform = platform,
		.class = class,
		.intid = intid,
		.config = config,
		.config_bytes = config_bytes,
		.offered = features | REQUIRED_FEATURES,
	};
}
