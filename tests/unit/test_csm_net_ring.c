/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rings of csm_net (linux/csm_net/ring.h): two regions, of which each side can write its own only. The peer's view of a
 * region is mapped read-only here, so that a store to it ends the test, and behind each view is nothing.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "ring.h"

#include "channel_ring.h"

#define CAPACITY UINT64_C(262144)
#define SIZE (sizeof(struct channel_ring) + CAPACITY)
#define MAPPED (SIZE / 4096 * 4096 + 4096)

struct region {
	struct channel_ring *own;  /* as its side maps it */
	struct channel_ring *view; /* as the other side does */
};

struct sides {
	struct region a, b;
	struct csm_ring at_a, at_b;
};

static void *map(int fd, int protection)
{
	uint8_t *room = mmap(NULL, MAPPED + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(room != MAP_FAILED);
	assert_ptr_equal(mmap(room, MAPPED, protection, MAP_SHARED | MAP_FIXED, fd, 0), room);
	return room;
}

static void region_make(struct region *region)
{
	int fd = memfd_create("region", 0);

	assert_int_equal(ftruncate(fd, MAPPED), 0);
	region->own = map(fd, PROT_READ | PROT_WRITE);
	region->view = map(fd, PROT_READ);
	close(fd);
}

static void region_end(struct region *region)
{
	munmap(region->own, MAPPED + 4096);
	munmap(region->view, MAPPED + 4096);
}

static void sides_reopen(struct sides *s)
{
	memset(s->a.own, 0, SIZE);
	memset(s->b.own, 0, SIZE);
	assert_true(csm_ring_open(&s->at_a, s->a.own, SIZE, s->b.view, SIZE));
	assert_true(csm_ring_open(&s->at_b, s->b.own, SIZE, s->a.view, SIZE));
}

static void sides_open(struct sides *s)
{
	region_make(&s->a);
	region_make(&s->b);
	sides_reopen(s);
}

static void sides_close(struct sides *s)
{
	region_end(&s->a);
	region_end(&s->b);
}

static bool is_inside(const struct channel_ring *ring, const void *frame, size_t length)
{
	const uint8_t *from = frame;

	return from >= ring->data && length <= CAPACITY && (uint64_t)(from - ring->data) <= CAPACITY - length;
}

static enum channel_result send(struct csm_ring *ring, size_t length, uint64_t i)
{
	void *to;
	enum channel_result result = csm_ring_reserve(ring, length, &to);

	if (result == CHANNEL_OK) {
		fill(to, length, i);
		channel_commit(&ring->tx);
	}
	return result;
}

/* The next frame is frame `i` of that length. */
static void expect(struct csm_ring *ring, const struct channel_ring *view, size_t length, uint64_t i)
{
	const void *from;
	size_t got;

	assert_int_equal(csm_ring_next(ring, &from, &got), CHANNEL_OK);
	assert_int_equal(got, length);
	assert_true(is_inside(view, from, got));
	assert_true(is_filled(from, got, i));
	channel_release(&ring->rx);
	assert_int_equal(csm_ring_next(ring, &from, &got), CHANNEL_WAIT);
}

static void test_open(void **state)
{
	size_t least = sizeof(struct channel_ring) + 262144;
	struct csm_ring ring;
	struct sides s;

	(void)state;
	sides_open(&s);
	assert_true(csm_ring_open(&ring, s.a.own, least, s.b.view, least));
	assert_false(csm_ring_open(&ring, s.a.own, least - 1, s.b.view, least));
	assert_false(csm_ring_open(&ring, s.a.own, least, s.b.view, least - 1));
	assert_false(csm_ring_open(&ring, s.a.own, 0, s.b.view, least));
	assert_false(csm_ring_open(&ring, s.a.own, least, s.b.view, 0));
	sides_close(&s);
}

static void test_both_ways(void **state)
{
	static const size_t lengths[] = {
		14, 15, 60, 1514, 1518, 4096, 9018, 65535, 65537, CSM_FRAME_LONGEST
	};
	struct sides s;

	(void)state;
	sides_open(&s);
	for (uint64_t i = 0; i < 300; i++) {
		size_t there = lengths[i % 10], back = lengths[i * 7 % 10];

		assert_int_equal(send(&s.at_a, there, i), CHANNEL_OK);
		assert_int_equal(send(&s.at_b, back, i + 1000), CHANNEL_OK);
		expect(&s.at_b, s.a.view, there, i);
		expect(&s.at_a, s.b.view, back, i + 1000);
	}
	/* What each has taken out it says in its own region. */
	assert_int_equal(s.a.own->head, s.b.own->tail);
	assert_int_equal(s.b.own->head, s.a.own->tail);
	assert_true(s.a.own->head > CAPACITY && s.b.own->head > CAPACITY);
	sides_close(&s);
}

static void test_limits(void **state)
{
	static const size_t bad[] = { 0, 1, CSM_FRAME_SHORTEST - 1, CSM_FRAME_LONGEST + 1, CAPACITY / 2 - 8 };
	const void *from;
	struct sides s;
	size_t got;
	void *to;

	(void)state;
	sides_open(&s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sides_reopen(&s);
		assert_int_equal(csm_ring_reserve(&s.at_a, bad[i], &to), CHANNEL_TOO_LONG);
		/* A peer without such manners: a message like any other, but no frame. */
		assert_int_equal(channel_reserve(&s.at_a.tx, bad[i], &to), CHANNEL_OK);
		channel_commit(&s.at_a.tx);
		assert_int_equal(send(&s.at_a, 100, 0), CHANNEL_OK);
		assert_int_equal(csm_ring_next(&s.at_b, &from, &got), CHANNEL_BROKEN);
		channel_release(&s.at_b.rx);
		assert_int_equal(s.b.own->tail, 0);
		assert_int_equal(csm_ring_next(&s.at_b, &from, &got), CHANNEL_BROKEN);
		/* The other direction is another channel: who finds a break gives both up. */
		assert_int_equal(send(&s.at_b, 100, 1), CHANNEL_OK);
	}
	sides_close(&s);
}

/* Full means that a longest frame does not fit; the consumer's next release rings then. */
static void test_full(void **state)
{
	const void *from;
	struct sides s;
	size_t got;
	uint64_t seed = 3, fulls = 0;

	(void)state;
	sides_open(&s);
	for (uint64_t sent = 0, taken = 0; taken < 20000;) {
		size_t length =
			CSM_FRAME_SHORTEST + next_random(&seed) % (next_random(&seed) % 4 ? 1500 : 65525);

		if (!csm_ring_is_full(&s.at_a)) {
			assert_int_equal(s.a.own->producer_sleeps, 0);
			assert_int_equal(send(&s.at_a, length, sent++), CHANNEL_OK);
			continue;
		}
		fulls++;
		assert_int_equal(s.a.own->producer_sleeps, 1);
		assert_true(CAPACITY - (s.a.own->head - s.b.own->tail) < 2 * CSM_FRAME_LONGEST + 16);
		do {
			assert_int_equal(csm_ring_next(&s.at_b, &from, &got), CHANNEL_OK);
			assert_true(is_filled(from, got, taken++));
			assert_true(channel_release(&s.at_b.rx));
		} while (next_random(&seed) % 64 != 0 && taken < sent);
	}
	assert_true(fulls > 50);
	sides_close(&s);
}

static void test_bells(void **state)
{
	struct sides s;
	void *to;

	(void)state;
	sides_open(&s);
	assert_true(channel_sleep_consumer(&s.at_b.rx));
	assert_int_equal(s.b.own->consumer_sleeps, 1);
	assert_int_equal(csm_ring_reserve(&s.at_a, 100, &to), CHANNEL_OK);
	assert_true(channel_commit(&s.at_a.tx));
	assert_false(channel_sleep_consumer(&s.at_b.rx));
	channel_awake_consumer(&s.at_b.rx);
	assert_int_equal(csm_ring_reserve(&s.at_a, 100, &to), CHANNEL_OK);
	assert_false(channel_commit(&s.at_a.tx));
	/* The other direction has flags of its own. */
	assert_int_equal(csm_ring_reserve(&s.at_b, 100, &to), CHANNEL_OK);
	assert_false(channel_commit(&s.at_b.tx));
	sides_close(&s);
}

/* A region that was taken away reads as zeros: an index that went back. */
static void test_taken_away(void **state)
{
	const void *from;
	struct sides s;
	size_t got;

	(void)state;
	sides_open(&s);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(send(&s.at_a, 100, i), CHANNEL_OK);
		expect(&s.at_b, s.a.view, 100, i);
		assert_int_equal(send(&s.at_b, 100, i), CHANNEL_OK);
		expect(&s.at_a, s.b.view, 100, i);
	}
	assert_false(csm_ring_is_full(&s.at_a));
	memset(s.b.own, 0, SIZE);
	assert_int_equal(csm_ring_next(&s.at_a, &from, &got), CHANNEL_BROKEN);
	assert_int_equal(send(&s.at_a, 100, 0), CHANNEL_BROKEN);
	assert_false(csm_ring_is_full(&s.at_a));
	sides_close(&s);
}

