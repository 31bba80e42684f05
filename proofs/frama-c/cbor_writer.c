/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's writer of CBOR (monitor/attest/cbor.c): what each function takes and does, for parts and bytes of any size.
 */
#include "attest/cbor.h"

/*@
  logic integer room{L}(struct cbor *c) = c->part[0].size + c->part[1].size;

  predicate writable(struct cbor *c) =
    \valid(c) && \valid(c->part[0].at + (0 .. c->part[0].size - 1)) && \valid(c->part[1].at + (0 .. c->part[1].size - 1)) &&
    \separated(c, c->part[0].at + (0 .. c->part[0].size - 1), c->part[1].at + (0 .. c->part[1].size - 1)) &&
    room(c) <= PTRDIFF_MAX;
*/

/*@
  // Byte `at` of what is written: it is in the first part, or the second.
  logic uint8_t byte_at{L}(struct cbor *c, integer at) =
    at < c->part[0].size ? c->part[0].at[at] : c->part[1].at[at - c->part[0].size];
*/

/*@
  requires writable(c) && \valid_read((uint8_t *)bytes + (0 .. size - 1)) && size <= PTRDIFF_MAX;
  requires \separated((uint8_t *)bytes + (0 .. size - 1), c->part[0].at + (0 .. c->part[0].size - 1),
                      c->part[1].at + (0 .. c->part[1].size - 1));
  terminates \true;
  assigns c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures there: \forall integer i; 0 <= i < size && at + i < room(c) ==> byte_at(c, at + i) == ((uint8_t *)bytes)[i];
  ensures else_as_was: \forall integer i; 0 <= i < room(c) && !(at <= i < at + size) ==> byte_at(c, i) == \old(byte_at(c, i));
*/
static void put_at(struct cbor *c, size_t at, const void *bytes, size_t size);

/*@ terminates \true;
  assigns \result \from a, b;
  ensures \result == (a < b ? a : b); */
static inline uint64_t min_u64(uint64_t a, uint64_t b);

/*@
  // `size` bytes came behind what was there, counted if there is no room for them; the rest is as it was.
  predicate grew{A, B}(struct cbor *c, integer size) =
    \at(c->length, B) == \at(c->length, A) + size &&
    \forall integer i; 0 <= i < room{A}(c) && !(\at(c->length, A) <= i < \at(c->length, A) + size) ==>
      byte_at{B}(c, i) == byte_at{A}(c, i);

  // The shortest head (RFC 8949 4.2.1): how many bytes follow the first one, and each byte.
  logic integer follow(integer value) =
    value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  logic integer info_of(integer value) =
    value < 24 ? value : value < 0x100 ? 24 : value < 0x10000 ? 25 : value < 0x100000000 ? 26 : 27;
  logic integer head_byte(integer major, integer value, integer i) =
    i == 0 ? major * 32 + info_of(value) : (uint8_t)(value >> (8 * (follow(value) - i)));

  predicate head_at{L}(struct cbor *c, integer at, integer major, integer value) =
    \forall integer i; 0 <= i <= follow(value) && at + i < room(c) ==> byte_at(c, at + i) == head_byte(major, value, i);
*/

/*@
  requires writable(c) && \valid_read((uint8_t *)bytes + (0 .. size - 1)) && size <= PTRDIFF_MAX;
  requires c->length + size <= SIZE_MAX;
  requires \separated((uint8_t *)bytes + (0 .. size - 1), c, c->part[0].at + (0 .. c->part[0].size - 1),
                      c->part[1].at + (0 .. c->part[1].size - 1));
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, size);
  ensures there: \forall integer i; 0 <= i < size && \old(c->length) + i < room(c) ==>
    byte_at(c, \old(c->length) + i) == ((uint8_t *)bytes)[i];
  ensures last: \forall integer i; 0 <= i < size && c->length - size + i < room(c) ==>
    byte_at(c, c->length - size + i) == ((uint8_t *)bytes)[i];
*/
void cbor_raw(struct cbor *c, const void *bytes, size_t size);

/*@
  requires \valid_read(c) && room(c) <= PTRDIFF_MAX;
  terminates \true;
  assigns \result \from *c;
  ensures \result == true <==> c->length <= room(c);
*/
bool cbor_fits(const struct cbor *c);

/*@
  terminates \true;
  assigns \result \from argument;
  ensures \result == follow(argument);
*/
static unsigned int argument_size(uint64_t argument);

/*@
  requires writable(c) && major <= 7 && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(argument));
  ensures head: head_at(c, \old(c->length), major, argument);
*/
static void put_head(struct cbor *c, enum major major, uint64_t argument);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(value));
  ensures head: head_at(c, \old(c->length), 0, value);
*/
void cbor_uint(struct cbor *c, uint64_t value);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow((value < 0 ? -1 - value : value)));
  ensures head: head_at(c, \old(c->length), (value < 0 ? 1 : 0), (value < 0 ? -1 - value : value));
*/
void cbor_int(struct cbor *c, int64_t value);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(items));
  ensures head: head_at(c, \old(c->length), 4, items);
*/
void cbor_array(struct cbor *c, size_t items);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(pairs));
  ensures head: head_at(c, \old(c->length), 5, pairs);
*/
void cbor_map(struct cbor *c, size_t pairs);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(tag));
  ensures head: head_at(c, \old(c->length), 6, tag);
*/
void cbor_tag(struct cbor *c, uint64_t tag);

/*@
  requires writable(c) && c->length + 9 <= SIZE_MAX;
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(22));
  ensures head: head_at(c, \old(c->length), 7, 22);
*/
void cbor_null(struct cbor *c);

/*@
  requires writable(c) && \valid_read((uint8_t *)bytes + (0 .. size - 1)) && size <= PTRDIFF_MAX;
  requires c->length + 9 + size <= SIZE_MAX;
  requires \separated((uint8_t *)bytes + (0 .. size - 1), c, c->part[0].at + (0 .. c->part[0].size - 1),
                      c->part[1].at + (0 .. c->part[1].size - 1));
  terminates \true;
  assigns c->length, c->part[0].at[0 .. c->part[0].size - 1], c->part[1].at[0 .. c->part[1].size - 1];
  ensures grew: grew{Pre, Post}(c, 1 + follow(size) + size);
  ensures head: head_at(c, \old(c->length), 2, size);
  ensures last: \forall integer i; 0 <= i < size && c->length - size + i < room(c) ==>
    byte_at(c, c->length - size + i) == ((uint8_t *)bytes)[i];
*/
void cbor_bytes(struct cbor *c, const void *bytes, size_t size);

#include "attest/cbor.c"
