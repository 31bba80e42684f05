/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Channels between two ends that keep to the rules: what goes in comes out, at any length and position, and a ring is
 * full or empty exactly when it should be.
 */
#include "channel_ring.h"

#define CAPACITY 256

static void test_open(void **state)
{
	uint8_t *base = aligned_alloc(64, 4096);
	struct channel channel;

	(void)state;
	assert_true(channel_open(&channel, base, 128 + 64));
	assert_int_equal(channel.capacity, 64);
	assert_true(channel_open(&channel, base, 128 + 127));
	assert_int_equal(channel.capacity, 64);
	assert_true(channel_open(&channel, base, 128 + 128));
	assert_int_equal(channel.capacity, 128);
	assert_true(channel_open(&channel, base, 4096));
	assert_int_equal(channel.capacity, 2048);
	assert_true(channel_open(&channel, base, SIZE_MAX)); /* looks at no memory */
	assert_true(channel.capacity == UINT64_C(1) << 63);
	assert_false(channel_open(&channel, base, 128 + 63));
	assert_false(channel_open(&channel, base, 0));
	for (size_t off = 1; off < 64; off *= 2)
		assert_false(channel_open(&channel, base + off, 2048));
	free(base);
}

/* One message of each length from each position in the ring. */
static void test_all_lengths(void **state)
{
	struct pair p;
	uint64_t i = 0;

	(void)state;
	pair_open(&p, CAPACITY);
	for (size_t length = 0; length <= channel_longest(&p.tx); length++) {
		for (unsigned int position = 0; position < CAPACITY / 8; position++, i++) {
			const void *from;
			size_t got;
			void *to;

			assert_int_equal(channel_reserve(&p.tx, length, &to), CHANNEL_OK);
			assert_int_equal((uintptr_t)to % 8, 0);
			assert_true(pair_holds(&p, to, length));
			fill(to, length, i);
			assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_WAIT);
			assert_false(channel_commit(&p.tx));
			assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_OK);
			assert_ptr_equal(from, to);
			assert_int_equal(got, length);
			assert_true(is_filled(from, got, i));
			assert_false(channel_release(&p.rx));
			assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_WAIT);
			/* An empty message moves the position on by one word. */
			assert_int_equal(channel_reserve(&p.tx, 0, &to), CHANNEL_OK);
			channel_commit(&p.tx);
			assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_OK);
			assert_int_equal(got, 0);
			channel_release(&p.rx);
		}
	}
	pair_close(&p);
}

/* Two of the longest messages at a time, from every position that leaves them in one piece. */
static void test_longest(void **state)
{
	struct pair p;
	uint8_t message[CAPACITY], got[CAPACITY];
	size_t longest, length;
	bool wake;

	(void)state;
	pair_open(&p, CAPACITY);
	longest = channel_longest(&p.tx);
	assert_int_equal(longest, CAPACITY / 2 - 8);
	for (uint64_t i = 0; i < 100; i++) {
		fill(message, sizeof(message), i);
		assert_int_equal(channel_send(&p.tx, message, longest, &wake), CHANNEL_OK);
		assert_int_equal(channel_send(&p.tx, message, longest + 1, &wake), CHANNEL_TOO_LONG);
		assert_int_equal(channel_receive(&p.rx, got, longest, &length, &wake), CHANNEL_OK);
		assert_int_equal(length, longest);
		assert_memory_equal(got, message, longest);
		/* The position moves by a word. */
		assert_int_equal(channel_send(&p.tx, message, 0, &wake), CHANNEL_OK);
		assert_int_equal(channel_receive(&p.rx, got, 0, &length, &wake), CHANNEL_OK);
		assert_int_equal(length, 0);
	}
	for (unsigned int i = 0; i < 3; i++) {
		pair_reopen(&p);
		assert_int_equal(channel_send(&p.tx, message, longest, &wake), CHANNEL_OK);
		assert_int_equal(channel_send(&p.tx, message, longest, &wake), CHANNEL_OK);
		assert_int_equal(channel_send(&p.tx, message, 0, &wake), CHANNEL_WAIT);
	}
	pair_close(&p);
}

