/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtio socket device (virtio_vsock.h).
 */
#include "virtio_vsock.h"

/* struct virtio_vsock_hdr (5.10.6). */
struct header {
	uint64_t src_cid, dst_cid;
	uint32_t src_port, dst_port;
	uint32_t len;
	uint16_t type, op;
	uint32_t flags, buf_alloc, fwd_cnt;
} __attribute__((packed));

_Static_assert(sizeof(struct header) == VIRTIO_VSOCK_HEADER, "as on the wire");

#define TYPE_STREAM 1

enum op { OP_REQUEST = 1, OP_RESPONSE, OP_RST, OP_SHUTDOWN, OP_RW, OP_CREDIT_UPDATE, OP_CREDIT_REQUEST };

#define SHUTDOWN_RECEIVE 1U
#define SHUTDOWN_SEND 2U

#define OWED(op) (uint8_t)(1U << (op))
#define OWED_FIRST (OWED(OP_REQUEST) | OWED(OP_RESPONSE)) /* nothing of the stream before these */

/* Ports of the host's own calls. */
#define FIRST_PORT 0x40000000U

static struct virtio_vsock *vsock_of(struct virtio *virtio)
{
	return DEVICE_OF(struct virtio_vsock, virtio, virtio);
}

/* --- Streams ---------------------------------------------------------------------------------------------- */

/* With the queues all that went over them is gone. */
static void look_at_queues(struct virtio_vsock *vsock)
{
	if (vsock->epoch == vsock->virtio.epoch)
		return;
	vsock->epoch = vsock->virtio.epoch;
	vsock->reset_count = 0;
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		if (vsock->streams[i].state != VIRTIO_VSOCK_FREE)
			vsock->streams[i].state = VIRTIO_VSOCK_GONE;
}

/* One that the realm knows of, or has to hear of. */
static struct virtio_vsock_stream *find(struct virtio_vsock *vsock, uint32_t own_port, uint32_t peer_port)
{
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++) {
		struct virtio_vsock_stream *stream = &vsock->streams[i];

		if (stream->state != VIRTIO_VSOCK_FREE && stream->state != VIRTIO_VSOCK_GONE &&
		    stream->own_port == own_port && stream->peer_port == peer_port)
			return stream;
	}
	return NULL;
}

/* A new one, whose buffer is as it was: no byte of it is shown that was not received. */
static struct virtio_vsock_stream *add(struct virtio_vsock *vsock, enum virtio_vsock_state state,
				       uint32_t own_port, uint32_t peer_port)
{
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++) {
		struct virtio_vsock_stream *stream = &vsock->streams[i];

		if (stream->state != VIRTIO_VSOCK_FREE)
			continue;
		stream->state = state;
		stream->own_port = own_port;
		stream->peer_port = peer_port;
		stream->peer_sends = stream->peer_receives = true;
		stream->owed = 0;
		stream->sent = stream->peer_room = stream->peer_forwarded = 0;
		stream->received = stream->forwarded = stream->told = 0;
		return stream;
	}
	return NULL;
}

static void owe_reset(struct virtio_vsock *vsock, uint32_t own_port, uint32_t peer_port)
{
	if (vsock->reset_count == VIRTIO_VSOCK_RESETS)
		return;
	vsock->resets[vsock->reset_count].own_port = own_port;
	vsock->resets[vsock->reset_count].peer_port = peer_port;
	vsock->reset_count++;
}

/* --- To the realm ----------------------------------------------------------------------------------------- */

/* A packet into the next buffer, which is there; how much of its content had room. The device fails: 0. */
static uint32_t put(struct virtio_vsock *vsock, struct header *header, const uint8_t *bytes, uint32_t count)
{
	struct virtio *virtio = &vsock->virtio;
	uint32_t room;

	if (!virtio_take(virtio, VIRTIO_VSOCK_RECEIVEQ))
		return 0;
	room = virtio->chain.writable < VIRTIO_VSOCK_HEADER ? 0
							    : virtio->chain.writable - VIRTIO_VSOCK_HEADER;
	if (count > room)
		count = room;
	header->len = count;
	if (virtio->chain.readable != 0 || !virtio_write(virtio, 0, header, VIRTIO_VSOCK_HEADER) ||
	    !virtio_write(virtio, VIRTIO_VSOCK_HEADER, bytes, count)) {
		virtio_fail(virtio);
		return 0;
	}
	return virtio_give(virtio, VIRTIO_VSOCK_RECEIVEQ, VIRTIO_VSOCK_HEADER + count) ? count : 0;
}

