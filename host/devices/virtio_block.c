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

/* --- Requests --------------------------------------------------------------------------------------------- */

/* Of what needs the store the status is not known yet. */
#define STATUS_PENDING 0xff

static bool is_in_store(const struct virtio_block *block, uint64_t sector, uint32_t bytes)
{
	return bytes % VIRTIO_BLOCK_SECTOR == 0 && sector <= block->config.capacity &&
	       bytes / VIRTIO_BLOCK_SECTOR <= block->config.capacity - sector;
}

/* The request that transfers `bytes` from `sector` on. */
static uint8_t transfer(const struct virtio_block *block, const struct header *header, uint32_t bytes,
			struct virtio_block_request *request)
{
	if (!is_in_store(block, header->sector, bytes))
		return VIRTIO_BLK_S_IOERR;
	request->offset = header->sector * VIRTIO_BLOCK_SECTOR;
	request->bytes = bytes;
	return STATUS_PENDING;
}

static uint8_t read_id(struct virtio_block *block, uint32_t bytes, uint32_t *written)
{
	if (bytes != VIRTIO_BLOCK_ID || !virtio_write(&block->virtio, 0, block->id, VIRTIO_BLOCK_ID))
		return VIRTIO_BLK_S_IOERR;
	*written = VIRTIO_BLOCK_ID;
	return VIRTIO_BLK_S_OK;
}

/* What the chain asks for: its status, or STATUS_PENDING and the request. Room for data is all but the last byte. */
static uint8_t decode(struct virtio_block *block, const struct header *header,
		      struct virtio_block_request *request, uint32_t *written)
{
	const struct virtio_chain *chain = &block->virtio.chain;

	*request = (struct virtio_block_request){ .type = header->type, .epoch = block->virtio.epoch };
	switch (header->type) {
	case VIRTIO_BLK_T_IN:
		return transfer(block, header, chain->writable - 1, request);
	case VIRTIO_BLK_T_OUT:
		return block->read_only ? VIRTIO_BLK_S_IOERR
					: transfer(block, header, chain->readable - (uint32_t)sizeof(*header),
						   request);
	case VIRTIO_BLK_T_FLUSH:
		return STATUS_PENDING;
	case VIRTIO_BLK_T_GET_ID:
		return read_id(block, chain->writable - 1, written);
	default:
		return VIRTIO_BLK_S_UNSUPP;
	}
}

/* False: the driver broke a rule. */
static bool read_header(struct virtio_block *block, struct header *header)
{
	return block->virtio.chain.writable != 0 && virtio_read(&block->virtio, 0, header, sizeof(*header));
}

/* The status, behind the data. `*written` becomes what was written from the start on (2.7.8.2): the status is not part of
 * that if there is a hole before it. False: it can't be written. */
static bool write_status(struct virtio_block *block, uint8_t status, uint32_t *written)
{
	uint32_t room = block->virtio.chain.writable - 1;

	if (!virtio_write(&block->virtio, room, &status, 1))
		return false;
	if (*written == room)
		*written += 1;
	return true;
}

/* What was read goes to the driver. */
static uint8_t deliver(struct virtio_block *block, const struct virtio_block_request *request,
		       const void *content, uint32_t *written)
{
	if (request->type != VIRTIO_BLK_T_IN)
		return VIRTIO_BLK_S_OK;
	if (!virtio_write(&block->virtio, 0, content, request->bytes))
		return VIRTIO_BLK_S_IOERR;
	*written = request->bytes;
	return VIRTIO_BLK_S_OK;
}

bool virtio_block_content(struct virtio_block *block, const struct virtio_block_request *request,
			  void *content)
{
	return request->epoch == block->virtio.epoch &&
	       virtio_read(&block->virtio, sizeof(struct header), content, request->bytes);
}

/* --- On an image in memory -------------------------------------------------------------------------------- */

