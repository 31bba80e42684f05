/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets of a realm in its folder: real ones, with the device's driver played.
 */
#include "vsock_packet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "state.h"
#include "vsock.h"

#define CID 42
#define SIZE 8
#define BUFFERS (DATA + 8 * PAGE) /* a page for each of the realm's buffers */

struct machine {
	struct vworld w;
	struct vsock vsock;
	pthread_mutex_t lock;
	struct fault fault;
	char folder_name[32];
	int folder;
	uint32_t forwarded; /* bytes that the realm has taken */
};

/* --- The realm -------------------------------------------------------------------------------------------- */

static void give_buffer(struct machine *m, unsigned int n)
{
	const struct part part = { BUFFERS + n * PAGE, PAGE, D_WRITE };

	m->w.queues[RX].next_desc = (uint16_t)n;
	offer(&m->w, RX, &part, 1);
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct device_place place = { BASE, INTID, &m->w.platform, &m->lock };

	strcpy(m->folder_name, "/tmp/caec-vsock-XXXXXX");
	assert_non_null(mkdtemp(m->folder_name));
	m->folder = open(m->folder_name, O_RDONLY | O_DIRECTORY);
	vworld_init(&m->w);
	pthread_mutex_init(&m->lock, NULL);
	vsock_init(&m->vsock);
	assert_true(vsock_open(&m->vsock, CID, &place, &m->fault));
	assert_true(vsock_listen(&m->vsock, m->folder, &m->fault));
	assert_true(vsock_start(&m->vsock, &m->fault));
	m->w.device = &m->vsock.device.virtio.device;
	pthread_mutex_lock(&m->lock);
	start(&m->w, 3, SIZE);
	for (unsigned int i = 0; i < SIZE; i++)
		give_buffer(m, i);
	kick(&m->w, RX);
	pthread_mutex_unlock(&m->lock);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;
	char command[64];

	vsock_close(&m->vsock);
	close(m->folder);
	snprintf(command, sizeof(command), "rm -r %s", m->folder_name);
	assert_int_equal(system(command), 0);
	vworld_free(&m->w);
	free(m);
	return 0;
}

static void put(struct machine *m, uint16_t op, uint32_t own_port, uint32_t port, uint32_t flags,
		const void *bytes, uint32_t count)
{
	struct packet packet = { CID,   VIRTIO_VSOCK_HOST, own_port, port, count, 1, op, flags,
				 65536, m->forwarded };
	const struct part parts[] = { { DATA, HEADER, 0 }, { DATA + PAGE, count, 0 } };
	uint32_t id, length;

	pthread_mutex_lock(&m->lock);
	poke(&m->w, DATA, &packet, HEADER);
	poke(&m->w, DATA + PAGE, bytes, count);
	offer(&m->w, TX, parts, count == 0 ? 1 : 2);
	kick(&m->w, TX);
	assert_true(take_used(&m->w, TX, &id, &length));
	pthread_mutex_unlock(&m->lock);
}

static void put_op(struct machine *m, uint16_t op, uint32_t own_port, uint32_t port)
{
	put(m, op, own_port, port, 0, NULL, 0);
}

static void moment(void)
{
	const struct timespec time = { .tv_nsec = 1000000 };

	nanosleep(&time, NULL);
}

/* The next packet that is no update of credit; its content. */
static struct packet next(struct machine *m, uint8_t *content)
{
	struct packet packet = { .op = CREDIT_UPDATE };
	bool got = false;

	for (unsigned int i = 0; i < 5000 && (!got || packet.op == CREDIT_UPDATE); i++) {
		uint32_t id, length;

		pthread_mutex_lock(&m->lock);
		got = take_used(&m->w, RX, &id, &length);
		if (got) {
			peek(&m->w, BUFFERS + id * PAGE, &packet, HEADER);
			if (content != NULL && packet.len != 0)
				peek(&m->w, BUFFERS + id * PAGE + HEADER, content, packet.len);
			give_buffer(m, id);
			kick(&m->w, RX);
		}
		pthread_mutex_unlock(&m->lock);
		if (!got)
			moment();
	}
	assert_true(got);
	return packet;
}

static void expect_op(struct machine *m, uint16_t op, uint32_t own_port, uint32_t port)
{
	struct packet packet = next(m, NULL);

	assert_int_equal(packet.op, op);
	assert_int_equal(packet.dst_port, own_port);
	if (port != 0)
		assert_int_equal(packet.src_port, port);
}

/* --- The program ------------------------------------------------------------------------------------------ */

