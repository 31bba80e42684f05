/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading CBOR (cbor.h).
 */
#include "cbor.h"

#include <inttypes.h>

_Static_assert(CBOR_PAIRS == 256 && CBOR_DEPTH == 12, "as in the reasons below");

#define INFO_1_BYTE 24U
#define INFO_8_BYTES 27U
#define INFO_INDEFINITE 31U

/* From INFO_1_BYTE on: so many bytes of the value follow, and the least value that is not in a shorter head. */
static const struct {
	unsigned int bytes;
	uint64_t least;
} long_head[] = {
	{ 1, INFO_1_BYTE },
	{ 2, 1U << 8 },
	{ 4, 1U << 16 },
	{ 8, UINT64_C(1) << 32 },
};

/* The head of an item: type and value. The reader moves only if it returns NULL; else why not. */
static const char *read_head(struct cbor_reader *r, enum cbor_type *type, uint64_t *value)
{
	unsigned int info, count;
	uint64_t v = 0;

	if (r->at == r->end)
		return "cut off before an item";
	info = *r->at & 31U;
	*type = (enum cbor_type)(*r->at >> 5);
	if (info < INFO_1_BYTE) {
		*value = info;
		r->at++;
		return NULL;
	}
	if (info == INFO_INDEFINITE)
		return "an indefinite length, or a break";
	if (info > INFO_8_BYTES)
		return "a reserved encoding";
	if (*type == CBOR_SIMPLE)
		return "a floating point number or simple value";
	count = long_head[info - INFO_1_BYTE].bytes;
	if ((size_t)(r->end - r->at) < 1 + count)
		return "cut off inside a head";
	/*@ loop invariant i <= count && v == number(r->at + 1, i) && v < range(i);
	    loop assigns i, v;
	    loop variant count - i; */
	for (unsigned int i = 0; i < count; i++)
		v = v * 256 + r->at[1 + i];
	if (v < long_head[info - INFO_1_BYTE].least)
		return "a head that is not in its shortest form";
	*value = v;
	r->at += 1 + count;
	return NULL;
}

/* The length of the UTF-8 sequence at `at` (Unicode table 3-7); 0 if there is none. */
static size_t utf8_sequence(const uint8_t *at, size_t left)
{
	uint8_t c = at[0], low = 0x80, high = 0xbf;
	size_t size;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	size = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (left < size)
		return 0;
	if (c == 0xe0)
		low = 0xa0; /* not longer than needed */
	else if (c == 0xed)
		high = 0x9f; /* no surrogates */
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f; /* nothing beyond U+10FFFF */
	if (at[1] < low || at[1] > high)
		return 0;
	/*@ loop invariant 2 <= i <= size && \forall integer k; 2 <= k < i ==> tail(at[k]);
	    loop assigns i;
	    loop variant size - i; */
	for (size_t i = 2; i < size; i++) {
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	}
	return size;
}

static bool is_utf8(struct span text)
{
	/*@ loop invariant i <= text.size;
	    loop invariant \forall integer k; 0 <= k < i ==> in_sequence(text.data, text.size, k);
	    loop invariant \forall integer k; 0 <= k < i ==> k + sequence(text.data + k, text.size - k) <= i;
	    loop assigns i, size;
	    loop variant text.size - i; */
	for (size_t i = 0, size; i < text.size; i += size) {
		size = utf8_sequence(text.data + i, text.size - i);
		/*@ assert size == 0 ==> !in_sequence(text.data, text.size, i); */
		if (size == 0)
			return false;
	}
	return true;
}

static const char *read_item(struct cbor_reader *r, struct cbor_item *item)
{
	const uint8_t *start = r->at;
	const char *error = read_head(r, &item->type, &item->value);

	item->content.data = r->at;
	item->content.size = 0;
	if (error)
		return error;
	switch (item->type) {
	case CBOR_BYTES:
	case CBOR_TEXT:
		if (item->value > (size_t)(r->end - r->at)) {
			r->at = start;
			return "a string longer than what is left";
		}
		item->content.size = (size_t)item->value;
		if (item->type == CBOR_TEXT && !is_utf8(item->content)) {
			r->at = start;
			return "text that is not UTF-8";
		}
		r->at += item->content.size;
		return NULL;
	case CBOR_SIMPLE:
		if (item->value == CBOR_FALSE || item->value == CBOR_TRUE || item->value == CBOR_NULL)
			return NULL;
		r->at = start;
		return "a floating point number or simple value";
	default:
		return NULL;
	}
}

static const char *check_item(struct cbor_reader *r, unsigned int depth);

/* A key of a map, as it is encoded. The reader passes over it only if it returns NULL. */
static const char *read_key(struct cbor_reader *r, struct span *key)
{
	const uint8_t *start = r->at;
	struct cbor_item item;
	const char *error = read_item(r, &item);

	if (error)
		return error;
	key->data = start;
	key->size = (size_t)(r->at - start);
	if (item.type == CBOR_UINT || item.type == CBOR_NINT || item.type == CBOR_TEXT)
		return NULL;
	r->at = start;
	return "a map key that is neither integer nor text";
}

