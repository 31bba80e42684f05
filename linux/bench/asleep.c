/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages between two that sleep in poll until they are notified: both kernels' doorbells, interrupts and schedulers, the way
 * out of idle, the host. The clock is everybody's: what it counts here is what both realms, the monitor and the host execute.
 */
#include "bench.h"

#include <string.h>

#include "common/marks.h"

#define BELLS 32U
#define REQUESTS 16U
#define STREAMED 64U

static uint8_t text[LONGEST], got[LONGEST];

static uint64_t begin(const struct side *s)
{
	if (s->provides) {
		MARK(MARK_DROP);
		MARK(MARK_ALL);
	}
	return ticks();
}

static void end(const struct side *s, const char *name, size_t bytes, uint64_t start, unsigned int count)
{
	uint64_t taken = ticks() - start;

	if (!s->provides)
		return;
	MARK(MARK_ALL_END);
	MARK(MARK_ROW);
	row(name, bytes, taken, count);
}

static void bells(struct side *s)
{
	struct caec_csm_event event;
	uint64_t start = begin(s);

	for (unsigned int i = 0; i < BELLS; i++) {
		if (s->provides)
			pass(s);
		need(csm_wait(&s->o, 60000, &event), "a bell");
		if (!s->provides)
			pass(s);
	}
	end(s, "linux_notify_round_trip", 0, start, BELLS);
}

static void receive(struct csm_link *link, size_t bytes)
{
	size_t length;

	need(csm_link_receive(link, got, sizeof(got), &length), "receive");
	if (length != bytes || memcmp(got, text, bytes < 16 ? bytes : 16) != 0 ||
	    got[bytes - 1] != text[bytes - 1])
		broken("what arrived is not what was sent");
}

static void send(struct csm_link *link, size_t bytes)
{
	need(csm_link_send(link, text, bytes), "send");
}

/* A request and a response, both as long, copied in and out. */
static void requests(struct side *s, struct csm_link *link, size_t bytes, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (s->provides)
			send(link, bytes);
		receive(link, bytes);
		if (!s->provides)
			send(link, bytes);
	}
}

/* One way, as fast as the ring takes them; the last is answered. */
static void stream(struct side *s, struct csm_link *link, size_t bytes, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (s->provides)
			send(link, bytes);
		else
			receive(link, bytes);
	}
	if (s->provides)
		receive(link, 1);
	else
		send(link, 1);
}

typedef void exchange(struct side *s, struct csm_link *link, size_t bytes, unsigned int count);

/* The first exchange touches what there is to touch. */
static void measure(struct side *s, struct csm_link *link, exchange *run, const char *name, size_t bytes,
		    unsigned int count)
{
	uint64_t start;

	run(s, link, bytes, 2);
	start = begin(s);
	run(s, link, bytes, count);
	end(s, name, bytes, start, count);
}

void bench_asleep(struct side *s)
{
	struct csm_link link;

	/* Before: what one side does by itself while the other's clock runs is in its figure. */
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 31 + i / 251);
	bells(s);
	if (s->provides)
		memset(s->o.base, 0, SHARED);
	if (s->provides)
		pass(s);
	else
		take_turn(s);
	need(csm_link_open(&link, &s->o, &s->peer, s->n), "link");
	for (size_t i = 0; i < size_count(s); i++) {
		measure(s, &link, requests, "linux_request_notified", sizes[i], REQUESTS);
		measure(s, &link, stream, "linux_stream_notified", sizes[i], STREAMED);
	}
}
