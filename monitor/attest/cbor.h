/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An encoder for CBOR (RFC 8949) with its deterministic rules (4.2.1): shortest heads, definite lengths. That
 * the keys of a map are in the order of their encodings is the caller's business, as is the number of items
 * that it announces.
 *
 * What doesn't fit is not written, but counted: cbor_fits() tells.
 */
#ifndef ATTEST_CBOR_H
#define ATTEST_CBOR_H

#include "port/attest.h"

#define CBOR_PARTS 2U

/* Where the bytes go: memory in parts, one behind the other. Unused parts have size 0. */
struct cbor {
	struct cbor_part {
		uint8_t *at;
		size_t size;
	} part[CBOR_PARTS];
	size_t length; /* bytes so far, those that did not fit included */
};

bool cbor_fits(const struct cbor *c);

void cbor_uint(struct cbor *c, uint64_t value);
void cbor_int(struct cbor *c, int64_t value);
void cbor_bytes(struct cbor *c, const void *bytes, size_t size);
void cbor_text(struct cbor *c, const char *text);
void cbor_array(struct cbor *c, size_t items);
void cbor_map(struct cbor *c, size_t pairs);
void cbor_tag(struct cbor *c, uint64_t tag);
void cbor_null(struct cbor *c);

/* Bytes as they are: a part of an encoding. */
void cbor_raw(struct cbor *c, const void *bytes, size_t size);

/*
 * A byte string whose content is what is written between the two calls; the first one's result goes to the
 * second. Its length is from 256 to 65,535 bytes, so that its head has 3.
 */
size_t cbor_bytes_open(struct cbor *c);
void cbor_bytes_close(struct cbor *c, size_t opened);

/* Bytes [from, from + size) of what was written, as `*count` parts of memory (at most CBOR_PARTS). */
void cbor_written(const struct cbor *c, size_t from, size_t size, struct port_bytes *parts, size_t *count);

#endif
