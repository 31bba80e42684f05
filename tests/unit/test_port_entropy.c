/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port/aarch64/entropy.c: RNDR that fails now and then is asked again; one that always fails is given up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "port/aarch64/machine.h"
#include "port/port.h"

static bool present;
static unsigned int failures; /* before each number */
static unsigned int in_a_row;
static unsigned long asked, relaxed;
static uint64_t next;

bool machine_has_random(void)
{
	return present;
}

/* A try that fails leaves zero, as the register does. */
bool machine_random(uint64_t *word)
{
	asked++;
	*word = 0;
	if (in_a_row++ < failures)
		return false;
	in_a_row = 0;
	*word = next;
	next += 0x0101010101010101;
	return true;
}

void port_relax(void)
{
	relaxed++;
}

static int setup(void **state)
{
	(void)state;
	present = true;
	failures = in_a_row = 0;
	asked = relaxed = 0;
	next = 0x8877665544332211;
	return 0;
}

static void test_retried(void **state)
{
	static const uint8_t expected[20] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x12, 0x23,
					      0x34, 0x45, 0x56, 0x67, 0x78, 0x89, 0x13, 0x24, 0x35, 0x46 };
	const unsigned int rows[] = { 0, 1, 2, 10, 999 };
	uint8_t bytes[21];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(state);
		failures = rows[i];
		memset(bytes, 0xee, sizeof(bytes));
		assert_true(port_entropy(bytes, 20));
		assert_memory_equal(bytes, expected, 20);
		assert_int_equal(bytes[20], 0xee);
		assert_int_equal(asked, 3 * (rows[i] + 1));
		assert_int_equal(relaxed, 3 * rows[i]);
	}
}

static void test_given_up(void **state)
{
	uint8_t bytes[16];

	(void)state;
	failures = UINT32_MAX;
	assert_false(port_entropy(bytes, sizeof(bytes)));
	assert_in_range(asked, 1000, 10000);
}

static void test_none(void **state)
{
	uint8_t bytes[16];

	(void)state;
	present = false;
	assert_false(port_entropy(bytes, sizeof(bytes)));
	assert_int_equal(asked, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_retried), TEST(test_given_up), TEST(test_none) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
