/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio socket device.
 */
#include "vsock_packet.h"

#define BUFFER VIRTIO_VSOCK_BUFFER
#define CID 42
#define SIZE 64 /* of the queues */

/* Where things are in memory: what the realm sends, and its buffers, one after the other. */
#define OUT DATA
#define IN(n) (DATA + 6 * PAGE + (n) % 8 * PAGE)

struct machine {
	struct vworld w;
	struct virtio_vsock vsock;
	unsigned int wakes, given; /* buffers */
};

static void wake(void *context)
{
	((struct machine *)context)->wakes++;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	vworld_init(&m->w);
	virtio_vsock_init(&m->vsock, BASE, INTID, &m->w.platform, CID, wake, m);
	m->w.device = &m->vsock.virtio.device;
	start(&m->w, 3, SIZE);
	*state = m;
	return 0;
}

/* --- The realm -------------------------------------------------------------------------------------------- */

static struct packet from_realm(uint16_t op, uint32_t own_port, uint32_t port)
{
	return (struct packet){ CID, VIRTIO_VSOCK_HOST, own_port, port, 0, 1, op, 0, BUFFER, 0 };
}

/* The packet, and as many bytes as it says, which are in memory behind it already. */
static void put(struct machine *m, const struct packet *packet)
{
	const struct part parts[] = { { OUT + PAGE - 20, HEADER, 0 },
				      { OUT + PAGE + HEADER - 20, packet->len, 0 } };
	uint32_t id, bytes;

	poke(&m->w, OUT + PAGE - 20, packet, HEADER);
	offer(&m->w, TX, parts, packet->len == 0 ? 1 : 2);
	kick(&m->w, TX);
	assert_true(take_used(&m->w, TX, &id, &bytes));
	assert_int_equal(bytes, 0);
}

static void put_op(struct machine *m, uint16_t op, uint32_t own_port, uint32_t port)
{
	const struct packet packet = from_realm(op, own_port, port);

	put(m, &packet);
}

static void put_bytes(struct machine *m, uint32_t own_port, uint32_t port, uint32_t count, uint8_t first)
{
	struct packet packet = from_realm(RW, own_port, port);

	packet.len = count;
	for (uint32_t i = 0; i < count; i++)
		*at(&m->w, OUT + PAGE + HEADER - 20 + i) = (uint8_t)(first + i * 7);
	put(m, &packet);
}

static void give_buffers(struct machine *m, unsigned int count, uint32_t bytes)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct part part = { IN(m->given++), bytes, D_WRITE };

		offer(&m->w, RX, &part, 1);
	}
	kick(&m->w, RX);
}

/* The next packet for the realm, which is in the buffer given as the `n`th. */
static struct packet next(struct machine *m, unsigned int n)
{
	struct packet packet;
	uint32_t id, bytes;

	assert_true(take_used(&m->w, RX, &id, &bytes));
	assert_int_equal(id, n % SIZE);
	peek(&m->w, IN(n), &packet, HEADER);
	assert_int_equal(bytes, HEADER + packet.len);
	assert_int_equal(packet.src_cid, VIRTIO_VSOCK_HOST);
	assert_int_equal(packet.dst_cid, CID);
	assert_int_equal(packet.type, 1);
	return packet;
}

static void expect_packet(struct machine *m, unsigned int n, uint16_t op, uint32_t own_port, uint32_t port)
{
	struct packet packet = next(m, n);

	assert_int_equal(packet.op, op);
	assert_int_equal(packet.src_port, own_port);
	assert_int_equal(packet.dst_port, port);
	assert_int_equal(packet.len, 0);
	if (op != RST)
		assert_int_equal(packet.buf_alloc, BUFFER);
	expect_interrupt(&m->w, VIRTIO_INTERRUPT_USED);
}

/* A stream 1000 of the realm's to 80, accepted, as number 0; the answer took buffer 0. */
static void open_stream(struct machine *m)
{
	put_op(m, REQUEST, 1000, 80);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_CALLING);
	give_buffers(m, 1, PAGE);
	virtio_vsock_accept(&m->vsock, 0);
	expect_packet(m, 0, RESPONSE, 80, 1000);
}

/* The same of a driver that begins again. */
static void open_first_stream(struct machine *m)
{
	start(&m->w, 3, SIZE);
	m->given = 0;
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		m->vsock.streams[i].state = VIRTIO_VSOCK_FREE;
	open_stream(m);
}

/* --- Calls ------------------------------------------------------------------------------------------------ */