static struct header header_of(const struct virtio_vsock *vsock, enum op op, uint32_t own_port,
			       uint32_t peer_port)
{
	return (struct header){ .src_cid = VIRTIO_VSOCK_HOST,
				.dst_cid = vsock->config.cid,
				.src_port = own_port,
				.dst_port = peer_port,
				.type = TYPE_STREAM,
				.op = (uint16_t)op };
}

/* Every packet of a stream says what room there is for the realm's. */
static struct header stream_header(const struct virtio_vsock *vsock, struct virtio_vsock_stream *stream,
				   enum op op)
{
	struct header header = header_of(vsock, op, stream->own_port, stream->peer_port);

	header.buf_alloc = VIRTIO_VSOCK_BUFFER;
	header.fwd_cnt = stream->told = stream->forwarded;
	stream->owed &= (uint8_t)~OWED(OP_CREDIT_UPDATE);
	return header;
}

static bool has_buffer(struct virtio_vsock *vsock)
{
	return virtio_has_buffer(&vsock->virtio, VIRTIO_VSOCK_RECEIVEQ);
}

static bool put_resets(struct virtio_vsock *vsock)
{
	unsigned int done = 0;

	while (done < vsock->reset_count && has_buffer(vsock)) {
		struct header header =
			header_of(vsock, OP_RST, vsock->resets[done].own_port, vsock->resets[done].peer_port);

		put(vsock, &header, NULL, 0);
		done++;
	}
	vsock->reset_count -= done;
	__builtin_memmove(vsock->resets, vsock->resets + done, vsock->reset_count * sizeof(vsock->resets[0]));
	return done > 0;
}

/* In the order of their numbers, but for the end, which is the last. */
static bool put_owed(struct virtio_vsock *vsock, struct virtio_vsock_stream *stream)
{
	static const enum op order[] = { OP_REQUEST, OP_RESPONSE, OP_CREDIT_UPDATE, OP_SHUTDOWN };
	bool any = false;

	for (unsigned int i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct header header;

		if ((stream->owed & OWED(order[i])) == 0 || !has_buffer(vsock))
			continue;
		header = stream_header(vsock, stream, order[i]);
		header.flags = order[i] == OP_SHUTDOWN ? SHUTDOWN_SEND : 0;
		stream->owed &= (uint8_t)~OWED(order[i]);
		put(vsock, &header, NULL, 0);
		any = true;
	}
	return any;
}

static void notify_realm(struct virtio_vsock *vsock)
{
	if (virtio_is_live(&vsock->virtio, VIRTIO_VSOCK_RECEIVEQ))
		virtio_notify(&vsock->virtio, VIRTIO_VSOCK_RECEIVEQ);
}

/* What is owed, as far as there are buffers. */
static void put_all(struct virtio_vsock *vsock)
{
	bool any = put_resets(vsock);

	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		if (vsock->streams[i].state == VIRTIO_VSOCK_OPEN ||
		    vsock->streams[i].state == VIRTIO_VSOCK_CALLED)
			any |= put_owed(vsock, &vsock->streams[i]);
	if (any)
		notify_realm(vsock);
}

/* --- From the realm --------------------------------------------------------------------------------------- */

static void lose(struct virtio_vsock *vsock, struct virtio_vsock_stream *stream)
{
	stream->state = VIRTIO_VSOCK_GONE;
	owe_reset(vsock, stream->own_port, stream->peer_port);
}

/* The content behind the header goes into the stream's buffer. False: the realm has no credit for so much, or may not. */
static bool receive(struct virtio *virtio, struct virtio_vsock_stream *stream, uint32_t bytes)
{
	uint32_t start = stream->received % VIRTIO_VSOCK_BUFFER, first = VIRTIO_VSOCK_BUFFER - start;

	if (stream->state != VIRTIO_VSOCK_OPEN || !stream->peer_sends ||
	    bytes > VIRTIO_VSOCK_BUFFER - (stream->received - stream->forwarded))
		return false;
	if (first > bytes)
		first = bytes;
	if (!virtio_read(virtio, VIRTIO_VSOCK_HEADER, stream->buffer + start, first) ||
	    !virtio_read(virtio, VIRTIO_VSOCK_HEADER + first, stream->buffer, bytes - first)) {
		virtio_fail(virtio);
		return false;
	}
	stream->received += bytes;
	return true;
}

