/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * Ethernet frames through the channels of realm/lib/channel.h: a frame is a message. Knows nothing
 * of the kernel, so that tests/unit tries it against hostile peers. What is published is never read
 * back, what the peer wrote is read once.
 */
#ifndef LINUX_CSM_NET_RING_H
#define LINUX_CSM_NET_RING_H

#include "channel.h"

#define CSM_MTU_MAX 65520
#define CSM_FRAME_SHORTEST 14                    /* an Ethernet header */
#define CSM_FRAME_LONGEST (CSM_MTU_MAX + 14 + 4) /* and a VLAN's */

struct csm_ring {
	struct channel tx, rx; /* an end is used by one thread at a time */
};

/* Regions as channel_open_two() has them. False: a longest frame would not fit. */
bool csm_ring_open(struct csm_ring *ring, void *own, size_t own_size, void *peer, size_t peer_size);

/* Room for a frame that is in the limits. Then channel_commit(&ring->tx). */
enum channel_result csm_ring_reserve(struct csm_ring *ring, size_t length, void **frame);

/*
 * The oldest frame, within the limits, in place: the peer may still write to it. Then
 * channel_release(&ring->rx). A message that can't be a frame breaks the channel.
 */
enum channel_result csm_ring_next(struct csm_ring *ring, const void **frame, size_t *length);

/* A longest frame fits, or the channel is broken. */
bool csm_ring_has_room(struct csm_ring *ring);

/*
 * True: the producer sleeps until the consumer rings, since a longest frame might not fit. False:
 * it does, or the channel is broken. To be asked after each frame, and when the peer rang.
 */
bool csm_ring_is_full(struct csm_ring *ring);

#endif