static void test_config(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;

	assert_int_equal(reg(w, R_DEVICE_ID), 19);
	assert_true(offered(w) == (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM));
	assert_int_equal(reg(w, R_CONFIG), CID);
	assert_int_equal(reg(w, R_CONFIG + 4), 0);
}

static void test_realm_calls(void **state)
{
	struct machine *m = *state;

	open_stream(m);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_OPEN);
	assert_int_equal(m->vsock.streams[0].own_port, 80);
	assert_true(m->wakes >= 1);
	put_op(m, REQUEST, 1001, 80); /* not this one */
	give_buffers(m, 1, PAGE);
	virtio_vsock_close(&m->vsock, 1);
	assert_int_equal(m->vsock.streams[1].state, VIRTIO_VSOCK_FREE);
	expect_packet(m, 1, RST, 80, 1001);
	expect_nothing_used(&m->w, RX);
}

static void test_host_calls(void **state)
{
	struct machine *m = *state;
	uint32_t port;

	give_buffers(m, 2, PAGE);
	assert_int_equal(virtio_vsock_call(&m->vsock, 22), 0);
	port = m->vsock.streams[0].own_port;
	expect_packet(m, 0, REQUEST, port, 22);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), 0); /* not yet */
	put_op(m, RESPONSE, 22, port);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_OPEN);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), BUFFER);
	assert_int_equal(virtio_vsock_call(&m->vsock, 22), 1);
	assert_int_not_equal(m->vsock.streams[1].own_port, port);
	expect_packet(m, 1, REQUEST, m->vsock.streams[1].own_port, 22);
	put_op(m, RST, 22, m->vsock.streams[1].own_port); /* nobody listens */
	assert_int_equal(m->vsock.streams[1].state, VIRTIO_VSOCK_GONE);
	virtio_vsock_close(&m->vsock, 1);
	give_buffers(m, 1, PAGE);
	expect_nothing_used(&m->w, RX); /* it knows */
}

/* The realm has called from the port that would be next. */
static void test_port_taken(void **state)
{
	struct machine *m = *state;

	put_op(m, REQUEST, 22, m->vsock.next_port);
	assert_int_equal(virtio_vsock_call(&m->vsock, 22), 1);
	assert_int_not_equal(m->vsock.streams[1].own_port, m->vsock.streams[0].own_port);
}

static void test_too_many(void **state)
{
	struct machine *m = *state;

	for (uint32_t i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		put_op(m, REQUEST, i, 80);
	assert_int_equal(virtio_vsock_call(&m->vsock, 22), -1);
	give_buffers(m, 2, PAGE);
	expect_nothing_used(&m->w, RX);
	put_op(m, REQUEST, 5000, 80);
	expect_packet(m, 0, RST, 80, 5000);
	virtio_vsock_close(&m->vsock, 7);
	expect_packet(m, 1, RST, 80, 7);
	put_op(m, REQUEST, 5000, 80);
	assert_int_equal(m->vsock.streams[7].peer_port, 5000);
}

/* The same ports again: neither the old stream nor a new one. */
static void test_called_twice(void **state)
{
	struct machine *m = *state;

	open_stream(m);
	give_buffers(m, 1, PAGE);
	put_op(m, REQUEST, 1000, 80);
	expect_packet(m, 1, RST, 80, 1000);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
	assert_int_equal(m->vsock.streams[1].state, VIRTIO_VSOCK_FREE);
}

/* --- From the realm --------------------------------------------------------------------------------------- */

/* Takes all that waits; it is the pattern that put_bytes() sends, from `first` on. */
static uint32_t take_all(struct machine *m, uint8_t first)
{
	uint32_t bytes, all = 0;
	const uint8_t *content;

	while ((content = virtio_vsock_peek(&m->vsock, 0, &bytes)), bytes != 0) {
		for (uint32_t i = 0; i < bytes; i++)
			assert_int_equal(content[i], (uint8_t)(first + (all + i) * 7));
		virtio_vsock_take(&m->vsock, 0, bytes);
		all += bytes;
	}
	return all;
}

/* Counts that run over, and a piece that lies across the buffer's end. */
static void test_receive(void **state)
{
	struct machine *m = *state;
	struct virtio_vsock_stream *stream = &m->vsock.streams[0];

	open_stream(m);
	stream->received = stream->forwarded = stream->told = UINT32_MAX - 99;
	put_bytes(m, 1000, 80, 300, 3);
	assert_int_equal(take_all(m, 3), 300);
	assert_int_equal(stream->received, 200);
	put_bytes(m, 1000, 80, 0, 0);
	assert_int_equal(stream->state, VIRTIO_VSOCK_OPEN);
}

/* The buffer full to its last byte; then the realm hears that there is room. */
static void test_credit(void **state)
{
	struct machine *m = *state;
	struct packet packet;

	open_stream(m);
	for (uint32_t i = 0; i < BUFFER / 8192; i++)
		put_bytes(m, 1000, 80, 8192, (uint8_t)(i * 8192 * 7));
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_OPEN);
	give_buffers(m, 2, PAGE);
	virtio_vsock_take(&m->vsock, 0, BUFFER / 2 - 1);
	expect_nothing_used(&m->w, RX);
	virtio_vsock_take(&m->vsock, 0, 1);
	packet = next(m, 1);
	assert_int_equal(packet.op, CREDIT_UPDATE);
	assert_int_equal(packet.fwd_cnt, BUFFER / 2);
	assert_int_equal(packet.buf_alloc, BUFFER);
	put_op(m, CREDIT_REQUEST, 1000, 80);
	assert_int_equal(next(m, 2).op, CREDIT_UPDATE);
	assert_int_equal(take_all(m, (uint8_t)(BUFFER / 2 * 7)), BUFFER / 2);
}

