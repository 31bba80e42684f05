/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two threads, a channel, and a semaphore for each that stands for its doorbell. A thread with nothing to do sleeps on
 * it, and it is posted only when channel_commit() or channel_release() said so: if a wake-up could be lost between the
 * two, one of them would sleep for ever. The host between them may ring twice, or late.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "channel_ring.h"

#define CAPACITY 256
/* Seconds until a sleeper counts as one that was not woken. */
#define PATIENCE 20

struct doorbell {
	sem_t sem;
	unsigned int rings_each; /* posts per ring; 0: the host does it, late */
	uint64_t rung, passed_on;
	uint64_t sleeps;
};

struct conversation {
	struct pair p;
	uint64_t messages;
	struct doorbell producer, consumer;
	uint64_t wrong;    /* messages that were not what they should be */
	bool lost, broken; /* somebody was not woken */
	bool over;
};

static size_t length_of(uint64_t i)
{
	return (size_t)(i * 1009 % (CAPACITY / 2 - 7));
}

static void ring(struct doorbell *bell)
{
	__atomic_fetch_add(&bell->rung, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < bell->rings_each; i++)
		sem_post(&bell->sem);
}

/* False: nobody rang. */
static bool wait_for(struct doorbell *bell)
{
	struct timespec end;

	bell->sleeps++;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE;
	while (sem_timedwait(&bell->sem, &end) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

static void *produce(void *argument)
{
	struct conversation *c = argument;
	enum channel_result result;
	void *to;

	for (uint64_t i = 0; i < c->messages && !c->lost; i++) {
		while ((result = channel_reserve(&c->p.tx, length_of(i), &to)) == CHANNEL_WAIT) {
			if (channel_sleep_producer(&c->p.tx) && !wait_for(&c->producer)) {
				c->lost = true;
				return NULL;
			}
			channel_awake_producer(&c->p.tx);
		}
		if (result != CHANNEL_OK) {
			c->broken = true;
			return NULL;
		}
		fill(to, length_of(i), i);
		if (channel_commit(&c->p.tx))
			ring(&c->consumer);
	}
	return NULL;
}

static void *consume(void *argument)
{
	struct conversation *c = argument;
	enum channel_result result;
	const void *from;
	size_t length;

	for (uint64_t i = 0; i < c->messages && !c->lost; i++) {
		while ((result = channel_next(&c->p.rx, &from, &length)) == CHANNEL_WAIT) {
			if (channel_sleep_consumer(&c->p.rx) && !wait_for(&c->consumer)) {
				c->lost = true;
				return NULL;
			}
			channel_awake_consumer(&c->p.rx);
		}
		if (result != CHANNEL_OK) {
			c->broken = true;
			return NULL;
		}
		if (length != length_of(i) || !is_filled(from, length, i))
			c->wrong++;
		if (channel_release(&c->p.rx))
			ring(&c->producer);
	}
	return NULL;
}

/* Passes on what was rung for, any number of rings as one. */
static void pass_on(struct doorbell *bell)
{
	uint64_t rung = __atomic_load_n(&bell->rung, __ATOMIC_ACQUIRE);

	if (bell->rings_each != 0 || rung == bell->passed_on)
		return;
	bell->passed_on = rung;
	sem_post(&bell->sem);
}

static void *late_host(void *argument)
{
	const struct timespec late = { .tv_nsec = 20000 };
	struct conversation *c = argument;

	while (!__atomic_load_n(&c->over, __ATOMIC_ACQUIRE)) {
		nanosleep(&late, NULL);
		pass_on(&c->producer);
		pass_on(&c->consumer);
	}
	return NULL;
}

static void talk(uint64_t messages, unsigned int rings_each)
{
	struct conversation c = {
		.messages = messages,
		.producer.rings_each = rings_each,
		.consumer.rings_each = rings_each,
	};
	pthread_t producer, consumer, host;

	pair_open(&c.p, CAPACITY);
	sem_init(&c.producer.sem, 0, 0);
	sem_init(&c.consumer.sem, 0, 0);
	assert_int_equal(pthread_create(&consumer, NULL, consume, &c), 0);
	assert_int_equal(pthread_create(&producer, NULL, produce, &c), 0);
	assert_int_equal(pthread_create(&host, NULL, late_host, &c), 0);
	pthread_join(producer, NULL);
	pthread_join(consumer, NULL);
	__atomic_store_n(&c.over, true, __ATOMIC_RELEASE);
	pthread_join(host, NULL);
	assert_false(c.lost);
	assert_false(c.broken);
	assert_int_equal(c.wrong, 0);
	assert_int_equal(c.p.ring->head, c.p.ring->tail);
	/* Both did sleep, or nothing was tested. */
	assert_true(c.producer.sleeps > 10);
	assert_true(c.consumer.sleeps > 10);
	sem_destroy(&c.producer.sem);
	sem_destroy(&c.consumer.sem);
	pair_close(&c.p);
}

static void test_no_wakeup_lost(void **state)
{
	(void)state;
	talk(200000, 1);
}

static void test_rung_twice(void **state)
{
	(void)state;
	talk(200000, 2);
}

static void test_rung_late(void **state)
{
	(void)state;
	talk(20000, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_wakeup_lost),
		cmocka_unit_test(test_rung_twice),
		cmocka_unit_test(test_rung_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