/* --- A peer that writes what it likes, while we work ------------------------------------------------------------ */

struct hostile {
	struct sides s;
	bool done;
	uint64_t hints[4]; /* our indexes, that it may be near the truth */
};

static uint64_t bad_value(struct hostile *h, uint64_t *seed)
{
	uint64_t r = next_random(seed), near = __atomic_load_n(&h->hints[r >> 8 & 3], __ATOMIC_RELAXED);

	switch (r % 4) {
	case 0:
		return next_random(seed);
	case 1:
		return UINT64_MAX;
	case 2:
		return (r >> 16) % (2 * CSM_FRAME_LONGEST);
	default:
		return near + 8 * ((r >> 16) % 32);
	}
}

static void scribble(struct hostile *h, uint64_t *seed)
{
	struct channel_ring *ring = h->s.b.own;
	uint64_t *words[] = { &ring->head, &ring->tail, &ring->producer_sleeps, &ring->consumer_sleeps };
	uint64_t r = next_random(seed), value = bad_value(h, seed);
	uint64_t at = r % 8 == 4 ? r >> 8 : __atomic_load_n(&h->hints[0], __ATOMIC_RELAXED);
	uint64_t *word = (uint64_t *)(void *)&ring->data[at % CAPACITY & ~UINT64_C(7)];

	__atomic_store_n(r % 8 < 4 ? words[r % 4] : word, value, __ATOMIC_RELAXED);
}

