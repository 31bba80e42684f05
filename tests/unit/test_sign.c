/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signatures in steps and the heap they live in (attest/sign.h, attest/arena.h), against RFC 6979's values and
 * OpenSSL.
 */
#include <stdio.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "world.h"

#include "attest/sign.h"
#include "sim/el3.h"
#include "token.h"

/* What a signature takes of an arena: should it come near the end, REALM_REC_AUX_COUNT must grow. */
#define UNITS_EXPECTED 50U

static struct arena a, b;

static void from_hex(uint8_t *to, const char *hex, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
}

static bool is_zero(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (((const uint8_t *)bytes)[i] != 0)
			return false;
	}
	return true;
}

static int setup(void **state)
{
	(void)state;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	sim_el3_reset();
	return 0;
}

/* --- Arena ----------------------------------------------------------------------------------------------- */

static void test_arena(void **state)
{
	uint8_t *all[ARENA_UNITS];

	(void)state;
	assert_null(arena_alloc(&a, 0));
	arena_free(&a, NULL);
	for (uint32_t i = 0; i < ARENA_UNITS; i++) {
		all[i] = arena_alloc(&a, 1 + i % ARENA_UNIT);
		assert_non_null(all[i]);
		assert_true(is_aligned((uintptr_t)all[i], ARENA_UNIT));
		assert_true(is_zero(all[i], ARENA_UNIT));
		memset(all[i], 0xff, ARENA_UNIT);
	}
	assert_false(a.refused);
	assert_null(arena_alloc(&a, 1));
	assert_true(a.refused);
	/* Holes are used where they fit, and come wiped. */
	arena_free(&a, all[3]);
	arena_free(&a, all[10]);
	arena_free(&a, all[11]);
	assert_null(arena_alloc(&a, 3 * ARENA_UNIT));
	assert_ptr_equal(arena_alloc(&a, 2 * ARENA_UNIT), all[10]);
	assert_true(is_zero(all[10], 2 * ARENA_UNIT));
	assert_ptr_equal(arena_alloc(&a, ARENA_UNIT), all[3]);
	assert_true(is_zero(all[3], ARENA_UNIT));
	arena_reset(&a);
	assert_true(is_zero(a.unit, sizeof(a.unit)));
	assert_int_equal(a.used, 0);
	assert_false(a.refused);
	assert_ptr_equal(arena_alloc(&a, sizeof(a.unit)), a.unit[0]);
	assert_int_equal(a.peak, ARENA_UNITS);
	arena_reset(&a);
	assert_null(arena_alloc(&a, sizeof(a.unit) + 1));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - ARENA_UNIT + 2));
}

/* A reset leaves nothing of what was, and touches nothing behind. */
static void test_arena_reset(void **state)
{
	static struct {
		struct arena arena;
		uint8_t behind[ARENA_HEAD];
	} two;

	(void)state;
	memset(two.behind, 0x77, sizeof(two.behind));
	two.arena.root = arena_alloc(&two.arena, sizeof(two.arena.unit));
	arena_reset(&two.arena);
	assert_int_equal(two.behind[0], 0x77);
	assert_null(two.arena.root);
	/* Where one ended, another may be in its midst. */
	two.arena.root = arena_alloc(&two.arena, 1);
	arena_reset(&two.arena);
	assert_ptr_equal(arena_alloc(&two.arena, ARENA_UNIT + 1), two.arena.unit[0]);
	arena_free(&two.arena, two.arena.unit[0]);
	assert_int_equal(two.arena.used, 0);
	/* The peak grows with what lies highest. */
	arena_reset(&two.arena);
	two.arena.peak = 0;
	assert_non_null(arena_alloc(&two.arena, 2 * ARENA_UNIT));
	assert_int_equal(two.arena.peak, 2);
	assert_non_null(arena_alloc(&two.arena, ARENA_UNIT));
	assert_int_equal(two.arena.peak, 3);
}

/* Random allocations never overlap, keep their content, and are all gone in the end. */
static void test_arena_random(void **state)
{
	struct {
		uint8_t *at;
		size_t size;
	} live[16] = { { 0 } };
	uint32_t random = 1;

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int slot;

		random = random * 1664525 + 1013904223;
		slot = random >> 28;
		if (live[slot].at != NULL) {
			for (size_t i = 0; i < live[slot].size; i++)
				assert_int_equal(live[slot].at[i], slot + 1);
			arena_free(&a, live[slot].at);
			live[slot].at = NULL;
			continue;
		}
		live[slot].size = (random >> 8) % 600 + 1;
		live[slot].at = arena_alloc(&a, live[slot].size);
		if (live[slot].at == NULL)
			continue;
		assert_true(is_zero(live[slot].at, live[slot].size));
		memset(live[slot].at, (int)slot + 1, live[slot].size);
	}
	for (unsigned int slot = 0; slot < 16; slot++)
		arena_free(&a, live[slot].at);
	assert_int_equal(a.used, 0);
	assert_int_equal(a.last, 0);
	assert_true(is_zero(a.unit, sizeof(a.unit)));
}

