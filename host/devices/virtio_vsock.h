/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio socket device (VIRTIO 1.2, 5.10): streams between the realm and its host, which is CID 2. Queue 0 takes packets to
 * the realm, queue 1 those from it; queue 2, of events, stays as it is: a realm does not move.
 *
 * What the realm sends on a stream waits in the stream's buffer, whose free part is the credit that the realm has; who sends
 * more has lost the stream. What is sent to the realm goes into its own buffers at once or is not taken, so that nothing waits
 * here but headers. A packet that is none breaks the device; one that fits no stream is answered with RST, which is all that a
 * realm can bring about in this way: it has VIRTIO_VSOCK_STREAMS at most.
 *
 * Streams are numbers below VIRTIO_VSOCK_STREAMS. Who is behind the device looks at all of them when it is woken.
 */
#ifndef HOST_DEVICES_VIRTIO_VSOCK_H
#define HOST_DEVICES_VIRTIO_VSOCK_H

#include "virtio.h"

#define VIRTIO_VSOCK_RECEIVEQ 0
#define VIRTIO_VSOCK_TRANSMITQ 1

#define VIRTIO_VSOCK_HOST 2 /* the host's CID */
#define VIRTIO_VSOCK_STREAMS 32
#define VIRTIO_VSOCK_BUFFER 65536U /* bytes of a stream that wait for the host; a power of 2 */
#define VIRTIO_VSOCK_HEADER 44
#define VIRTIO_VSOCK_RESETS 32 /* that wait for buffers; more are lost */

enum virtio_vsock_state {
	VIRTIO_VSOCK_FREE,
	VIRTIO_VSOCK_CALLED,  /* the host wants it; the realm has not answered */
	VIRTIO_VSOCK_CALLING, /* the realm wants it: virtio_vsock_accept() or _close() */
	VIRTIO_VSOCK_OPEN,
	VIRTIO_VSOCK_GONE, /* for the realm it is no more: virtio_vsock_close() */
};

struct virtio_vsock_stream {
	enum virtio_vsock_state state;
	uint32_t own_port, peer_port;
	bool peer_sends, peer_receives; /* the realm has not shut that down */
	uint8_t owed;                   /* packets that wait for a buffer */

	/* Counts of bytes, modulo 2^32. */
	uint32_t sent, peer_room, peer_forwarded; /* to the realm; what it has said of its buffer */
	uint32_t received, forwarded, told;       /* from it; taken by the host; as the realm knows that */
	uint8_t buffer[VIRTIO_VSOCK_BUFFER];
};

struct virtio_vsock {
	struct virtio virtio;
	struct {
		uint64_t cid;
	} config;

	/* Something about streams has changed, or there may be room for more. Under the lock, inside an access. */
	void (*wake)(void *context);
	void *context;

	uint32_t epoch; /* of the queues that the streams belong to */
	uint32_t next_port;
	struct virtio_vsock_stream streams[VIRTIO_VSOCK_STREAMS];
	struct {
		uint32_t own_port, peer_port;
	} resets[VIRTIO_VSOCK_RESETS];
	unsigned int reset_count;
};

/* `cid`: the realm's; 3 to 2^32 - 2. */
void virtio_vsock_init(struct virtio_vsock *vsock, uint64_t base, unsigned int intid,
		       const struct device_platform *platform, uint32_t cid, void (*wake)(void *context),
		       void *context);

/* The host wants a stream to a port of the realm's. Its number; -1: there are too many, or no driver. */
int virtio_vsock_call(struct virtio_vsock *vsock, uint32_t port);

/* VIRTIO_VSOCK_CALLING: it becomes OPEN. */
void virtio_vsock_accept(struct virtio_vsock *vsock, unsigned int stream);

/* In any state but FREE: it becomes FREE, and the realm hears of it unless it is GONE. */
void virtio_vsock_close(struct virtio_vsock *vsock, unsigned int stream);

/* What the realm has sent, in one piece; there may be more behind it. 0 bytes: nothing waits. Taking is from its beginning. */
const uint8_t *virtio_vsock_peek(const struct virtio_vsock *vsock, unsigned int stream, uint32_t *bytes);
void virtio_vsock_take(struct virtio_vsock *vsock, unsigned int stream, uint32_t bytes);

/* Bytes that can be sent now, 0 in states other than OPEN; sends up to so many, and returns how many. */
uint32_t virtio_vsock_room(struct virtio_vsock *vsock, unsigned int stream);
uint32_t virtio_vsock_send(struct virtio_vsock *vsock, unsigned int stream, const uint8_t *bytes,
			   uint32_t count);

/* OPEN: the host will send nothing more. */
void virtio_vsock_end(struct virtio_vsock *vsock, unsigned int stream);

#endif
