/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verifier's CBOR reader, by the examples of RFC 8949 appendix A and F, and against libcbor: whatever the reader
 * accepts, libcbor reads as one item of the same length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cbor.h"
#include "cbor_oracle.h"
#include "corpus.h"

/* The item's bytes, in an allocation of their size, so that ASan sees what is read beyond them. */
static const char *check(struct span text, size_t *offset)
{
	uint8_t *bytes = malloc(text.size + 1);
	const char *error;

	memcpy(bytes, text.data, text.size);
	bytes = realloc(bytes, text.size ? text.size : 1);
	error = cbor_check((struct span){ bytes, text.size }, offset);
	free(bytes);
	return error;
}

static const char *check_hex(const char *digits, size_t *offset)
{
	uint8_t bytes[256];
	size_t size;

	assert_true(unhex(span_of_text(digits), bytes, sizeof(bytes), &size));
	return check((struct span){ bytes, size }, offset);
}

/* RFC 8949 appendix A: those in the one encoding that is accepted. */
static void test_examples(void **state)
{
	static const char *const good[] = {
		"00",
		"01",
		"0a",
		"17",
		"1818",
		"1819",
		"1864",
		"1903e8",
		"1a000f4240",
		"1b000000e8d4a51000",
		"1bffffffffffffffff",
		"c249010000000000000000",
		"3bffffffffffffffff",
		"c349010000000000000000",
		"20",
		"29",
		"3863",
		"3903e7",
		"f4",
		"f5",
		"f6",
		"c074323031332d30332d32315432303a30343a30305a",
		"c11a514b67b0",
		"d74401020304",
		"d818456449455446",
		"40",
		"4401020304",
		"60",
		"6161",
		"6449455446",
		"62225c",
		"62c3bc",
		"63e6b0b4",
		"64f0908591",
		"80",
		"83010203",
		"8301820203820405",
		"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
		"a0",
		"a201020304",
		"a26161016162820203",
		"826161a161626163",
		"a56161614161626142616361436164614461656145",
	};
	size_t offset;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *error = check_hex(good[i], &offset);

		if (error)
			fail_msg("%s: %s", good[i], error);
	}
}

/* Those of appendix A that are floating point, simple values, indefinite; appendix F: not well-formed at all. */
static void test_not_accepted(void **state)
{
	static const char *const bad[] = {
		"f90000",
		"fb3ff199999999999a",
		"f97e00",
		"fa47c35000",
		"f7",
		"f0",
		"f8ff",
		"e0",
		"c1fb41d452d9e2000000",
		"5f42010243030405ff",
		"7f657374726561646d696e67ff",
		"9fff",
		"9f018202039f0405ffff",
		"bf61610161629f0203ffff",
		/* end of input in a head */
		"18",
		"19",
		"1a",
		"1b",
		"1901",
		"1a0102",
		"1b01020304050607",
		"38",
		"58",
		"78",
		"98",
		"9a01ff00",
		"b8",
		"d8",
		"f8",
		"f900",
		"fa0000",
		"fb000000",
		/* end of input with data missing */
		"41",
		"61",
		"5affffffff00",
		"5bffffffffffffffff010203",
		"7affffffff00",
		"7b7fffffffffffffff010203",
		"81",
		"818181818181818181",
		"8200",
		"a1",
		"a20102",
		"a100",
		"a2000000",
		"c0",
		/* reserved additional information, reserved simple values, breaks */
		"1c",
		"1d",
		"1e",
		"3c",
		"5c",
		"7e",
		"9c",
		"bd",
		"dc",
		"fc",
		"fd",
		"fe",
		"f800",
		"f801",
		"f818",
		"f81f",
		"ff",
		"81ff",
		"8200ff",
		"a1ff",
		"a1ff00",
		"a100ff",
		"c0ff",
		"1f",
		"3f",
		"df",
	};
	size_t offset;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (!check_hex(bad[i], &offset))
			fail_msg("%s is accepted", bad[i]);
	}
}

static void test_offsets(void **state)
{
	static const struct {
		const char *digits, *error;
		size_t offset;
	} cases[] = {
		{ "", "cut off before an item", 0 },
		{ "8201", "cut off before an item", 2 },
		{ "82011901", "cut off inside a head", 2 },
		{ "0000", "bytes behind the end", 1 },
		{ "8118ff00", "bytes behind the end", 3 },
		{ "82004363", "a string longer than what is left", 2 },
		{ "a200000000", "a map key that comes twice", 3 },
		{ "a1800000", "a map key that is neither integer nor text", 1 },
		{ "811800", "a head that is not in its shortest form", 1 },
		{ "8161ff", "text that is not UTF-8", 1 },
		{ "81f7", "a floating point number or simple value", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t offset = 99;
		const char *error = check_hex(cases[i].digits, &offset);

		assert_non_null(error);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(offset, cases[i].offset);
	}
}

/* Every head with an argument: accepted in its shortest form alone. */
static void test_shortest_form(void **state)
{
	static const uint64_t values[] = { 0,     23,    24,         255,         256,
					   65535, 65536, 0xffffffff, 0x100000000, UINT64_MAX };
	size_t offset;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		unsigned int accepted = 0;

		for (unsigned int width = 1; width <= 8; width *= 2) {
			uint8_t bytes[9] = { (uint8_t)(24 + __builtin_ctz(width)) };

			if (width < 8 && values[i] >> (8 * width))
				continue;
			for (unsigned int j = 0; j < width; j++)
				bytes[1 + j] = (uint8_t)(values[i] >> 8 * (width - 1 - j));
			accepted += check((struct span){ bytes, 1 + width }, &offset) == NULL;
		}
		assert_int_equal(accepted, values[i] >= 24);
	}
}

