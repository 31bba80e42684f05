/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network of caec-vmm in user mode, with the real libslirp: the gateway answers.
 */
#include "virtio_world.h"

#include <time.h>
#include <unistd.h>

#include "net.h"

#define RX VIRTIO_NET_RECEIVEQ
#define TX VIRTIO_NET_TRANSMITQ
#define HEADER VIRTIO_NET_HEADER

struct machine {
	struct vworld w;
	struct net net;
	pthread_mutex_t lock;
	struct fault fault;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	const struct config config = { .net = CONFIG_NET_USER };
	struct device_place place = { BASE, INTID, &m->w.platform, &m->lock };

	vworld_init(&m->w);
	pthread_mutex_init(&m->lock, NULL);
	net_init(&m->net);
	assert_true(net_open(&m->net, &config, &place, &m->fault));
	assert_true(net_start(&m->net, &m->fault));
	m->w.device = &m->net.device.virtio.device;
	pthread_mutex_lock(&m->lock);
	start(&m->w, 2, 8);
	pthread_mutex_unlock(&m->lock);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	net_close(&m->net);
	vworld_free(&m->w);
	free(m);
	return 0;
}

/* Sends a frame, by a write to the device's register. */
static void send_frame(struct machine *m, const uint8_t *frame, uint32_t bytes)
{
	static const uint8_t header[HEADER];
	const struct part part = { DATA, HEADER + bytes, 0 };

	pthread_mutex_lock(&m->lock);
	poke(&m->w, DATA, header, HEADER);
	poke(&m->w, DATA + HEADER, frame, bytes);
	offer(&m->w, TX, &part, 1);
	kick(&m->w, TX);
	pthread_mutex_unlock(&m->lock);
}

static void give_buffer(struct machine *m)
{
	const struct part part = { DATA + 4 * PAGE, 1600, D_WRITE };

	pthread_mutex_lock(&m->lock);
	offer(&m->w, RX, &part, 1);
	kick(&m->w, RX);
	pthread_mutex_unlock(&m->lock);
}

/* The next frame that comes in; its size. */
static uint32_t receive_frame(struct machine *m, uint8_t *frame)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint32_t id, length = 0;

	for (unsigned int i = 0; i < 5000 && length == 0; i++) {
		pthread_mutex_lock(&m->lock);
		if (take_used(&m->w, RX, &id, &length))
			peek(&m->w, DATA + 4 * PAGE + HEADER, frame, length - HEADER);
		pthread_mutex_unlock(&m->lock);
		nanosleep(&moment, NULL);
	}
	assert_true(length > HEADER);
	return length - HEADER;
}

static const uint8_t own[4] = { 10, 0, 2, 15 }, gateway[4] = { 10, 0, 2, 2 };