static void test_beyond_credit(void **state)
{
	struct machine *m = *state;

	open_stream(m);
	for (uint32_t i = 0; i < BUFFER / 8192; i++)
		put_bytes(m, 1000, 80, 8192, 0);
	give_buffers(m, 1, PAGE);
	put_bytes(m, 1000, 80, 1, 0);
	expect_packet(m, 1, RST, 80, 1000);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
	assert_int_equal(m->vsock.streams[0].received, BUFFER);
}

/* What is no packet of a stream. */
static void test_strays(void **state)
{
	static const struct {
		uint64_t src_cid, dst_cid;
		uint16_t type, op;
		bool answered;
	} strays[] = {
		{ CID, 2, 1, RW, true },
		{ CID, 2, 1, RESPONSE, true },
		{ CID, 2, 1, SHUTDOWN, true },
		{ CID, 2, 1, 0, true },
		{ CID, 2, 1, 77, true },
		{ CID, 2, 2, REQUEST, true },
		{ CID, 2, 0, REQUEST, true },
		{ CID, 2, 1, RST, false },
		{ CID + 1, 2, 1, REQUEST, false },
		{ CID, 3, 1, REQUEST, false },
		{ CID, CID, 1, REQUEST, false },
		{ 2, 2, 1, REQUEST, false },
		{ CID, UINT64_C(2) << 32, 1, REQUEST, false },
	};
	struct machine *m = *state;
	unsigned int n = 0;

	give_buffers(m, 8, PAGE);
	for (unsigned int i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		struct packet packet = { strays[i].src_cid, strays[i].dst_cid, 9, 80,     0,
					 strays[i].type,    strays[i].op,      0, BUFFER, 0 };

		put(m, &packet);
		if (strays[i].answered)
			expect_packet(m, n++, RST, 80, 9);
		expect_nothing_used(&m->w, RX);
		for (unsigned int j = 0; j < VIRTIO_VSOCK_STREAMS; j++)
			assert_int_equal(m->vsock.streams[j].state, VIRTIO_VSOCK_FREE);
	}
	assert_int_equal(n, 7);
}

/* An open stream, and something that it can't go on after. */
static void test_ends_a_stream(void **state)
{
	static const uint16_t ops[] = { REQUEST, RESPONSE, 0, 8, 0xffff };
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		give_buffers(m, 2, PAGE);
		put_op(m, REQUEST, 1000, 80);
		virtio_vsock_accept(&m->vsock, 0);
		expect_packet(m, 2 * i, RESPONSE, 80, 1000);
		put_op(m, ops[i], 1000, 80);
		expect_packet(m, 2 * i + 1, RST, 80, 1000);
		assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
		virtio_vsock_close(&m->vsock, 0);
	}
}

/* Before the host has answered, or the realm has. */
static void test_too_soon(void **state)
{
	struct machine *m = *state;

	give_buffers(m, 4, PAGE);
	put_op(m, REQUEST, 1000, 80);
	put_bytes(m, 1000, 80, 10, 0);
	expect_packet(m, 0, RST, 80, 1000);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
	virtio_vsock_accept(&m->vsock, 0); /* too late */
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
	assert_int_equal(virtio_vsock_call(&m->vsock, 22), 1);
	expect_packet(m, 1, REQUEST, m->vsock.streams[1].own_port, 22);
	put_bytes(m, 22, m->vsock.streams[1].own_port, 10, 0);
	expect_packet(m, 2, RST, m->vsock.streams[1].own_port, 22);
}

