// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Frames as messages (ring.h).
 */
#include "ring.h"

static bool is_frame(size_t length)
{
	return length >= CSM_FRAME_SHORTEST && length <= CSM_FRAME_LONGEST;
}

bool csm_ring_open(struct csm_ring *ring, void *own, size_t own_size, void *peer, size_t peer_size)
{
	return channel_open_two(&ring->tx, &ring->rx, own, own_size, peer, peer_size) &&
	       channel_longest(&ring->tx) >= CSM_FRAME_LONGEST &&
	       channel_longest(&ring->rx) >= CSM_FRAME_LONGEST;
}

enum channel_result csm_ring_reserve(struct csm_ring *ring, size_t length, void **frame)
{
	return is_frame(length) ? channel_reserve(&ring->tx, length, frame) : CHANNEL_TOO_LONG;
}

enum channel_result csm_ring_next(struct csm_ring *ring, const void **frame, size_t *length)
{
	enum channel_result result = channel_next(&ring->rx, frame, length);

	if (result != CHANNEL_OK || is_frame(*length))
		return result;
	channel_break(&ring->rx);
	return CHANNEL_BROKEN;
}

bool csm_ring_has_room(struct csm_ring *ring)
{
	void *frame;

	return channel_reserve(&ring->tx, CSM_FRAME_LONGEST, &frame) != CHANNEL_WAIT;
}

/* Each turn but the last saw the consumer take something, and it can't take more than was there. */
bool csm_ring_is_full(struct csm_ring *ring)
{
	while (!csm_ring_has_room(ring))
		if (channel_sleep_producer(&ring->tx))
			return true;
	channel_awake_producer(&ring->tx);
	return false;
}
