/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why no wake-up is lost: each side writes its own line of the ring before it looks at the other's. Threads rarely meet in
 * the window between the two (test_channel_sleep.c); here the lines are on two pages, the other side's is taken away, and
 * the fault shows what had been written by then.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/channel.h"

#define LINE 64

static uint8_t
	*pages; /* two; the producer's line is the end of the first, the consumer's begins the second */
static size_t page_size;
static struct channel_ring *ring;
static struct channel tx, rx;

/* What is watched: a word of ours, at the first access to the page that is gone. */
static struct {
	uint8_t *gone;
	const uint64_t *word;
	uint64_t seen;
	unsigned int faults;
} watch;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (watch.gone == NULL || (uint8_t *)info->si_addr < watch.gone ||
	    (uint8_t *)info->si_addr >= watch.gone + page_size)
		_exit(2);
	watch.seen = *watch.word;
	watch.faults++;
	mprotect(watch.gone, page_size, PROT_READ | PROT_WRITE);
	watch.gone = NULL;
}

/* cmocka has a handler of its own by now. */
static void take_away(uint8_t *page, const uint64_t *word)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	watch.gone = page;
	watch.word = word;
	watch.seen = UINT64_MAX;
	watch.faults = 0;
	assert_int_equal(mprotect(page, page_size, PROT_NONE), 0);
}

static int setup(void **state)
{
	(void)state;
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(pages, MAP_FAILED);
	ring = (struct channel_ring *)(void *)(pages + page_size - LINE);
	assert_ptr_equal(&ring->tail, pages + page_size);
	assert_true(channel_open(&tx, ring, page_size) && channel_open(&rx, ring, page_size));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(pages, 2 * page_size);
	return 0;
}

static void reserve(void)
{
	void *data;

	assert_int_equal(channel_reserve(&tx, 8, &data), CHANNEL_OK);
	memset(data, 1, 8);
}

static void test_commit(void **state)
{
	(void)state;
	reserve();
	ring->consumer_sleeps = 1;
	take_away(pages + page_size, &ring->head);
	assert_true(channel_commit(&tx));
	assert_int_equal(watch.faults, 1);
	assert_int_equal(watch.seen, tx.own);
	assert_true(tx.own != 0);
}

static void test_release(void **state)
{
	const void *data;
	size_t length;

	(void)state;
	reserve();
	channel_commit(&tx);
	assert_int_equal(channel_next(&rx, &data, &length), CHANNEL_OK);
	ring->producer_sleeps = 1;
	take_away(pages, &ring->tail);
	assert_true(channel_release(&rx));
	assert_int_equal(watch.faults, 1);
	assert_int_equal(watch.seen, rx.own);
	assert_true(rx.own != 0);
}

static void test_consumer_sleeps(void **state)
{
	(void)state;
	take_away(pages, &ring->consumer_sleeps);
	assert_true(channel_sleep_consumer(&rx));
	assert_int_equal(watch.faults, 1);
	assert_int_equal(watch.seen, 1);
}

static void test_producer_sleeps(void **state)
{
	void *data;

	(void)state;
	while (channel_reserve(&tx, 64, &data) == CHANNEL_OK)
		channel_commit(&tx);
	take_away(pages + page_size, &ring->producer_sleeps);
	assert_true(channel_sleep_producer(&tx));
	assert_int_equal(watch.faults, 1);
	assert_int_equal(watch.seen, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_commit),
		TEST(test_release),
		TEST(test_consumer_sleeps),
		TEST(test_producer_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
