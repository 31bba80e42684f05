/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings in shared memory (channel.h). A message is a word with its length and then its bytes, filled up to words; one
 * that would not lie in one piece before the ring's end is preceded by a word that says "from the start".
 */
#include "channel.h"

#include "common/string.h"

#define WORD sizeof(uint64_t)
#define SKIP ABI_U64(0xffffffffffffffff)

/* --- The ring ------------------------------------------------------------------------------------------ */

bool channel_open(struct channel *channel, void *base, size_t size)
{
	uint64_t capacity = CHANNEL_MIN_CAPACITY;

	*channel = (struct channel){ .ring = base, .back = base };
	if ((uintptr_t)base % 64 != 0 || size < sizeof(struct channel_ring) + CHANNEL_MIN_CAPACITY)
		return false;
	while (capacity <= (size - sizeof(struct channel_ring)) / 2)
		capacity *= 2;
	channel->capacity = capacity;
	return true;
}

bool channel_open_two(struct channel *tx, struct channel *rx, void *own, size_t own_size, void *peer,
		      size_t peer_size)
{
	if (!channel_open(tx, own, own_size) || !channel_open(rx, peer, peer_size))
		return false;
	tx->back = peer;
	rx->back = own;
	return true;
}

void channel_break(struct channel *channel)
{
	channel->broken = true;
	channel->pending = 0;
}

static enum channel_result broken(struct channel *channel)
{
	channel_break(channel);
	return CHANNEL_BROKEN;
}

/* Bytes between the two indexes; false if the peer's can't be what it says. It is read once. */
static bool distance(struct channel *channel, const uint64_t *peer, bool produces, uint64_t *used)
{
	uint64_t index = __atomic_load_n(peer, __ATOMIC_ACQUIRE);

	*used = produces ? channel->own - index : index - channel->own;
	/* It only goes on, and never past ours (consumer) or more than the ring ahead (producer). */
	if (*used > channel->capacity || index - channel->peer > channel->capacity)
		return false;
	channel->peer = index;
	return true;
}

static void *at(const struct channel *channel, uint64_t index)
{
	return &channel->ring->data[index & (channel->capacity - 1)];
}

/* Bytes from there to the end of the ring. */
static uint64_t contiguous(const struct channel *channel, uint64_t index)
{
	return channel->capacity - (index & (channel->capacity - 1));
}

static uint64_t whole_words(uint64_t length)
{
	return (length + WORD - 1) & ~(uint64_t)(WORD - 1);
}

static bool free_bytes(struct channel *tx, uint64_t *bytes)
{
	uint64_t used;

	if (tx->broken || !distance(tx, &tx->back->tail, true, &used))
		return false;
	*bytes = tx->capacity - used;
	return true;
}

static bool used_bytes(struct channel *rx, uint64_t *bytes)
{
	return !rx->broken && distance(rx, &rx->ring->head, false, bytes);
}

/* --- Producer ------------------------------------------------------------------------------------------- */

enum channel_result channel_reserve(struct channel *tx, size_t length, void **data)
{
	uint64_t rest = contiguous(tx, tx->own), need = WORD + whole_words(length), skip = 0, room;

	tx->pending = 0;
	if (length > channel_longest(tx))
		return CHANNEL_TOO_LONG;
	/* Indexes are multiples of a word, or the consumer is none of ours. */
	if (!free_bytes(tx, &room) || room % WORD != 0)
		return broken(tx);
	if (need > rest)
		skip = rest;
	if (skip + need > room)
		return CHANNEL_WAIT;
	if (skip != 0)
		__atomic_store_n((uint64_t *)at(tx, tx->own), SKIP, __ATOMIC_RELAXED);
	__atomic_store_n((uint64_t *)at(tx, tx->own + skip), length, __ATOMIC_RELAXED);
	*data = (uint8_t *)at(tx, tx->own + skip) + WORD;
	tx->pending = skip + need;
	return CHANNEL_OK;
}

enum channel_result channel_reserve_bytes(struct channel *tx, size_t want, void **data, size_t *got)
{
	uint64_t rest = contiguous(tx, tx->own), room;

	tx->pending = 0;
	if (!free_bytes(tx, &room))
		return broken(tx);
	if (room > rest)
		room = rest;
	if (room > want)
		room = want;
	if (room == 0)
		return CHANNEL_WAIT;
	*data = at(tx, tx->own);
	*got = (size_t)room;
	tx->pending = room;
	return CHANNEL_OK;
}

