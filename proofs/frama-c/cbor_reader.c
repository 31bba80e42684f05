/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verifier's reader of CBOR (verifier/cbor.c): what each function takes and does, for bytes of any length.
 */
#include "cbor.h"

/*@
  // Memory from `at` to the end is one run of bytes that may be read, of a size that memory may have.
  predicate a_run(uint8_t *at, uint8_t *end) =
    \base_addr(at) == \base_addr(end) && 0 <= end - at <= PTRDIFF_MAX && \valid_read(at + (0 .. end - at - 1));

  lemma shorter_run: \forall uint8_t *at, *end, *from;
    a_run(from, end) ==> \base_addr(at) == \base_addr(from) ==> from <= at <= end ==> a_run(at, end);

  predicate readable(struct cbor_reader *r) = \valid(r) && a_run(r->at, r->end);

  // The first byte of a head has the type and `info`, by which so many bytes of the value follow.
  logic integer info_of{L}(uint8_t *at) = at[0] & 31;
  logic integer follow(integer info) = info == 24 ? 1 : info == 25 ? 2 : info == 26 ? 4 : info == 27 ? 8 : 0;

  // `count` bytes as a number, the first the most significant; how many such numbers there are. (A recursive definition
  // would be unfolded without end.)
  logic integer two{L}(uint8_t *at) = 0x100 * at[0] + at[1];
  logic integer four{L}(uint8_t *at) = 0x10000 * two(at) + two(at + 2);
  logic integer number{L}(uint8_t *at, integer count) =
    count == 0 ? 0 : count == 1 ? at[0] : count == 2 ? two(at) : count == 3 ? 0x100 * two(at) + at[2] :
    count == 4 ? four(at) : count == 5 ? 0x100 * four(at) + at[4] : count == 6 ? 0x10000 * four(at) + two(at + 4) :
    count == 7 ? 0x1000000 * four(at) + 0x100 * two(at + 4) + at[6] : 0x100000000 * four(at) + four(at + 4);
  logic integer range(integer count) =
    count == 0 ? 1 : count == 1 ? 0x100 : count == 2 ? 0x10000 : count == 3 ? 0x1000000 : count == 4 ? 0x100000000 :
    count == 5 ? 0x10000000000 : count == 6 ? 0x1000000000000 : count == 7 ? 0x100000000000000 : 0x10000000000000000;

  // The value that a head says; the shortest info for it.
  logic integer value_of{L}(uint8_t *at) =
    info_of(at) < 24 ? info_of(at) : number(at + 1, follow(info_of(at)));
  logic integer shortest(integer value) =
    value < 24 ? value : value < 0x100 ? 24 : value < 0x10000 ? 25 : value < 0x100000000 ? 26 : 27;

  // There is a head, whole, in its shortest form, of definite length, and not of a floating point number.
  predicate is_head{L}(uint8_t *at, integer left) =
    left > 0 && info_of(at) <= 27 && ((enum cbor_type)(at[0] >> 5) == CBOR_SIMPLE ==> info_of(at) < 24) &&
    left >= 1 + follow(info_of(at)) && shortest(value_of(at)) == info_of(at);
*/

/*@
  requires readable(r) && \valid(type) && \valid(value);
  requires \separated(r, type, value, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at, *type, *value;
  ensures when: \result == \null <==> is_head(\old(r->at), r->end - \old(r->at));
  ensures stays: \result != \null ==> r->at == \old(r->at);
  ensures moves: \result == \null ==> r->at == \old(r->at) + 1 + follow(shortest(*value)) && r->at <= r->end;
  ensures type: \result == \null ==> *type == (enum cbor_type)(\old(r->at[0]) >> 5);
  ensures value: \result == \null ==> *value == value_of(\old(r->at));
*/
static const char *read_head(struct cbor_reader *r, enum cbor_type *type, uint64_t *value);