/* All that is asked for, in time. */
static void read_all(int fd, void *to, size_t count)
{
	for (size_t done = 0; done < count;) {
		struct pollfd one = { .fd = fd, .events = POLLIN };
		ssize_t got;

		assert_int_equal(poll(&one, 1, 5000), 1);
		got = read(fd, (char *)to + done, count - done);
		assert_true(got > 0);
		done += (size_t)got;
	}
}

static void expect_end(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	ssize_t got;
	char byte;

	assert_int_equal(poll(&one, 1, 5000), 1);
	got = read(fd, &byte, 1);
	/* Reset: of what it sent not all was read. */
	assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
}

static int program_calls(struct machine *m, const char *line)
{
	int fd = state_connect(m->folder, "vsock.sock", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	return fd;
}

/* A stream from a program to the realm's port 22, which the host calls `port`. */
static int open_from_program(struct machine *m, uint32_t *port)
{
	int fd = program_calls(m, "CONNECT 22\nat once");
	struct packet packet = next(m, NULL);
	char line[32], wanted[32];
	uint8_t content[64];

	m->forwarded = 0;
	assert_int_equal(packet.op, REQUEST);
	assert_int_equal(packet.dst_port, 22);
	*port = packet.src_port;
	put_op(m, RESPONSE, 22, *port);
	snprintf(wanted, sizeof(wanted), "OK %u\n", *port);
	read_all(fd, line, strlen(wanted));
	assert_memory_equal(line, wanted, strlen(wanted));
	packet = next(m, content);
	assert_int_equal(packet.op, RW);
	assert_int_equal(packet.len, 7);
	assert_memory_equal(content, "at once", 7);
	m->forwarded = 7;
	return fd;
}

/* --- Tests ------------------------------------------------------------------------------------------------ */

static void test_program_calls(void **state)
{
	struct machine *m = *state;
	uint32_t port;
	int fd = open_from_program(m, &port);
	char answer[5];

	put(m, RW, 22, port, 0, "hello", 5);
	read_all(fd, answer, 5);
	assert_memory_equal(answer, "hello", 5);
	put_op(m, RST, 22, port);
	expect_end(fd);
	close(fd);
}

static void test_realm_calls(void **state)
{
	struct machine *m = *state;
	int listener = state_listen(m->folder, "vsock.sock_80", 1), fd;
	struct pollfd one = { .fd = listener, .events = POLLIN };
	char bytes[3];

	put_op(m, REQUEST, 1000, 80);
	expect_op(m, RESPONSE, 1000, 80);
	put(m, RW, 1000, 80, 0, "abc", 3);
	assert_int_equal(poll(&one, 1, 5000), 1);
	fd = accept(listener, NULL, NULL);
	read_all(fd, bytes, 3);
	assert_memory_equal(bytes, "abc", 3);
	close(fd);
	expect_op(m, SHUTDOWN, 1000, 80);
	put(m, RW, 1000, 80, 0, "abc", 3); /* to nobody */
	expect_op(m, RST, 1000, 80);
	close(listener);
}

/* Nobody listens, or who did is gone; the realm does not listen, or never answers. */
static void test_refused(void **state)
{
	struct machine *m = *state;
	int fd;

	put_op(m, REQUEST, 1000, 80);
	expect_op(m, RST, 1000, 80);
	close(state_listen(m->folder, "vsock.sock_81", 1));
	put_op(m, REQUEST, 1000, 81);
	expect_op(m, RST, 1000, 81);
	fd = program_calls(m, "CONNECT 22\n");
	put_op(m, RST, 22, next(m, NULL).src_port);
	expect_end(fd);
	close(fd);
	fd = program_calls(m, "CONNECT 23\n");
	expect_op(m, REQUEST, 23, 0);
	close(fd); /* it gives up */
	expect_op(m, RST, 23, 0);
}

static void test_bad_lines(void **state)
{
	static const char *const lines[] = { "CONNECT\n",
					     "CONNECT x\n",
					     "CONNECT 4294967296\n",
					     "CONNECT -1\n",
					     "\n",
					     "connect 22\n",
					     "CONNECT 22",
					     "CONNECT 00000000000000000000000000000022\n" };
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int fd = program_calls(m, lines[i]);

		shutdown(fd, SHUT_WR);
		expect_end(fd);
		close(fd);
	}
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		assert_int_equal(m->vsock.device.streams[i].state, VIRTIO_VSOCK_FREE);
}

