/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading CBOR (RFC 8949) that a stranger wrote. No memory, no copies: items point into the bytes read.
 *
 * Only what a CCA token needs is accepted, in the one encoding that "preferred serialization" (RFC 8949 4.1) allows:
 * definite lengths, every head in its shortest form. The order of a map's keys is free (DEN0137 says nothing of it,
 * and TF-A's sample platform token is not sorted). Not accepted: floating point numbers, simple values but false,
 * true and null, map keys but integers and text, a key that comes twice, text that is not UTF-8, nesting deeper than
 * CBOR_DEPTH, maps of more than CBOR_PAIRS pairs.
 *
 * cbor_check() is run once over a whole document. After it, reading that document can fail only for a type or a value
 * that was not expected.
 */
#ifndef VERIFIER_CBOR_H
#define VERIFIER_CBOR_H

#include "common.h"

/* Deepest nesting of arrays, maps and tags: the sharing state needs 3. */
#define CBOR_DEPTH 12U
/* Most pairs of one map. Bounds the time that the search for duplicate keys takes. */
#define CBOR_PAIRS 256U

enum cbor_type {
	CBOR_UINT = 0,   /* value */
	CBOR_NINT = 1,   /* the integer is -1 - value */
	CBOR_BYTES = 2,  /* content */
	CBOR_TEXT = 3,   /* content */
	CBOR_ARRAY = 4,  /* value: number of items; they follow */
	CBOR_MAP = 5,    /* value: number of pairs; they follow */
	CBOR_TAG = 6,    /* value: the tag; the tagged item follows */
	CBOR_SIMPLE = 7, /* value: CBOR_FALSE, CBOR_TRUE or CBOR_NULL */
};

#define CBOR_FALSE 20U
#define CBOR_TRUE 21U
#define CBOR_NULL 22U

struct cbor_item {
	enum cbor_type type;
	uint64_t value;
	struct span content; /* byte and text strings; else empty */
};

struct cbor_reader {
	const uint8_t *at, *end;
};

/* NULL if the bytes are one well-formed item and nothing else; else why not, and the offset where. */
const char *cbor_check(struct span bytes, size_t *offset);

static inline struct cbor_reader cbor_open(struct span bytes)
{
	return (struct cbor_reader){ bytes.data, bytes.data + bytes.size };
}

/* The next head, with the content of a string. False at the end, or if it is not well-formed. */
bool cbor_next(struct cbor_reader *r, struct cbor_item *item);

/* The next head, which must be of this type. */
bool cbor_expect(struct cbor_reader *r, enum cbor_type type, struct cbor_item *item);

/* The type of the next item, of which there must be one. */
enum cbor_type cbor_peek(struct cbor_reader r);

/* Passes over the next item with all that is in it. */
bool cbor_skip(struct cbor_reader *r);

/* The integer, if it is one and fits. */
bool cbor_integer(const struct cbor_item *item, int64_t *value);

/* What was found, for a reason: an integer in digits, text in quotes, else its type. Printable. Returns `to`; size >= 32. */
const char *cbor_show(char *to, size_t size, const struct cbor_item *item);

/* "an unsigned integer", "a map"... */
const char *cbor_type_name(enum cbor_type type);

#endif
