/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Channels whose peer writes what it likes into the ring, at any time: what can't be is found, once found it stays so,
 * and nothing that is handed out ever lies outside the ring.
 */
#include "channel_noise.h"

static void send(struct pair *p, size_t length)
{
	void *to;

	assert_int_equal(channel_reserve(&p->tx, length, &to), CHANNEL_OK);
	fill(to, length, length);
	channel_commit(&p->tx);
}

static enum channel_result look(struct pair *p)
{
	const void *from;
	size_t length;
	enum channel_result result = channel_next(&p->rx, &from, &length);

	if (result == CHANNEL_OK)
		assert_true(pair_holds(p, from, length));
	return result;
}

/* Three messages on the way, the first taken: head 144, tail 48. */
static void setting(struct pair *p)
{
	pair_reopen(p);
	for (unsigned int i = 0; i < 3; i++)
		send(p, 40);
	assert_int_equal(look(p), CHANNEL_OK);
	channel_release(&p->rx);
	assert_int_equal(look(p), CHANNEL_OK);
	assert_int_equal(p->ring->head, 144);
	assert_int_equal(p->ring->tail, 48);
}

/* Broken for good, in every call, also when everything is as it should be again. */
static void check_broken_rx(struct pair *p, uint64_t good_head)
{
	const void *from;
	uint8_t buffer[CAPACITY];
	size_t length;
	bool wake;

	assert_int_equal(look(p), CHANNEL_BROKEN);
	p->ring->head = good_head;
	assert_int_equal(look(p), CHANNEL_BROKEN);
	assert_int_equal(channel_next_bytes(&p->rx, &from, &length), CHANNEL_BROKEN);
	assert_int_equal(channel_receive(&p->rx, buffer, sizeof(buffer), &length, &wake), CHANNEL_BROKEN);
	assert_false(channel_sleep_consumer(&p->rx));
	channel_release(&p->rx);
	assert_int_equal(p->ring->tail, 48);
}

static void test_head(void **state)
{
	static const uint64_t heads[] = {
		48 + CAPACITY + 1,
		48 + CAPACITY + 8,
		49 + CAPACITY,
		UINT64_MAX,
		UINT64_C(1) << 63,
		143,
		136,
		48,
		47,
		0, /* it went back */
		145,
		148,
		151, /* odd */
	};
	struct pair p;

	(void)state;
	pair_open(&p, CAPACITY);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		setting(&p);
		p.ring->head = heads[i];
		check_broken_rx(&p, 144);
	}
	/* As far as the ring goes is possible. */
	setting(&p);
	p.ring->head = 48 + CAPACITY;
	assert_int_equal(look(&p), CHANNEL_OK);
	pair_close(&p);
}

static void check_broken_tx(struct pair *p, uint64_t good_tail)
{
	uint64_t head = p->ring->head;
	size_t got;
	bool wake;
	void *to;

	assert_int_equal(channel_reserve(&p->tx, 8, &to), CHANNEL_BROKEN);
	p->ring->tail = good_tail;
	assert_int_equal(channel_reserve(&p->tx, 8, &to), CHANNEL_BROKEN);
	assert_int_equal(channel_reserve_bytes(&p->tx, 8, &to, &got), CHANNEL_BROKEN);
	assert_int_equal(channel_send(&p->tx, "", 1, &wake), CHANNEL_BROKEN);
	assert_false(channel_sleep_producer(&p->tx));
	channel_commit(&p->tx);
	assert_int_equal(p->ring->head, head);
}

static void test_tail(void **state)
{
	static const uint64_t tails[] = {
		145,
		152,
		144 + CAPACITY,
		UINT64_MAX,
		UINT64_C(1) << 63, /* more than there is */
		47,
		40,
		0, /* it went back */
		49,
		100, /* odd */
	};
	struct pair p;
	void *to;

	(void)state;
	pair_open(&p, CAPACITY);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		setting(&p);
		assert_int_equal(channel_reserve(&p.tx, 8, &to), CHANNEL_OK); /* 48 has been seen */
		p.ring->tail = tails[i];
		check_broken_tx(&p, 48);
	}
	setting(&p);
	p.ring->tail = 144;
	assert_int_equal(channel_reserve(&p.tx, 8, &to), CHANNEL_OK);
	pair_close(&p);
}