/* Pointers that can't be: inside an allocation, free already, of another arena. */
static void test_arena_bad_pointers(void **state)
{
	uint8_t *p = arena_alloc(&a, 2 * ARENA_UNIT);

	(void)state;
	expect_assert_failure(arena_free(&a, p + 1));
	expect_assert_failure(arena_free(&a, p + ARENA_UNIT));
	expect_assert_failure(arena_free(&a, b.unit[0]));
	expect_assert_failure(arena_free(&a, a.unit[5]));
	arena_free(&a, p);
	expect_assert_failure(arena_free(&a, p));
}

/* --- Signatures -------------------------------------------------------------------------------------------- */

static enum sign sign(struct arena *arena, const uint8_t *digest, uint8_t *signature, unsigned int *steps)
{
	enum sign result;

	*steps = 0;
	do {
		result = sign_step(arena, digest, signature);
		++*steps;
	} while (result == SIGN_MORE);
	return result;
}

/* RFC 6979 A.2.6. */
static void test_vectors(void **state)
{
	static const struct {
		const char *message, *r, *s;
	} vectors[] = {
		{ "sample",
		  "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80"
		  "fabe46",
		  "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38"
		  "628ac8" },
		{ "test",
		  "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3c"
		  "f023db",
		  "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246"
		  "baa5a5" },
	};
	uint8_t key[48], x[48], y[48], expected[96], digest[48], signature[96];
	unsigned int steps;

	(void)state;
	from_hex(key,
		 "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d"
		 "2edf5",
		 48);
	assert_true(sign_init(key, x, y));
	from_hex(expected,
		 "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548"
		 "0bc13",
		 48);
	assert_memory_equal(x, expected, 48);
	from_hex(expected,
		 "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25332"
		 "64720",
		 48);
	assert_memory_equal(y, expected, 48);
	for (size_t i = 0; i < 2; i++) {
		const struct port_bytes parts[] = {
			{ vectors[i].message, 3 }, { vectors[i].message + 3, strlen(vectors[i].message) - 3 }
		};

		sign_sha384(parts, 2, digest);
		assert_int_equal(sign(&a, digest, signature, &steps), SIGN_DONE);
		assert_in_range(steps, 50, 90); /* divided, that is, and not endlessly */
		from_hex(expected, vectors[i].r, 48);
		from_hex(expected + 48, vectors[i].s, 48);
		assert_memory_equal(signature, expected, 96);
	}
}

/* The public half, by OpenSSL. */
static void public_key(const uint8_t *key, uint8_t x[48], uint8_t y[48])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	BIGNUM *d = BN_bin2bn(key, 48, NULL), *bx = BN_new(), *by = BN_new();
	EC_POINT *q = EC_POINT_new(group);

	assert_int_equal(EC_POINT_mul(group, q, d, NULL, NULL, NULL), 1);
	assert_int_equal(EC_POINT_get_affine_coordinates(group, q, bx, by, NULL), 1);
	BN_bn2binpad(bx, x, 48);
	BN_bn2binpad(by, y, 48);
	EC_POINT_free(q);
	BN_free(d);
	BN_free(bx);
	BN_free(by);
	EC_GROUP_free(group);
}

static void test_random(void **state)
{
	uint8_t x[48], y[48], qx[48], qy[48], digest[48], signature[96];
	unsigned int steps;

	(void)state;
	for (unsigned int k = 0; k < 5; k++) {
		port_entropy(sim_el3()->key, 48);
		sim_el3()->key[0] &= 0x7f;
		assert_true(sign_init(sim_el3()->key, x, y));
		public_key(sim_el3()->key, qx, qy);
		assert_memory_equal(x, qx, 48);
		assert_memory_equal(y, qy, 48);
		for (unsigned int i = 0; i < 10; i++) {
			port_entropy(digest, sizeof(digest));
			assert_int_equal(sign(&a, digest, signature, &steps), SIGN_DONE);
			assert_true(token_signature_is_right(x, y, digest, signature));
			signature[95] ^= 1;
			assert_false(token_signature_is_right(x, y, digest, signature));
		}
	}
	assert_in_range(a.peak, 20, UNITS_EXPECTED);
	assert_int_equal(a.used, 0);
	assert_true(is_zero(a.unit, sizeof(a.unit))); /* nonces among them */
}