static void *be_hostile(void *argument)
{
	struct hostile *h = argument;
	uint64_t seed = 99;

	while (!__atomic_load_n(&h->done, __ATOMIC_RELAXED))
		scribble(h, &seed);
	return NULL;
}

static void publish_hints(struct hostile *h)
{
	uint64_t hints[] = { h->s.at_a.rx.own, h->s.at_a.rx.own + 64, h->s.at_a.tx.own,
			     h->s.at_a.tx.own - 64 };

	for (unsigned int i = 0; i < 4; i++)
		__atomic_store_n(&h->hints[i], hints[i], __ATOMIC_RELAXED);
}

static enum channel_result take(struct hostile *h, uint64_t *sum)
{
	enum channel_result result;
	const uint8_t *bytes;
	const void *from;
	size_t got;

	result = csm_ring_next(&h->s.at_a, &from, &got);
	if (result != CHANNEL_OK)
		return result;
	assert_true(got >= CSM_FRAME_SHORTEST && got <= CSM_FRAME_LONGEST);
	assert_true(is_inside(h->s.b.view, from, got));
	bytes = from;
	*sum += (uint64_t)bytes[0] + bytes[got / 2] + bytes[got - 1];
	channel_release(&h->s.at_a.rx);
	return result;
}

static enum channel_result put(struct hostile *h, uint64_t *seed)
{
	size_t length = CSM_FRAME_SHORTEST + next_random(seed) % (CSM_FRAME_LONGEST - 13);
	enum channel_result result;
	void *to;

	result = csm_ring_reserve(&h->s.at_a, length, &to);
	if (result != CHANNEL_OK)
		return result;
	assert_true(is_inside(h->s.a.own, to, length));
	memset(to, (int)length, length);
	channel_commit(&h->s.at_a.tx);
	return result;
}

struct outcomes {
	uint64_t seen[2][CHANNEL_BROKEN + 1];
};

static void step(struct hostile *h, uint64_t *seed, struct outcomes *outcomes)
{
	static uint64_t sum; /* so that all that is handed out is read */
	bool puts = next_random(seed) % 2;
	enum channel_result result = puts ? put(h, seed) : take(h, &sum);

	outcomes->seen[puts][result]++;
	publish_hints(h);
	csm_ring_is_full(&h->s.at_a);
	channel_sleep_consumer(&h->s.at_a.rx);
	channel_awake_consumer(&h->s.at_a.rx);
	if (h->s.at_a.rx.broken || h->s.at_a.tx.broken) {
		/* The next link begins as all do. */
		__atomic_store_n(&h->s.b.own->head, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&h->s.b.own->tail, 0, __ATOMIC_RELAXED);
		assert_true(csm_ring_open(&h->s.at_a, h->s.a.own, SIZE, h->s.b.view, SIZE));
	}
}

static void test_noise(void **state)
{
	struct outcomes outcomes = { 0 };
	struct hostile h = { .done = false };
	uint64_t seed = 5;

	(void)state;
	sides_open(&h.s);
	for (unsigned int i = 0; i < 200000; i++) {
		scribble(&h, &seed);
		step(&h, &seed, &outcomes);
	}
	for (unsigned int puts = 0; puts < 2; puts++)
		assert_true(outcomes.seen[puts][CHANNEL_OK] > 1000 &&
			    outcomes.seen[puts][CHANNEL_BROKEN] > 1000);
	sides_close(&h.s);
}

static void test_hostile(void **state)
{
	struct outcomes outcomes = { 0 };
	struct hostile h = { .done = false };
	uint64_t seed = 6;
	pthread_t thread;

	(void)state;
	sides_open(&h.s);
	assert_int_equal(pthread_create(&thread, NULL, be_hostile, &h), 0);
	for (unsigned int i = 0; i < 300000; i++)
		step(&h, &seed, &outcomes);
	__atomic_store_n(&h.done, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(outcomes.seen[1][CHANNEL_OK] + outcomes.seen[0][CHANNEL_OK] > 0);
	sides_close(&h.s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),   cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_full),
		cmocka_unit_test(test_bells),  cmocka_unit_test(test_taken_away),
		cmocka_unit_test(test_noise),  cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
