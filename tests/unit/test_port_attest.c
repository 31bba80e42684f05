/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port/aarch64/attest.c: the realm attestation key; and against an EL3 that serves a platform token in parts, as the RMM-EL3
 * interface has it and TF-A 2.12 does not: RMM_ATTEST_GET_PLAT_TOKEN with a challenge begins, without one goes on; each part
 * has a page's room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "port/aarch64/attest.h"
#include "port/aarch64/smc.h"
#include "port/attest.h"
#include "port/port.h"

#define SHARED_PA UINT64_C(0x40fff000)
#define TOKEN_MAX (9 * 1024)

static uint8_t page[GRANULE_SIZE] __attribute__((aligned(GRANULE_SIZE)));

static struct {
	uint8_t token[TOKEN_MAX];
	size_t size, at, part_max;
	uint64_t result;        /* of the next call, unless OK */
	unsigned int busy;      /* calls that find it so */
	uint64_t size_reported; /* of the next part, unless 0 */
	bool begun;
	uint64_t key_size;
} el3;

static void answer(uint64_t x[8], uint64_t result, uint64_t size, uint64_t left)
{
	x[0] = result;
	x[1] = size;
	x[2] = left;
}

/* As EL3 may: what it writes is more than it says. */
static void give_key(uint64_t x[8])
{
	assert_int_equal(x[1], SHARED_PA);
	assert_int_equal(x[2], GRANULE_SIZE);
	assert_int_equal(x[3], 0); /* P-384 */
	memset(page, 0x5e, sizeof(page));
	answer(x, el3.result, el3.key_size, 0);
}

void el3_call(uint64_t x[8])
{
	size_t part;

	if (x[0] == EL3_ATTEST_GET_REALM_KEY) {
		give_key(x);
		return;
	}
	assert_int_equal(x[0], EL3_ATTEST_GET_PLAT_TOKEN);
	assert_int_equal(x[1], SHARED_PA);
	assert_int_equal(x[2], GRANULE_SIZE);
	assert_int_equal(x[3], el3.begun ? 0 : PORT_CHALLENGE_SIZE);
	if (!el3.begun)
		for (unsigned int i = 0; i < PORT_CHALLENGE_SIZE; i++)
			assert_int_equal(page[i], 0xc0 + i);
	if (el3.busy > 0) {
		el3.busy--;
		answer(x, 0xfffffffa, 0, 0); /* E_RMM_AGAIN, as the 32 bits that it has */
		return;
	}
	if (el3.result != EL3_OK) {
		answer(x, el3.result, 0, 0);
		return;
	}
	el3.begun = true;
	part = min_u64(el3.part_max, el3.size - el3.at);
	memcpy(page, el3.token + el3.at, part);
	el3.at += part;
	answer(x, EL3_OK, el3.size_reported != 0 ? el3.size_reported : part, el3.size - el3.at);
}

void port_relax(void)
{
}

void port_wipe(void *granule)
{
	assert_ptr_equal(granule, page);
	memset(page, 0, sizeof(page));
}

static int setup(void **state)
{
	(void)state;
	memset(&el3, 0, sizeof(el3));
	for (size_t i = 0; i < TOKEN_MAX; i++)
		el3.token[i] = (uint8_t)(i * 13 + (i >> 8));
	el3.part_max = GRANULE_SIZE;
	attest_port_init(SHARED_PA, page);
	return 0;
}

static enum port_token next(bool first, struct port_bytes *part, uint64_t *left)
{
	uint8_t challenge[PORT_CHALLENGE_SIZE];

	for (unsigned int i = 0; i < PORT_CHALLENGE_SIZE; i++)
		challenge[i] = (uint8_t)(0xc0 + i);
	return port_platform_token(first ? challenge : NULL, part, left);
}

/* The whole token, by as many calls as it takes. */
static void fetch(size_t size)
{
	struct port_bytes part;
	uint64_t left = 1;
	size_t got = 0;

	el3.size = size;
	while (left > 0) {
		enum port_token result = next(got == 0, &part, &left);

		if (result == PORT_TOKEN_BUSY)
			continue;
		assert_int_equal(result, PORT_TOKEN_PART);
		assert_true(part.size <= size - got);
		assert_memory_equal(part.data, el3.token + got, part.size);
		got += part.size;
		assert_int_equal(left, size - got);
	}
	assert_int_equal(got, size);
	port_platform_token_end();
	for (size_t i = 0; i < sizeof(page); i++)
		assert_int_equal(page[i], 0);
}

static void test_parts(void **state)
{
	const size_t sizes[] = { 1518, GRANULE_SIZE, GRANULE_SIZE + 1, 5 * 1024, 9 * 1024 };
	const size_t parts[] = { 1000, GRANULE_SIZE };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(parts); k++) {
			setup(state);
			el3.part_max = parts[k];
			fetch(sizes[i]);
		}
	}
}

static void test_busy(void **state)
{
	(void)state;
	el3.busy = 3;
	fetch(5 * 1024);
}

/* What EL3 can't mean. */
static void test_refused(void **state)
{
	const uint64_t results[] = { (uint64_t)-1, 0xffffffff, (uint64_t)-5, 1 };
	struct port_bytes part;
	uint64_t left;

	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		setup(state);
		el3.size = TOKEN_MAX;
		el3.result = results[i];
		assert_int_equal(next(true, &part, &left), PORT_TOKEN_NONE);
	}
	setup(state);
	el3.size = TOKEN_MAX;
	el3.size_reported = GRANULE_SIZE + 1;
	assert_int_equal(next(true, &part, &left), PORT_TOKEN_NONE);
}

/* Whatever came, the page does not keep it; what is no key is not taken. */
static void test_key(void **state)
{
	static const struct {
		uint64_t result, size;
		bool good;
	} rows[] = {
		{ EL3_OK, PORT_P384_SIZE, true },
		{ EL3_OK, PORT_P384_SIZE - 1, false },
		{ EL3_OK, PORT_P384_SIZE + 1, false },
		{ EL3_OK, 0, false },
		{ EL3_OK, UINT64_MAX, false },
		{ 1, PORT_P384_SIZE, false },
		{ (uint64_t)-1, PORT_P384_SIZE, false },
		{ (uint64_t)EL3_AGAIN, PORT_P384_SIZE, false },
		{ UINT64_C(1) << 32, PORT_P384_SIZE, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t key[PORT_P384_SIZE + 1] = { 0 };

		setup(state);
		el3.result = rows[i].result;
		el3.key_size = rows[i].size;
		assert_int_equal(port_attest_key(key), rows[i].good);
		for (size_t b = 0; b < sizeof(key); b++)
			assert_int_equal(key[b], rows[i].good && b < PORT_P384_SIZE ? 0x5e : 0);
		for (size_t b = 0; b < sizeof(page); b++)
			assert_int_equal(page[b], 0);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_parts), TEST(test_busy), TEST(test_refused),
					    TEST(test_key) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