/* A byte stream has no words: odd indexes are fine, impossible ones are not. */
static void test_bytes(void **state)
{
	const void *from;
	struct pair p;
	size_t got;
	void *to;

	(void)state;
	pair_open(&p, CAPACITY);
	setting(&p);
	p.ring->head = 145;
	assert_int_equal(channel_next_bytes(&p.rx, &from, &got), CHANNEL_OK);
	assert_int_equal(got, 145 - 48);
	p.ring->head = 48 + CAPACITY + 1;
	assert_int_equal(channel_next_bytes(&p.rx, &from, &got), CHANNEL_BROKEN);
	setting(&p);
	p.ring->tail = 99;
	assert_int_equal(channel_reserve_bytes(&p.tx, CAPACITY, &to, &got), CHANNEL_OK);
	assert_int_equal(got, CAPACITY - 144);
	p.ring->tail = 98;
	assert_int_equal(channel_reserve_bytes(&p.tx, CAPACITY, &to, &got), CHANNEL_BROKEN);
	pair_close(&p);
}

/* The message at 48 says how long it is; 96 bytes are there, 88 of them its own at most. */
static void test_length(void **state)
{
	static const uint64_t possible[] = { 0, 1, 40, 41, 87, 88 };
	static const uint64_t impossible[] = {
		89,
		96,
		LENGTHS,
		LENGTHS + 1,
		CAPACITY,
		UINT64_MAX - 1,
		UINT64_MAX - 7,
		UINT64_MAX - 8,
		UINT64_C(1) << 63,
		UINT64_C(1) << 32,
	};
	struct pair p;

	(void)state;
	pair_open(&p, CAPACITY);
	for (size_t i = 0; i < sizeof(possible) / sizeof(possible[0]); i++) {
		setting(&p);
		*word_at(&p, 48) = possible[i];
		assert_int_equal(look(&p), CHANNEL_OK);
	}
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		setting(&p);
		*word_at(&p, 48) = impossible[i];
		check_broken_rx(&p, 144);
	}
	/* All of the ring is there, and yet no message is longer than the longest. */
	setting(&p);
	p.ring->head = 48 + CAPACITY;
	*word_at(&p, 48) = LENGTHS;
	assert_int_equal(look(&p), CHANNEL_OK);
	*word_at(&p, 48) = LENGTHS + 1;
	assert_int_equal(look(&p), CHANNEL_BROKEN);
	pair_close(&p);
}

/* To `position`, with nothing on the way. */
static void move_to(struct pair *p, uint64_t position)
{
	pair_reopen(p);
	while (p->ring->tail != position) {
		send(p, 0);
		assert_int_equal(look(p), CHANNEL_OK);
		channel_release(&p->rx);
	}
}

static void test_skip(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, CAPACITY);
	/* At the ring's beginning, where nothing is skipped by anybody. */
	move_to(&p, 0);
	p.ring->head = CAPACITY;
	*word_at(&p, 0) = SKIP;
	assert_int_equal(look(&p), CHANNEL_BROKEN);
	/* Less is there than is skipped; exactly that; a word more, with a message that fits and one that doesn't. */
	for (uint64_t position = 8; position < CAPACITY; position += 8) {
		uint64_t rest = CAPACITY - position;

		for (uint64_t there = 8; there <= rest; there += 8) {
			move_to(&p, position);
			p.ring->head = position + there;
			*word_at(&p, position) = SKIP;
			assert_int_equal(look(&p), CHANNEL_BROKEN);
		}
		move_to(&p, position);
		p.ring->head = position + rest + 8;
		*word_at(&p, position) = SKIP;
		*word_at(&p, 0) = 0;
		assert_int_equal(look(&p), CHANNEL_OK);
		*word_at(&p, 0) = 1;
		assert_int_equal(look(&p), CHANNEL_BROKEN);
		move_to(&p, position);
		p.ring->head = position + rest + 8;
		*word_at(&p, position) = SKIP;
		*word_at(&p, 0) = SKIP;
		assert_int_equal(look(&p), CHANNEL_BROKEN);
		/* Not in one piece: it would go on at the ring's beginning, or behind its end. */
		if (rest > LENGTHS)
			continue;
		move_to(&p, position);
		p.ring->head = position + CAPACITY;
		*word_at(&p, position) = rest - 8;
		assert_int_equal(look(&p), CHANNEL_OK);
		*word_at(&p, position) = rest - 7;
		assert_int_equal(look(&p), CHANNEL_BROKEN);
	}
	pair_close(&p);
}

/* --- Noise ------------------------------------------------------------------------------------------ */

static void test_noise(void **state)
{
	struct noise n = { .chance = chance_of_seed(1) };

	(void)state;
	pair_open(&n.p, CAPACITY);
	for (unsigned int round = 0; round < 200000; round++)
		noise_step(&n);
	/* All kinds of outcomes were there, not only the first break. */
	for (unsigned int result = CHANNEL_OK; result <= CHANNEL_BROKEN; result++)
		assert_true(n.seen[result] > 1000);
	pair_close(&n.p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head), cmocka_unit_test(test_tail),   cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_skip), cmocka_unit_test(test_length), cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
