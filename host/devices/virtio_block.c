/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtio block device.
 */
#include "virtio_block.h"

/* struct virtio_blk_req: this, then data, then one byte of status. */
struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

_Static_assert(sizeof(struct header) == 16 && sizeof(struct virtio_block_config) == 16, "VIRTIO 1.2, 5.2");

static struct virtio_block *block_of(struct virtio *virtio)
{
	return DEVICE_OF(struct virtio_block, virtio, virtio);
}

/* The `bytes` bytes from `sector` on, or NULL if there are no such sectors. */
static uint8_t *image_at(const struct virtio_block *block, uint64_t sector, uint32_t bytes)
{
	if (bytes % VIRTIO_BLOCK_SECTOR != 0 || sector > block->config.capacity ||
	    bytes / VIRTIO_BLOCK_SECTOR > block->config.capacity - sector)
		return NULL;
	return block->image + sector * VIRTIO_BLOCK_SECTOR;
}

/* `bytes` is the room for data. Each of these returns the status; reads set *written. */
static uint8_t read_sectors(struct virtio_block *block, uint64_t sector, uint32_t bytes, uint32_t *written)
{
	const uint8_t *from = image_at(block, sector, bytes);

	if (from == NULL || !virtio_write(&block->virtio, 0, from, bytes))
		return VIRTIO_BLK_S_IOERR;
	*written = bytes;
	return VIRTIO_BLK_S_OK;
}

static uint8_t write_sectors(struct virtio_block *block, uint64_t sector)
{
	uint32_t bytes = block->virtio.chain.readable - (uint32_t)sizeof(struct header);
	uint8_t *to = image_at(block, sector, bytes);

	if (block->read_only || to == NULL || !virtio_read(&block->virtio, sizeof(struct header), to, bytes))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

static uint8_t read_id(struct virtio_block *block, uint32_t bytes, uint32_t *written)
{
	if (bytes != VIRTIO_BLOCK_ID || !virtio_write(&block->virtio, 0, block->id, VIRTIO_BLOCK_ID))
		return VIRTIO_BLK_S_IOERR;
	*written = VIRTIO_BLOCK_ID;
	return VIRTIO_BLK_S_OK;
}

static bool serve(struct virtio *virtio, uint32_t *written)
{
	struct virtio_block *block = block_of(virtio);
	struct header header;
	uint32_t room;
	uint8_t status;

	*written = 0;
	if (virtio->chain.writable == 0 || !virtio_read(virtio, 0, &header, sizeof(header)))
		return false;
	room = virtio->chain.writable - 1;
	switch (header.type) {
	case VIRTIO_BLK_T_IN:
		status = read_sectors(block, header.sector, room, written);
		break;
	case VIRTIO_BLK_T_OUT:
		status = write_sectors(block, header.sector);
		break;
	case VIRTIO_BLK_T_FLUSH:
		status = VIRTIO_BLK_S_OK;
		break;
	case VIRTIO_BLK_T_GET_ID:
		status = read_id(block, room, written);
		break;
	default:
		status = VIRTIO_BLK_S_UNSUPP;
		break;
	}
	if (!virtio_write(virtio, room, &status, 1))
		return false;
	/* Bytes from the start on (2.7.8.2): not the status if there is a hole before it. */
	if (*written == room)
		*written += 1;
	return true;
}

static void notify(struct virtio *virtio, unsigned int queue)
{
	virtio_serve(virtio, queue, serve);
}

static const struct virtio_class block_class = {
	.name = "virtio-block",
	.id = VIRTIO_ID_BLOCK,
	.queue_count = 1,
	.notify = notify,
};

void virtio_block_init(struct virtio_block *block, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, void *image, uint64_t bytes, bool read_only,
		       const char *id)
{
	uint64_t features = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH;

	virtio_init(&block->virtio, &block_class, base, intid, platform,
		    read_only ? features | VIRTIO_BLK_F_RO : features, &block->config, sizeof(block->config));
	block->config = (struct virtio_block_config){
		.capacity = bytes / VIRTIO_BLOCK_SECTOR,
		.size_max = VIRTIO_BLOCK_SIZE_MAX,
		.seg_max = VIRTIO_BLOCK_SEG_MAX,
	};
	block->image = image;
	block->read_only = read_only;
	__builtin_memset(block->id, 0, sizeof(block->id));
	for (unsigned int i = 0; i < VIRTIO_BLOCK_ID && id[i] != '\0'; i++)
		block->id[i] = id[i];
}
