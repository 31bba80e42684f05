/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The encoder of attestation tokens (attest/cbor.c): into two parts of memory of any size up to ROOM, after any length.
 */
#include "prove.h"

#include "attest/cbor.c"

static uint8_t first[ROOM], second[ROOM];
static struct cbor c;

/* Any encoder, with what was written so far, whether it fit or not. */
static void any_encoder(void)
{
	c.part[0] = (struct cbor_part){ first, any_u64() };
	c.part[1] = (struct cbor_part){ second, any_u64() };
	ASSUME(c.part[0].size <= ROOM && c.part[1].size <= ROOM);
	c.length = any_u64();
	ASSUME(c.length <= UINT32_MAX);
}

/* Byte `at` of what was written. */
static uint8_t byte_at(size_t at)
{
	return at < c.part[0].size ? first[at] : second[at - c.part[0].size];
}

/* Bytes come behind those that are there; nothing is written elsewhere, or where there is no room. */
void prove_raw(void)
{
	uint8_t bytes[SIZE];
	size_t size = any_u64(), before, i = any_u64(), other = any_u64();
	uint8_t kept;

	any_encoder();
	ASSUME(size <= SIZE && i < size);
	before = c.length;
	ASSUME(other < c.part[0].size + c.part[1].size);
	kept = byte_at(other);
	cbor_raw(&c, bytes, size);
	CLAIM(c.length == before + size);
	CLAIM(cbor_fits(&c) == (c.length <= c.part[0].size + c.part[1].size));
	CLAIM(before + i >= c.part[0].size + c.part[1].size || byte_at(before + i) == bytes[i]);
	CLAIM((other >= before && other < c.length) || byte_at(other) == kept);
}

/* The shortest head for every number, and what it says is the number (RFC 8949 4.2.1). */
void prove_head(void)
{
	uint64_t value = any_u64(), read = 0;
	unsigned int info, bytes;

	c.part[0] = (struct cbor_part){ first, HEAD_MAX };
	c.length = 0;
	cbor_uint(&c, value);
	CLAIM(cbor_fits(&c) && first[0] >> 5 == 0);
	info = first[0] & 31;
	bytes = info < 24 ? 0 : 1U << (info - 24);
	CLAIM(info <= 27 && c.length == 1 + bytes);
	for (unsigned int i = 1; i < HEAD_MAX; i++)
		read = i <= bytes ? read << 8 | first[i] : read;
	CLAIM((bytes == 0 ? info : read) == value);
	CLAIM(bytes == 0 || value > (bytes == 1 ? 23 : UINT64_MAX >> (64 - 4 * bytes)));
}

/* What is given as written lies in the parts, one piece after the other. */
void prove_written(void)
{
	struct port_bytes parts[CBOR_PARTS];
	size_t from = any_u64(), size = any_u64(), count, sum = 0;

	any_encoder();
	ASSUME(from <= c.part[0].size + c.part[1].size && size <= c.part[0].size + c.part[1].size - from);
	cbor_written(&c, from, size, parts, &count);
	CLAIM(count <= CBOR_PARTS);
	for (size_t i = 0; i < CBOR_PARTS && i < count; i++) {
		CLAIM(parts[i].size > 0);
		CLAIM(__CPROVER_r_ok(parts[i].data, parts[i].size));
		sum += parts[i].size;
	}
	CLAIM(sum == size);
}
