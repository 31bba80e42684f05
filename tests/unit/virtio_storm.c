/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps at random, of a virtio driver and of who is behind a device (virtio_storm.h).
 */
#include "virtio_storm.h"

#define PORTS 3 /* that the driver and its host speak of */

static void no_output(void *context, const uint8_t *bytes, uint32_t count)
{
	uint32_t sum = 0;

	(void)context;
	assert_true(count >= 1);
	for (uint32_t i = 0; i < count; i++) /* ASan: they are all there */
		sum += bytes[i];
	assert_true(sum <= 255 * count);
}

static bool pattern(void *context, uint8_t *bytes, uint32_t count)
{
	(void)context;
	memset(bytes, 0xa5, count);
	return true;
}

static void no_frame(void *context, const uint8_t *frame, uint32_t bytes)
{
	(void)context;
	assert_true(bytes >= VIRTIO_NET_FRAME_MIN && bytes <= VIRTIO_NET_FRAME_MAX);
	assert_true(frame[bytes - 1] + 1U != 0); /* ASan: it is all there */
}

static void no_wake(void *context)
{
	(void)context;
}

void machine_init(struct machine *m)
{
	memset(m, 0, sizeof(*m));
	vworld_init(&m->w);
	m->image = malloc(SECTORS * SECTOR);
	for (unsigned int i = 0; i < SECTORS * SECTOR; i++)
		m->image[i] = m->before[i] = (uint8_t)(i * 3 + 1);
	virtio_block_init(&m->block, BASE, INTID, &m->w.platform, m->image, SECTORS * SECTOR, true, "");
	virtio_console_init(&m->console, BASE, INTID, &m->w.platform, no_output, NULL);
	virtio_entropy_init(&m->entropy, BASE, INTID, &m->w.platform, pattern, NULL);
	virtio_net_init(&m->net, BASE, INTID, &m->w.platform, m->before, no_frame, NULL, NULL);
	virtio_vsock_init(&m->vsock, BASE, INTID, &m->w.platform, CID, no_wake, NULL);
	m->w.device = &m->entropy.virtio.device;
}

void machine_free(struct machine *m)
{
	vworld_free(&m->w);
	free(m->image);
}

/* ASan watches the image's ends. */
void machine_writable(struct machine *m)
{
	virtio_block_init(&m->block, BASE, INTID, &m->w.platform, m->image, SECTORS * SECTOR, false, "");
}

void machine_store(struct machine *m)
{
	virtio_block_init_store(&m->block, BASE, INTID, &m->w.platform, SECTORS * SECTOR, false, "", no_wake,
				NULL);
	m->has_store = true;
}

/* Calls that one access may make: for each buffer of a queue its descriptors, their pages, its rings. */
#define CALLS_AT_MOST (VIRTIO_QUEUE_SIZE * (VIRTIO_QUEUE_SIZE * (1 + PAGES + 2) + 8))

/* Of the machine to which a step happens. */
static struct chance *chance;

static uint32_t any(uint32_t limit)
{
	return choose(chance, limit);
}

static uint64_t any_address(void)
{
	switch (any(100)) {
	case 0:
		return (uint64_t)any(UINT32_MAX) << 32 | any(UINT32_MAX);
	case 1:
		return UINT64_MAX - any(5000);
	case 2:
		return NOWHERE + any(PAGE);
	case 3:
		return MEMORY + PAGES * PAGE - any(600);
	case 4:
		return MEMORY + any(RING_PAGES * VIRTIO_QUEUES) * PAGE + any(PAGE); /* rings */
	default:
		return DATA + any(16 * PAGE);
	}
}

static uint32_t any_length(void)
{
	static const uint32_t lengths[] = { 0,          1,          16,   20,         SECTOR,
					    2 * SECTOR, 3 * SECTOR, PAGE, 0x80000000, UINT32_MAX };

	return any(3) == 0 ? any(20000) : lengths[any(any(50) == 0 ? 10 : 8)];
}

/* How many parts of `count` are readable: mostly what a device of this type expects in that queue. */
static unsigned int any_readable(uint32_t id, unsigned int queue, unsigned int count)
{
	if (any(16) == 0)
		return any(count + 1);
	if (id == VIRTIO_ID_BLOCK)
		return count == 1 ? 1 : 1 + any(count - 1);
	/* The console's and the network's, which have the same numbers. */
	return id != VIRTIO_ID_ENTROPY && queue == VIRTIO_CONSOLE_TRANSMITQ ? count : 0;
}

