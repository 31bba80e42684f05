/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio network device.
 */
#include "virtio_world.h"

#include "devices/virtio_net.h"

#define RX VIRTIO_NET_RECEIVEQ
#define TX VIRTIO_NET_TRANSMITQ
#define HEADER VIRTIO_NET_HEADER
#define LEAST VIRTIO_NET_FRAME_MIN
#define MOST VIRTIO_NET_FRAME_MAX

static const uint8_t mac[6] = { 2, 0x43, 0x41, 0x45, 0x43, 9 };

struct machine {
	struct vworld w;
	struct virtio_net net;
	uint8_t frame[MOST];
	uint32_t frame_bytes;
	unsigned int frames, ready;
	bool echoes; /* what goes out comes in at once */
};

static void transmit(void *context, const uint8_t *frame, uint32_t bytes)
{
	struct machine *m = context;

	assert_true(bytes >= LEAST && bytes <= MOST);
	memcpy(m->frame, frame, bytes);
	m->frame_bytes = bytes;
	m->frames++;
	if (m->echoes)
		virtio_net_receive(&m->net, frame, bytes);
}

static void ready(void *context)
{
	((struct machine *)context)->ready++;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	vworld_init(&m->w);
	virtio_net_init(&m->net, BASE, INTID, &m->w.platform, mac, transmit, ready, m);
	m->w.device = &m->net.virtio.device;
	start(&m->w, 2, 8);
	*state = m;
	return 0;
}

static void test_config(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	uint64_t value;

	assert_int_equal(reg(w, R_DEVICE_ID), VIRTIO_ID_NET);
	assert_true(offered(w) == (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_NET_F_MAC));
	for (unsigned int i = 0; i < 6; i++) {
		assert_true(device_access(&w->device, 1, BASE + R_CONFIG + i, 1, false, &value));
		assert_int_equal(value, mac[i]);
	}
}

static void test_transmit(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	const struct part parts[] = { { DATA + PAGE - 5, 20, 0 }, { DATA + 3 * PAGE - 700, MOST - 8, 0 } };

	memset(at(w, DATA + PAGE - 5), 0xff,
	       5); /* a header that asks for what wasn't offered means nothing */
	for (unsigned int i = 0; i < 8; i++)
		*at(w, DATA + PAGE - 5 + HEADER + i) = (uint8_t)(1 + i);
	for (unsigned int i = 0; i < MOST - 8; i++)
		*at(w, DATA + 3 * PAGE - 700 + i) = (uint8_t)(9 + i);
	offer(w, TX, parts, 2);
	kick(w, TX);
	expect_used(w, TX, 0, 0);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	assert_int_equal(m->frames, 1);
	assert_int_equal(m->frame_bytes, MOST);
	for (unsigned int i = 0; i < MOST; i++)
		assert_int_equal(m->frame[i], (uint8_t)(1 + i));
}

/* Whoever is behind the device answers before the frame's own buffer is back: they don't get mixed up. */
static void test_answer_at_once(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	const struct part out = { DATA, HEADER + 100, 0 }, in = { DATA + PAGE, 1600, D_WRITE };
	uint16_t sent[3], room[3];

	m->echoes = true;
	for (unsigned int i = 0; i < 3; i++)
		room[i] = offer(w, RX, &in, 1);
	w->queues[TX].next_desc = 5; /* other numbers than those of the answers */
	for (unsigned int i = 0; i < 3; i++)
		sent[i] = offer(w, TX, &out, 1);
	kick(w, TX);
	for (unsigned int i = 0; i < 3; i++) {
		expect_used(w, TX, sent[i], 0);
		expect_used(w, RX, room[i], HEADER + 100);
	}
	assert_int_equal(m->frames, 3);
}

/* The answer finds a bad buffer: no frame after that one goes out. */
static void test_answer_fails(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	const struct part out = { DATA, HEADER + 100, 0 }, in = { NOWHERE, 1600, D_WRITE };

	m->echoes = true;
	offer(w, RX, &in, 1);
	for (unsigned int i = 0; i < 3; i++)
		offer(w, TX, &out, 1);
	kick(w, TX);
	expect_failed(w);
	assert_int_equal(m->frames, 1);
	expect_used(w, TX, 0, 0);
	expect_nothing_used(w, TX);
}

static void test_transmit_sizes(void **state)
{
	static const struct {
		uint32_t bytes;
		bool good;
	} sizes[] = { { 0, false },
		      { HEADER - 1, false },
		      { HEADER, false },
		      { HEADER + LEAST - 1, false },
		      { HEADER + LEAST, true },
		      { HEADER + MOST, true },
		      { HEADER + MOST + 1, false },
		      { 60000, false } };
	struct machine *m = *state;
	struct vworld *w = &m->w;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct part part = { DATA, sizes[i].bytes, 0 };

		start(w, 2, 8);
		m->frames = 0;
		offer(w, TX, &part, 1);
		kick(w, TX);
		assert_int_equal(m->frames, sizes[i].good);
		if (!sizes[i].good)
			expect_failed(w);
	}
}