static void test_reader(void **state)
{
	/* [1, -2, h'03', "4", {5: true}] and then the integers at the ends of int64_t */
	static const uint8_t bytes[] =
		"\x87\x01\x21\x41\x03\x61\x34\xa1\x05\xf5\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"
		"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff";
	struct cbor_reader r = cbor_open((struct span){ bytes, sizeof(bytes) - 1 });
	struct cbor_item item;
	int64_t value = 0;

	(void)state;
	assert_false(cbor_expect(&r, CBOR_MAP, &item));
	assert_ptr_equal(r.at, bytes);
	assert_true(cbor_expect(&r, CBOR_ARRAY, &item));
	assert_int_equal(item.value, 7);
	assert_true(cbor_next(&r, &item) && cbor_integer(&item, &value));
	assert_int_equal(value, 1);
	assert_true(cbor_next(&r, &item) && cbor_integer(&item, &value));
	assert_int_equal(value, -2);
	assert_true(cbor_next(&r, &item) && !cbor_integer(&item, &value));
	assert_int_equal(item.type, CBOR_BYTES);
	assert_true(item.content.size == 1 && item.content.data[0] == 3);
	assert_true(cbor_expect(&r, CBOR_TEXT, &item));
	assert_true(item.content.size == 1 && item.content.data[0] == '4');
	assert_true(cbor_skip(&r));
	assert_true(cbor_next(&r, &item) && cbor_integer(&item, &value) && value == INT64_MAX);
	assert_true(cbor_next(&r, &item) && cbor_integer(&item, &value) && value == INT64_MIN);
	assert_false(cbor_next(&r, &item));
	assert_false(cbor_skip(&r));
	item = (struct cbor_item){ .type = CBOR_NINT, .value = (uint64_t)INT64_MAX + 1 };
	assert_false(cbor_integer(&item, &value));
	item.type = CBOR_UINT;
	assert_false(cbor_integer(&item, &value));
}

/* Accepted here: then also by libcbor, with nothing left over. True if accepted by both. */
static bool agree(struct span bytes)
{
	size_t offset, length = 0;

	if (check(bytes, &offset))
		return false;
	switch (oracle_ask(bytes.data, bytes.size, &length)) {
	case ORACLE_REFUSES:
		fail_msg("libcbor refuses what is accepted here");
		break;
	case ORACLE_SILENT:
		return false;
	default:
		assert_int_equal(length, bytes.size);
	}
	return true;
}

static uint32_t random_bits(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

/* Short noise, of bytes that begin items more often than not. */
static void test_noise_against_libcbor(void **state)
{
	static const uint8_t likely[] = { 0x00, 0x18, 0x19, 0x20, 0x38, 0x40, 0x41, 0x42, 0x60,
					  0x61, 0x62, 0x80, 0x81, 0x82, 0x83, 0xa0, 0xa1, 0xa2,
					  0xc1, 0xd8, 0xf4, 0xf5, 0xf6, 0xf7, 0xff, 0x9f };
	unsigned int accepted = 0;
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 100000; round++) {
		uint8_t bytes[12];
		size_t size = 1 + random_bits(&seed) % sizeof(bytes);

		for (size_t i = 0; i < size; i++) {
			uint32_t bits = random_bits(&seed);

			bytes[i] = bits & 0x700 ? likely[bits % sizeof(likely)] : (uint8_t)bits;
		}
		accepted += agree((struct span){ bytes, size });
	}
	/* Else the noise says nothing. */
	assert_true(accepted > 5000);
}

static void test_tokens_against_libcbor(void **state)
{
	struct corpus corpus;
	unsigned int accepted = 0;

	(void)state;
	corpus_open(&corpus);
	for (size_t i = 0; i < corpus.count; i++) {
		struct bytes token = corpus_file(corpus.item[i].token);

		accepted += agree((struct span){ token.data, token.size });
		free(token.data);
	}
	corpus_close(&corpus);
	assert_true(accepted > 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_not_accepted),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_shortest_form),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_noise_against_libcbor),
		cmocka_unit_test(test_tokens_against_libcbor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