/* There is one encoding of each key, so keys are the same if their encodings are. */
static bool is_known(const struct span *keys, size_t count, const struct span *key)
{
	/*@ loop invariant i <= count;
	    loop invariant \forall integer k; 0 <= k < i ==> !same(keys + k, key);
	    loop assigns i;
	    loop variant count - i; */
	for (size_t i = 0; i < count; i++) {
		if (span_equal(keys[i], *key))
			return true;
	}
	return false;
}

/* NOLINTBEGIN(misc-no-recursion): CBOR_DEPTH bounds it */
static const char *check_map(struct cbor_reader *r, uint64_t pairs, unsigned int depth)
{
	struct span keys[CBOR_PAIRS];

	if (pairs > CBOR_PAIRS)
		return "a map of too many pairs (more than 256)";
	/*@ loop invariant i <= pairs && moved(r, \at(r->at, Pre));
	    loop invariant \forall integer k; 0 <= k < i ==> some_bytes(keys + k);
	    loop assigns i, r->at, keys[0 .. pairs - 1];
	    loop variant pairs - i; */
	for (size_t i = 0; i < pairs; i++) {
		const uint8_t *start = r->at;
		const char *error = read_key(r, &keys[i]);

		if (error)
			return error;
		/*@ assert \forall integer k; 0 <= k <= i ==> some_bytes(keys + k); */
		if (is_known(keys, i, &keys[i])) {
			r->at = start;
			return "a map key that comes twice";
		}
		error = check_item(r, depth);
		if (error)
			return error;
	}
	return NULL;
}

/* Leaves the reader where the fault is. */
static const char *check_item(struct cbor_reader *r, unsigned int depth)
{
	const uint8_t *start = r->at;
	struct cbor_item item;
	const char *error = read_item(r, &item);

	if (error)
		return error;
	if (item.type < CBOR_ARRAY || item.type == CBOR_SIMPLE)
		return NULL;
	if (depth == CBOR_DEPTH) {
		r->at = start;
		return "nested too deep (more than 12 levels)";
	}
	if (item.type == CBOR_MAP)
		return check_map(r, item.value, depth + 1);
	if (item.type == CBOR_TAG)
		return check_item(r, depth + 1);
	/* Each item is a byte at least, so a length that is too large ends at the end of the bytes. */
	/*@ loop invariant i <= item.value && moved(r, \at(r->at, Pre)) && r->at > \at(r->at, Pre);
	    loop assigns i, r->at, error;
	    loop variant r->end - r->at; */
	for (uint64_t i = 0; i < item.value; i++) {
		error = check_item(r, depth + 1);
		if (error)
			return error;
	}
	return NULL;
}
/* NOLINTEND(misc-no-recursion) */

const char *cbor_check(struct span bytes, size_t *offset)
{
	struct cbor_reader r = cbor_open(bytes);
	const char *error = check_item(&r, 0);

	*offset = (size_t)(r.at - bytes.data);
	if (!error && r.at != r.end)
		return "bytes behind the end";
	return error;
}

bool cbor_next(struct cbor_reader *r, struct cbor_item *item)
{
	return read_item(r, item) == NULL;
}

bool cbor_expect(struct cbor_reader *r, enum cbor_type type, struct cbor_item *item)
{
	const uint8_t *start = r->at;

	if (cbor_next(r, item) && item->type == type)
		return true;
	r->at = start;
	return false;
}

enum cbor_type cbor_peek(struct cbor_reader r)
{
	return (enum cbor_type)(*r.at >> 5);
}

bool cbor_skip(struct cbor_reader *r)
{
	const uint8_t *start = r->at;

	if (check_item(r, 0) == NULL)
		return true;
	r->at = start;
	return false;
}

bool cbor_integer(const struct cbor_item *item, int64_t *value)
{
	if ((item->type != CBOR_UINT && item->type != CBOR_NINT) || item->value > INT64_MAX)
		return false;
	*value = item->type == CBOR_UINT ? (int64_t)item->value : -1 - (int64_t)item->value;
	return true;
}

const char *cbor_show(char *to, size_t size, const struct cbor_item *item)
{
	char text[64];

	if (item->type == CBOR_UINT)
		snprintf(to, size, "%" PRIu64, item->value);
	else if (item->type == CBOR_NINT && item->value < UINT64_MAX)
		snprintf(to, size, "-%" PRIu64, item->value + 1);
	else if (item->type == CBOR_TEXT)
		snprintf(to, size, "\"%s\"", printable(text, sizeof(text), item->content));
	else
		snprintf(to, size, "%s", cbor_type_name(item->type));
	return to;
}

const char *cbor_type_name(enum cbor_type type)
{
	static const char *const name[] = {
		"an unsigned integer",
		"a negative integer",
		"a byte string",
		"text",
		"an array",
		"a map",
		"a tag",
		"a simple value",
	};

	return name[type];
}
