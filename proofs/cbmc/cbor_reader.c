/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verifier's reader of CBOR (verifier/cbor.c), on any SIZE bytes.
 */
#include "prove.h"

#include <cbor.c>

static uint8_t bytes[SIZE]; /* what is read is at its end: a look behind it is a look outside of the array */

static struct cbor_reader any_reader(void)
{
	size_t size = any_u64();

	ASSUME(size <= SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = any_u8();
	return (struct cbor_reader){ bytes + SIZE - size, bytes + SIZE };
}

/* The one head for type and value (RFC 8949 4.2.1), byte by byte. */
static uint8_t head_byte(const struct cbor_item *item, unsigned int follow, unsigned int i)
{
	unsigned int info = follow == 1 ? 24 : follow == 2 ? 25 : follow == 4 ? 26 : 27;

	if (i == 0)
		return (uint8_t)(item->type << 5 | (follow == 0 ? item->value : info));
	return (uint8_t)(item->value >> (8 * (follow - i)));
}

/* An item lies in the bytes, and is the one that they say, in its one encoding; the reader goes on behind it, else stays. */
void prove_item(void)
{
	struct cbor_reader r = any_reader(), before = r;
	struct cbor_item item;
	unsigned int follow;

	if (!cbor_next(&r, &item)) {
		CLAIM(r.at == before.at && r.end == before.end);
		return;
	}
	follow = item.value < 24         ? 0
		 : item.value < 256      ? 1
		 : item.value < 65536    ? 2
		 : item.value >> 32 == 0 ? 4
					 : 8;
	CLAIM(r.end == before.end && r.at <= r.end && item.content.data + item.content.size == r.at);
	CLAIM(item.content.data == before.at + 1 + follow);
	for (unsigned int i = 0; i < 9; i++)
		CLAIM(i > follow || before.at[i] == head_byte(&item, follow, i));
	CLAIM(item.content.size == (item.type == CBOR_BYTES || item.type == CBOR_TEXT ? item.value : 0));
}

/* A sequence is taken if and only if it is how a scalar value of Unicode is written (RFC 3629). */
void prove_utf8(void)
{
	uint32_t c = any_u32();
	uint8_t at[4] = { any_u8(), any_u8(), any_u8(), any_u8() };
	size_t left = (size_t)any_from_to(1, 4), size = utf8_sequence(at + 0, left);
	bool scalar = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
	uint8_t written[4] = { (uint8_t)c };
	size_t count = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = 0; i < 4 && count > 1; i++)
		written[i] = (uint8_t)(0x80 | (c >> (6 * (i < count ? count - 1 - i : 0)) & 0x3f));
	if (count > 1)
		written[0] = (uint8_t)((count == 2   ? 0xc0
					: count == 3 ? 0xe0
						     : 0xf0) |
				       c >> (6 * (count - 1)));
	CLAIM(size <= left && (size != 1 || at[0] < 0x80));
	if (scalar && count <= left && at[0] == written[0] && (count < 2 || at[1] == written[1]) &&
	    (count < 3 || at[2] == written[2]) && (count < 4 || at[3] == written[3]))
		CLAIM(size == count);
	/* And the other way round: what is taken is a value that is written so. */
	if (size > 1) {
		uint32_t read = size == 2 ? at[0] & 0x1fu : size == 3 ? at[0] & 0xfu : at[0] & 7u;

		for (size_t i = 1; i < size; i++) {
			CLAIM(at[i] >> 6 == 2);
			read = read << 6 | (at[i] & 0x3f);
		}
		CLAIM(read <= 0x10ffff && (read < 0xd800 || read > 0xdfff));
		CLAIM(read >= (size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u));
	}
}
