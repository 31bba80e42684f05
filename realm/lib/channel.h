/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A channel in shared memory: one ring, one direction, one producer and one consumer, of bytes or of messages. Nothing is
 * copied that the caller doesn't copy: the producer writes where the consumer reads.
 *
 *	producer                                    consumer
 *	channel_open(&tx, base, size)               channel_open(&rx, base, size)
 *	channel_reserve(&tx, 100, &p)               channel_next(&rx, &p, &length)
 *	... fills p[0..99] ...                      ... uses p[0..length-1] ...
 *	channel_commit(&tx)                         channel_release(&rx)
 *
 * The peer is hostile within the region: it may write anything to it at any time. Its index is read once and checked;
 * lengths are read once, checked, and kept here; what is handed out lies inside the ring whatever the peer does. An
 * index or a length that can't be makes the channel CHANNEL_BROKEN for good. What the ring *holds* may change under the
 * reader's hands: copy first (channel_receive()), then check, then use, wherever that matters.
 *
 * Polling, or notified: a side that has nothing to do says so with channel_sleep_*() and waits for an interrupt if that
 * returns true; the other side's channel_commit() or channel_release() then says that it is to be woken
 * (realm_csm_notify()). A wake-up can't be lost between the two: docs/csm.md "Channels".
 *
 * An end is used by one thread at a time.
 */
#ifndef REALM_LIB_CHANNEL_H
#define REALM_LIB_CHANNEL_H

#include <caec/abi.h>

/* In shared memory. Each side writes its own line only; zero is "empty". */
struct channel_ring {
	uint64_t head; /* producer: bytes put in so far */
	uint64_t producer_sleeps;
	uint64_t unused0[6];
	uint64_t tail; /* consumer: bytes taken out so far */
	uint64_t consumer_sleeps;
	uint64_t unused1[6];
	uint8_t data[]; /* `capacity` bytes */
};

/* One end, private. */
struct channel {
	struct channel_ring *ring; /* the producer's line and the data */
	struct channel_ring *back; /* the consumer's line: the same ring, or that of the other direction */
	uint64_t capacity;         /* a power of two */
	uint64_t own;              /* our index: head of the producer, tail of the consumer */
	uint64_t peer;             /* the peer's, as last read and found possible */
	uint64_t pending;          /* bytes reserved, or looked at, and not yet committed or released */
	bool broken;
};

enum channel_result {
	CHANNEL_OK,
	CHANNEL_WAIT,     /* full, or empty: not now */
	CHANNEL_TOO_LONG, /* more than the ring, or the caller's buffer, can ever hold */
	CHANNEL_BROKEN,   /* the peer wrote what can't be */
};

/* The least ring. */
#define CHANNEL_MIN_CAPACITY ABI_U64(64)

/*
 * Uses [base, base + size) that has not been used yet (a new region is zero). Aligned to 64; the capacity is the greatest
 * power of two that fits. False: too small, or misaligned.
 */
bool channel_open(struct channel *channel, void *base, size_t size);

/*
 * Both directions in two regions, of which each side writes its own only: the ring that it fills and, in the consumer's line,
 * how far it has emptied the other's. So permission RO is enough, and nobody can change what a side has published. `own`
 * and `peer` as above; nothing is ever written to `peer`.
 */
bool channel_open_two(struct channel *tx, struct channel *rx, void *own, size_t own_size, void *peer,
		      size_t peer_size);

/* The longest message: two of them fit the ring, whatever its position. */
static inline size_t channel_longest(const struct channel *channel)
{
	return (size_t)(channel->capacity / 2 - sizeof(uint64_t));
}

/* --- Messages: whole, in order, contiguous ------------------------------------------------------------ */

/* Room for a message of `length` bytes, to be filled by the caller. Reserving again forgets the first, also if it fails. */
enum channel_result channel_reserve(struct channel *tx, size_t length, void **data);

/* The message is the consumer's. True: it sleeps and must be woken. */
bool channel_commit(struct channel *tx);

/* The oldest message, in place, until it is released. Anything but CHANNEL_OK: there is nothing to release. */
enum channel_result channel_next(struct channel *rx, const void **data, size_t *length);

/* Its room is the producer's. True: it sleeps and must be woken. */
bool channel_release(struct channel *rx);

/* The same with a copy. `wake` as above. A message longer than `size` is dropped: CHANNEL_TOO_LONG. */
enum channel_result channel_send(struct channel *tx, const void *data, size_t length, bool *wake);
enum channel_result channel_receive(struct channel *rx, void *data, size_t size, size_t *length, bool *wake);

/* What came can't be, by rules of the caller's own: CHANNEL_BROKEN from here on, and nothing of it is released. */
void channel_break(struct channel *channel);

/* --- Bytes: a stream; an end is used for messages or for bytes, not for both ---------------------------- */

/* Room for up to `want` bytes, at least one; *got says how many. channel_commit() takes all of them over. */
enum channel_result channel_reserve_bytes(struct channel *tx, size_t want, void **data, size_t *got);

/* Bytes in place, at least one. channel_release() gives all of them back. */
enum channel_result channel_next_bytes(struct channel *rx, const void **data, size_t *got);

/* --- Sleeping ----------------------------------------------------------------------------------------------- */

/*
 * Says that this end is going to sleep until the peer has put something in (consumer) or has taken something out
 * (producer). False: there is something to do already, do not sleep. channel_awake_*() afterwards, in any case.
 */
bool channel_sleep_consumer(struct channel *rx);
bool channel_sleep_producer(struct channel *tx);
void channel_awake_consumer(struct channel *rx);
void channel_awake_producer(struct channel *tx);

#endif
