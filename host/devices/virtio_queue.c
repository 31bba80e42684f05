/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Split virtqueues (VIRTIO 1.2, 2.7), the device's side, in memory that the driver may change at any time.
 *
 * Rings and descriptors are read with single loads of their naturally aligned fields; nothing that has been
 * read is read again. None of those fields crosses a page.
 */
#include "virtio.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rings are little-endian");

/* struct virtq_desc: le64 addr; le32 len; le16 flags; le16 next. */
#define DESC_SIZE 16
#define DESC_LEN(word) ((uint32_t)(word))
#define DESC_FLAGS(word) ((uint16_t)((word) >> 32))
#define DESC_NEXT(word) ((uint16_t)((word) >> 48))
#define DESC_F_NEXT 1U
#define DESC_F_WRITE 2U
#define DESC_F_INDIRECT 4U

/* struct virtq_avail: le16 flags; le16 idx; le16 ring[]. */
#define AVAIL_FLAGS 0
#define AVAIL_IDX 2
#define AVAIL_RING 4
#define AVAIL_F_NO_INTERRUPT 1U

/* struct virtq_used: le16 flags; le16 idx; struct { le32 id; le32 len; } ring[]. */
#define USED_IDX 2
#define USED_RING 4
#define USED_SIZE 8

/* --- Fields of rings -------------------------------------------------------------------------------------- */

static void *guest(struct virtio *virtio, uint64_t address, uint64_t bytes)
{
	return virtio->platform->guest(virtio->platform->context, address, bytes);
}

static bool load16(struct virtio *virtio, uint64_t address, uint16_t *value)
{
	const uint16_t *field = guest(virtio, address, sizeof(*field));

	if (field == NULL) {
		virtio_fail(virtio);
		return false;
	}
	*value = __atomic_load_n(field, __ATOMIC_ACQUIRE);
	return true;
}

static bool store16(struct virtio *virtio, uint64_t address, uint16_t value)
{
	uint16_t *field = guest(virtio, address, sizeof(*field));

	if (field == NULL) {
		virtio_fail(virtio);
		return false;
	}
	__atomic_store_n(field, value, __ATOMIC_RELEASE);
	return true;
}

static bool store32(struct virtio *virtio, uint64_t address, uint32_t value)
{
	uint32_t *field = guest(virtio, address, sizeof(*field));

	if (field == NULL) {
		virtio_fail(virtio);
		return false;
	}
	__atomic_store_n(field, value, __ATOMIC_RELAXED);
	return true;
}

/* Aligned, and the end is an address. */
static bool is_valid_part(uint64_t address, uint64_t alignment, uint64_t bytes)
{
	return address % alignment == 0 && address <= UINT64_MAX - bytes;
}

bool virtio_queue_is_valid(const struct virtio_queue *queue)
{
	uint64_t size = queue->size;

	return size != 0 && size <= VIRTIO_QUEUE_SIZE && (size & (size - 1)) == 0 &&
	       is_valid_part(queue->desc, 16, DESC_SIZE * size) &&
	       is_valid_part(queue->driver, 2, AVAIL_RING + 2 * size + 2) &&
	       is_valid_part(queue->device, 4, USED_RING + USED_SIZE * size + 2);
}

/* --- Taking buffers --------------------------------------------------------------------------------------- */

unsigned int virtio_pending(struct virtio *virtio, unsigned int queue)
{
	struct virtio_queue *q = &virtio->queues[queue];
	uint16_t idx, count;

	if (!load16(virtio, q->driver + AVAIL_IDX, &idx))
		return 0;
	count = (uint16_t)(idx - q->taken);
	if (count > q->size) {
		virtio_fail(virtio);
		return 0;
	}
	return count;
}

bool virtio_has_buffer(struct virtio *virtio, unsigned int queue)
{
	return virtio_is_live(virtio, queue) && virtio_pending(virtio, queue) > 0;
}

/* Takes a copy of one descriptor into the chain; false: it is not one, or doesn't fit. */
static bool add_part(struct virtio *virtio, uint64_t address, uint64_t word)
{
	struct virtio_chain *chain = &virtio->chain;
	uint32_t bytes = DESC_LEN(word);

	if ((DESC_FLAGS(word) & DESC_F_INDIRECT) != 0 || address > UINT64_MAX - bytes ||
	    bytes > VIRTIO_CHAIN_BYTES - (chain->readable + chain->writable))
		return false;
	if ((DESC_FLAGS(word) & DESC_F_WRITE) != 0) {
		chain->writable += bytes;
	} else {
		if (chain->count != chain->readable_count) /* readable ones come first (2.7.4.2) */
			return false;
		chain->readable += bytes;
		chain->readable_count++;
	}
	chain->parts[chain->count].address = address;
	chain->parts[chain->count].bytes = bytes;
	chain->count++;
	return true;
}

