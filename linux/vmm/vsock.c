/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The thread behind a realm's sockets (vsock.h).
 *
 * It holds the devices' lock while it looks at streams; no socket makes it wait then. What a program sends stays in its socket
 * until the realm has room, what the realm sends in the device until the program reads.
 */
#define _GNU_SOURCE
#include "vsock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure/numbers.h"
#include "state.h"

/* Pieces that are taken before others have their turn. */
#define TURN 16

enum { FD_WAKE, FD_LISTENER, FD_GREETINGS, FD_STREAMS = FD_GREETINGS + VSOCK_GREETINGS };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The thread looks at all streams when it has done what it does. */
static void wake(void *context)
{
	struct vsock *vsock = context;

	if (!vsock->runs || !pthread_equal(vsock->thread, pthread_self()))
		eventfd_write(vsock->wake_fd, 1);
}

/* --- Programs that want a stream -------------------------------------------------------------------------- */

static void greet(struct vsock *vsock)
{
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++) {
		if (vsock->greetings[i].fd >= 0)
			continue;
		vsock->greetings[i].fd = accept4(vsock->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		vsock->greetings[i].bytes = 0;
		return;
	}
}

/* "CONNECT PORT", without the end of the line. */
static bool parse(const char *line, uint32_t *port)
{
	uint64_t number;

	if (strncmp(line, "CONNECT ", 8) != 0 || !number_parse(line + 8, false, &number) ||
	    number > UINT32_MAX)
		return false;
	*port = (uint32_t)number;
	return true;
}

/* Under the lock: the stream that the program asks for. */
static void call(struct vsock *vsock, struct vsock_greeting *greeting)
{
	uint32_t port;
	int stream = parse(greeting->line, &port) ? virtio_vsock_call(&vsock->device, port) : -1;

	if (stream < 0) {
		close_fd(&greeting->fd);
		return;
	}
	vsock->ends[stream] = (struct vsock_end){ .fd = greeting->fd, .calls = true };
	greeting->fd = -1;
}

/* Byte by byte: what is behind the line is the stream's. */
static void listen_to(struct vsock *vsock, struct vsock_greeting *greeting)
{
	ssize_t got = 0;

	while (greeting->bytes < VSOCK_LINE - 1 &&
	       (got = recv(greeting->fd, &greeting->line[greeting->bytes], 1, MSG_DONTWAIT)) == 1) {
		if (greeting->line[greeting->bytes] == '\n') {
			greeting->line[greeting->bytes] = '\0';
			call(vsock, greeting);
			return;
		}
		greeting->bytes++;
	}
	if (got >= 0 || errno != EAGAIN)
		close_fd(&greeting->fd);
}

/* --- Streams ---------------------------------------------------------------------------------------------- */

/* The realm calls: whoever listens in its folder. Who listens and does not accept is as good as nobody. */
static void connect_to_program(struct vsock *vsock, unsigned int stream)
{
	char name[sizeof(VSOCK_NAME) + 12];
	int fd;

	snprintf(name, sizeof(name), VSOCK_NAME "_%u", vsock->device.streams[stream].own_port);
	fd = state_connect(vsock->folder, name, SOCK_NONBLOCK);
	if (fd < 0) {
		virtio_vsock_close(&vsock->device, stream);
		return;
	}
	vsock->ends[stream] = (struct vsock_end){ .fd = fd };
	virtio_vsock_accept(&vsock->device, stream);
}

