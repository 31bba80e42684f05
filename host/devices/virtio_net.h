/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio network device (VIRTIO 1.2, 5.1): one pair of queues, Ethernet frames of a 1500 byte MTU, no offloads.
 */
#ifndef HOST_DEVICES_VIRTIO_NET_H
#define HOST_DEVICES_VIRTIO_NET_H

#include "virtio.h"

#define VIRTIO_NET_F_MAC (UINT64_C(1) << 5)

#define VIRTIO_NET_RECEIVEQ 0
#define VIRTIO_NET_TRANSMITQ 1

#define VIRTIO_NET_HEADER 12      /* struct virtio_net_hdr, before each frame */
#define VIRTIO_NET_FRAME_MIN 14   /* an Ethernet header */
#define VIRTIO_NET_FRAME_MAX 1518 /* with a VLAN tag, without a checksum */

struct virtio_net {
	struct virtio virtio;
	uint8_t mac[6];

	/* A frame of VIRTIO_NET_FRAME_MIN to _MAX bytes goes out; it is a copy. Under the lock, inside an access. May call
	 * virtio_net_receive(). */
	void (*transmit)(void *context, const uint8_t *frame, uint32_t bytes);

	/* There may be room for frames again. Under the lock, inside an access. May be NULL. */
	void (*ready)(void *context);
	void *context;
};

void virtio_net_init(struct virtio_net *net, uint64_t base, unsigned int intid,
		     const struct device_platform *platform, const uint8_t mac[6],
		     void (*transmit)(void *context, const uint8_t *frame, uint32_t bytes),
		     void (*ready)(void *context), void *context);

/* There is a buffer for a frame. */
bool virtio_net_has_room(struct virtio_net *net);

/* A frame comes in. False: it was dropped, as there is no buffer, or it has no size of a frame. */
bool virtio_net_receive(struct virtio_net *net, const uint8_t *frame, uint32_t bytes);

#endif
