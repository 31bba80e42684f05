/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a peer may change at any moment is read once (realm/lib/channel.c): here it changes behind each read. The ring's pages
 * are away; an access faults, is made alone (the CPU's single step), and before the next instruction the word is another.
 */
#define _GNU_SOURCE /* REG_EFL */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/channel.h"

#ifdef __x86_64__

#define SIZE 8192U /* of the ring: as many pages as hold its lines and a small capacity */
#define SINGLE_STEP 0x100

static uint8_t *pages;
static struct channel_ring *ring;
static struct channel tx, rx;

/* Between a fault and the step behind it: the word that is read. */
static struct {
	uint64_t *word;
	uint64_t before;
	unsigned int changes;
	bool may_send;     /* it has been told that there is room */
	unsigned int late; /* reads of messages since */
} peer;

static void protect(int how)
{
	if (mprotect(pages, SIZE, how) != 0)
		_exit(3);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	uint8_t *at = info->si_addr;

	(void)signal;
	if (at < pages || at >= pages + SIZE)
		_exit(2);
	protect(PROT_READ | PROT_WRITE);
	peer.word = (uint64_t *)((uintptr_t)at & ~(uintptr_t)7);
	peer.before = *peer.word;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= SINGLE_STEP;
}

/* A word that was written stays; one that was read is another now, and was a message's length or an index. */
static void on_step(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~SINGLE_STEP;
	if (*peer.word == peer.before) {
		*peer.word = peer.before + 0x1008;
		peer.changes++;
		peer.late += peer.may_send && (uint8_t *)peer.word >= ring->data;
	} else {
		peer.may_send |= peer.word == &ring->tail;
	}
	protect(PROT_NONE);
}

/* Four messages in the ring, of eight bytes each, two of them taken. cmocka has handlers of its own by now. */
static void begin(void)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction step = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	const void *data;
	size_t length;
	bool wake;

	memset(pages, 0, SIZE);
	assert_true(channel_open(&tx, ring, SIZE) && channel_open(&rx, ring, SIZE));
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(channel_send(&tx, &i, sizeof(i), &wake), CHANNEL_OK);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(channel_next(&rx, &data, &length), CHANNEL_OK);
		channel_release(&rx);
	}
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGTRAP, &step, NULL);
	peer.changes = peer.late = 0;
	peer.may_send = false;
	protect(PROT_NONE);
}

static void end(unsigned int changes)
{
	protect(PROT_READ | PROT_WRITE);
	assert_int_equal(peer.changes, changes);
}

static void test_next(void **state)
{
	const void *data;
	size_t length = 0;
	enum channel_result result;

	(void)state;
	begin();
	result = channel_next(&rx, &data, &length);
	end(2); /* the index, the length */
	assert_int_equal(result, CHANNEL_OK);
	assert_int_equal(length, 8);
	assert_int_equal(rx.pending, 16);
}

/* Nor is a message read behind the release of its place: the next one may be there. */
static void test_receive(void **state)
{
	uint64_t message = 0;
	size_t length = 0;
	bool wake;
	enum channel_result result;

	(void)state;
	begin();
	result = channel_receive(&rx, &message, sizeof(message), &length, &wake);
	protect(PROT_READ | PROT_WRITE);
	assert_int_equal(result, CHANNEL_OK);
	assert_int_equal(length, 8);
	assert_int_equal(message, 2);
	assert_true(peer.may_send);
	assert_int_equal(peer.late, 0);
}

static void test_next_bytes(void **state)
{
	const void *data;
	size_t length = 0;
	enum channel_result result;

	(void)state;
	begin();
	result = channel_next_bytes(&rx, &data, &length);
	end(1);
	assert_int_equal(result, CHANNEL_OK);
	assert_int_equal(length, 32);
	assert_int_equal(rx.pending, 32);
}

static void test_reserve(void **state)
{
	void *data;
	size_t room = 0;
	enum channel_result result;

	(void)state;
	begin();
	result = channel_reserve_bytes(&tx, SIZE, &data, &room);
	end(1);
	assert_int_equal(result, CHANNEL_OK);
	assert_true(room <= tx.capacity - 32);
	assert_int_equal(tx.peer, 32);
}

static int setup(void **state)
{
	(void)state;
	pages = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ring = (struct channel_ring *)(void *)pages;
	return pages == MAP_FAILED;
}

static int teardown(void **state)
{
	(void)state;
	return munmap(pages, SIZE);
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

#else

int main(void)
{
	return 0; /* no single step here */
}

#endif