/* What the realm has sent, as far as the program takes it. False: it takes nothing any more. */
static bool deliver(struct vsock *vsock, unsigned int stream)
{
	struct vsock_end *end = &vsock->ends[stream];
	uint32_t bytes;
	const uint8_t *content;

	while ((content = virtio_vsock_peek(&vsock->device, stream, &bytes)), bytes != 0) {
		ssize_t put = send(end->fd, content, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (put < 0)
			return errno == EAGAIN;
		virtio_vsock_take(&vsock->device, stream, (uint32_t)put);
	}
	if (!vsock->device.streams[stream].peer_sends && !end->told) {
		shutdown(end->fd, SHUT_WR);
		end->told = true;
	}
	return true;
}

/* A piece of what the program has sent: looked at first, taken when it is with the realm. -1: an error; 0: no more for now. */
static int collect_piece(struct vsock *vsock, unsigned int stream, struct vsock_end *end)
{
	uint32_t room = virtio_vsock_room(&vsock->device, stream), sent;
	ssize_t got;

	if (room == 0 || end->ended)
		return 0;
	if (room > sizeof(vsock->piece))
		room = sizeof(vsock->piece);
	got = recv(end->fd, vsock->piece, room, MSG_PEEK | MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	if (got == 0) {
		end->ended = true;
		virtio_vsock_end(&vsock->device, stream);
		return 0;
	}
	sent = virtio_vsock_send(&vsock->device, stream, vsock->piece, (uint32_t)got);
	return sent == 0 || recv(end->fd, vsock->piece, sent, MSG_DONTWAIT) == (ssize_t)sent ? sent != 0 : -1;
}

/* False: an error. */
static bool collect(struct vsock *vsock, unsigned int stream)
{
	int more = 1;

	for (unsigned int i = 0; i < TURN && more > 0; i++)
		more = collect_piece(vsock, stream, &vsock->ends[stream]);
	return more >= 0;
}

/* The program reads where it is connected to before anything else. */
static bool say_ok(struct vsock *vsock, unsigned int stream)
{
	struct vsock_end *end = &vsock->ends[stream];
	char line[24];
	int bytes = snprintf(line, sizeof(line), "OK %u\n", vsock->device.streams[stream].own_port);

	end->calls = false;
	return send(end->fd, line, (size_t)bytes, MSG_NOSIGNAL | MSG_DONTWAIT) == bytes;
}

static void drop(struct vsock *vsock, unsigned int stream)
{
	virtio_vsock_close(&vsock->device, stream);
	close_fd(&vsock->ends[stream].fd);
}

static void serve_open(struct vsock *vsock, unsigned int stream)
{
	struct vsock_end *end = &vsock->ends[stream];
	const struct virtio_vsock_stream *s = &vsock->device.streams[stream];

	if ((end->calls && !say_ok(vsock, stream)) || !collect(vsock, stream) || !deliver(vsock, stream) ||
	    (end->told && (end->ended || !s->peer_receives)))
		drop(vsock, stream);
}

/* What the realm sent before it went is the program's, if that reads. */
static void serve_gone(struct vsock *vsock, unsigned int stream)
{
	struct vsock_end *end = &vsock->ends[stream];
	uint32_t bytes = 0;
	bool takes = end->fd >= 0 && !end->calls && deliver(vsock, stream);

	(void)virtio_vsock_peek(&vsock->device, stream, &bytes);
	if (!takes || bytes == 0)
		drop(vsock, stream);
}

static void serve_stream(struct vsock *vsock, unsigned int stream)
{
	switch (vsock->device.streams[stream].state) {
	case VIRTIO_VSOCK_CALLED: /* the program has given up */
		if ((vsock->fds[FD_STREAMS + stream].revents & (POLLHUP | POLLERR)) != 0)
			drop(vsock, stream);
		break;
	case VIRTIO_VSOCK_CALLING:
		connect_to_program(vsock, stream);
		break;
	case VIRTIO_VSOCK_OPEN:
		serve_open(vsock, stream);
		break;
	case VIRTIO_VSOCK_GONE:
		serve_gone(vsock, stream);
		break;
	default:
		break;
	}
}

/* --- The thread ------------------------------------------------------------------------------------------- */

/* Under the lock. What can go on at once has gone on: the rest waits for the program, or for the realm. */
static struct pollfd wanted(struct vsock *vsock, unsigned int stream)
{
	const struct vsock_end *end = &vsock->ends[stream];
	uint32_t bytes = 0;
	short events = 0;

	(void)virtio_vsock_peek(&vsock->device, stream, &bytes);
	if (bytes != 0)
		events |= POLLOUT;
	if (!end->ended && virtio_vsock_room(&vsock->device, stream) != 0)
		events |= POLLIN;
	/* A program that waits for the realm's answer may go: that comes unasked. */
	if (events == 0 && vsock->device.streams[stream].state != VIRTIO_VSOCK_CALLED)
		return (struct pollfd){ .fd = -1 };
	return (struct pollfd){ .fd = end->fd, .events = events };
}

static void prepare(struct vsock *vsock)
{
	bool full = true;

	vsock->fds[FD_WAKE] = (struct pollfd){ .fd = vsock->wake_fd, .events = POLLIN };
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++) {
		vsock->fds[FD_GREETINGS + i] =
			(struct pollfd){ .fd = vsock->greetings[i].fd, .events = POLLIN };
		full &= vsock->greetings[i].fd >= 0;
	}
	vsock->fds[FD_LISTENER] = (struct pollfd){ .fd = full ? -1 : vsock->listener, .events = POLLIN };
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		vsock->fds[FD_STREAMS + i] = wanted(vsock, i);
}

/* Under the lock: all that there is to do. */
static void serve(struct vsock *vsock)
{
	eventfd_t count;

	if (eventfd_read(vsock->wake_fd, &count) == 0) {
		virtio_kick(&vsock->device.virtio, VIRTIO_VSOCK_TRANSMITQ);
		virtio_kick(&vsock->device.virtio, VIRTIO_VSOCK_RECEIVEQ);
	}
	if (vsock->fds[FD_LISTENER].revents != 0)
		greet(vsock);
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++)
		if (vsock->fds[FD_GREETINGS + i].revents != 0)
			listen_to(vsock, &vsock->greetings[i]);
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		serve_stream(vsock, i);
}

