/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio driver that breaks the rules: one by one, then at random. The device fails where it has to, touches
 * no memory that it wasn't given, and works again after a reset.
 */
#include "virtio_world.h"

#include "devices/virtio_block.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"
#include "devices/virtio_net.h"
#include "devices/virtio_vsock.h"

#define SECTOR VIRTIO_BLOCK_SECTOR
#define SECTORS 16
#define CID 7
#define PORTS 3 /* that the fuzzed driver and its host speak of */
#define SIZE 8  /* of the queue, but for the fuzzer's */

struct machine {
	struct vworld w;
	struct virtio_block block;
	struct virtio_console console;
	struct virtio_entropy entropy;
	struct virtio_net net;
	struct virtio_vsock vsock;
	bool has_store;                      /* `block` is on one */
	struct virtio_block_request request; /* that its thread works on */
	bool is_busy;
	uint8_t *image;
	uint8_t before[SECTORS * SECTOR];
	unsigned int fetches[VIRTIO_QUEUE_SIZE]; /* of each descriptor */
	unsigned int header_reads, ring_reads, index_reads;
};

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

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

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
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	assert_memory_equal(m->image, m->before, sizeof(m->before));
	vworld_free(&m->w);
	free(m->image);
	free(m);
	return 0;
}

static const struct part ten = { DATA, 10, D_WRITE };

static struct vworld *fresh(void **state)
{
	struct machine *m = *state;

	start(&m->w, 1, SIZE);
	return &m->w;
}

/* The notification makes the device fail and gives nothing back; after a reset all is well. */
static void expect_kick_fails(struct vworld *w)
{
	unsigned int calls;

	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
	calls = w->guest_calls;
	kick(w, 0); /* it stays away from the queue */
	assert_int_equal(w->guest_calls, calls);
	set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK); /* and doesn't come back by itself */
	expect_failed(w);

	start(w, 1, SIZE);
	assert_false(w->line);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
}

/* --- Queues ----------------------------------------------------------------------------------------------- */

static void test_bad_queues(void **state)
{
	static const struct {
		uint64_t desc, avail, used;
		uint32_t size;
	} bad[] = {
		{ MEMORY, MEMORY, MEMORY, 0 },          { MEMORY, MEMORY, MEMORY, 3 },
		{ MEMORY, MEMORY, MEMORY, 127 },        { MEMORY, MEMORY, MEMORY, 256 },
		{ MEMORY, MEMORY, MEMORY, 0x8000 },     { MEMORY, MEMORY, MEMORY, 0x10000 },
		{ MEMORY, MEMORY, MEMORY, 0x10008 }, /* 8 in 16 bits */
		{ MEMORY, MEMORY, MEMORY, 0x80000000 }, { MEMORY, MEMORY, MEMORY, UINT32_MAX },
		{ MEMORY + 8, MEMORY, MEMORY, 8 },      { MEMORY, MEMORY + 1, MEMORY, 8 },
		{ MEMORY, MEMORY, MEMORY + 2, 8 },      { UINT64_MAX - 15, MEMORY, MEMORY, 8 },
		{ MEMORY, UINT64_MAX - 5, MEMORY, 8 },  { MEMORY, MEMORY, UINT64_MAX - 11, 8 },
	};
	struct vworld *w = fresh(state);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(negotiate(w, offered(w)));
		set_reg(w, R_QUEUE_SEL, 0);
		set_reg(w, R_QUEUE_NUM, bad[i].size);
		set_reg64(w, R_QUEUE_DESC, bad[i].desc);
		set_reg64(w, R_QUEUE_DRIVER, bad[i].avail);
		set_reg64(w, R_QUEUE_DEVICE, bad[i].used);
		set_reg(w, R_QUEUE_READY, 1);
		assert_int_equal(reg(w, R_QUEUE_READY), 0);
		assert_int_equal(reg(w, R_STATUS), S_STARTED | S_NEEDS_RESET);
		assert_false(w->line); /* nobody listens before DRIVER_OK */
		w->guest_calls = 0;
		set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK);
		kick(w, 0);
		assert_int_equal(w->guest_calls, 0);
	}
	set_reg(w, R_STATUS, 0);
	start(w, 1, SIZE);
}

