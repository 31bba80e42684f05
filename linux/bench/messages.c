/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages from the provider to the consumer. The provider fills the ring with as many as are measured, then the consumer
 * takes them out: nobody waits for anybody while it counts.
 */
#include "bench.h"

#include <string.h>

#include "common/marks.h"

#define ROUNDS 6U /* the first is not counted: page faults */
#define ROUNDS_BRIEF 3U
#define COUNT 64U
#define COUNT_BRIEF 8U

static uint8_t text[LONGEST], got[LONGEST];
static const struct cipher *cipher; /* of the messages at the moment */

const size_t sizes[] = { 64, 1024, 4096, 32768, 262144, LONGEST };

/* In brief those that are published. */
size_t size_count(const struct side *s)
{
	return s->brief ? 4 : sizeof(sizes) / sizeof(sizes[0]);
}

/* One message, as one side sees it. */
typedef void send_one(struct channel *tx, size_t bytes);
typedef void receive_one(struct channel *rx, size_t bytes);

static void ok(enum channel_result result)
{
	if (result != CHANNEL_OK)
		broken("a channel says %d", (int)result);
}

static void send_copy(struct channel *tx, size_t bytes)
{
	bool wake;

	ok(channel_send(tx, text, bytes, &wake));
}

static void receive_copy(struct channel *rx, size_t bytes)
{
	size_t length;
	bool wake;

	ok(channel_receive(rx, got, bytes, &length, &wake));
}

/* Only the ends of the message: making and reading it is the programs' own matter. */
static void send_in_place(struct channel *tx, size_t bytes)
{
	void *p;

	ok(channel_reserve(tx, bytes, &p));
	memcpy(p, text, 8);
	memcpy((uint8_t *)p + bytes - 8, text + bytes - 8, 8);
	channel_commit(tx);
}

static void receive_in_place(struct channel *rx, size_t bytes)
{
	const void *p;
	size_t length;

	ok(channel_next(rx, &p, &length));
	memcpy(got, p, 8);
	memcpy(got + bytes - 8, (const uint8_t *)p + bytes - 8, 8);
	channel_release(rx);
}

/* The least work on all of a message: each word is stored once by the one, and loaded once by the other. */
static void send_words(struct channel *tx, size_t bytes)
{
	void *p;

	ok(channel_reserve(tx, bytes, &p));
	for (size_t i = 0; i < bytes / sizeof(uint64_t); i++)
		((volatile uint64_t *)p)[i] = i;
	channel_commit(tx);
}

static void receive_words(struct channel *rx, size_t bytes)
{
	const void *p;
	uint64_t sum = 0, words = bytes / sizeof(uint64_t);
	size_t length;

	ok(channel_next(rx, &p, &length));
	for (size_t i = 0; i < length / sizeof(uint64_t); i++)
		sum += ((const volatile uint64_t *)p)[i];
	channel_release(rx);
	if (sum != words * (words - 1) / 2)
		broken("the words are not those that were stored");
}

static void send_sealed(struct channel *tx, size_t bytes)
{
	void *p;

	ok(channel_reserve(tx, bytes + SEAL_MORE, &p));
	cipher->seal(p, text, bytes);
	channel_commit(tx);
}

static void receive_sealed(struct channel *rx, size_t bytes)
{
	const void *p;
	size_t length;

	ok(channel_next(rx, &p, &length));
	if (!cipher->unseal(got, p, bytes))
		broken("a sealed message is not what was sealed");
	channel_release(rx);
}

enum arrives { ALL, ENDS, NOTHING }; /* in `got` */

struct way {
	const char *name;
	bool visible;
	enum arrives arrives;
	send_one *send;
	receive_one *receive;
	const struct cipher *cipher;
};