/* The store of the index and the look at the peer's flag must not change places: the peer does it the other way round. */
static bool publish(uint64_t *index, uint64_t value, const uint64_t *peer_sleeps)
{
	__atomic_store_n(index, value, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(peer_sleeps, __ATOMIC_RELAXED) != 0;
}

bool channel_commit(struct channel *tx)
{
	tx->own += tx->pending;
	tx->pending = 0;
	return publish(&tx->ring->head, tx->own, &tx->back->consumer_sleeps);
}

enum channel_result channel_send(struct channel *tx, const void *data, size_t length, bool *wake)
{
	void *to;
	enum channel_result result = channel_reserve(tx, length, &to);

	if (result != CHANNEL_OK)
		return result;
	memcpy(to, data, length);
	*wake = channel_commit(tx);
	return CHANNEL_OK;
}

/* --- Consumer ------------------------------------------------------------------------------------------- */

enum channel_result channel_next(struct channel *rx, const void **data, size_t *length)
{
	uint64_t used, word, skip = 0;

	rx->pending = 0;
	if (!used_bytes(rx, &used))
		return broken(rx);
	if (used == 0)
		return CHANNEL_WAIT;
	/* Indexes are multiples of a word, or the producer is none of ours. */
	if (used % WORD != 0)
		return broken(rx);
	word = __atomic_load_n((const uint64_t *)at(rx, rx->own), __ATOMIC_RELAXED);
	if (word == SKIP) {
		skip = contiguous(rx, rx->own); /* not more than is there, or the message below won't fit */
		word = __atomic_load_n((const uint64_t *)at(rx, rx->own + skip), __ATOMIC_RELAXED);
	}
	if (word > channel_longest(rx) || skip + WORD + whole_words(word) > used ||
	    WORD + whole_words(word) > contiguous(rx, rx->own + skip))
		return broken(rx);
	*data = (const uint8_t *)at(rx, rx->own + skip) + WORD;
	*length = (size_t)word;
	rx->pending = skip + WORD + whole_words(word);
	return CHANNEL_OK;
}

enum channel_result channel_next_bytes(struct channel *rx, const void **data, size_t *got)
{
	uint64_t rest = contiguous(rx, rx->own), used;

	rx->pending = 0;
	if (!used_bytes(rx, &used))
		return broken(rx);
	if (used == 0)
		return CHANNEL_WAIT;
	*data = at(rx, rx->own);
	*got = (size_t)(used < rest ? used : rest);
	rx->pending = *got;
	return CHANNEL_OK;
}

bool channel_release(struct channel *rx)
{
	rx->own += rx->pending;
	rx->pending = 0;
	return publish(&rx->back->tail, rx->own, &rx->ring->producer_sleeps);
}

enum channel_result channel_receive(struct channel *rx, void *data, size_t size, size_t *length, bool *wake)
{
	const void *from;
	size_t found;
	enum channel_result result = channel_next(rx, &from, &found);

	if (result != CHANNEL_OK)
		return result;
	if (found <= size)
		memcpy(data, from, found);
	*wake = channel_release(rx);
	if (found > size)
		return CHANNEL_TOO_LONG;
	*length = found;
	return CHANNEL_OK;
}

/* --- Sleeping ------------------------------------------------------------------------------------------- */

/* First the flag, then the look: whoever writes the index after that sees the flag. */
static void announce(uint64_t *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool channel_sleep_consumer(struct channel *rx)
{
	uint64_t used;

	announce(&rx->back->consumer_sleeps);
	if (!used_bytes(rx, &used)) {
		broken(rx);
		return false;
	}
	return used == 0;
}

bool channel_sleep_producer(struct channel *tx)
{
	uint64_t before = tx->peer, room;

	announce(&tx->ring->producer_sleeps);
	if (!free_bytes(tx, &room)) {
		broken(tx);
		return false;
	}
	/* Whatever the consumer has taken since the last look may be enough. */
	return tx->peer == before;
}

void channel_awake_consumer(struct channel *rx)
{
	__atomic_store_n(&rx->back->consumer_sleeps, 0, __ATOMIC_RELAXED);
}

void channel_awake_producer(struct channel *tx)
{
	__atomic_store_n(&tx->ring->producer_sleeps, 0, __ATOMIC_RELAXED);
}