static void test_bad_keys(void **state)
{
	const char *const order = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248"
				  "b0a77aecec196accc52973";
	uint8_t key[48] = { 0 }, x[48], y[48];

	(void)state;
	assert_false(sign_init(key, x, y));
	from_hex(key, order, 48);
	assert_false(sign_init(key, x, y));
	key[47]++;
	assert_false(sign_init(key, x, y));
	memset(key, 0xff, sizeof(key));
	assert_false(sign_init(key, x, y));
	from_hex(key, order, 48);
	key[47]--;
	assert_true(sign_init(key, x, y));
	memset(key, 0, sizeof(key));
	key[47] = 1;
	assert_true(sign_init(key, x, y)); /* the generator: its first bytes are known */
	assert_int_equal(x[0], 0xaa);
	assert_int_equal(y[0], 0x36);
}

/* Two signatures in turns, a third given up in the middle: each is what it is alone. */
static void test_turns(void **state)
{
	uint8_t x[48], y[48], alone[2][96], digest[2][48] = { { 1 }, { 2 } }, signature[2][96];
	struct arena *const arena[2] = { &a, &b };
	bool done[2] = { false, false };
	unsigned int steps;

	(void)state;
	assert_true(sign_init(sim_el3()->key, x, y));
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(sign(&a, digest[i], alone[i], &steps), SIGN_DONE);
	assert_memory_not_equal(alone[0], alone[1], 96);
	for (unsigned int i = 0; i < steps / 2; i++)
		assert_int_equal(sign_step(&a, digest[1], signature[0]), SIGN_MORE);
	assert_false(is_zero(a.unit, sizeof(a.unit)));
	arena_reset(&a);
	assert_true(is_zero(a.unit, sizeof(a.unit)));
	while (!done[0] || !done[1]) {
		for (unsigned int i = 0; i < 2; i++) {
			if (!done[i])
				done[i] = sign_step(arena[i], digest[i], signature[i]) == SIGN_DONE;
		}
	}
	assert_memory_equal(signature[0], alone[0], 96);
	assert_memory_equal(signature[1], alone[1], 96);
}

/* Whatever memory is lacking, there is a signature, the right one, or none. */
static void test_no_room(void **state)
{
	uint8_t x[48], y[48], right[96], signature[96], digest[48] = { 7 };
	unsigned int steps, failed = 0, done = 0;

	(void)state;
	assert_true(sign_init(sim_el3()->key, x, y));
	assert_int_equal(sign(&a, digest, right, &steps), SIGN_DONE);
	for (size_t lacking = 1; lacking <= ARENA_UNITS; lacking++) {
		memset(&b, 0, sizeof(b));
		assert_non_null(arena_alloc(&b, lacking * ARENA_UNIT));
		if (sign(&b, digest, signature, &steps) == SIGN_DONE) {
			assert_memory_equal(signature, right, 96);
			assert_int_equal(failed, 0);
			done++;
		} else {
			assert_int_equal(b.used, 0);
			failed++;
		}
	}
	assert_in_range(done, ARENA_UNITS - UNITS_EXPECTED, ARENA_UNITS);
	assert_in_range(failed, 10, UNITS_EXPECTED);
}

/* Without random numbers to blind with nothing is computed with the key, and nothing is left of the attempt. */
static void test_no_entropy(void **state)
{
	uint8_t x[48], y[48], signature[96], digest[48] = { 7 };
	unsigned int steps;

	(void)state;
	assert_true(sign_init(sim_el3()->key, x, y));
	sim_set_entropy(false);
	assert_int_equal(sign(&a, digest, signature, &steps), SIGN_FAILED);
	assert_int_equal(a.used, 0);
	assert_true(is_zero(a.unit, sizeof(a.unit)));
	assert_false(sign_init(sim_el3()->key, x, y));
	sim_set_entropy(true);
	assert_true(sign_init(sim_el3()->key, x, y));
	assert_int_equal(sign(&a, digest, signature, &steps), SIGN_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_arena, setup),
		cmocka_unit_test_setup(test_arena_reset, setup),
		cmocka_unit_test_setup(test_arena_random, setup),
		cmocka_unit_test_setup(test_arena_bad_pointers, setup),
		cmocka_unit_test_setup(test_vectors, setup),
		cmocka_unit_test_setup(test_random, setup),
		cmocka_unit_test_setup(test_bad_keys, setup),
		cmocka_unit_test_setup(test_turns, setup),
		cmocka_unit_test_setup(test_no_room, setup),
		cmocka_unit_test_setup(test_no_entropy, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