/* "Who is 10.0.2.2?", in an Ethernet frame to all. */
static void ask_for_gateway(struct machine *m)
{
	uint8_t frame[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	memcpy(frame + 6, m->net.device.mac, 6);
	memcpy(frame + 12, "\x08\x06\0\1\x08\0\6\4\0\1", 10);
	memcpy(frame + 22, m->net.device.mac, 6);
	memcpy(frame + 28, own, 4);
	memcpy(frame + 38, gateway, 4);
	send_frame(m, frame, sizeof(frame));
}

static void test_gateway_answers(void **state)
{
	struct machine *m = *state;
	uint8_t frame[2000];

	give_buffer(m);
	ask_for_gateway(m);
	assert_true(receive_frame(m, frame) >= 42);
	assert_memory_equal(frame, m->net.device.mac, 6);
	assert_memory_equal(frame + 12, "\x08\x06\0\1\x08\0\6\4\0\2", 10);
	assert_memory_equal(frame + 28, gateway, 4);
}

/* Without a buffer the answer is lost, and nothing else. */
static void test_no_buffer(void **state)
{
	struct machine *m = *state;
	uint8_t frame[2000];

	ask_for_gateway(m);
	assert_int_equal(reg(&m->w, R_STATUS) & S_NEEDS_RESET, 0);
	test_gateway_answers(state);
	ask_for_gateway(m);
	give_buffer(m);
	ask_for_gateway(m);
	assert_true(receive_frame(m, frame) >= 42);
}

/* "Is 10.0.2.2 there?", as ping asks; the answer. */
static void ping(struct machine *m, uint8_t number)
{
	uint8_t frame[42] = { 0x52, 0x55, 10, 0, 2, 2 }, got[2000];
	uint32_t sum = 0;

	memcpy(frame + 6, m->net.device.mac, 6);
	memcpy(frame + 12, "\x08\0\x45\0\0\x1c\0\1\0\0\x40\1\0\0", 14);
	memcpy(frame + 26, own, 4);
	memcpy(frame + 30, gateway, 4);
	for (unsigned int i = 14; i < 34; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	frame[24] = (uint8_t)(~sum >> 8);
	frame[25] = (uint8_t)~sum;
	frame[34] = 8;
	frame[41] = number;
	frame[36] = 0xf7;
	frame[37] = (uint8_t)(0xff - number);
	give_buffer(m);
	send_frame(m, frame, sizeof(frame));
	assert_true(receive_frame(m, got) >= 42);
	assert_int_equal(got[34], 0);
	assert_int_equal(got[41], number);
}

/* Again and again, with pauses: nothing is used up, and nothing falls asleep. */
static void test_pings(void **state)
{
	struct machine *m = *state;
	const struct timespec pause = { .tv_nsec = 300000000 };
	uint32_t id, length;

	test_gateway_answers(state);
	for (uint8_t i = 0; i < 12; i++) {
		ping(m, i);
		while (take_used(&m->w, TX, &id, &length))
			;
		nanosleep(&pause, NULL);
	}
}

/* A doorbell that comes as an eventfd, without an exit to this process. */
static void test_eventfd(void **state)
{
	struct machine *m = *state;
	static const uint8_t header[HEADER];
	const struct part part = { DATA, HEADER + 42, 0 };
	uint8_t frame[2000] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	give_buffer(m);
	memcpy(frame + 6, m->net.device.mac, 6);
	memcpy(frame + 12, "\x08\x06\0\1\x08\0\6\4\0\1", 10);
	memcpy(frame + 22, m->net.device.mac, 6);
	memcpy(frame + 28, own, 4);
	memcpy(frame + 38, gateway, 4);
	pthread_mutex_lock(&m->lock);
	poke(&m->w, DATA, header, HEADER);
	poke(&m->w, DATA + HEADER, frame, 42);
	offer(&m->w, TX, &part, 1);
	pthread_mutex_unlock(&m->lock);
	assert_int_equal(write(m->net.wake_fd, &(uint64_t){ 1 }, 8), 8);
	assert_true(receive_frame(m, frame) >= 42);
}

static uint32_t seed = 7;

static uint8_t any(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

/* A realm that sends anything. libslirp is not ours, but what it gets is. */
static void test_noise(void **state)
{
	static const uint8_t types[][2] = { { 8, 0 }, { 8, 6 }, { 0x86, 0xdd }, { 1, 2 } };
	struct machine *m = *state;
	uint8_t frame[VIRTIO_NET_FRAME_MAX];

	for (unsigned int i = 0; i < 3000; i++) {
		uint32_t bytes = VIRTIO_NET_FRAME_MIN + (any() * 256U + any()) % (VIRTIO_NET_FRAME_MAX - 13);
		uint32_t id, length;

		for (uint32_t n = 0; n < bytes; n++)
			frame[n] = any();
		memcpy(frame + 12, types[i % 4], 2);
		if (i % 4 == 0 && bytes > 34) {
			frame[14] = 0x45;
			frame[23] = (uint8_t[]){ 1, 6, 17, 99 }[any() % 4];
			memcpy(frame + 26, own, 4);
			memcpy(frame + 30, gateway, 4);
		}
		send_frame(m, frame, bytes);
		give_buffer(m);
		pthread_mutex_lock(&m->lock);
		while (take_used(&m->w, TX, &id, &length) || take_used(&m->w, RX, &id, &length))
			;
		assert_int_equal(reg(&m->w, R_STATUS) & S_NEEDS_RESET, 0);
		if (m->w.queues[RX].avail_idx - m->w.queues[RX].used_idx > 6)
			start(&m->w, 2, 8);
		pthread_mutex_unlock(&m->lock);
	}
	pthread_mutex_lock(&m->lock);
	start(&m->w, 2, 8);
	pthread_mutex_unlock(&m->lock);
	test_gateway_answers(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gateway_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_eventfd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