/* Each part of the queue in turn is not in shared memory. */
static void test_rings_not_shared(void **state)
{
	for (unsigned int part = 0; part < 3; part++) {
		struct vworld *w = fresh(state);
		struct vqueue *q = &w->queues[0];

		set_reg(w, R_QUEUE_READY, 0);
		set_reg64(w, part == 0 ? R_QUEUE_DESC : part == 1 ? R_QUEUE_DRIVER : R_QUEUE_DEVICE, NOWHERE);
		set_reg(w, R_QUEUE_READY, 1);
		assert_int_equal(reg(w, R_QUEUE_READY), 1);
		offer(w, 0, &ten, 1);
		assert_int_equal(peek16(w, q->avail + 2), 1);
		expect_kick_fails(w);
	}
}

/* Only the page with the later entries is gone. */
static void test_ring_ends_too_soon(void **state)
{
	struct vworld *w = fresh(state);

	set_reg(w, R_QUEUE_READY, 0);
	w->queues[0].desc = RINGS(1) + PAGE - 32;
	assert_true(enable_queue(w, 0));
	unshare(w, RINGS(1) + PAGE); /* descriptors from the third on */
	offer(w, 0, &ten, 1);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	expect_used(w, 0, 1, 10);
	make_available(w, 0, 2);
	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
}

static void test_available_index_jumps(void **state)
{
	static const uint16_t jumps[] = { SIZE + 1, 2 * SIZE, 0x7fff, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE, 0); /* every entry of the ring is a good buffer */
		poke16(w, w->queues[0].avail + 2, jumps[i]);
		expect_kick_fails(w);
	}
}

/* Also back, from where it was. */
static void test_available_index_goes_back(void **state)
{
	struct vworld *w = fresh(state);

	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	poke16(w, w->queues[0].avail + 2, 0);
	expect_kick_fails(w);
}

/* --- Chains ----------------------------------------------------------------------------------------------- */

static void test_bad_heads(void **state)
{
	static const uint16_t heads[] = { SIZE, SIZE + 1, 0x7fff, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE, 0);
		set_desc(w, 0, SIZE, DATA, 10, D_WRITE, 0); /* good ones, but they aren't in the table */
		set_desc(w, 0, SIZE + 1, DATA, 10, D_WRITE, 0);
		make_available(w, 0, heads[i]);
		expect_kick_fails(w);
	}
}

static void test_next_out_of_range(void **state)
{
	static const uint16_t nexts[] = { SIZE, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE | D_NEXT, nexts[i]);
		set_desc(w, 0, SIZE, DATA, 10, D_WRITE, 0);
		make_available(w, 0, 0);
		expect_kick_fails(w);
	}
}

/* Loops of every length that a queue can have, also with empty descriptors, which no sum of bytes ends. */
static void test_loops(void **state)
{
	for (uint16_t length = 1; length <= SIZE; length++) {
		for (uint32_t bytes = 0; bytes < 2; bytes++) {
			struct vworld *w = fresh(state);

			for (uint16_t i = 0; i < length; i++)
				set_desc(w, 0, i, DATA, bytes, D_WRITE | D_NEXT,
					 (uint16_t)((i + 1) % length));
			make_available(w, 0, 0);
			w->guest_calls = 0;
			kick(w, 0);
			assert_int_equal(w->guest_calls, 2 + SIZE); /* index, head, descriptors */
			expect_kick_fails(w);
		}
	}
}

static void test_indirect(void **state)
{
	for (uint16_t flags = 0; flags < 4; flags++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 16, (uint16_t)(D_INDIRECT | flags), 1);
		set_desc(w, 0, 1, DATA, 16, D_WRITE, 0);
		make_available(w, 0, 0);
		expect_kick_fails(w);
	}
}

