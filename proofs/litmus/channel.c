/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring between two realms (realm/lib/channel.c): 64 bytes, so that it is soon full. */
#include "litmus.h"

#include "lib/channel.c"

static struct {
	struct channel_ring ring;
	uint8_t data[CHANNEL_MIN_CAPACITY];
} shared __attribute__((aligned(64)));

#define FULL CHANNEL_MIN_CAPACITY

/* An end that has come so far; the other is at 0. */
#define END(at)                                                                                         \
	(struct channel)                                                                                \
	{                                                                                               \
		.ring = &shared.ring, .back = &shared.ring, .capacity = CHANNEL_MIN_CAPACITY, .own = at \
	}

/* --- What is published is there ----------------------------------------------------------------------------------- */

START(ring_message)
{
}

/* A message of one word. */
static uint64_t send(struct channel *tx, uint64_t word)
{
	void *to;

	if (channel_reserve(tx, sizeof(word), &to) != CHANNEL_OK)
		return 0;
	STORE(*(uint64_t *)to, word);
	return 1 + (uint64_t)channel_commit(tx);
}

/* 0: nothing; 1: the channel is broken. */
static uint64_t receive(struct channel *rx)
{
	const void *from;
	size_t length;
	uint64_t word;

	switch (channel_next(rx, &from, &length)) {
	case CHANNEL_OK:
		word = LOAD(*(const uint64_t *)from);
		channel_release(rx);
		return length == sizeof(word) ? word : 1;
	case CHANNEL_WAIT:
		return 0;
	default:
		return 1;
	}
}

PE(ring_message, 0)
{
	struct channel tx = END(0);

	return send(&tx, 42);
}

PE(ring_message, 1)
{
	struct channel rx = END(0);

	return receive(&rx);
}

FORBIDDEN(ring_message)
{
	return p1 != 0 && p1 != 42;
}

SEEN(ring_message)
{
	return p1 == 42;
}

/* --- What is released has been read -------------------------------------------------------------------------------- */

START(ring_reused)
{
	shared.ring.head = FULL;
	*(uint64_t *)&shared.ring.data[0] = 8;
	*(uint64_t *)&shared.ring.data[8] = 41;
}

/* The ring is full; what is sent takes the place of what is being read. */
PE(ring_reused, 0)
{
	struct channel tx = END(FULL);

	return send(&tx, 42);
}

PE(ring_reused, 1)
{
	struct channel rx = END(0);

	return receive(&rx);
}

FORBIDDEN(ring_reused)
{
	return p1 != 41;
}

SEEN(ring_reused)
{
	return p0 != 0;
}

/* --- No wake-up is lost -------------------------------------------------------------------------------------------- */

START(ring_wake)
{
}

/* 2: the consumer is to be woken. */
PE(ring_wake, 0)
{
	struct channel tx = END(0);

	return send(&tx, 42);
}

/* 1: goes to sleep. */
PE(ring_wake, 1)
{
	struct channel rx = END(0);

	return channel_sleep_consumer(&rx);
}

FORBIDDEN(ring_wake)
{
	return p0 == 1 && p1 == 1;
}

SEEN(ring_wake)
{
	return p0 == 2 && p1 == 1;
}

/* The same of a producer that waits for room. */
START(ring_room)
{
	ring_reused_start();
}

/* 1: goes to sleep. */
PE(ring_room, 0)
{
	struct channel tx = END(FULL);

	return channel_sleep_producer(&tx);
}

/* 1: the producer is to be woken. */
PE(ring_room, 1)
{
	struct channel rx = END(0);
	const void *from;
	size_t length;

	if (channel_next(&rx, &from, &length) != CHANNEL_OK)
		return 2;
	return channel_release(&rx);
}

FORBIDDEN(ring_room)
{
	return p0 == 1 && p1 != 1;
}

SEEN(ring_room)
{
	return p0 == 1 && p1 == 1;
}