static const struct way ways[] = {
	{ "linux_channel_copy", false, ALL, send_copy, receive_copy, NULL },
	{ "linux_channel_in_place", false, ENDS, send_in_place, receive_in_place, NULL },
	{ "linux_channel_in_place_words", false, NOTHING, send_words, receive_words, NULL },
	{ "linux_host_visible_copy", true, ALL, send_copy, receive_copy, NULL },
	{ "linux_aes_256_gcm", true, ALL, send_sealed, receive_sealed, &openssl_gcm },
	{ "linux_aes_256_gcm_siv", true, ALL, send_sealed, receive_sealed, &openssl_siv },
	{ "linux_aes_256_gcm_mbedtls", true, ALL, send_sealed, receive_sealed, &mbedtls_gcm },
	{ "linux_aes_256_gcm_mbedtls_portable", true, ALL, send_sealed, receive_sealed, &mbedtls_portable },
};

static const struct way portable_ways[] = {
	{ "linux_aes_256_gcm_portable", true, ALL, send_sealed, receive_sealed, &openssl_gcm },
	{ "linux_aes_256_gcm_siv_portable", true, ALL, send_sealed, receive_sealed, &openssl_siv },
};

/* Both sides make the same. */
static void make_text(size_t bytes, unsigned int seed)
{
	for (size_t i = 0; i < bytes; i++)
		text[i] = (uint8_t)(i * 31 + seed * 7 + i / 251);
}

static void check_text(const struct way *way, size_t bytes)
{
	bool same = memcmp(got, text, 8) == 0 && memcmp(got + bytes - 8, text + bytes - 8, 8) == 0;

	if (way->arrives == ALL)
		same = memcmp(got, text, bytes) == 0;
	if (way->arrives != NOTHING && !same)
		broken("%s: what arrived is not what was sent", way->name);
}

/* What is counted begins: who runs it is for the plug-in to know (common/marks.h). */
static uint64_t begin(const struct side *s)
{
	MARK(MARK_DROP);
	if (s->provides)
		MARK(MARK_SENDER);
	else
		MARK(MARK_RECEIVER);
	return ticks();
}

/* Instructions of this side's, in ticks. */
static uint64_t half(struct side *s, const struct way *way, size_t bytes, unsigned int count,
		     unsigned int seed)
{
	uint8_t *base = way->visible ? s->visible : s->o.base;
	struct channel end;
	uint64_t start;

	make_text(bytes, seed);
	memset(got, 0, bytes);
	if (s->provides)
		memset(base, 0, sizeof(struct channel_ring));
	if (!channel_open(&end, base, REGION))
		broken("no channel");
	start = begin(s);
	for (unsigned int i = 0; i < count; i++) {
		if (s->provides)
			way->send(&end, bytes);
		else
			way->receive(&end, bytes);
	}
	start = ticks() - start;
	MARK(MARK_ROW);
	if (!s->provides)
		check_text(way, bytes);
	return start;
}

static unsigned int count_of(const struct side *s, size_t bytes)
{
	unsigned int count = s->brief ? COUNT_BRIEF : COUNT;

	return bytes * count > 2 * LONGEST ? (unsigned int)(2 * LONGEST / bytes) : count;
}

/* The least of the rounds: in the others there was a tick of the kernel. */
static void measure(struct side *s, const struct way *way, size_t bytes)
{
	unsigned int count = count_of(s, bytes), rounds = s->brief ? ROUNDS_BRIEF : ROUNDS;
	uint64_t least = UINT64_MAX, taken;

	for (unsigned int round = 0; round < rounds; round++) {
		if (!s->provides)
			take_turn(s);
		taken = half(s, way, bytes, count, round);
		if (round > 0 && taken < least)
			least = taken;
		pass(s);
		if (s->provides)
			take_turn(s);
	}
	row(way->name, bytes, least, count);
}

static void measure_all(struct side *s, const struct way *all, size_t count)
{
	for (const struct way *way = all; way < all + count; way++) {
		cipher = way->cipher;
		if (cipher != NULL)
			cipher->begin();
		for (size_t i = 0; i < size_count(s); i++)
			measure(s, way, sizes[i]);
	}
}

void bench_messages(struct side *s)
{
	memset(s->o.base, 0, s->provides ? REGION : 0);
	measure_all(s, ways, sizeof(ways) / sizeof(ways[0]));
}

void bench_portable(struct side *s)
{
	measure_all(s, portable_ways, sizeof(portable_ways) / sizeof(portable_ways[0]));
}