static void test_shutdown(void **state)
{
	struct machine *m = *state;
	struct packet packet = from_realm(SHUTDOWN, 1000, 80);

	open_stream(m);
	give_buffers(m, 3, PAGE);
	put_bytes(m, 1000, 80, 10, 0);
	packet.flags = 1; /* it receives no more */
	assert_int_not_equal(virtio_vsock_room(&m->vsock, 0), 0);
	put(m, &packet);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), 0);
	assert_true(m->vsock.streams[0].peer_sends);
	put_bytes(m, 1000, 80, 10, 70);
	packet.flags = 2; /* nor sends; what it has sent is there */
	put(m, &packet);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_OPEN);
	assert_int_equal(take_all(m, 0), 20);
	put_bytes(m, 1000, 80, 1, 0);
	expect_packet(m, 1, RST, 80, 1000);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
}

/* --- To the realm ----------------------------------------------------------------------------------------- */

static void test_send(void **state)
{
	struct machine *m = *state;
	struct packet packet;
	uint8_t bytes[6000], got[6000];

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 5 + 1);
	open_stream(m);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 0); /* no buffer */
	give_buffers(m, 2, PAGE);
	put_bytes(m, 1000, 80, 9, 0);
	virtio_vsock_take(&m->vsock, 0, 9);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 6000), 6000);
	packet = next(m, 1);
	assert_int_equal(packet.op, RW);
	assert_int_equal(packet.len, PAGE - HEADER);
	assert_int_equal(packet.src_port, 80);
	assert_int_equal(packet.dst_port, 1000);
	assert_int_equal(packet.fwd_cnt, 9);
	peek(&m->w, IN(1) + HEADER, got, PAGE - HEADER);
	assert_int_equal(next(m, 2).len, 6000 - (PAGE - HEADER));
	peek(&m->w, IN(2) + HEADER, got + PAGE - HEADER, 6000 - (PAGE - HEADER));
	assert_memory_equal(got, bytes, 6000);
	expect_interrupt(&m->w, VIRTIO_INTERRUPT_USED);
}

/* Not more than the realm has room for; it says how much it has taken, and may lie. */
static void test_peer_credit(void **state)
{
	struct machine *m = *state;
	struct packet packet = from_realm(CREDIT_UPDATE, 1000, 80);
	static const uint8_t bytes[500];

	open_stream(m);
	give_buffers(m, 8, PAGE);
	packet.buf_alloc = 100;
	put(m, &packet);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 60), 60);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 500), 40);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 500), 0);
	packet.fwd_cnt = 70;
	put(m, &packet);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), 70);
	packet.buf_alloc = 10; /* less than is under way */
	put(m, &packet);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), 0);
	packet.buf_alloc = UINT32_MAX - 1;
	packet.fwd_cnt = 101; /* what was never sent */
	put(m, &packet);
	assert_int_equal(virtio_vsock_room(&m->vsock, 0), 0);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_OPEN);
}

static void test_end(void **state)
{
	struct machine *m = *state;
	static const uint8_t bytes[10];
	struct packet packet;

	open_stream(m);
	give_buffers(m, 4, PAGE);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 10);
	virtio_vsock_end(&m->vsock, 0);
	assert_int_equal(next(m, 1).op, RW);
	packet = next(m, 2);
	assert_int_equal(packet.op, SHUTDOWN);
	assert_int_equal(packet.flags, 2);
	put_bytes(m, 1000, 80, 10, 0); /* the other way it goes on */
	assert_int_equal(take_all(m, 0), 10);
	virtio_vsock_close(&m->vsock, 0);
	expect_packet(m, 3, RST, 80, 1000);
}

