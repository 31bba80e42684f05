/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtio console.
 */
#include "virtio_console.h"

/* struct virtio_console_config: le16 rows; le16 cols; le32 max_nr_ports; le32 emerg_wr. All zero. */
#define CONFIG_EMERG_WR 8
static const uint8_t config[12];

#define OUTPUT_PIECE 256

static struct virtio_console *console_of(struct virtio *virtio)
{
	return DEVICE_OF(struct virtio_console, virtio, virtio);
}

/* --- Output ----------------------------------------------------------------------------------------------- */

static bool transmit(struct virtio *virtio, uint32_t *written)
{
	struct virtio_console *console = console_of(virtio);
	uint8_t piece[OUTPUT_PIECE];
	uint32_t count;

	*written = 0;
	if (virtio->chain.writable != 0)
		return false;
	for (uint32_t done = 0; done < virtio->chain.readable; done += count) {
		count = virtio->chain.readable - done;
		if (count > sizeof(piece))
			count = sizeof(piece);
		if (!virtio_read(virtio, done, piece, count))
			return false;
		console->output(console->context, piece, count);
	}
	return true;
}

static void config_write(struct virtio *virtio, uint32_t offset, unsigned int bytes, uint32_t value)
{
	struct virtio_console *console = console_of(virtio);
	uint8_t byte = (uint8_t)value;

	(void)bytes;
	if (offset == CONFIG_EMERG_WR)
		console->output(console->context, &byte, 1);
}

/* --- Input ------------------------------------------------------------------------------------------------ */

/* Fills the next buffer with as much as waits; false: none was filled. */
static bool fill(struct virtio_console *console)
{
	struct virtio *virtio = &console->virtio;
	uint32_t count = console->input_count;

	if (!virtio_take(virtio, VIRTIO_CONSOLE_RECEIVEQ))
		return false;
	if (count > virtio->chain.writable)
		count = virtio->chain.writable;
	if (virtio->chain.readable != 0 || !virtio_write(virtio, 0, console->input, count)) {
		virtio_fail(virtio);
		return false;
	}
	if (!virtio_give(virtio, VIRTIO_CONSOLE_RECEIVEQ, count))
		return false;
	console->input_count -= count;
	__builtin_memmove(console->input, console->input + count, console->input_count);
	return true;
}

static void receive(struct virtio_console *console)
{
	struct virtio *virtio = &console->virtio;
	unsigned int pending, given = 0;

	if (console->input_count == 0 || !virtio_is_live(virtio, VIRTIO_CONSOLE_RECEIVEQ))
		return;
	pending = virtio_pending(virtio, VIRTIO_CONSOLE_RECEIVEQ);
	while (given < pending && console->input_count > 0 && fill(console))
		given++;
	if (given > 0 && virtio_is_live(virtio, VIRTIO_CONSOLE_RECEIVEQ))
		virtio_notify(virtio, VIRTIO_CONSOLE_RECEIVEQ);
}

uint32_t virtio_console_input(struct virtio_console *console, const uint8_t *bytes, uint32_t count)
{
	uint32_t room = VIRTIO_CONSOLE_INPUT - console->input_count;

	if (count > room)
		count = room;
	__builtin_memcpy(console->input + console->input_count, bytes, count);
	console->input_count += count;
	receive(console);
	return count;
}

/* --- The device ------------------------------------------------------------------------------------------- */

static void notify(struct virtio *virtio, unsigned int queue)
{
	if (queue == VIRTIO_CONSOLE_TRANSMITQ)
		virtio_serve(virtio, queue, transmit);
	else
		receive(console_of(virtio));
}

static const struct virtio_class console_class = {
	.name = "virtio-console",
	.id = VIRTIO_ID_CONSOLE,
	.queue_count = 2,
	.notify = notify,
	.config_write = config_write,
};

void virtio_console_init(struct virtio_console *console, uint64_t base, unsigned int intid,
			 const struct device_platform *platform,
			 void (*output)(void *context, const uint8_t *bytes, uint32_t count), void *context)
{
	virtio_init(&console->virtio, &console_class, base, intid, platform, VIRTIO_CONSOLE_F_EMERG_WRITE,
		    config, sizeof(config));
	console->output = output;
	console->context = context;
	console->input_count = 0;
}