static void *run(void *argument)
{
	struct vsock *vsock = argument;

	for (;;) {
		pthread_mutex_lock(vsock->lock);
		serve(vsock);
		prepare(vsock);
		pthread_mutex_unlock(vsock->lock);
		/* Behind serve(), which may have taken the wake that came with it. */
		if (__atomic_load_n(&vsock->over, __ATOMIC_ACQUIRE))
			return NULL;
		(void)poll(vsock->fds, sizeof(vsock->fds) / sizeof(vsock->fds[0]), -1);
	}
}

/* --- Opening ---------------------------------------------------------------------------------------------- */

void vsock_init(struct vsock *vsock)
{
	vsock->wake_fd = vsock->folder = vsock->listener = -1;
	vsock->runs = vsock->over = false;
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		vsock->ends[i].fd = -1;
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++)
		vsock->greetings[i].fd = -1;
	memset(vsock->fds, 0, sizeof(vsock->fds));
}

bool vsock_open(struct vsock *vsock, uint32_t cid, const struct device_place *place, struct fault *fault)
{
	vsock->lock = place->lock;
	vsock->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vsock->wake_fd < 0)
		return fault_set(fault, VMM_FAILURE, "vsock: %s", strerror(errno));
	virtio_vsock_init(&vsock->device, place->base, place->intid, place->platform, cid, wake, vsock);
	return true;
}

bool vsock_listen(struct vsock *vsock, int folder, struct fault *fault)
{
	if (vsock->wake_fd < 0)
		return true;
	vsock->folder = folder;
	vsock->listener = state_listen(folder, VSOCK_NAME, 16);
	return vsock->listener >= 0 ||
	       fault_set(fault, VMM_FAILURE, "vsock: no socket in the realm's folder: %s", strerror(errno));
}

bool vsock_start(struct vsock *vsock, struct fault *fault)
{
	if (vsock->wake_fd < 0)
		return true;
	pthread_mutex_lock(vsock->lock);
	vsock->runs = pthread_create(&vsock->thread, NULL, run, vsock) == 0;
	pthread_mutex_unlock(vsock->lock);
	return vsock->runs || fault_set(fault, VMM_FAILURE, "vsock: no thread");
}

void vsock_close(struct vsock *vsock)
{
	if (vsock->runs) {
		__atomic_store_n(&vsock->over, true, __ATOMIC_RELEASE);
		eventfd_write(vsock->wake_fd, 1);
		pthread_join(vsock->thread, NULL);
	}
	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		close_fd(&vsock->ends[i].fd);
	for (unsigned int i = 0; i < VSOCK_GREETINGS; i++)
		close_fd(&vsock->greetings[i].fd);
	close_fd(&vsock->listener);
	close_fd(&vsock->wake_fd);
	vsock_init(vsock);
}