/*@
  // Table 3-7 of Unicode: the length of the sequence; 0 if there is none.
  logic boolean tail(integer byte) = 0x80 <= byte && byte <= 0xbf;
  logic boolean second_of_3{L}(uint8_t *at) =
    0xe0 <= at[0] && at[0] <= 0xef && tail(at[1]) && (at[0] != 0xe0 || at[1] >= 0xa0) && (at[0] != 0xed || at[1] <= 0x9f);
  logic boolean second_of_4{L}(uint8_t *at) =
    0xf0 <= at[0] && at[0] <= 0xf4 && tail(at[1]) && (at[0] != 0xf0 || at[1] >= 0x90) && (at[0] != 0xf4 || at[1] <= 0x8f);
  logic integer sequence{L}(uint8_t *at, integer left) =
    at[0] <= 0x7f ? 1 :
    left >= 2 && 0xc2 <= at[0] && at[0] <= 0xdf && tail(at[1]) ? 2 :
    left >= 3 && second_of_3(at) && tail(at[2]) ? 3 :
    left >= 4 && second_of_4(at) && tail(at[2]) && tail(at[3]) ? 4 : 0;

  // Each byte is in a sequence. (None is in two: where one begins, none goes on.)
  predicate in_sequence{L}(uint8_t *at, integer size, integer byte) =
    \exists integer start; 0 <= start <= byte < start + sequence(at + start, size - start);
  predicate utf8{L}(uint8_t *at, integer size) = \forall integer byte; 0 <= byte < size ==> in_sequence(at, size, byte);

  predicate bytes_at(uint8_t *data, integer size) = size <= PTRDIFF_MAX && \valid_read(data + (0 .. size - 1));
  predicate some_bytes(struct span *bytes) = bytes_at(bytes->data, bytes->size);
*/

/*@
  requires left > 0 && \valid_read(at + (0 .. left - 1));
  terminates \true;
  assigns \result \from at[0 .. left - 1], left;
  ensures \result == sequence(at, left) && \result <= left;
*/
static size_t utf8_sequence(const uint8_t *at, size_t left);

/*@
  requires bytes_at(text.data, text.size);
  terminates \true;
  assigns \result \from text, text.data[0 .. text.size - 1];
  ensures \result == true <==> utf8(text.data, text.size);
*/
static bool is_utf8(struct span text);

/*@
  // What an item is, as RFC 8949 has it, where `left` bytes are left.
  logic boolean is_string{L}(uint8_t *at) =
    (enum cbor_type)(at[0] >> 5) == CBOR_BYTES || (enum cbor_type)(at[0] >> 5) == CBOR_TEXT;
  logic integer head_size{L}(uint8_t *at) = 1 + follow(info_of(at));
  logic integer content_size{L}(uint8_t *at) = is_string(at) ? value_of(at) : 0;
  predicate is_item{L}(uint8_t *at, integer left) =
    is_head(at, left) && left >= head_size(at) + content_size(at) &&
    ((enum cbor_type)(at[0] >> 5) == CBOR_TEXT ==> utf8(at + head_size(at), content_size(at))) &&
    ((enum cbor_type)(at[0] >> 5) == CBOR_SIMPLE ==> CBOR_FALSE <= value_of(at) <= CBOR_NULL);
  predicate item_at{L}(struct cbor_item *item, uint8_t *at) =
    item->type == (enum cbor_type)(at[0] >> 5) && item->value == value_of(at) &&
    item->content.data == at + head_size(at) && item->content.size == content_size(at);

  // The reader is at `from` or behind it, and not behind its end.
  predicate moved(struct cbor_reader *r, uint8_t *from) =
    \base_addr(r->at) == \base_addr(from) && from <= r->at && r->at <= r->end;
*/

/*@
  requires readable(r) && \valid(item) && \separated(r, item, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at, *item;
  ensures when: \result == \null <==> is_item(\old(r->at), r->end - \old(r->at));
  ensures stays: \result != \null ==> r->at == \old(r->at);
  ensures item: \result == \null ==> item_at(item, \old(r->at));
  ensures moves: \result == \null ==> r->at == item->content.data + item->content.size && r->at > \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
static const char *read_item(struct cbor_reader *r, struct cbor_item *item);

/*@
  requires readable(r) && \valid(item) && \separated(r, item, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at, *item;
  ensures when: \result == true <==> is_item(\old(r->at), r->end - \old(r->at));
  ensures stays: \result == false ==> r->at == \old(r->at);
  ensures item: \result == true ==> item_at(item, \old(r->at));
  ensures moves: \result == true ==> r->at == item->content.data + item->content.size && r->at > \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
bool cbor_next(struct cbor_reader *r, struct cbor_item *item);

/*@
  requires readable(r) && \valid(item) && \separated(r, item, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at, *item;
  ensures when:
    \result == true <==> is_item(\old(r->at), r->end - \old(r->at)) && (enum cbor_type)(\old(r->at[0]) >> 5) == type;
  ensures stays: \result == false ==> r->at == \old(r->at);
  ensures item: \result == true ==> item_at(item, \old(r->at));
  ensures moves: \result == true ==> r->at == item->content.data + item->content.size && r->at > \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
bool cbor_expect(struct cbor_reader *r, enum cbor_type type, struct cbor_item *item);

/*@
  requires a_run(r.at, r.end) && r.at < r.end;
  terminates \true;
  assigns \result \from *r.at;
  ensures \result == (enum cbor_type)(*r.at >> 5);
*/
enum cbor_type cbor_peek(struct cbor_reader r);

