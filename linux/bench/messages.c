/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages from the provider to the consumer. The provider fills the ring with as many as are measured, then the consumer
 * takes them out: nobody waits for anybody while it counts.
 */
#include "bench.h"

#include <string.h>

#define ROUNDS 6U /* the first is not counted: page faults */
#define COUNT 64U
#define BELLS 32U

static uint8_t text[LONGEST], got[LONGEST];

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

static void send_sealed(struct channel *tx, size_t bytes)
{
	void *p;

	ok(channel_reserve(tx, bytes + SEAL_MORE, &p));
	seal(p, text, bytes);
	channel_commit(tx);
}

static void receive_sealed(struct channel *rx, size_t bytes)
{
	const void *p;
	size_t length;

	ok(channel_next(rx, &p, &length));
	if (!unseal(got, p, bytes))
		broken("a sealed message is not what was sealed");
	channel_release(rx);
}

static const struct way {
	const char *name;
	bool visible;
	bool ends; /* only those arrive in `got` */
	send_one *send;
	receive_one *receive;
} ways[] = {
	{ "linux_channel_copy", false, false, send_copy, receive_copy },
	{ "linux_channel_in_place", false, true, send_in_place, receive_in_place },
	{ "linux_host_visible_copy", true, false, send_copy, receive_copy },
	{ "linux_aes_256_gcm", true, false, send_sealed, receive_sealed },
};

/* Both sides make the same. */
static void make_text(size_t bytes, unsigned int seed)
{
	for (size_t i = 0; i < bytes; i++)
		text[i] = (uint8_t)(i * 31 + seed * 7 + i / 251);
}

static void check_text(const struct way *way, size_t bytes)
{
	if (way->ends ? memcmp(got, text, 8) != 0 || memcmp(got + bytes - 8, text + bytes - 8, 8) != 0
		      : memcmp(got, text, bytes) != 0)
		broken("%s: what arrived is not what was sent", way->name);
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
	start = ticks();
	for (unsigned int i = 0; i < count; i++) {
		if (s->provides)
			way->send(&end, bytes);
		else
			way->receive(&end, bytes);
	}
	start = ticks() - start;
	if (!s->provides)
		check_text(way, bytes);
	return start;
}

/* The least of the rounds: in the others there was a tick of the kernel. */
static void measure(struct side *s, const struct way *way, size_t bytes)
{
	unsigned int count = bytes * COUNT > 2 * LONGEST ? (unsigned int)(2 * LONGEST / bytes) : COUNT;
	uint64_t least = UINT64_MAX, taken;

	for (unsigned int round = 0; round < ROUNDS; round++) {
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

/* Both kernels' doorbells, interrupts and schedulers, there and back. */
static void bells(struct side *s)
{
	struct caec_csm_event event;
	uint64_t start = ticks();

	for (unsigned int i = 0; i < BELLS; i++) {
		if (s->provides)
			pass(s);
		need(csm_wait(&s->o, 60000, &event), "a bell");
		if (!s->provides)
			pass(s);
	}
	if (s->provides)
		row("linux_notify_round_trip", 0, ticks() - start, BELLS);
}

void bench_messages(struct side *s)
{
	static const size_t sizes[] = { 64, 1024, 4096, 32768, 262144, LONGEST };

	memset(s->o.base, 0, s->provides ? REGION : 0);
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			measure(s, &ways[way], sizes[i]);
	bells(s);
}