/* Programs that say nothing: as many as there is room for, and still the next one is heard once one goes. */
static void test_silence(void **state)
{
	struct machine *m = *state;
	int silent[VSOCK_GREETINGS], fd;
	uint32_t port;

	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++)
		silent[i] = program_calls(m, "");
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++)
		close(silent[i]);
	fd = open_from_program(m, &port);
	close(fd);
}

/* More than fits into any buffer on the way, both ways, each byte as it was. */
static void test_much(void **state)
{
	enum { ALL = 1 << 20 };
	struct machine *m = *state;
	uint8_t *sent = malloc(ALL), *got = malloc(ALL);
	uint32_t port, to_program = 0, read_back = 0, to_realm = 0, written = 0;
	int fd = open_from_program(m, &port);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (unsigned int i = 0; i < ALL; i++)
		sent[i] = (uint8_t)(i * 11 + (i >> 8));
	while (read_back < ALL) {
		ssize_t count;

		/* The realm keeps to what it was told at the end of the loop below. */
		if (to_program < ALL && to_program - read_back <= 32768 - 4096) {
			put(m, RW, 22, port, 0, sent + to_program, 4096);
			to_program += 4096;
		}
		count = read(fd, got + read_back, ALL - read_back);
		read_back += count > 0 ? (uint32_t)count : 0;
	}
	assert_memory_equal(got, sent, ALL);
	while (to_realm < ALL) {
		ssize_t count = written < ALL ? write(fd, sent + written, ALL - written) : 0;
		struct packet packet;

		written += count > 0 ? (uint32_t)count : 0;
		packet = next(m, got + to_realm);
		assert_int_equal(packet.op, RW);
		to_realm += packet.len;
		m->forwarded += packet.len;
		if (to_realm % 3 == 0 || to_realm == written)
			put_op(m, CREDIT_UPDATE, 22, port);
	}
	assert_memory_equal(got, sent, ALL);
	assert_int_equal(m->vsock.device.streams[0].state, VIRTIO_VSOCK_OPEN);
	close(fd);
	free(sent);
	free(got);
}

/* The realm sends until nothing more has room, on the way or in the device; how much that was. */
static uint32_t fill(struct machine *m, uint32_t port)
{
	const struct virtio_vsock_stream *stream = &m->vsock.device.streams[0];
	uint8_t bytes[4096];
	uint32_t all = 0, waiting = 0;

	memset(bytes, 7, sizeof(bytes));
	for (unsigned int still = 0; still < 50; still++) {
		pthread_mutex_lock(&m->lock);
		waiting = stream->received - stream->forwarded;
		pthread_mutex_unlock(&m->lock);
		if (waiting <= VIRTIO_VSOCK_BUFFER - sizeof(bytes)) {
			put(m, RW, 22, port, 0, bytes, sizeof(bytes));
			all += sizeof(bytes);
			still = 0;
		}
		moment();
	}
	assert_true(waiting > VIRTIO_VSOCK_BUFFER - sizeof(bytes));
	return all;
}

/* A program that does not read keeps nobody, and gets all when it does, also when the realm has gone meanwhile. */
static void test_slow_program(void **state)
{
	struct machine *m = *state;
	uint32_t port, all;
	int fd = open_from_program(m, &port);
	uint8_t *got;

	all = fill(m, port);
	got = malloc(all);
	put_op(m, RST, 22, port);
	put_op(m, REQUEST, 5, 6); /* others are served */
	expect_op(m, RST, 5, 6);
	read_all(fd, got, all);
	assert_int_equal(got[all - 1], 7);
	expect_end(fd);
	close(fd);
	free(got);
}

/* One way ends and the other goes on, from either side. */
static void test_half_closed(void **state)
{
	struct machine *m = *state;
	uint32_t port;
	int fd = open_from_program(m, &port);
	char bytes[2];

	shutdown(fd, SHUT_WR);
	expect_op(m, SHUTDOWN, 22, port);
	put(m, RW, 22, port, 0, "ok", 2);
	read_all(fd, bytes, 2);
	put(m, SHUTDOWN, 22, port, 3, NULL, 0);
	expect_op(m, RST, 22, port);
	expect_end(fd);
	close(fd);
	fd = open_from_program(m, &port);
	put(m, SHUTDOWN, 22, port, 2, NULL, 0);
	expect_end(fd);
	assert_int_equal(write(fd, "more", 4), 4);
	assert_int_equal(next(m, NULL).len, 4);
	close(fd);
	expect_op(m, SHUTDOWN, 22, port);
	expect_op(m, RST, 22, port);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_program_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_realm_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silence, setup, teardown),
		cmocka_unit_test_setup_teardown(test_much, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_closed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