/* Every packet says what room the realm has. */
static void take_credit(struct virtio_vsock_stream *stream, const struct header *header)
{
	stream->peer_room = header->buf_alloc;
	stream->peer_forwarded = header->fwd_cnt;
}

static bool serve_stream(struct virtio *virtio, struct virtio_vsock_stream *stream,
			 const struct header *header)
{
	take_credit(stream, header);
	switch (header->op) {
	case OP_RESPONSE:
		if (stream->state != VIRTIO_VSOCK_CALLED)
			return false;
		stream->state = VIRTIO_VSOCK_OPEN;
		return true;
	case OP_SHUTDOWN:
		stream->peer_receives &= (header->flags & SHUTDOWN_RECEIVE) == 0;
		stream->peer_sends &= (header->flags & SHUTDOWN_SEND) == 0;
		return stream->state == VIRTIO_VSOCK_OPEN;
	case OP_RW:
		return receive(virtio, stream, header->len);
	case OP_CREDIT_REQUEST:
		stream->owed |= OWED(OP_CREDIT_UPDATE);
		return true;
	default:
		return header->op == OP_CREDIT_UPDATE;
	}
}

/* A packet for the host. */
static void serve_packet(struct virtio_vsock *vsock, const struct header *header)
{
	struct virtio_vsock_stream *stream = find(vsock, header->dst_port, header->src_port);

	if (header->op == OP_RST && header->type == TYPE_STREAM) {
		if (stream != NULL)
			stream->state = VIRTIO_VSOCK_GONE;
	} else if (header->type != TYPE_STREAM || (stream == NULL && header->op != OP_REQUEST)) {
		owe_reset(vsock, header->dst_port, header->src_port);
	} else if (stream != NULL) {
		if (!serve_stream(&vsock->virtio, stream, header))
			lose(vsock, stream);
	} else {
		stream = add(vsock, VIRTIO_VSOCK_CALLING, header->dst_port, header->src_port);
		if (stream != NULL)
			take_credit(stream, header);
		else
			owe_reset(vsock, header->dst_port, header->src_port);
	}
}

/* What is said to be from or for somebody else is nobody's. */
static bool transmit(struct virtio *virtio, uint32_t *written)
{
	struct virtio_vsock *vsock = vsock_of(virtio);
	struct header header;

	*written = 0;
	if (virtio->chain.writable != 0 || !virtio_read(virtio, 0, &header, sizeof(header)) ||
	    header.len != virtio->chain.readable - VIRTIO_VSOCK_HEADER)
		return false;
	if (header.src_cid == vsock->config.cid && header.dst_cid == VIRTIO_VSOCK_HOST)
		serve_packet(vsock, &header);
	return (virtio->status & VIRTIO_STATUS_DEVICE_NEEDS_RESET) == 0;
}

static void notify(struct virtio *virtio, unsigned int queue)
{
	struct virtio_vsock *vsock = vsock_of(virtio);

	look_at_queues(vsock);
	if (queue == VIRTIO_VSOCK_TRANSMITQ)
		virtio_serve(virtio, queue, transmit);
	put_all(vsock);
	vsock->wake(vsock->context);
}

/* --- The host's side -------------------------------------------------------------------------------------- */

int virtio_vsock_call(struct virtio_vsock *vsock, uint32_t port)
{
	struct virtio_vsock_stream *stream;

	look_at_queues(vsock);
	if (!virtio_is_live(&vsock->virtio, VIRTIO_VSOCK_RECEIVEQ))
		return -1;
	/* The realm may have called from a port of the host's that it made up. */
	while (find(vsock, vsock->next_port, port) != NULL)
		vsock->next_port++;
	stream = add(vsock, VIRTIO_VSOCK_CALLED, vsock->next_port++, port);
	if (stream == NULL)
		return -1;
	stream->owed = OWED(OP_REQUEST);
	put_all(vsock);
	return (int)(stream - vsock->streams);
}