/* A packet for the host that may be a good one, of `bytes` bytes with its header. */
static void poke_packet(struct vworld *w, const struct virtio_vsock *vsock, uint64_t address, uint32_t bytes)
{
	const struct virtio_vsock_stream *stream = &vsock->streams[any(any(3) + 1)];
	bool known = stream->state != VIRTIO_VSOCK_FREE && any(4) != 0;
	uint32_t op = any(10) == 0 ? any(10) : known ? 5 : 1;
	uint64_t cids[2] = { any(50) == 0 ? any(9) : CID, any(50) == 0 ? any(4) : VIRTIO_VSOCK_HOST };
	uint32_t rest[7] = { known ? stream->peer_port : any(PORTS),
			     known ? stream->own_port : any(PORTS),
			     bytes - VIRTIO_VSOCK_HEADER + (any(100) == 0),
			     (any(50) == 0 ? any(4) : 1) | op << 16,
			     any(8) == 0 ? any(8) : 0,
			     any(4) == 0 ? any(UINT32_MAX) : 65536,
			     any(4) == 0 ? any(UINT32_MAX) : stream->sent };

	poke(w, address, cids, sizeof(cids));
	poke(w, address + sizeof(cids), rest, sizeof(rest));
}

/* A buffer that may be a good one. */
static void offer_any(struct vworld *w, const struct virtio *virtio, unsigned int queue)
{
	struct part parts[6];
	unsigned int count = 1 + any(6);
	unsigned int readable = any_readable(virtio->class->id, queue, count);
	uint32_t header[4] = { any(3) == 0 ? any(20) : any(2), 0, any(SECTORS + 2),
			       any(10) == 0 ? any(2) : 0 };

	for (unsigned int i = 0; i < count; i++)
		parts[i] = (struct part){ any_address(), any_length(), i < readable ? 0 : D_WRITE };
	if (virtio->class->id == VIRTIO_ID_BLOCK && any(16) != 0) {
		parts[0] = (struct part){ DATA + any(15 * PAGE), 16, 0 };
		poke(w, parts[0].address, header, sizeof(header));
		count = count == 1 ? 2 : count;
		parts[count - 1] = (struct part){ DATA + any(16 * PAGE), 1, D_WRITE };
	}
	if (virtio->class->id == VIRTIO_ID_VSOCK && queue == VIRTIO_VSOCK_TRANSMITQ && any(32) != 0) {
		count = 2;
		parts[0] = (struct part){ DATA + any(15 * PAGE), VIRTIO_VSOCK_HEADER, 0 };
		parts[1] = (struct part){ DATA + any(14 * PAGE), any(3) == 0 ? any(2 * PAGE) : any(40), 0 };
		poke_packet(w, DEVICE_OF(struct virtio_vsock, virtio, (uintptr_t)virtio), parts[0].address,
			    VIRTIO_VSOCK_HEADER + parts[1].bytes);
	}
	offer(w, queue, parts, count);
}

/* Changes something in the rings. */
static void scribble(struct vworld *w)
{
	struct vqueue *q = &w->queues[any(2)];
	uint16_t value = any(2) == 0 ? (uint16_t)any(0x10000) : (uint16_t)any(2U * q->size);

	if (q->size == 0)
		return;
	switch (any(4)) {
	case 0:
		poke16(w, q->avail + 2 * any(2U + q->size), value);
		break;
	case 1:
		poke16(w, q->avail + 2, (uint16_t)(q->avail_idx + any(3)));
		break;
	default:
		poke16(w, q->desc + 2 * any(8U * q->size), value);
		break;
	}
}

static void scribble_sometimes(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	(void)ipa;
	(void)bytes;
	if (any(40) == 0)
		scribble(w);
}

/* An access of any kind to any place, mostly where a register is. */
static void access_any(struct vworld *w)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8 };
	static const uint32_t values[] = { 0, 1, 2, 4, 8, 15, 64, 128, 0x10000, 0x80000000, UINT32_MAX };
	uint64_t offset = any(8) == 0 ? any(VIRTIO_MMIO_SIZE + 8) : 4 * any(VIRTIO_MMIO_SIZE / 4);
	unsigned int bytes = any(4) == 0 ? sizes[any(4)] : 4;
	bool is_write = any(3) != 0;
	uint64_t value = any(2) == 0 ? any(UINT32_MAX) : values[any(11)];

	if (any(2) == 0)
		offset = 4 * any(0xa8 / 4);
	if (is_write && offset == R_STATUS && value == 0 && any(4) != 0)
		value = S_DRIVER_OK; /* not too many resets */
	value |= (uint64_t)any(2) << 40;
	if (device_access(&w->device, 1, BASE + offset, bytes, is_write, &value) && !is_write)
		assert_true(value <= UINT32_MAX);
}

/* Becomes a driver that keeps the rules, for a while. */
static void start_any(struct vworld *w, unsigned int queues)
{
	start(w, queues, (uint16_t)(1U << any(8)));
}

/* The thread of the store takes a request, or is done with the one that it has. */
static void work(struct machine *m)
{
	if (!m->is_busy) {
		m->is_busy = virtio_block_take(&m->block, &m->request);
		if (m->is_busy)
			assert_true(m->request.offset + m->request.bytes <= SECTORS * SECTOR);
		return;
	}
	m->is_busy = false;
	if (m->request.type == VIRTIO_BLK_T_OUT)
		virtio_block_content(&m->block, &m->request, m->image + m->request.offset);
	virtio_block_finish(&m->block, &m->request, m->image + m->request.offset, any(8) != 0);
}