/* Without buffers nothing is lost but resets beyond what there is room for, and all comes in its order. */
static void test_no_buffers(void **state)
{
	struct machine *m = *state;
	static const uint8_t bytes[10];

	put_op(m, REQUEST, 1000, 80);
	virtio_vsock_accept(&m->vsock, 0);
	virtio_vsock_end(&m->vsock, 0);
	put_op(m, CREDIT_REQUEST, 1000, 80);
	for (uint32_t i = 0; i < VIRTIO_VSOCK_RESETS + 10; i++)
		put_op(m, RW, i, 81);
	expect_nothing_used(&m->w, RX);
	give_buffers(m, 1, PAGE);
	expect_packet(m, 0, RST, 81, 0);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 0);
	for (uint32_t i = 1; i < VIRTIO_VSOCK_RESETS; i++) {
		give_buffers(m, 1, PAGE);
		expect_packet(m, i, RST, 81, i);
	}
	give_buffers(m, 3, PAGE);
	assert_int_equal(next(m, VIRTIO_VSOCK_RESETS).op, RESPONSE);
	assert_int_equal(next(m, VIRTIO_VSOCK_RESETS + 1).op,
			 SHUTDOWN); /* which says what the update would have */
	expect_nothing_used(&m->w, RX);
}

/* --- What is none ----------------------------------------------------------------------------------------- */

static void test_bad_packets(void **state)
{
	static const struct {
		struct part parts[2];
		uint32_t len;
	} bad[] = {
		{ { { DATA, HEADER - 1, 0 }, { DATA, 0, 0 } }, 0 },
		{ { { DATA, 0, 0 }, { DATA, 0, 0 } }, 0 },
		{ { { DATA, HEADER, 0 }, { DATA + PAGE, 10, D_WRITE } }, 0 },
		{ { { DATA, HEADER, 0 }, { DATA + PAGE, 10, 0 } }, 9 },
		{ { { DATA, HEADER, 0 }, { DATA + PAGE, 10, 0 } }, 11 },
		{ { { DATA, HEADER, 0 }, { DATA + PAGE, 0, 0 } }, UINT32_MAX },
		{ { { DATA, HEADER, 0 }, { NOWHERE, 10, 0 } }, 10 },
		{ { { NOWHERE, HEADER, 0 }, { DATA, 0, 0 } }, 0 },
	};
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct packet packet = from_realm(RW, 1000, 80);

		open_first_stream(m);
		packet.len = bad[i].len;
		poke(&m->w, DATA, &packet, HEADER);
		offer(&m->w, TX, bad[i].parts, 2);
		kick(&m->w, TX);
		expect_failed(&m->w);
		expect_nothing_used(&m->w, TX);
		assert_int_equal(virtio_vsock_call(&m->vsock, 22), -1);
	}
}

static void test_bad_buffers(void **state)
{
	static const struct part bad[] = { { IN(1), HEADER - 1, D_WRITE },
					   { IN(1), PAGE, 0 },
					   { NOWHERE, PAGE, D_WRITE } };
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		static const uint8_t bytes[10];

		open_first_stream(m);
		offer(&m->w, RX, &bad[i], 1);
		assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 0);
		expect_failed(&m->w);
		expect_nothing_used(&m->w, RX);
	}
}

/* A buffer that has room for a header and no more takes no content, and is the realm's loss. */
static void test_buffer_of_a_header(void **state)
{
	struct machine *m = *state;
	static const uint8_t bytes[10];

	open_stream(m);
	give_buffers(m, 1, HEADER);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 0);
	assert_int_equal(m->vsock.streams[0].sent, 0);
	assert_int_equal(next(m, 1).len, 0);
	give_buffers(m, 1, HEADER + 3);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, bytes, 10), 3);
}

/* With its queues all of the realm's streams end. */
static void test_reset(void **state)
{
	struct machine *m = *state;
	unsigned int wakes;

	open_stream(m);
	put_op(m, RW, 5, 6); /* an answer that waits */
	put_bytes(m, 1000, 80, 10, 0);
	wakes = m->wakes;
	start(&m->w, 3, SIZE);
	m->given = 0;
	give_buffers(m, 2, PAGE);
	assert_true(m->wakes > wakes);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_GONE);
	assert_int_equal(take_all(m, 0), 10);
	assert_int_equal(virtio_vsock_send(&m->vsock, 0, (const uint8_t *)"x", 1), 0);
	virtio_vsock_close(&m->vsock, 0);
	expect_nothing_used(&m->w, RX);
	put_op(m, REQUEST, 1000, 80);
	assert_int_equal(m->vsock.streams[0].state, VIRTIO_VSOCK_CALLING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_config, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_realm_calls, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_host_calls, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_port_taken, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_called_twice, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_receive, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_credit, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_beyond_credit, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_strays, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_ends_a_stream, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_too_soon, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_shutdown, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_send, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_peer_credit, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_no_buffers, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_bad_packets, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_bad_buffers, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_buffer_of_a_header, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup, vworld_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
