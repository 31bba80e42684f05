/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The mailbox of the realm programs (realm/bare/mailbox.h), against a peer that plays along and one that
 * doesn't. The slot lies at the very end of an allocation, so that ASan sees what goes beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bare/mailbox.h"

#define CAPACITY 100
#define SIZE (sizeof(struct mailbox_slot) + CAPACITY)

struct pair {
	struct mailbox_slot *slot;
	struct mailbox sender, receiver;
	uint8_t got[CAPACITY + 20];
	size_t length;
};

static int setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	p->slot = calloc(1, SIZE);
	mailbox_open(&p->sender, (uintptr_t)p->slot, SIZE);
	mailbox_open(&p->receiver, (uintptr_t)p->slot, SIZE);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	free(p->slot);
	free(p);
	return 0;
}

static enum mailbox_result receive(struct pair *p)
{
	return mailbox_receive(&p->receiver, p->got, sizeof(p->got), &p->length);
}

static void test_all_lengths(void **state)
{
	struct pair *p = *state;
	uint8_t message[CAPACITY];

	for (size_t length = 0; length <= CAPACITY; length++) {
		for (size_t i = 0; i < length; i++)
			message[i] = (uint8_t)(length * 7 + i);
		assert_int_equal(mailbox_send(&p->sender, message, length), MAILBOX_OK);
		assert_int_equal(receive(p), MAILBOX_OK);
		assert_int_equal(p->length, length);
		assert_memory_equal(p->got, message, length);
	}
}

static void test_one_at_a_time(void **state)
{
	struct pair *p = *state;

	assert_int_equal(receive(p), MAILBOX_WAIT);
	assert_int_equal(mailbox_send(&p->sender, "a", 1), MAILBOX_OK);
	assert_int_equal(mailbox_send(&p->sender, "b", 1), MAILBOX_WAIT);
	assert_int_equal(receive(p), MAILBOX_OK);
	assert_int_equal(p->got[0], 'a');
	assert_int_equal(receive(p), MAILBOX_WAIT);
	assert_int_equal(mailbox_send(&p->sender, "b", 1), MAILBOX_OK);
	assert_int_equal(receive(p), MAILBOX_OK);
	assert_int_equal(p->got[0], 'b');
}

static void test_too_long(void **state)
{
	struct pair *p = *state;
	uint8_t message[CAPACITY + 1] = { 0 };

	assert_int_equal(mailbox_send(&p->sender, message, CAPACITY + 1), MAILBOX_TOO_LONG);
	assert_int_equal(p->slot->sequence, 0);
	assert_int_equal(mailbox_send(&p->sender, message, CAPACITY), MAILBOX_OK);
}

static void test_no_room_for_a_header(void **state)
{
	struct mailbox box;

	(void)state;
	mailbox_open(&box, 0, sizeof(struct mailbox_slot) - 1);
	assert_int_equal(box.capacity, 0);
}

/* Each message that is wrong is dropped, and the next one gets through. */
static void test_wrong_messages(void **state)
{
	static const uint64_t lengths[] = { CAPACITY + 1, CAPACITY + 30, UINT64_MAX, UINT64_C(1) << 63 };
	struct pair *p = *state;

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(mailbox_send(&p->sender, "abc", 3), MAILBOX_OK);
		p->slot->length = lengths[i];
		assert_int_equal(receive(p), MAILBOX_BAD_LENGTH);
	}
	for (unsigned int bit = 0; bit < 24; bit++) {
		assert_int_equal(mailbox_send(&p->sender, "abc", 3), MAILBOX_OK);
		p->slot->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(receive(p), MAILBOX_BAD_CHECKSUM);
	}
	assert_int_equal(mailbox_send(&p->sender, "abc", 3), MAILBOX_OK);
	p->slot->length = 2;
	assert_int_equal(receive(p), MAILBOX_BAD_CHECKSUM);
	assert_int_equal(mailbox_send(&p->sender, "abc", 3), MAILBOX_OK);
	assert_int_equal(receive(p), MAILBOX_OK);
	assert_memory_equal(p->got, "abc", 3);
}

static void test_buffer_smaller_than_the_slot(void **state)
{
	struct pair *p = *state;
	uint8_t *small = malloc(2);
	size_t length = 77;

	assert_int_equal(mailbox_send(&p->sender, "abc", 3), MAILBOX_OK);
	assert_int_equal(mailbox_receive(&p->receiver, small, 2, &length), MAILBOX_BAD_LENGTH);
	assert_int_equal(length, 77);
	free(small);
}

static void test_wrong_sequence(void **state)
{
	struct pair *p = *state;

	p->slot->sequence = 2;
	assert_int_equal(receive(p), MAILBOX_BAD_SEQUENCE);
	p->slot->sequence = UINT64_MAX;
	assert_int_equal(receive(p), MAILBOX_BAD_SEQUENCE);
	assert_int_equal(p->slot->taken, 0);
	p->slot->sequence = 0;
	assert_int_equal(mailbox_send(&p->sender, "x", 1), MAILBOX_OK);
	assert_int_equal(receive(p), MAILBOX_OK);
}

/* Whatever is in the slot: nothing is read or written outside, and only what has its checksum comes out. */
static void test_noise(void **state)
{
	struct pair *p = *state;
	uint8_t *bytes = (uint8_t *)p->slot;

	srand(1);
	for (unsigned int round = 0; round < 20000; round++) {
		enum mailbox_result result;

		for (unsigned int i = 0; i < SIZE; i++)
			bytes[i] = (uint8_t)rand();
		if (round % 2 == 0)
			p->slot->sequence = p->receiver.sequence + 1;
		if (round % 4 == 0)
			p->slot->length %= CAPACITY + 2;
		result = receive(p);
		assert_int_not_equal(result, MAILBOX_OK);
		mailbox_send(&p->sender, "abc", 3);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room_for_a_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_smaller_than_the_slot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_sequence, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