/* So many bytes the realm has promised to take. Whether it has a buffer for them may change at each look. */
static uint32_t credit_of(const struct virtio_vsock_stream *stream)
{
	uint32_t under_way = stream->sent - stream->peer_forwarded;

	return under_way < stream->peer_room ? stream->peer_room - under_way : 0;
}

/* Who is behind the sockets does what may be done to a stream in its state. */
static void talk(struct machine *m)
{
	struct virtio_vsock *vsock = &m->vsock;
	unsigned int n = any(any(4) == 0 ? VIRTIO_VSOCK_STREAMS : 4);
	uint32_t waiting, credit, sum = 0;
	const uint8_t *content = virtio_vsock_peek(vsock, n, &waiting);

	for (uint32_t i = 0; i < waiting; i++) /* ASan: they are all there */
		sum += content[i];
	assert_true(sum <= 255 * waiting);
	switch (any(8)) {
	case 0:
		assert_true(virtio_vsock_call(vsock, any(PORTS)) < VIRTIO_VSOCK_STREAMS);
		break;
	case 1:
		virtio_vsock_end(vsock, n);
		break;
	case 2:
		if (vsock->streams[n].state != VIRTIO_VSOCK_FREE)
			virtio_vsock_close(vsock, n);
		break;
	case 3:
	case 4:
		virtio_vsock_accept(vsock, n);
		break;
	case 5:
		credit = credit_of(&vsock->streams[n]);
		assert_true(virtio_vsock_room(vsock, n) <= credit);
		assert_true(virtio_vsock_send(vsock, n, m->before, 1 + any(sizeof(m->before))) <= credit);
		break;
	default:
		virtio_vsock_take(vsock, n, any(waiting + 1));
		break;
	}
}

void storm_check_streams(const struct virtio_vsock *vsock)
{
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++) {
		const struct virtio_vsock_stream *stream = &vsock->streams[i];

		assert_true(stream->received - stream->forwarded <= VIRTIO_VSOCK_BUFFER);
		for (unsigned int j = 0; j < i && stream->state == VIRTIO_VSOCK_OPEN; j++)
			assert_false(vsock->streams[j].state == VIRTIO_VSOCK_OPEN &&
				     vsock->streams[j].own_port == stream->own_port &&
				     vsock->streams[j].peer_port == stream->peer_port);
	}
	assert_true(vsock->reset_count <= VIRTIO_VSOCK_RESETS);
}

/* What holds whatever happened. */
static void check(const struct machine *m, const struct virtio *virtio)
{
	assert_true(m->w.guest_calls <= CALLS_AT_MOST);
	assert_int_equal(m->w.line, virtio->interrupts != 0);
	assert_true(virtio->interrupts <= (VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIG));
	if ((virtio->status & S_FEATURES_OK) != 0)
		assert_true((virtio->features & ~virtio->offered) == 0);
	for (unsigned int i = 0; i < VIRTIO_QUEUES; i++)
		assert_true(!virtio->queues[i].ready || virtio_queue_is_valid(&virtio->queues[i]));
}

static void act(struct machine *m, struct virtio *virtio, unsigned int queue, unsigned int action)
{
	if (action < 60) {
		offer_any(&m->w, virtio, queue);
		kick(&m->w, queue);
	} else if (action < 65) {
		scribble(&m->w);
	} else if (action < 75 && virtio == &m->console.virtio) {
		virtio_console_input(&m->console, m->before, any(200));
	} else if (action < 75 && virtio == &m->net.virtio) {
		virtio_net_receive(&m->net, m->before, any(1600));
	} else if (action < 85 && virtio == &m->vsock.virtio) {
		for (unsigned int i = 0; i < 8; i++)
			talk(m);
		storm_check_streams(&m->vsock);
	} else if (action < 85 && m->has_store) {
		work(m);
	} else {
		access_any(&m->w);
	}
}

void storm_step(struct machine *m, struct virtio *virtio)
{
	uint32_t status = virtio->status;
	unsigned int queue, action;
	uint16_t used;

	chance = &m->chance;
	queue = any(virtio->class->queue_count);
	action = any(100);
	used = virtio->queues[queue].used;
	m->w.guest_calls = 0;
	if (action < 2 || (action < 12 && (status & S_NEEDS_RESET) != 0) || m->w.queues[queue].size == 0) {
		m->w.on_guest = NULL;
		start_any(&m->w, virtio->class->queue_count);
		m->w.on_guest = any(4) == 0 ? scribble_sometimes : NULL;
		m->starts++;
		return;
	}
	act(m, virtio, queue, action);
	used = (uint16_t)(virtio->queues[queue].used - used);
	m->used += used <= VIRTIO_QUEUE_SIZE ? used : 0;
	m->failures += (virtio->status & ~status & S_NEEDS_RESET) != 0;
	check(m, virtio);
}
