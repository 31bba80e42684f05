/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The CBOR encoder, against the examples of RFC 8949 and libcbor.
 */
#include <stdlib.h>

#include <cbor.h>

#include "world.h"

#include "attest/cbor.h"

#define ROOM 512U

static uint8_t buffer[ROOM];
static struct cbor c;

static int setup(void **state)
{
	(void)state;
	memset(buffer, 0xee, sizeof(buffer));
	c = (struct cbor){ .part = { { buffer, sizeof(buffer) } } };
	return 0;
}

/* What was written since the last check. */
#define CHECK_WRITTEN(...)                                                 \
	do {                                                               \
		const uint8_t expected_[] = { __VA_ARGS__ };               \
		assert_int_equal(c.length, sizeof(expected_));             \
		assert_memory_equal(buffer, expected_, sizeof(expected_)); \
		assert_int_equal(buffer[sizeof(expected_)], 0xee);         \
		assert_true(cbor_fits(&c));                                \
		setup(NULL);                                               \
	} while (0)

/* RFC 8949 Appendix A. */
static void test_examples(void **state)
{
	(void)state;
	cbor_uint(&c, 0);
	CHECK_WRITTEN(0x00);
	cbor_uint(&c, 23);
	CHECK_WRITTEN(0x17);
	cbor_uint(&c, 24);
	CHECK_WRITTEN(0x18, 0x18);
	cbor_uint(&c, 100);
	CHECK_WRITTEN(0x18, 0x64);
	cbor_uint(&c, 255);
	CHECK_WRITTEN(0x18, 0xff);
	cbor_uint(&c, 256);
	CHECK_WRITTEN(0x19, 0x01, 0x00);
	cbor_uint(&c, 1000);
	CHECK_WRITTEN(0x19, 0x03, 0xe8);
	cbor_uint(&c, 65535);
	CHECK_WRITTEN(0x19, 0xff, 0xff);
	cbor_uint(&c, 65536);
	CHECK_WRITTEN(0x1a, 0x00, 0x01, 0x00, 0x00);
	cbor_uint(&c, 1000000);
	CHECK_WRITTEN(0x1a, 0x00, 0x0f, 0x42, 0x40);
	cbor_uint(&c, UINT32_MAX);
	CHECK_WRITTEN(0x1a, 0xff, 0xff, 0xff, 0xff);
	cbor_uint(&c, UINT64_C(1) << 32);
	CHECK_WRITTEN(0x1b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00);
	cbor_uint(&c, UINT64_C(1000000000000));
	CHECK_WRITTEN(0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00);
	cbor_uint(&c, UINT64_MAX);
	CHECK_WRITTEN(0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	cbor_int(&c, 0);
	CHECK_WRITTEN(0x00);
	cbor_int(&c, 10);
	CHECK_WRITTEN(0x0a);
	cbor_int(&c, -1);
	CHECK_WRITTEN(0x20);
	cbor_int(&c, -10);
	CHECK_WRITTEN(0x29);
	cbor_int(&c, -100);
	CHECK_WRITTEN(0x38, 0x63);
	cbor_int(&c, -1000);
	CHECK_WRITTEN(0x39, 0x03, 0xe7);
	cbor_int(&c, INT64_MIN);
	CHECK_WRITTEN(0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	cbor_bytes(&c, NULL, 0);
	CHECK_WRITTEN(0x40);
	cbor_bytes(&c, "\1\2\3\4", 4);
	CHECK_WRITTEN(0x44, 0x01, 0x02, 0x03, 0x04);
	cbor_text(&c, "");
	CHECK_WRITTEN(0x60);
	cbor_text(&c, "IETF");
	CHECK_WRITTEN(0x64, 0x49, 0x45, 0x54, 0x46);
	cbor_array(&c, 0);
	CHECK_WRITTEN(0x80);
	cbor_array(&c, 25);
	CHECK_WRITTEN(0x98, 0x19);
	cbor_map(&c, 2);
	CHECK_WRITTEN(0xa2);
	cbor_tag(&c, 32);
	CHECK_WRITTEN(0xd8, 0x20);
	cbor_null(&c);
	CHECK_WRITTEN(0xf6);
	cbor_raw(&c, "\xff\x00", 2);
	CHECK_WRITTEN(0xff, 0x00);
}

/* Some of everything, 400 bytes or so. */
static void write_sample(struct cbor *to)
{
	uint8_t bytes[300];
	size_t opened;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	cbor_tag(to, 399);
	cbor_map(to, 3);
	cbor_uint(to, 44234);
	cbor_array(to, 3);
	cbor_int(to, -76001);
	cbor_text(to, "a text of some length, more than 23 bytes");
	cbor_null(to);
	cbor_uint(to, 44241);
	opened = cbor_bytes_open(to);
	cbor_bytes(to, bytes, sizeof(bytes));
	cbor_bytes_close(to, opened);
	cbor_uint(to, 100000);
	cbor_uint(to, UINT64_MAX);
}

static void test_decodes(void **state)
{
	struct cbor_load_result result;
	cbor_item_t *tag, *map;
	struct cbor_pair *pair;

	(void)state;
	write_sample(&c);
	tag = cbor_load(buffer, c.length, &result);
	assert_non_null(tag);
	assert_int_equal(result.read, c.length);
	assert_true(cbor_isa_tag(tag));
	assert_int_equal(cbor_tag_value(tag), 399);
	map = cbor_tag_item(tag);
	assert_true(cbor_isa_map(map));
	assert_int_equal(cbor_map_size(map), 3);
	pair = cbor_map_handle(map);
	assert_int_equal(cbor_get_int(pair[0].key), 44234);
	assert_int_equal(cbor_array_size(pair[0].value), 3);
	assert_true(cbor_isa_negint(cbor_array_handle(pair[0].value)[0]));
	assert_int_equal(cbor_get_int(cbor_array_handle(pair[0].value)[0]), 76000);
	assert_int_equal(cbor_string_length(cbor_array_handle(pair[0].value)[1]), 41);
	assert_true(cbor_is_null(cbor_array_handle(pair[0].value)[2]));
	assert_int_equal(cbor_get_int(pair[1].key), 44241);
	assert_true(cbor_isa_bytestring(pair[1].value));
	assert_int_equal(cbor_bytestring_length(pair[1].value), 303);
	assert_int_equal(cbor_get_int(pair[2].value), UINT64_MAX);
	cbor_decref(&map);
	cbor_decref(&tag);
}

/* In two parts, wherever the first one ends, or in too small a room: the same bytes, and none beside. */
static void test_parts(void **state)
{
	static uint8_t whole[ROOM], first[ROOM], second[ROOM];
	size_t length;

	(void)state;
	write_sample(&c);
	length = c.length;
	memcpy(whole, buffer, ROOM);
	for (size_t split = 0; split <= length; split++) {
		for (size_t lacking = 0; lacking <= length - split && lacking < 3; lacking++) {
			size_t rest = length - split - lacking;
			struct cbor parts = { .part = { { first, split }, { second, rest } } };

			memset(first, 0xee, ROOM);
			memset(second, 0xee, ROOM);
			write_sample(&parts);
			assert_int_equal(parts.length, length);
			assert_int_equal(cbor_fits(&parts), lacking == 0);
			assert_memory_equal(first, whole, split);
			assert_memory_equal(second, whole + split, rest);
			assert_int_equal(first[split], 0xee);
			assert_int_equal(second[rest], 0xee);
		}
	}
}

/* Any range of what was written, put together again. */
static void test_written(void **state)
{
	static uint8_t first[100], second[ROOM];
	struct cbor parts = { .part = { { first, sizeof(first) }, { second, sizeof(second) } } };

	(void)state;
	write_sample(&c);
	write_sample(&parts);
	for (size_t from = 0; from < c.length; from += from == 98 ? 2 : 7) { /* 100, too: the second begins */
		for (size_t size = 0; from + size <= c.length; size++) {
			struct port_bytes part[CBOR_PARTS];
			uint8_t joined[ROOM];
			size_t count, at = 0;

			cbor_written(&parts, from, size, part, &count);
			assert_in_range(count, size != 0, CBOR_PARTS);
			for (size_t i = 0; i < count; i++) {
				assert_int_not_equal(part[i].size, 0);
				memcpy(joined + at, part[i].data, part[i].size);
				at += part[i].size;
			}
			assert_int_equal(at, size);
			assert_memory_equal(joined, buffer + from, size);
		}
	}
}

/* A byte string of `size` bytes with an open head. */
static size_t write_open(size_t size)
{
	static uint8_t content[65536], large[65600];
	struct cbor to = { .part = { { large, sizeof(large) } } };
	size_t opened = cbor_bytes_open(&to);

	assert_int_equal(opened, 0);
	cbor_raw(&to, content, size);
	cbor_bytes_close(&to, opened);
	assert_int_equal(large[0], 0x59);
	assert_int_equal(large[1] << 8 | large[2], size);
	return to.length;
}

/* The head that is left open has three bytes: a content that needs another one is the monitor's fault. */
static void test_open_sizes(void **state)
{
	(void)state;
	expect_assert_failure(write_open(0));
	expect_assert_failure(write_open(255));
	assert_int_equal(write_open(256), 259);
	assert_int_equal(write_open(65535), 65538);
	expect_assert_failure(write_open(65536));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_examples, setup),   cmocka_unit_test_setup(test_decodes, setup),
		cmocka_unit_test_setup(test_parts, setup),      cmocka_unit_test_setup(test_written, setup),
		cmocka_unit_test_setup(test_open_sizes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
