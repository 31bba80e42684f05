/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The demo's conversation.
 */
#include "talk.h"

#include "lib/channel.h"
#include "bare/program.h"
#include "common/string.h"

#define MESSAGE_MAX 2048

/* Message i: never empty, of all lengths up to MESSAGE_MAX in no special order. */
static size_t length_of(uint64_t i)
{
	return 1 + (size_t)(i * 1009 % MESSAGE_MAX);
}

static uint8_t byte_of(uint64_t i, size_t at)
{
	return (uint8_t)(i * 167 + at * 31 + (at >> 8));
}

/* `flip` is 0 for a request and 0xff for its reply. */
static size_t compose(uint8_t *message, uint64_t i, uint8_t flip)
{
	for (size_t at = 0; at < length_of(i); at++)
		message[at] = byte_of(i, at) ^ flip;
	return length_of(i);
}

static bool is_as_composed(const uint8_t *message, size_t length, uint64_t i, uint8_t flip)
{
	if (length != length_of(i))
		return false;
	for (size_t at = 0; at < length; at++)
		if (message[at] != (byte_of(i, at) ^ flip))
			return false;
	return true;
}

/* False: the peer doesn't take its messages. */
static bool send(struct channel *tx, const uint8_t *message, size_t length)
{
	uint64_t end = ticks() + TALK_PATIENCE * ticks_per_second();
	enum channel_result result;
	bool wake; /* nobody sleeps: both ends look until there is something */

	do {
		result = channel_send(tx, message, length, &wake);
	} while (result == CHANNEL_WAIT && ticks() < end);
	return result == CHANNEL_OK;
}

/* False: the peer is silent, or the channel broken. What comes is counted, good or bad. */
static bool receive(struct channel *rx, uint64_t i, uint8_t flip, struct talk *talk)
{
	uint8_t message[MESSAGE_MAX];
	uint64_t end = ticks() + TALK_PATIENCE * ticks_per_second();
	enum channel_result result;
	size_t length = 0;
	bool wake;

	do {
		result = channel_receive(rx, message, sizeof(message), &length, &wake);
	} while (result == CHANNEL_WAIT && ticks() < end);
	if (result == CHANNEL_WAIT)
		return false;
	if (result == CHANNEL_OK && is_as_composed(message, length, i, flip)) {
		talk->good++;
		talk->bytes += length;
	} else {
		talk->bad++;
	}
	return result != CHANNEL_BROKEN;
}

/* The channel in the lower or the upper half of the region. */
static bool open_half(struct channel *channel, uint64_t base, uint64_t size, unsigned int half)
{
	return channel_open(channel, (void *)(base + half * (size / 2)), size / 2) &&
	       channel_longest(channel) >= MESSAGE_MAX;
}

void talk_as_provider(uint64_t base, uint64_t size, uint64_t messages, struct talk *talk)
{
	uint64_t start = ticks();
	struct channel out, in;
	uint8_t message[MESSAGE_MAX];

	*talk = (struct talk){ 0 };
	if (!open_half(&out, base, size, 0) || !open_half(&in, base, size, 1))
		return;
	for (uint64_t i = 0; i < messages; i++)
		if (!send(&out, message, compose(message, i, 0)) || !receive(&in, i, 0xff, talk))
			break;
	talk->ticks = ticks() - start;
}

void talk_as_consumer(uint64_t base, uint64_t size, uint64_t messages, struct talk *talk)
{
	uint64_t start = ticks();
	struct channel out, in;
	uint8_t message[MESSAGE_MAX];

	*talk = (struct talk){ 0 };
	if (!open_half(&in, base, size, 0) || !open_half(&out, base, size, 1))
		return;
	for (uint64_t i = 0; i < messages; i++)
		if (!receive(&in, i, 0, talk) || !send(&out, message, compose(message, i, 0xff)))
			break;
	talk->ticks = ticks() - start;
}
