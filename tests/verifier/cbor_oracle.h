/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcbor, as a second opinion on what is CBOR. In a file of its own: its names are those of the verifier's reader.
 */
#ifndef VERIFIER_TEST_CBOR_ORACLE_H
#define VERIFIER_TEST_CBOR_ORACLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * ORACLE_SILENT: the item has a tag of 6 to 20 somewhere. libcbor takes those in the first byte for an error, though
 * they are as good as any (RFC 8949 3.4); COSE_Sign1's 18 is one of them.
 */
enum oracle_answer { ORACLE_REFUSES, ORACLE_READS, ORACLE_SILENT };

/* Do the bytes begin with a well-formed item? If so: its length. */
enum oracle_answer oracle_ask(const uint8_t *bytes, size_t size, size_t *length);

#endif
