/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtio network device (virtio_net.h).
 */
#include "virtio_net.h"

/* struct virtio_net_hdr: u8 flags, gso_type; le16 hdr_len, gso_size, csum_start, csum_offset, num_buffers. Without
 * offloads all of it is zero but num_buffers (5.1.6.4.1), and nothing in the driver's is for us. */
static const uint8_t receive_header[VIRTIO_NET_HEADER] = { [10] = 1 };

static struct virtio_net *net_of(struct virtio *virtio)
{
	return DEVICE_OF(struct virtio_net, virtio, virtio);
}

/* --- Output ----------------------------------------------------------------------------------------------- */

/* The frame in the chain; its size. 0: the driver broke a rule. */
static uint32_t read_frame(struct virtio *virtio, uint8_t frame[VIRTIO_NET_FRAME_MAX])
{
	uint32_t bytes;

	if (virtio->chain.writable != 0 ||
	    virtio->chain.readable < VIRTIO_NET_HEADER + VIRTIO_NET_FRAME_MIN ||
	    virtio->chain.readable > VIRTIO_NET_HEADER + VIRTIO_NET_FRAME_MAX)
		return 0;
	bytes = virtio->chain.readable - VIRTIO_NET_HEADER;
	return virtio_read(virtio, VIRTIO_NET_HEADER, frame, bytes) ? bytes : 0;
}

/* One frame; false: no more after it. It goes out when its buffer is back: an answer may come in at once, and takes the chain. */
static bool send_frame(struct virtio_net *net)
{
	struct virtio *virtio = &net->virtio;
	uint8_t frame[VIRTIO_NET_FRAME_MAX];
	uint32_t bytes;

	if (!virtio_is_live(virtio, VIRTIO_NET_TRANSMITQ) || !virtio_take(virtio, VIRTIO_NET_TRANSMITQ))
		return false;
	bytes = read_frame(virtio, frame);
	if (bytes == 0) {
		virtio_fail(virtio);
		return false;
	}
	if (!virtio_give(virtio, VIRTIO_NET_TRANSMITQ, 0))
		return false;
	net->transmit(net->context, frame, bytes);
	return true;
}

static void send_frames(struct virtio_net *net)
{
	unsigned int pending = virtio_pending(&net->virtio, VIRTIO_NET_TRANSMITQ), sent = 0;

	while (sent < pending && send_frame(net))
		sent++;
	if (sent > 0 && virtio_is_live(&net->virtio, VIRTIO_NET_TRANSMITQ))
		virtio_notify(&net->virtio, VIRTIO_NET_TRANSMITQ);
}

/* --- Input ------------------------------------------------------------------------------------------------ */

bool virtio_net_has_room(struct virtio_net *net)
{
	return virtio_has_buffer(&net->virtio, VIRTIO_NET_RECEIVEQ);
}

/* Header and frame into the buffer that was taken. A buffer has to hold any frame (5.1.6.3.1). */
static bool fill(struct virtio *virtio, const uint8_t *frame, uint32_t bytes)
{
	return virtio->chain.readable == 0 && virtio_write(virtio, 0, receive_header, VIRTIO_NET_HEADER) &&
	       virtio_write(virtio, VIRTIO_NET_HEADER, frame, bytes);
}

bool virtio_net_receive(struct virtio_net *net, const uint8_t *frame, uint32_t bytes)
{
	struct virtio *virtio = &net->virtio;

	if (bytes < VIRTIO_NET_FRAME_MIN || bytes > VIRTIO_NET_FRAME_MAX || !virtio_net_has_room(net) ||
	    !virtio_take(virtio, VIRTIO_NET_RECEIVEQ))
		return false;
	if (!fill(virtio, frame, bytes)) {
		virtio_fail(virtio);
		return false;
	}
	if (!virtio_give(virtio, VIRTIO_NET_RECEIVEQ, VIRTIO_NET_HEADER + bytes))
		return false;
	virtio_notify(virtio, VIRTIO_NET_RECEIVEQ);
	return true;
}

/* --- The device ------------------------------------------------------------------------------------------- */

static void notify(struct virtio *virtio, unsigned int queue)
{
	struct virtio_net *net = net_of(virtio);

	if (queue == VIRTIO_NET_TRANSMITQ)
		send_frames(net);
	else if (net->ready != NULL)
		net->ready(net->context);
}

static const struct virtio_class net_class = {
	.name = "virtio-net",
	.id = VIRTIO_ID_NET,
	.queue_count = 2,
	.notify = notify,
};

void virtio_net_init(struct virtio_net *net, uint64_t base, unsigned int intid,
		     const struct device_platform *platform, const uint8_t mac[6],
		     void (*transmit)(void *context, const uint8_t *frame, uint32_t bytes),
		     void (*ready)(void *context), void *context)
{
	*net = (struct virtio_net){ .transmit = transmit, .ready = ready, .context = context };
	__builtin_memcpy(net->mac, mac, sizeof(net->mac));
	virtio_init(&net->virtio, &net_class, base, intid, platform, VIRTIO_NET_F_MAC, net->mac,
		    sizeof(net->mac));
}
