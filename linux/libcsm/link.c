/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages both ways over one region, or over two.
 */
#include "libcsm.h"

#include <errno.h>

/* A doorbell may be lost on its way through the host: nobody sleeps longer than this without looking. */
#define LOOK_MS 1000

int csm_link_open(struct csm_link *link, const struct csm *o, const struct caec_csm_rid *peer, uint64_t n)
{
	size_t half = o->size / 2 / 64 * 64;
	bool provides = o->role == CAEC_CSM_ROLE_REGION;
	uint8_t *first = o->base, *second = first + half;

	*link = (struct csm_link){ .o = o, .bell = o, .n = n, .attached = !provides };
	if (o->base == NULL || o->permission != CAEC_CSM_RW)
		return -EINVAL;
	if (provides)
		link->peer = *peer;
	if (!channel_open(&link->tx, provides ? first : second, half) ||
	    !channel_open(&link->rx, provides ? second : first, half))
		return -EINVAL;
	return 0;
}

/* What this realm writes is its own, and the peer is rung as its attachment's provider. */
int csm_link_open_two(struct csm_link *link, const struct csm *own, const struct caec_csm_rid *peer,
		      uint64_t n, const struct csm *theirs)
{
	*link = (struct csm_link){ .o = own, .bell = theirs, .peer = *peer, .n = n, .attached = true };
	if (own->base == NULL || theirs->base == NULL || own->role != CAEC_CSM_ROLE_REGION ||
	    theirs->role != CAEC_CSM_ROLE_CONSUMER)
		return -EINVAL;
	return channel_open_two(&link->tx, &link->rx, own->base, own->size, theirs->base, theirs->size)
		       ? 0
		       : -EINVAL;
}

/* A provider's peer that has not come yet needs no bell. */
static int wake(struct csm_link *link)
{
	int error = csm_notify(link->bell, &link->peer, link->n);

	return error == -EACCES && !link->attached         ? 0
	       : error == -EACCES || error == -EKEYREVOKED ? -EPIPE
							   : error;
}

static bool is_ours(const struct csm_link *link, const struct caec_csm_event *event)
{
	return link->o->role == CAEC_CSM_ROLE_CONSUMER ||
	       (event->n == link->n && event->peer.lo == link->peer.lo && event->peer.hi == link->peer.hi);
}

/* Until something happened, or might have. */
static int sleep_a_while(struct csm_link *link)
{
	struct caec_csm_event event;
	int error = csm_wait(link->o, LOOK_MS, &event);

	if (error == -ETIMEDOUT || error == -EINTR)
		return 0;
	if (error == 0 && is_ours(link, &event)) {
		link->attached |= (event.events & (CAEC_CSM_EVENT_ATTACHED | CAEC_CSM_EVENT_RUNG)) != 0;
		link->gone |= (event.events & CAEC_CSM_EVENT_GONE) != 0;
	}
	return error;
}

int csm_link_send(struct csm_link *link, const void *data, size_t length)
{
	for (;;) {
		bool rings = false;
		enum channel_result result = channel_send(&link->tx, data, length, &rings);
		int error = 0;

		if (result == CHANNEL_OK)
			return rings ? wake(link) : 0;
		if (result != CHANNEL_WAIT)
			return result == CHANNEL_TOO_LONG ? -EMSGSIZE : -EPROTO;
		if (link->gone)
			return -EPIPE;
		if (channel_sleep_producer(&link->tx))
			error = sleep_a_while(link);
		channel_awake_producer(&link->tx);
		if (error != 0)
			return error;
	}
}

/* What was sent before the peer went is still received. */
int csm_link_receive(struct csm_link *link, void *data, size_t size, size_t *length)
{
	for (;;) {
		bool rings = false;
		enum channel_result result = channel_receive(&link->rx, data, size, length, &rings);
		int error = 0;

		if (rings)
			error = wake(link);
		if (result == CHANNEL_OK)
			return error == -EPIPE ? 0 : error;
		if (result != CHANNEL_WAIT)
			return result == CHANNEL_TOO_LONG ? -EMSGSIZE : -EPROTO;
		if (link->gone)
			return -EPIPE;
		if (channel_sleep_consumer(&link->rx))
			error = sleep_a_while(link);
		channel_awake_consumer(&link->rx);
		if (error != 0)
			return error;
	}
}
