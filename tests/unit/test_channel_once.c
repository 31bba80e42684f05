/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a peer may change at any moment is read once (realm/lib/channel.c), and a message before its place is free.
 */
#include "fickle.h"

#include <stdbool.h>
#include <string.h>

#include "lib/channel.h"

#define SIZE 8192U

static struct channel_ring *ring;
static struct channel tx, rx;

static bool may_send;     /* the peer has been told that there is room */
static unsigned int late; /* reads of messages since */

/* No index and no length that could be. */
static uint64_t other(const uint64_t *word, uint64_t value)
{
	late += may_send && (const uint8_t *)word >= ring->data;
	return value + 0x1008;
}

static void wrote(const uint64_t *word)
{
	may_send |= word == &ring->tail;
}

/* Four messages in the ring, of eight bytes each, two of them taken. */
static int setup(void **state)
{
	const void *data;
	size_t length;
	bool wake;

	(void)state;
	ring = fickle_new(SIZE);
	assert_true(channel_open(&tx, ring, SIZE) && channel_open(&rx, ring, SIZE));
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(channel_send(&tx, &i, sizeof(i), &wake), CHANNEL_OK);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(channel_next(&rx, &data, &length), CHANNEL_OK);
		channel_release(&rx);
	}
	may_send = false;
	late = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fickle_free();
	return 0;
}

/* How the channel hands out what is there: with so many reads of the peer's words, so many bytes of the ring. */
static void check_next(enum channel_result (*next)(struct channel *, const void **, size_t *),
		       unsigned int reads, size_t expected, uint64_t pending)
{
	const void *data;
	size_t length = 0;
	enum channel_result result;

	fickle_begin(other, wrote);
	result = next(&rx, &data, &length);
	fickle_end();
	assert_int_equal(fickle.reads, reads);
	assert_int_equal(result, CHANNEL_OK);
	assert_int_equal(length, expected);
	assert_int_equal(rx.pending, pending);
}

/* The index, the length. */
static void test_next(void **state)
{
	(void)state;
	check_next(channel_next, 2, 8, 16);
}

/* Behind the release of its place the next message may be there. */
static void test_receive(void **state)
{
	uint64_t message = 0;
	size_t length = 0;
	bool wake;
	enum channel_result result;

	(void)state;
	fickle_begin(other, wrote);
	result = channel_receive(&rx, &message, sizeof(message), &length, &wake);
	fickle_end();
	assert_int_equal(result, CHANNEL_OK);
	assert_int_equal(length, 8);
	assert_int_equal(message, 2);
	assert_true(may_send);
	assert_int_equal(late, 0);
}

static void test_next_bytes(void **state)
{
	(void)state;
	check_next(channel_next_bytes, 1, 32, 32);
}

static void test_reserve(void **state)
{
	void *data;
	size_t room = 0;
	enum channel_result result;

	(void)state;
	fickle_begin(other, wrote);
	result = channel_reserve_bytes(&tx, SIZE, &data, &room);
	fickle_end();
	assert_int_equal(fickle.reads, 1);
	assert_int_equal(result, CHANNEL_OK);
	assert_true(room <= tx.capacity - 32);
	assert_int_equal(tx.peer, 32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_next),
		TEST(test_receive),
		TEST(test_next_bytes),
		TEST(test_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
