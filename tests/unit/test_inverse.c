/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inverses in constant time (attest/inverse.h), against OpenSSL's.
 */
#include <openssl/bn.h>

#include "world.h"

#include "attest/inverse.h"

#define WORDS 6
#define BYTES (WORDS * 8)

/* The field's prime and the order of the group of P-384. */
static const char *const primes[] = {
	"ffffffffffffffffffffffffffffffffffffffffffffffff"
	"fffffffffffffffeffffffff0000000000000000ffffffff",
	"ffffffffffffffffffffffffffffffffffffffffffffffff"
	"c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
};

static BN_CTX *context;
static BIGNUM *n, *a, *expected;

static int setup(void **state)
{
	(void)state;
	context = BN_CTX_new();
	n = BN_new();
	a = BN_new();
	expected = BN_new();
	return context != NULL && n != NULL && a != NULL && expected != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	BN_free(n);
	BN_free(a);
	BN_free(expected);
	BN_CTX_free(context);
	return 0;
}

static void to_words(uint64_t word[WORDS], const BIGNUM *number)
{
	uint8_t bytes[BYTES];

	assert_int_equal(BN_bn2lebinpad(number, bytes, BYTES), BYTES);
	memcpy(word, bytes, BYTES);
}

static void assert_words(const uint64_t word[WORDS], const BIGNUM *number)
{
	uint64_t wanted[WORDS];

	to_words(wanted, number);
	assert_memory_equal(word, wanted, BYTES);
}

/* The divisor and, if that is 1, the inverse, of a modulo n; also where the result takes the place of a. */
static void check(void)
{
	uint64_t of_a[WORDS], of_n[WORDS], gcd[WORDS], inverse[WORDS];

	to_words(of_a, a);
	to_words(of_n, n);
	inverse_gcd_odd(gcd, inverse, of_a, WORDS, of_n, WORDS, NULL);
	assert_true(BN_gcd(expected, a, n, context) == 1);
	assert_words(gcd, expected);
	if (!BN_is_one(expected) || BN_is_one(n))
		return;
	assert_non_null(BN_mod_inverse(expected, a, n, context));
	assert_words(inverse, expected);
	inverse_gcd_odd(gcd, of_a, of_a, WORDS, of_n, WORDS, NULL);
	assert_memory_equal(of_a, inverse, BYTES);
}

/* The smallest and the largest, powers of two, and what is no one's: 0 and n. */
static void test_edges(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(primes); p++) {
		assert_true(BN_hex2bn(&n, primes[p]) != 0);
		for (BN_ULONG i = 0; i < 70; i++) {
			assert_true(BN_set_word(a, i) == 1);
			check();
			assert_true(BN_sub(a, n, a) == 1);
			check();
		}
		for (int bit = 0; bit < 384; bit++) {
			BN_zero(a);
			assert_true(BN_set_bit(a, bit) == 1);
			check();
			assert_true(BN_sub(a, n, a) == 1);
			check();
		}
	}
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4000; i++) {
		assert_true(BN_hex2bn(&n, primes[i % 2]) != 0);
		assert_true(BN_rand_range(a, n) == 1);
		check();
	}
}

/* Odd numbers of every length, most of them with divisors; fewer words than there is room for. */
static void test_other_moduli(void **state)
{
	uint64_t gcd[1], inverse[1];

	(void)state;
	for (int bits = 2; bits <= 384; bits++) {
		assert_true(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
		for (unsigned int i = 0; i < 5; i++) {
			assert_true(BN_rand_range(a, n) == 1);
			check();
		}
	}
	inverse_gcd_odd(gcd, inverse, (const uint64_t[]){ 3 }, 1, (const uint64_t[]){ 7 }, 1, NULL);
	assert_int_equal(gcd[0], 1);
	assert_int_equal(inverse[0], 5);
	inverse_gcd_odd(gcd, NULL, (const uint64_t[]){ 21 }, 1, (const uint64_t[]){ 35 }, 1, NULL);
	assert_int_equal(gcd[0], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_edges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_moduli, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