static void test_too_long(void **state)
{
	static const size_t lengths[] = { CAPACITY / 2 - 7,    CAPACITY,    SIZE_MAX, SIZE_MAX - 7,
					  SIZE_MAX - CAPACITY, SIZE_MAX / 2 };
	uint8_t got[8] = { 0 };
	struct pair p;
	size_t length = 77;
	bool wake;
	void *to;

	(void)state;
	pair_open(&p, CAPACITY);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(channel_reserve(&p.tx, lengths[i], &to), CHANNEL_TOO_LONG);
	assert_int_equal(p.ring->head, 0);
	/* What doesn't fit the receiver's buffer is dropped, the next one gets through. */
	assert_int_equal(channel_send(&p.tx, "0123456789", 9, &wake), CHANNEL_OK);
	assert_int_equal(channel_send(&p.tx, "abcdefgh", 8, &wake), CHANNEL_OK);
	assert_int_equal(channel_receive(&p.rx, got, sizeof(got), &length, &wake), CHANNEL_TOO_LONG);
	assert_int_equal(length, 77);
	assert_int_equal(got[0], 0);
	assert_int_equal(channel_receive(&p.rx, got, sizeof(got), &length, &wake), CHANNEL_OK);
	assert_int_equal(length, 8);
	assert_memory_equal(got, "abcdefgh", 8);
	pair_close(&p);
}

/* Random lengths; a model knows how many are in the ring, and that neither end says WAIT without need. */
static void test_full_and_empty(void **state)
{
	enum { WAITING = 64 };
	uint64_t seed = 1, sent = 0, taken = 0, waits = 0;
	size_t lengths[WAITING];
	struct pair p;

	(void)state;
	pair_open(&p, CAPACITY);
	while (taken < 50000) {
		bool produce = next_random(&seed) % 2 == 0;

		for (uint64_t n = next_random(&seed) % 8; n > 0; n--) {
			size_t length = next_random(&seed) % (channel_longest(&p.tx) + 1), got;
			const void *from;
			void *to;

			if (produce && channel_reserve(&p.tx, length, &to) == CHANNEL_OK) {
				fill(to, length, sent);
				lengths[sent++ % WAITING] = length;
				channel_commit(&p.tx);
			} else if (produce) {
				/* Less is free than the message and, at worst, the ring's unused end. */
				assert_true(p.capacity - (p.ring->head - p.ring->tail) < 2 * (length + 15));
				waits++;
			} else if (channel_next(&p.rx, &from, &got) == CHANNEL_OK) {
				assert_true(taken < sent);
				assert_int_equal(got, lengths[taken % WAITING]);
				assert_true(is_filled(from, got, taken));
				taken++;
				channel_release(&p.rx);
			} else {
				assert_int_equal(taken, sent);
			}
			assert_false(p.tx.broken || p.rx.broken);
		}
	}
	assert_true(waits > 1000);
	pair_close(&p);
}

/* A reservation that is not committed leaves nothing behind, whether the next one can be made or not. */
static void test_reserve_again(void **state)
{
	struct pair p;
	const void *from;
	uint64_t head;
	size_t got;
	void *to;

	(void)state;
	pair_open(&p, CAPACITY);
	assert_int_equal(channel_reserve(&p.tx, 100, &to), CHANNEL_OK);
	assert_int_equal(channel_reserve(&p.tx, 3, &to), CHANNEL_OK);
	memcpy(to, "abc", 3);
	channel_commit(&p.tx);
	assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_OK);
	assert_int_equal(got, 3);
	assert_memory_equal(from, "abc", 3);
	/* Looking twice is looking at the same; released once. */
	assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_OK);
	assert_int_equal(got, 3);
	channel_release(&p.rx);
	channel_release(&p.rx);
	assert_int_equal(channel_next(&p.rx, &from, &got), CHANNEL_WAIT);

	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(channel_reserve(&p.tx, 100, &to), CHANNEL_OK);
		channel_commit(&p.tx);
	}
	head = p.ring->head;
	assert_int_equal(channel_reserve(&p.tx, 8, &to), CHANNEL_OK);
	assert_int_equal(channel_reserve(&p.tx, 100, &to), CHANNEL_WAIT);
	channel_commit(&p.tx);
	assert_int_equal(p.ring->head, head);
	assert_int_equal(channel_reserve(&p.tx, 8, &to), CHANNEL_OK);
	assert_int_equal(channel_reserve(&p.tx, 1000, &to), CHANNEL_TOO_LONG);
	channel_commit(&p.tx);
	assert_int_equal(p.ring->head, head);
	pair_close(&p);
}