/* Walks the chain from `index` on. More descriptors than there are in the table: a loop. */
static bool walk(struct virtio *virtio, const struct virtio_queue *q, uint16_t index)
{
	uint64_t word;

	do {
		const uint64_t *descriptor;
		uint64_t address;

		if (index >= q->size || virtio->chain.count == q->size)
			return false;
		descriptor = guest(virtio, q->desc + (uint64_t)DESC_SIZE * index, DESC_SIZE);
		if (descriptor == NULL)
			return false;
		address = __atomic_load_n(&descriptor[0], __ATOMIC_RELAXED);
		word = __atomic_load_n(&descriptor[1], __ATOMIC_RELAXED);
		if (!add_part(virtio, address, word))
			return false;
		index = DESC_NEXT(word);
	} while ((DESC_FLAGS(word) & DESC_F_NEXT) != 0);
	return true;
}

bool virtio_take(struct virtio *virtio, unsigned int queue)
{
	struct virtio_queue *q = &virtio->queues[queue];
	struct virtio_chain *chain = &virtio->chain;

	chain->count = chain->readable_count = 0;
	chain->readable = chain->writable = 0;
	if (!load16(virtio, q->driver + AVAIL_RING + 2 * (uint64_t)(q->taken % q->size), &chain->head))
		return false;
	if (!walk(virtio, q, chain->head)) {
		virtio_fail(virtio);
		return false;
	}
	q->taken++;
	return true;
}

/* --- Their content ---------------------------------------------------------------------------------------- */

/* Copies `bytes` between `buffer` and guest memory, page by page. */
static bool copy_part(struct virtio *virtio, uint64_t address, uint8_t *buffer, uint32_t bytes, bool to_guest)
{
	while (bytes > 0) {
		uint32_t piece = DEVICE_PAGE_SIZE - (uint32_t)(address % DEVICE_PAGE_SIZE);
		void *memory;

		if (piece > bytes)
			piece = bytes;
		memory = guest(virtio, address, piece);
		if (memory == NULL)
			return false;
		if (to_guest)
			__builtin_memcpy(memory, buffer, piece);
		else
			__builtin_memcpy(buffer, memory, piece);
		address += piece;
		buffer += piece;
		bytes -= piece;
	}
	return true;
}

/* Copies from `offset` of the parts [first, end) on. The caller has checked that they are long enough. */
static bool copy(struct virtio *virtio, unsigned int first, unsigned int end, uint32_t offset,
		 uint8_t *buffer, uint32_t bytes, bool to_guest)
{
	bool done = true;

	for (unsigned int i = first; i < end && bytes > 0 && done; i++) {
		uint32_t length = virtio->chain.parts[i].bytes;
		uint32_t piece;

		if (offset >= length) {
			offset -= length;
			continue;
		}
		piece = length - offset < bytes ? length - offset : bytes;
		done = copy_part(virtio, virtio->chain.parts[i].address + offset, buffer, piece, to_guest);
		offset = 0;
		buffer += piece;
		bytes -= piece;
	}
	/* What was copied is used from now on, not what it was copied from. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return done;
}

bool virtio_read(struct virtio *virtio, uint32_t offset, void *to, uint32_t bytes)
{
	const struct virtio_chain *chain = &virtio->chain;

	if (offset > chain->readable || bytes > chain->readable - offset)
		return false;
	return copy(virtio, 0, chain->readable_count, offset, to, bytes, false);
}

bool virtio_write(struct virtio *virtio, uint32_t offset, const void *from, uint32_t bytes)
{
	const struct virtio_chain *chain = &virtio->chain;

	if (offset > chain->writable || bytes > chain->writable - offset)
		return false;
	/* The buffer is only read. */
	return copy(virtio, chain->readable_count, chain->count, offset, (uint8_t *)(uintptr_t)from, bytes,
		    true);
}

/* --- Giving them back ------------------------------------------------------------------------------------- */

bool virtio_give(struct virtio *virtio, unsigned int queue, uint32_t bytes)
{
	struct virtio_queue *q = &virtio->queues[queue];
	uint64_t entry = q->device + USED_RING + USED_SIZE * (uint64_t)(q->used % q->size);

	if (!store32(virtio, entry, virtio->chain.head) || !store32(virtio, entry + 4, bytes) ||
	    !store16(virtio, q->device + USED_IDX, (uint16_t)(q->used + 1)))
		return false;
	q->used++;
	return true;
}

void virtio_notify(struct virtio *virtio, unsigned int queue)
{
	uint16_t flags;

	/* The driver sets its flag, then looks at our index; we write the index, then look at the flag. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (load16(virtio, virtio->queues[queue].driver + AVAIL_FLAGS, &flags) &&
	    (flags & AVAIL_F_NO_INTERRUPT) == 0)
		virtio_interrupt(virtio, VIRTIO_INTERRUPT_USED);
}

void virtio_serve(struct virtio *virtio, unsigned int queue,
		  bool (*serve)(struct virtio *virtio, uint32_t *written))
{
	unsigned int pending = virtio_pending(virtio, queue);
	unsigned int given = 0;

	while (given < pending && virtio_take(virtio, queue)) {
		uint32_t written = 0;

		if (!serve(virtio, &written)) {
			virtio_fail(virtio);
			return;
		}
		if (!virtio_give(virtio, queue, written))
			return;
		given++;
	}
	if (given > 0 && virtio_is_live(virtio, queue))
		virtio_notify(virtio, queue);
}
