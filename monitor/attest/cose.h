/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two structures of COSE that a realm token is made with: COSE_Key and COSE_Sign1 (RFC 9052, RFC 9053),
 * both for ES384: ECDSA with P-384 and SHA-384.
 */
#ifndef ATTEST_COSE_H
#define ATTEST_COSE_H

#include "attest/cbor.h"
#include "attest/sign.h"

/* The encoding of the COSE_Key of a P-384 key. */
#define COSE_KEY_SIZE 107U

void cose_key(const uint8_t x[PORT_P384_SIZE], const uint8_t y[PORT_P384_SIZE], uint8_t key[COSE_KEY_SIZE]);

/* Where the parts of a COSE_Sign1 are among the bytes written. */
struct cose_sign1 {
	size_t opened; /* cbor_bytes_open() of the payload */
	size_t payload;
	size_t payload_size;
	size_t signature; /* SIGNATURE_SIZE bytes, zero so far */
};

/* What is written between the two is the payload: from 256 to 65,535 bytes. */
void cose_sign1_open(struct cbor *c, struct cose_sign1 *s);
void cose_sign1_close(struct cbor *c, struct cose_sign1 *s);

/* The digest of the Sig_structure: what is to be signed. */
void cose_sign1_digest(const struct cbor *c, const struct cose_sign1 *s, uint8_t digest[SHA384_SIZE]);

#endif