void virtio_vsock_accept(struct virtio_vsock *vsock, unsigned int stream)
{
	look_at_queues(vsock);
	if (vsock->streams[stream].state != VIRTIO_VSOCK_CALLING)
		return;
	vsock->streams[stream].state = VIRTIO_VSOCK_OPEN;
	vsock->streams[stream].owed = OWED(OP_RESPONSE);
	put_all(vsock);
}

void virtio_vsock_close(struct virtio_vsock *vsock, unsigned int stream)
{
	struct virtio_vsock_stream *s = &vsock->streams[stream];

	look_at_queues(vsock);
	if (s->state != VIRTIO_VSOCK_GONE)
		lose(vsock, s);
	s->state = VIRTIO_VSOCK_FREE;
	put_all(vsock);
}

const uint8_t *virtio_vsock_peek(const struct virtio_vsock *vsock, unsigned int stream, uint32_t *bytes)
{
	const struct virtio_vsock_stream *s = &vsock->streams[stream];
	uint32_t start = s->forwarded % VIRTIO_VSOCK_BUFFER, waiting = s->received - s->forwarded;

	*bytes = waiting < VIRTIO_VSOCK_BUFFER - start ? waiting : VIRTIO_VSOCK_BUFFER - start;
	return s->buffer + start;
}

void virtio_vsock_take(struct virtio_vsock *vsock, unsigned int stream, uint32_t bytes)
{
	struct virtio_vsock_stream *s = &vsock->streams[stream];

	look_at_queues(vsock);
	s->forwarded += bytes;
	if (s->state != VIRTIO_VSOCK_OPEN || s->forwarded - s->told < VIRTIO_VSOCK_BUFFER / 2)
		return;
	s->owed |= OWED(OP_CREDIT_UPDATE);
	put_all(vsock);
}

uint32_t virtio_vsock_room(struct virtio_vsock *vsock, unsigned int stream)
{
	const struct virtio_vsock_stream *s = &vsock->streams[stream];
	uint32_t under_way = s->sent - s->peer_forwarded;

	look_at_queues(vsock);
	if (s->state != VIRTIO_VSOCK_OPEN || !s->peer_receives ||
	    (s->owed & (OWED_FIRST | OWED(OP_SHUTDOWN))) != 0 || under_way >= s->peer_room ||
	    !has_buffer(vsock))
		return 0;
	return s->peer_room - under_way;
}

uint32_t virtio_vsock_send(struct virtio_vsock *vsock, unsigned int stream, const uint8_t *bytes,
			   uint32_t count)
{
	struct virtio_vsock_stream *s = &vsock->streams[stream];
	uint32_t room, done = 0, sent = 1;
	struct header header;

	while (done < count && sent != 0 && (room = virtio_vsock_room(vsock, stream)) != 0) {
		header = stream_header(vsock, s, OP_RW);
		sent = put(vsock, &header, bytes + done, room < count - done ? room : count - done);
		s->sent += sent;
		done += sent;
	}
	if (done > 0)
		notify_realm(vsock);
	return done;
}

void virtio_vsock_end(struct virtio_vsock *vsock, unsigned int stream)
{
	look_at_queues(vsock);
	if (vsock->streams[stream].state != VIRTIO_VSOCK_OPEN)
		return;
	vsock->streams[stream].owed |= OWED(OP_SHUTDOWN);
	put_all(vsock);
}

/* --- The device ------------------------------------------------------------------------------------------- */

static const struct virtio_class vsock_class = {
	.name = "virtio-vsock",
	.id = VIRTIO_ID_VSOCK,
	.queue_count = 3,
	.notify = notify,
};

void virtio_vsock_init(struct virtio_vsock *vsock, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, uint32_t cid, void (*wake)(void *context),
		       void *context)
{
	virtio_init(&vsock->virtio, &vsock_class, base, intid, platform, 0, &vsock->config,
		    sizeof(vsock->config));
	vsock->config.cid = cid;
	vsock->wake = wake;
	vsock->context = context;
	vsock->epoch = 0;
	vsock->next_port = FIRST_PORT;
	vsock->reset_count = 0;
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		vsock->streams[i].state = VIRTIO_VSOCK_FREE;
}
