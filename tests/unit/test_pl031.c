/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PL031: the time, as the host has it and as the realm sets it; the alarm; what a driver looks at first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "devices/pl031.h"

#define BASE UINT64_C(0x9010000)
#define INTID 34

#define DR 0x00
#define MR 0x04
#define LR 0x08
#define CR 0x0c
#define IMSC 0x10
#define RIS 0x14
#define MIS 0x18
#define ICR 0x1c

struct machine {
	struct pl031 rtc;
	struct device *device;
	struct device_platform platform;
	uint32_t now;
	bool line;
	unsigned int line_changes;
};

static void set_irq(void *context, unsigned int intid, bool level)
{
	struct machine *m = context;

	assert_int_equal(intid, INTID);
	assert_int_not_equal(m->line, level);
	m->line = level;
	m->line_changes++;
}

static uint32_t now(void *context)
{
	return ((struct machine *)context)->now;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->platform = (struct device_platform){ m, set_irq, NULL };
	m->device = &m->rtc.device;
	m->now = 1790000000;
	pl031_init(&m->rtc, BASE, INTID, &m->platform, now, m);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static uint32_t read(struct machine *m, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	assert_true(device_access(&m->device, 1, BASE + offset, 4, false, &value));
	assert_int_equal(value >> 32, 0);
	return (uint32_t)value;
}

static void write(struct machine *m, uint64_t offset, uint64_t value)
{
	assert_true(device_access(&m->device, 1, BASE + offset, 4, true, &value));
}

static void test_time(void **state)
{
	struct machine *m = *state;

	assert_int_equal(read(m, DR), 1790000000);
	m->now += 5;
	assert_int_equal(read(m, DR), 1790000005);
	/* Its own from then on, and it goes on; backwards, too. */
	write(m, LR, 86400);
	assert_int_equal(read(m, DR), 86400);
	m->now += 7;
	assert_int_equal(read(m, DR), 86407);
	write(m, LR, UINT32_MAX);
	m->now++;
	assert_int_equal(read(m, DR), 0);
	/* It can't be stopped, nor set by writing to what only tells. */
	write(m, CR, 0);
	write(m, DR, 3);
	assert_int_equal(read(m, CR), 1);
	assert_int_equal(read(m, DR), 0);
}

static void test_alarm(void **state)
{
	struct machine *m = *state;

	/* None has been set: the time that MR holds out of reset has long passed. */
	write(m, IMSC, 1);
	assert_int_equal(read(m, RIS), 0);
	write(m, MR, m->now + 2);
	m->now++;
	assert_int_equal(read(m, RIS), 0);
	assert_false(m->line);
	m->now++;
	assert_int_equal(read(m, RIS), 1);
	assert_int_equal(read(m, MIS), 1);
	assert_true(m->line);
	/* Once. */
	write(m, ICR, 1);
	assert_false(m->line);
	m->now++;
	assert_int_equal(read(m, RIS), 0);
	assert_int_equal(m->line_changes, 2);
}

static void test_masked_alarm(void **state)
{
	struct machine *m = *state;

	write(m, MR, m->now);
	assert_int_equal(read(m, RIS), 1);
	assert_int_equal(read(m, MIS), 0);
	assert_false(m->line);
	write(m, IMSC, 0xff);
	assert_int_equal(read(m, IMSC), 1);
	assert_true(m->line);
	write(m, ICR, 0);
	assert_true(m->line);
	write(m, IMSC, 0);
	assert_false(m->line);
}

static void test_identity(void **state)
{
	static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct machine *m = *state;

	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(read(m, 0xfe0 + 4 * i), ids[i]);
	assert_int_equal(read(m, 0x20), 0);
	assert_int_equal(read(m, 0xfdc), 0);
}

/* Sizes and places that no register has; then anything: the line is told of changes only (set_irq()). */
static void test_anything(void **state)
{
	struct machine *m = *state;
	uint64_t value = 0;

	assert_false(device_access(&m->device, 1, BASE + 1, 4, false, &value));
	assert_false(device_access(&m->device, 1, BASE, 8, false, &value));
	assert_false(device_access(&m->device, 1, BASE, 2, true, &value));
	assert_false(device_access(&m->device, 1, BASE + PL031_SIZE, 4, false, &value));
	srandom(1);
	for (unsigned int i = 0; i < 20000; i++) {
		uint64_t offset = (uint64_t)random() % (PL031_SIZE / 64), bytes = UINT64_C(1) << random() % 4;

		value = (uint64_t)random() << 32 | (uint64_t)random();
		m->now += (uint32_t)random() % 3;
		device_access(&m->device, 1, BASE + offset, (unsigned int)bytes, random() % 2 == 0, &value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alarm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_masked_alarm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_anything, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
