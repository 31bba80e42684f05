/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A local socket that keeps messages apart: agents that are processes of one realm.
 */
#include "transport.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct by_socket {
	struct transport transport; /* first */
	int fd;
};

static int send_message(struct transport *transport, const uint8_t *bytes, size_t size)
{
	struct by_socket *s = (struct by_socket *)transport;
	ssize_t done;

	do
		done = send(s->fd, bytes, size, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : 0;
}

/* MSG_TRUNC: what is longer than there is room for has its true size. */
static int receive_message(struct transport *transport, uint8_t bytes[MESSAGE_MAX], size_t *size)
{
	struct by_socket *s = (struct by_socket *)transport;
	ssize_t got;

	do
		got = recv(s->fd, bytes, MESSAGE_MAX, MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	*size = (size_t)got;
	return got == 0 ? -EPIPE : *size > MESSAGE_MAX ? -EPROTO : 0;
}

static void close_socket(struct transport *transport)
{
	struct by_socket *s = (struct by_socket *)transport;

	close(s->fd);
	free(s);
}

int transport_socket(int fd, struct transport **transport)
{
	struct by_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		close(fd);
		return -ENOMEM;
	}
	*s = (struct by_socket){ { send_message, receive_message, close_socket }, fd };
	*transport = &s->transport;
	return 0;
}