static uint8_t perform(struct virtio_block *block, const struct virtio_block_request *request,
		       uint32_t *written)
{
	uint8_t *at = block->image + request->offset;

	if (request->type == VIRTIO_BLK_T_OUT && !virtio_block_content(block, request, at))
		return VIRTIO_BLK_S_IOERR;
	return deliver(block, request, at, written);
}

static bool serve(struct virtio *virtio, uint32_t *written)
{
	struct virtio_block *block = block_of(virtio);
	struct virtio_block_request request;
	struct header header;
	uint8_t status;

	*written = 0;
	if (!read_header(block, &header))
		return false;
	status = decode(block, &header, &request, written);
	if (status == STATUS_PENDING)
		status = perform(block, &request, written);
	return write_status(block, status, written);
}

/* --- On a store elsewhere --------------------------------------------------------------------------------- */

static void answer(struct virtio_block *block, uint8_t status, uint32_t written)
{
	struct virtio *virtio = &block->virtio;

	if (!write_status(block, status, &written))
		virtio_fail(virtio);
	else if (virtio_give(virtio, 0, written))
		virtio_notify(virtio, 0);
}

bool virtio_block_take(struct virtio_block *block, struct virtio_block_request *request)
{
	struct virtio *virtio = &block->virtio;

	while (virtio_has_buffer(virtio, 0) && virtio_take(virtio, 0)) {
		struct header header;
		uint32_t written = 0;
		uint8_t status;

		if (!read_header(block, &header)) {
			virtio_fail(virtio);
			return false;
		}
		status = decode(block, &header, request, &written);
		if (status == STATUS_PENDING)
			return true;
		answer(block, status, written);
	}
	return false;
}

void virtio_block_finish(struct virtio_block *block, const struct virtio_block_request *request,
			 const void *content, bool done)
{
	uint8_t status = VIRTIO_BLK_S_IOERR;
	uint32_t written = 0;

	if (request->epoch != block->virtio.epoch || !virtio_is_live(&block->virtio, 0))
		return;
	if (done)
		status = deliver(block, request, content, &written);
	answer(block, status, written);
}

/* --- The device ------------------------------------------------------------------------------------------- */

static void notify(struct virtio *virtio, unsigned int queue)
{
	struct virtio_block *block = block_of(virtio);

	if (block->image != NULL)
		virtio_serve(virtio, queue, serve);
	else
		block->wake(block->context);
}

static const struct virtio_class block_class = {
	.name = "virtio-block",
	.id = VIRTIO_ID_BLOCK,
	.queue_count = 1,
	.notify = notify,
};

static void init(struct virtio_block *block, uint64_t base, unsigned int intid,
		 const struct device_platform *platform, uint64_t bytes, bool read_only, const char *id)
{
	uint64_t features = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH;

	*block = (struct virtio_block){ .read_only = read_only };
	virtio_init(&block->virtio, &block_class, base, intid, platform,
		    read_only ? features | VIRTIO_BLK_F_RO : features, &block->config, sizeof(block->config));
	block->config = (struct virtio_block_config){
		.capacity = bytes / VIRTIO_BLOCK_SECTOR,
		.size_max = VIRTIO_BLOCK_SIZE_MAX,
		.seg_max = VIRTIO_BLOCK_SEG_MAX,
	};
	for (unsigned int i = 0; i < VIRTIO_BLOCK_ID && id[i] != '\0'; i++)
		block->id[i] = id[i];
}

void virtio_block_init(struct virtio_block *block, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, void *image, uint64_t bytes, bool read_only,
		       const char *id)
{
	init(block, base, intid, platform, bytes, read_only, id);
	block->image = image;
}

void virtio_block_init_store(struct virtio_block *block, uint64_t base, unsigned int intid,
			     const struct device_platform *platform, uint64_t bytes, bool read_only,
			     const char *id, void (*wake)(void *context), void *context)
{
	init(block, base, intid, platform, bytes, read_only, id);
	block->wake = wake;
	block->context = context;
}
