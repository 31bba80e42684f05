/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the sources take of C's library, with what it does. (Frama-C's own string.h asks for what WP cannot tell: that what is
 * compared is initialized.)
 */
#ifndef FRAMA_C_STRING_H
#define FRAMA_C_STRING_H
#define __FC_STRING_H_ /* theirs is not included */

#include <stddef.h>
#include <stdint.h>

/*@
  requires \valid_read((uint8_t *)a + (0 .. size - 1)) && \valid_read((uint8_t *)b + (0 .. size - 1));
  terminates \true;
  assigns \result \from ((uint8_t *)a)[0 .. size - 1], ((uint8_t *)b)[0 .. size - 1];
  ensures \result == 0 <==> \forall integer i; 0 <= i < size ==> ((uint8_t *)a)[i] == ((uint8_t *)b)[i];
*/
int memcmp(const void *a, const void *b, size_t size);

/*@
  requires \valid((uint8_t *)to + (0 .. size - 1)) && \valid_read((uint8_t *)from + (0 .. size - 1));
  requires \separated((uint8_t *)to + (0 .. size - 1), (uint8_t *)from + (0 .. size - 1));
  terminates \true;
  assigns ((uint8_t *)to)[0 .. size - 1] \from ((uint8_t *)from)[0 .. size - 1];
  ensures \result == to;
  ensures \forall integer i; 0 <= i < size ==> ((uint8_t *)to)[i] == \old(((uint8_t *)from)[i]);
*/
void *memcpy(void *to, const void *from, size_t size);

/*@ terminates \true; assigns \result \from text[0 ..]; */
size_t strlen(const char *text);

#endif