/*@
  predicate same{L}(struct span *a, struct span *b) =
    a->size == b->size && \forall integer i; 0 <= i < a->size ==> a->data[i] == b->data[i];
*/

/*@
  requires bytes_at(a.data, a.size) && bytes_at(b.data, b.size);
  terminates \true;
  assigns \result \from a, b, a.data[0 .. a.size - 1], b.data[0 .. b.size - 1];
  ensures \result == true <==> a.size == b.size && \forall integer i; 0 <= i < a.size ==> a.data[i] == b.data[i];
*/
static inline bool span_equal(struct span a, struct span b);

/*@
  requires readable(r) && \valid(key) && \separated(r, key, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at, *key;
  ensures stays: \result != \null ==> r->at == \old(r->at);
  ensures moves: \result == \null ==> r->at > \old(r->at) && key->data == \old(r->at) && key->size == r->at - \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
static const char *read_key(struct cbor_reader *r, struct span *key);

/*@
  requires \valid_read(keys + (0 .. count - 1)) && \valid_read(key) && some_bytes(key);
  requires \forall integer k; 0 <= k < count ==> some_bytes(keys + k);
  terminates \true;
  assigns \result \from keys[0 .. count - 1], *key;
  ensures \result == true <==> \exists integer k; 0 <= k < count && same(keys + k, key);
*/
static bool is_known(const struct span *keys, size_t count, const struct span *key);

/*@
  requires readable(r) && depth <= CBOR_DEPTH && \separated(r, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  decreases 2 * (CBOR_DEPTH - depth);
  assigns r->at;
  ensures moves: \result == \null ==> r->at > \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
static const char *check_item(struct cbor_reader *r, unsigned int depth);

/*@
  requires readable(r) && depth <= CBOR_DEPTH && \separated(r, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  decreases 2 * (CBOR_DEPTH - depth) + 1;
  assigns r->at;
  ensures inside: moved(r, \old(r->at));
*/
static const char *check_map(struct cbor_reader *r, uint64_t pairs, unsigned int depth);

/*@
  requires readable(r) && \separated(r, r->at + (0 .. r->end - r->at - 1));
  terminates \true;
  assigns r->at;
  ensures stays: \result == false ==> r->at == \old(r->at);
  ensures moves: \result == true ==> r->at > \old(r->at);
  ensures inside: moved(r, \old(r->at));
*/
bool cbor_skip(struct cbor_reader *r);

/*@
  requires bytes_at(bytes.data, bytes.size);
  terminates \true;
  assigns \result \from bytes;
  ensures \result.at == bytes.data && \result.end == bytes.data + bytes.size;
*/
static inline struct cbor_reader cbor_open(struct span bytes);

/*@
  requires bytes_at(bytes.data, bytes.size) && \valid(offset) && \separated(offset, bytes.data + (0 .. bytes.size - 1));
  terminates \true;
  assigns *offset;
  ensures *offset <= bytes.size;
  ensures \result == \null ==> *offset == bytes.size && bytes.size > 0;
*/
const char *cbor_check(struct span bytes, size_t *offset);

/*@
  requires \valid_read(item) && \valid(value) && \separated(item, value);
  terminates \true;
  assigns *value;
  ensures when: \result == true <==> (item->type == CBOR_UINT || item->type == CBOR_NINT) && item->value <= INT64_MAX;
  ensures number: \result == true ==> *value == (item->type == CBOR_UINT ? item->value : -1 - item->value);
*/
bool cbor_integer(const struct cbor_item *item, int64_t *value);

/*@
  requires type <= CBOR_SIMPLE;
  terminates \true;
  assigns \result \from type;
*/
const char *cbor_type_name(enum cbor_type type);

#include "cbor.c"