static void test_transmit_bad(void **state)
{
	static const struct part bad[][2] = { { { DATA, 100, 0 }, { DATA, 1, D_WRITE } },
					      { { DATA, 12, 0 }, { NOWHERE, 100, 0 } } };
	struct machine *m = *state;

	for (unsigned int i = 0; i < 2; i++) {
		start(&m->w, 2, 8);
		offer(&m->w, TX, bad[i], 2);
		kick(&m->w, TX);
		expect_failed(&m->w);
		expect_nothing_used(&m->w, TX);
	}
	assert_int_equal(m->frames, 0);
}

static void test_receive(void **state)
{
	static const uint8_t header[HEADER] = { [10] = 1 };
	struct machine *m = *state;
	struct vworld *w = &m->w;
	const struct part parts[] = { { DATA + PAGE - 5, 20, D_WRITE }, { DATA + 2 * PAGE, 1600, D_WRITE } };
	uint8_t frame[MOST], got[HEADER + 8];

	for (unsigned int i = 0; i < MOST; i++)
		frame[i] = (uint8_t)(i * 7);
	assert_false(virtio_net_has_room(&m->net));
	assert_false(virtio_net_receive(&m->net, frame, MOST));
	offer(w, RX, parts, 2);
	assert_int_equal(m->ready, 0);
	kick(w, RX);
	assert_int_equal(m->ready, 1);
	assert_true(virtio_net_has_room(&m->net));
	assert_true(virtio_net_receive(&m->net, frame, MOST));
	assert_false(virtio_net_has_room(&m->net));
	expect_used(w, RX, 0, HEADER + MOST);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	peek(w, DATA + PAGE - 5, got, sizeof(got));
	assert_memory_equal(got, header, HEADER);
	assert_memory_equal(got + HEADER, frame, 8);
	assert_memory_equal(at(w, DATA + 2 * PAGE), frame + 8, MOST - 8);
	assert_int_equal(*at(w, DATA + 2 * PAGE + MOST - 8), 0);
}

/* What is no frame leaves the buffer where it is. */
static void test_receive_sizes(void **state)
{
	struct machine *m = *state;
	const struct part part = { DATA, 1600, D_WRITE };
	static const uint8_t frame[MOST + 1];

	offer(&m->w, RX, &part, 1);
	assert_false(virtio_net_receive(&m->net, frame, LEAST - 1));
	assert_false(virtio_net_receive(&m->net, frame, MOST + 1));
	expect_nothing_used(&m->w, RX);
	assert_true(virtio_net_receive(&m->net, frame, LEAST));
	expect_used(&m->w, RX, 0, HEADER + LEAST);
}

/* Buffers that can't hold a frame, or are none of ours to write. */
static void test_receive_bad(void **state)
{
	static const struct part bad[][2] = { { { DATA, 30, D_WRITE }, { DATA, 10, D_WRITE } },
					      { { DATA, 1, 0 }, { DATA, 2000, D_WRITE } },
					      { { DATA, 12, D_WRITE }, { NOWHERE, 2000, D_WRITE } } };
	struct machine *m = *state;
	uint8_t frame[100] = { 0 };

	for (unsigned int i = 0; i < 3; i++) {
		start(&m->w, 2, 8);
		offer(&m->w, RX, bad[i], 2);
		assert_false(virtio_net_receive(&m->net, frame, sizeof(frame)));
		expect_failed(&m->w);
		expect_nothing_used(&m->w, RX);
		assert_false(virtio_net_has_room(&m->net));
	}
}

/* Not before the driver says so, and not when it has taken the queue away. */
static void test_receive_not_live(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	const struct part part = { DATA, 1600, D_WRITE };
	static const uint8_t frame[LEAST];

	offer(w, RX, &part, 1);
	set_reg(w, R_QUEUE_SEL, RX);
	set_reg(w, R_QUEUE_READY, 0);
	w->guest_calls = 0;
	assert_false(virtio_net_receive(&m->net, frame, LEAST));
	set_reg(w, R_STATUS, 0);
	assert_false(virtio_net_receive(&m->net, frame, LEAST));
	assert_int_equal(w->guest_calls, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_config, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_transmit, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_answer_at_once, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_answer_fails, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_transmit_sizes, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_transmit_bad, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_receive, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_receive_sizes, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_receive_bad, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_receive_not_live, setup, vworld_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