/* A stream of bytes, put in and taken out in chunks of any size. */
static void test_bytes(void **state)
{
	uint64_t seed = 7, in = 0, out = 0, full = 0, empty = 0;
	struct pair p;

	(void)state;
	pair_open(&p, CAPACITY);
	while (out < 1000000) {
		size_t want = 1 + next_random(&seed) % 400, got;
		const uint8_t *from;
		const void *data;
		void *to;

		if (channel_reserve_bytes(&p.tx, want, &to, &got) == CHANNEL_OK) {
			assert_true(got >= 1 && got <= want);
			assert_true(pair_holds(&p, to, got));
			for (size_t i = 0; i < got; i++)
				((uint8_t *)to)[i] = byte_of(0, in++);
			channel_commit(&p.tx);
		} else {
			assert_int_equal(in - out, CAPACITY);
			full++;
		}
		if (next_random(&seed) % 3 == 0)
			continue;
		while (channel_next_bytes(&p.rx, &data, &got) == CHANNEL_OK) {
			from = data;
			assert_true(got >= 1 && pair_holds(&p, data, got));
			for (size_t i = 0; i < got; i++)
				assert_int_equal(from[i], byte_of(0, out++));
			channel_release(&p.rx);
		}
		assert_int_equal(in, out);
		empty++;
	}
	assert_true(full > 100 && empty > 100);
	assert_int_equal(channel_reserve_bytes(&p.tx, 0, &(void *){ NULL }, &(size_t){ 0 }), CHANNEL_WAIT);
	pair_close(&p);
}

/* Whether the other end must be woken is what that end says. */
static void test_wake(void **state)
{
	uint8_t message[CAPACITY] = { 0 };
	struct pair p;
	size_t length;
	bool wake = true;

	(void)state;
	pair_open(&p, CAPACITY);
	assert_true(channel_sleep_consumer(&p.rx));
	assert_int_equal(channel_send(&p.tx, message, 100, &wake), CHANNEL_OK);
	assert_true(wake);
	assert_false(channel_sleep_consumer(&p.rx));
	channel_awake_consumer(&p.rx);
	assert_int_equal(channel_send(&p.tx, message, 100, &wake), CHANNEL_OK);
	assert_false(wake);

	assert_int_equal(channel_send(&p.tx, message, 100, &wake), CHANNEL_WAIT);
	assert_true(channel_sleep_producer(&p.tx));
	assert_int_equal(channel_receive(&p.rx, message, sizeof(message), &length, &wake), CHANNEL_OK);
	assert_true(wake);
	assert_false(channel_sleep_producer(&p.tx));
	channel_awake_producer(&p.tx);
	assert_int_equal(channel_receive(&p.rx, message, sizeof(message), &length, &wake), CHANNEL_OK);
	assert_false(wake);
	/* Not even what the producer has seen already counts twice. */
	assert_int_equal(channel_send(&p.tx, message, 0, &wake), CHANNEL_OK);
	assert_true(channel_sleep_producer(&p.tx));
	pair_close(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),           cmocka_unit_test(test_all_lengths),
		cmocka_unit_test(test_longest),        cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_full_and_empty), cmocka_unit_test(test_reserve_again),
		cmocka_unit_test(test_bytes),          cmocka_unit_test(test_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