/* A block device: it would find all that it needs. */
static void test_readable_after_writable(void **state)
{
	static const struct part parts[] = { { DATA, 16, 0 },
					     { DATA + 100, 1, D_WRITE },
					     { DATA + 200, 10, 0 } };
	struct machine *m = *state;
	struct vworld *w = &m->w;

	m->w.device = &m->block.virtio.device;
	start(w, 1, SIZE);
	offer(w, 0, parts, 3);
	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
}

static void test_lengths(void **state)
{
	static const struct part bad[][2] = {
		{ { UINT64_MAX - 8, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* wraps */
		{ { UINT64_MAX, 2, D_WRITE }, { DATA, 1, D_WRITE } },
		{ { DATA, 300, D_WRITE }, { UINT64_MAX - 8, 10, D_WRITE } }, /* where no data goes */
		{ { DATA, UINT32_MAX, D_WRITE }, { DATA, 1, D_WRITE } },     /* the sum wraps */
		{ { DATA, UINT32_MAX, D_WRITE }, { DATA, 2, D_WRITE } },
		{ { DATA, 0x80000000, D_WRITE }, { DATA, 0x80000000, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES, D_WRITE },
		  { DATA, UINT32_MAX - VIRTIO_CHAIN_BYTES + 2, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES, D_WRITE }, { DATA, 1, D_WRITE } }, /* too much */
		{ { DATA, VIRTIO_CHAIN_BYTES, 0 }, { DATA, 1, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES + 1, 0 }, { DATA, 0, D_WRITE } },
		{ { NOWHERE, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* not shared */
		{ { UINT64_MAX - 100, 10, D_WRITE }, { DATA, 1, D_WRITE } },
		{ { DATA + 16 * PAGE - 5, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* shared, then not */
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vworld *w = fresh(state);

		offer(w, 0, bad[i], 2);
		expect_kick_fails(w);
	}
}

/* One bad buffer among good ones: what came before is given back, what comes after isn't touched. A device that
 * needs a reset sends no used buffer notification (2.1.2). */
static void test_bad_one_in_the_middle(void **state)
{
	static const struct part bad[] = { { NOWHERE, 10, D_WRITE }, { DATA, 10, D_WRITE | D_INDIRECT } };
	static const struct part last = { DATA + 100, 10, D_WRITE };

	for (unsigned int i = 0; i < 2; i++) {
		struct vworld *w = fresh(state);

		offer(w, 0, &ten, 1);
		offer(w, 0, &bad[i], 1);
		offer(w, 0, &last, 1);
		kick(w, 0);
		expect_failed(w);
		assert_int_equal(reg(w, R_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
		expect_used(w, 0, 0, 10);
		expect_nothing_used(w, 0);
		assert_int_equal(*at(w, DATA + 100), 0);
	}
}

/* The same descriptors in several buffers, and the rings as data: foolish, but nobody's harm but its own. */
static void test_rings_as_data(void **state)
{
	struct vworld *w = fresh(state);
	struct vqueue *q = &w->queues[0];

	set_desc(w, 0, 0, q->desc, SIZE * 16, D_WRITE, 0);
	for (unsigned int i = 0; i < SIZE; i++)
		make_available(w, 0, 0);
	kick(w, 0);
	expect_failed(w); /* the second one was read from what the first one had left there */
	expect_used(w, 0, 0, SIZE * 16);
	expect_nothing_used(w, 0);

	w = fresh(state);
	set_desc(w, 0, 0, q->used, 4 + SIZE * 8, D_WRITE, 0);
	make_available(w, 0, 0);
	kick(w, 0);
	assert_int_equal(peek16(w, q->used + 2), 1); /* the device knows its own index */
	expect_used(w, 0, 0, 4 + SIZE * 8);
}

/* --- Read once -------------------------------------------------------------------------------------------- */

static void count_reads(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	struct machine *m = (struct machine *)w;
	struct vqueue *q = &w->queues[0];

	if (ipa >= q->desc && ipa < q->desc + 16 * (uint64_t)q->size)
		m->fetches[(ipa - q->desc) / 16]++;
	if (ipa >= DATA && ipa < DATA + 16)
		m->header_reads += (unsigned int)bytes;
	if (ipa == q->avail + 2)
		m->index_reads++;
	if (ipa == q->avail + 4)
		m->ring_reads++;
}

static void test_read_once(void **state)
{
	static const struct part parts[] = { { DATA, 16, 0 },
					     { DATA + 100, SECTOR, D_WRITE },
					     { DATA + 3000, 1, D_WRITE } };
	struct machine *m = *state;
	struct vworld *w = &m->w;

	m->w.device = &m->block.virtio.device;
	start(w, 1, SIZE);
	offer(w, 0, parts, 3);
	w->on_guest = count_reads;
	kick(w, 0);
	w->on_guest = NULL;
	expect_used(w, 0, 0, SECTOR + 1);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(m->fetches[i], i < 3);
	assert_int_equal(m->header_reads, 16);
	assert_int_equal(m->index_reads, 1);
	assert_int_equal(m->ring_reads, 1);
}

/* As soon as the device has looked at a descriptor, another vCPU makes it point elsewhere. */
static void redirect(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	(void)bytes;
	if (ipa >= DATA && ipa < DATA + PAGE) /* the device is at the data: it has read all descriptors */
		for (uint16_t i = 0; i < SIZE; i++)
			set_desc(w, 0, i, DATA + PAGE, UINT32_MAX, D_NEXT, 0xffff);
}

static void test_changed_behind_its_back(void **state)
{
	static const struct part parts[] = { { DATA, 10, D_WRITE }, { DATA + 50, 10, D_WRITE } };
	struct vworld *w = fresh(state);

	offer(w, 0, parts, 2);
	w->on_guest = redirect;
	kick(w, 0);
	w->on_guest = NULL;
	expect_used(w, 0, 0, 20);
	assert_int_equal(*at(w, DATA + 59), 0xa5);
	assert_int_equal(*at(w, DATA + PAGE), 0);
}

/* --- At random -------------------------------------------------------------------------------------------- */

#define STEPS 100000

/* Calls that one access may make: for each buffer of a queue its descriptors, their pages, its rings. */
#define CALLS_AT_MOST (VIRTIO_QUEUE_SIZE * (VIRTIO_QUEUE_SIZE * (1 + PAGES + 2) + 8))

static uint32_t seed;

static uint32_t any(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return limit == 0 ? 0 : (uint32_t)((uint64_t)seed * limit >> 32);
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

struct tally {
	unsigned int starts, used, failures;
};

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

/* Who is behind the sockets does what may be done to a stream in its state. */
static void talk(struct machine *m)
{
	struct virtio_vsock *vsock = &m->vsock;
	unsigned int n = any(any(4) == 0 ? VIRTIO_VSOCK_STREAMS : 4);
	uint32_t waiting, sum = 0;
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
		waiting = virtio_vsock_room(vsock, n);
		assert_true(virtio_vsock_send(vsock, n, m->before, 1 + any(sizeof(m->before))) <= waiting);
		break;
	default:
		virtio_vsock_take(vsock, n, any(waiting + 1));
		break;
	}
}

static void check_streams(const struct virtio_vsock *vsock)
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

static void step(struct machine *m, struct virtio *virtio, struct tally *tally)
{
	struct vworld *w = &m->w;
	unsigned int queue = any(virtio->class->queue_count);
	uint32_t status = virtio->status;
	uint16_t used = virtio->queues[queue].used;
	unsigned int action = any(100);

	w->guest_calls = 0;
	if (action < 2 || (action < 12 && (status & S_NEEDS_RESET) != 0) || w->queues[queue].size == 0) {
		w->on_guest = NULL;
		start_any(w, virtio->class->queue_count);
		w->on_guest = any(4) == 0 ? scribble_sometimes : NULL;
		tally->starts++;
		return;
	}
	if (action < 60) {
		offer_any(w, virtio, queue);
		kick(w, queue);
	} else if (action < 65) {
		scribble(w);
	} else if (action < 75 && virtio == &m->console.virtio) {
		virtio_console_input(&m->console, m->before, any(200));
	} else if (action < 75 && virtio == &m->net.virtio) {
		virtio_net_receive(&m->net, m->before, any(1600));
	} else if (action < 85 && virtio == &m->vsock.virtio) {
		for (unsigned int i = 0; i < 8; i++)
			talk(m);
		check_streams(&m->vsock);
	} else if (action < 85 && m->has_store) {
		work(m);
	} else {
		access_any(w);
	}
	tally->used += (uint16_t)(virtio->queues[queue].used - used) <= VIRTIO_QUEUE_SIZE
			       ? (uint16_t)(virtio->queues[queue].used - used)
			       : 0;
	tally->failures += (virtio->status & ~status & S_NEEDS_RESET) != 0;
	assert_true(w->guest_calls <= CALLS_AT_MOST);
	assert_int_equal(w->line, virtio->interrupts != 0);
	assert_true(virtio->interrupts <= (VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIG));
	if ((virtio->status & S_FEATURES_OK) != 0)
		assert_true((virtio->features & ~virtio->offered) == 0);
	for (unsigned int i = 0; i < VIRTIO_QUEUES; i++)
		assert_true(!virtio->queues[i].ready || virtio_queue_is_valid(&virtio->queues[i]));
}

static void fuzz(struct machine *m, struct virtio *virtio)
{
	struct tally tally = { 0 };

	seed = virtio->class->id;
	m->w.device = &virtio->device;
	for (unsigned int i = 0; i < STEPS; i++)
		step(m, virtio, &tally);
	print_message("%s: %u starts, %u buffers used, %u failures\n", virtio->class->name, tally.starts,
		      tally.used, tally.failures);
	/* It got somewhere. */
	assert_true(tally.starts > STEPS / 100 && tally.used > STEPS / 100 && tally.failures > STEPS / 100);
}

static void test_fuzz_block(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->block.virtio);
}

static void test_fuzz_console(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->console.virtio);
}

static void test_fuzz_entropy(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->entropy.virtio);
}

/* The same with an image that can be written: ASan watches its ends. */
static void test_fuzz_writable_block(void **state)
{
	struct machine *m = *state;

	virtio_block_init(&m->block, BASE, INTID, &m->w.platform, m->image, SECTORS * SECTOR, false, "");
	fuzz(m, &m->block.virtio);
	assert_memory_not_equal(m->image, m->before, sizeof(m->before));
	memcpy(m->image, m->before, sizeof(m->before));
}

static void test_fuzz_store(void **state)
{
	struct machine *m = *state;

	virtio_block_init_store(&m->block, BASE, INTID, &m->w.platform, SECTORS * SECTOR, false, "", no_wake,
				NULL);
	m->has_store = true;
	fuzz(m, &m->block.virtio);
	memcpy(m->image, m->before, sizeof(m->before));
}

static void test_fuzz_net(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->net.virtio);
}

static void count_open(void *context)
{
	struct machine *m = context;

	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		m->fetches[0] +=
			m->vsock.streams[i].state == VIRTIO_VSOCK_OPEN && m->vsock.streams[i].received != 0;
}

static void test_fuzz_vsock(void **state)
{
	struct machine *m = *state;

	virtio_vsock_init(&m->vsock, BASE, INTID, &m->w.platform, CID, count_open, m);
	fuzz(m, &m->vsock.virtio);
	print_message("%u times a stream was open that had received\n", m->fetches[0]);
	assert_true(m->fetches[0] > STEPS / 250); /* a driver lasts about 20 steps */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bad_queues, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rings_not_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_ends_too_soon, setup, teardown),
		cmocka_unit_test_setup_teardown(test_available_index_jumps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_available_index_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_heads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_next_out_of_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loops, setup, teardown),
		cmocka_unit_test_setup_teardown(test_indirect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_readable_after_writable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_one_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rings_as_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_behind_its_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_entropy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_writable_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_store, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_net, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_vsock, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
