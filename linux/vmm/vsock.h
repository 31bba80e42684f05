/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets between a realm and programs of its host: a virtio device, a thread, and behind it Unix sockets in the realm's folder.
 *
 *   vsock.sock        a program connects, writes "CONNECT PORT\n", and reads "OK PORT\n" when the realm has accepted; then it is
 *                     the stream. Who is refused reads the end.
 *   vsock.sock_PORT   of a program that listens: the realm's streams to the host's PORT
 */
#ifndef LINUX_VMM_VSOCK_H
#define LINUX_VMM_VSOCK_H

#include <poll.h>

#include "config.h"
#include "devices/virtio_vsock.h"
#include "place.h"

#define VSOCK_NAME "vsock.sock"
#define VSOCK_LINE 24     /* "CONNECT 4294967295\n", and some */
#define VSOCK_GREETINGS 8 /* programs at once that have not said where to */

struct vsock_end {  /* the program's, of a stream */
	int fd;     /* -1: none */
	bool calls; /* it waits for "OK" */
	bool ended; /* it sends no more */
	bool told;  /* that the realm sends no more */
};

struct vsock_greeting {
	int fd;
	char line[VSOCK_LINE];
	unsigned int bytes;
};

struct vsock {
	struct virtio_vsock device; /* under the devices' lock */
	pthread_mutex_t *lock;
	int wake_fd;  /* an eventfd: a doorbell, or something to look at anew; -1: no device */
	int folder;   /* the realm's, the caller's */
	int listener; /* -1: none */
	struct vsock_end ends[VIRTIO_VSOCK_STREAMS]; /* the thread's, as all below */
	struct vsock_greeting greetings[VSOCK_GREETINGS];
	struct pollfd fds[2 + VSOCK_GREETINGS + VIRTIO_VSOCK_STREAMS];
	uint8_t piece[16384];
	pthread_t thread;
	bool runs;
	bool over; /* (atomic) */
};

void vsock_init(struct vsock *vsock);
bool vsock_open(struct vsock *vsock, uint32_t cid, const struct device_place *place, struct fault *fault);

/* From now on programs can connect. */
bool vsock_listen(struct vsock *vsock, int folder, struct fault *fault);
bool vsock_start(struct vsock *vsock, struct fault *fault);
void vsock_close(struct vsock *vsock);

#endif
