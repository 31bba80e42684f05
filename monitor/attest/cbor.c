/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CBOR (cbor.h).
 */
#include "attest/cbor.h"

#include <string.h>

#include "port/port.h"

/* Major types (RFC 8949 3.1), in the top three bits of a head. */
enum major {
	MAJOR_UINT = 0,
	MAJOR_NINT = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5,
	MAJOR_TAG = 6,
	MAJOR_SIMPLE = 7,
};

#define SIMPLE_NULL 22U

/* What follows the top bits: the argument itself, or how many bytes of it follow. */
#define INFO_MAX_DIRECT 23U
#define INFO_1_BYTE 24U
#define INFO_2_BYTES 25U
#define INFO_4_BYTES 26U
#define INFO_8_BYTES 27U

#define HEAD_MAX 9U
#define OPEN_HEAD 3U

static void put_at(struct cbor *c, size_t at, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	/*@ loop pragma UNROLL "completely", 3; */
	for (unsigned int i = 0; i < CBOR_PARTS && size > 0; i++) {
		struct cbor_part *p = &c->part[i];
		size_t here;

		if (at >= p->size) {
			at -= p->size;
			continue;
		}
		here = min_u64(size, p->size - at);
		memcpy(p->at + at, from, here);
		from += here;
		size -= here;
		at = 0;
	}
}

void cbor_raw(struct cbor *c, const void *bytes, size_t size)
{
	put_at(c, c->length, bytes, size);
	c->length += size;
}

/* How many bytes of the argument follow the first byte of a head. */
static unsigned int argument_size(uint64_t argument)
{
	if (argument <= INFO_MAX_DIRECT)
		return 0;
	if (argument <= UINT8_MAX)
		return 1;
	if (argument <= UINT16_MAX)
		return 2;
	return argument <= UINT32_MAX ? 4 : 8;
}

static void put_head(struct cbor *c, enum major major, uint64_t argument)
{
	static const uint8_t info[] = {
		[1] = INFO_1_BYTE, [2] = INFO_2_BYTES, [4] = INFO_4_BYTES, [8] = INFO_8_BYTES
	};
	unsigned int bytes = argument_size(argument);
	uint8_t low = bytes == 0 ? (uint8_t)argument : info[bytes];
	uint8_t head[HEAD_MAX];

	/*@ assert low == info_of(argument); */
	head[0] = (uint8_t)(major * 32 + low);
	/*@ loop invariant i <= bytes && \forall integer k; 0 <= k <= i ==> head[k] == head_byte(major, argument, k);
	    loop assigns i, head[1 .. 8];
	    loop variant bytes - i; */
	for (unsigned int i = 0; i < bytes; i++)
		head[1 + i] = (uint8_t)(argument >> (8 * (bytes - 1 - i)));
	cbor_raw(c, head, 1 + bytes);
}

bool cbor_fits(const struct cbor *c)
{
	size_t room = 0;

	/*@ loop pragma UNROLL "completely", 3; */
	for (unsigned int i = 0; i < CBOR_PARTS; i++)
		room += c->part[i].size;
	return c->length <= room;
}

void cbor_uint(struct cbor *c, uint64_t value)
{
	put_head(c, MAJOR_UINT, value);
}

void cbor_int(struct cbor *c, int64_t value)
{
	if (value >= 0)
		put_head(c, MAJOR_UINT, (uint64_t)value);
	else
		put_head(c, MAJOR_NINT, (uint64_t)(-1 - value));
}

void cbor_bytes(struct cbor *c, const void *bytes, size_t size)
{
	put_head(c, MAJOR_BYTES, size);
	cbor_raw(c, bytes, size);
}

void cbor_text(struct cbor *c, const char *text)
{
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	put_head(c, MAJOR_TEXT, size);
	cbor_raw(c, text, size);
}

void cbor_array(struct cbor *c, size_t items)
{
	put_head(c, MAJOR_ARRAY, items);
}

void cbor_map(struct cbor *c, size_t pairs)
{
	put_head(c, MAJOR_MAP, pairs);
}

void cbor_tag(struct cbor *c, uint64_t tag)
{
	put_head(c, MAJOR_TAG, tag);
}

void cbor_null(struct cbor *c)
{
	put_head(c, MAJOR_SIMPLE, SIMPLE_NULL);
}

size_t cbor_bytes_open(struct cbor *c)
{
	size_t opened = c->length;

	cbor_raw(c, (const uint8_t[OPEN_HEAD]){ 0 }, OPEN_HEAD);
	return opened;
}

void cbor_bytes_close(struct cbor *c, size_t opened)
{
	size_t size = c->length - opened - OPEN_HEAD;

	/* Anything else would need another head than the one that there is room for. */
	REQUIRE(size > UINT8_MAX && size <= UINT16_MAX);
	put_at(c, opened,
	       (const uint8_t[OPEN_HEAD]){ MAJOR_BYTES << 5 | INFO_2_BYTES, (uint8_t)(size >> 8),
					   (uint8_t)size },
	       OPEN_HEAD);
}

void cbor_written(const struct cbor *c, size_t from, size_t size, struct port_bytes *parts, size_t *count)
{
	*count = 0;
	for (unsigned int i = 0; i < CBOR_PARTS && size > 0; i++) {
		const struct cbor_part *p = &c->part[i];
		size_t here;

		if (from >= p->size) {
			from -= p->size;
			continue;
		}
		here = min_u64(size, p->size - from);
		parts[(*count)++] = (struct port_bytes){ p->at + from, here };
		size -= here;
		from = 0;
	}
}
