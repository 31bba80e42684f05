/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * COSE_Sign1 and COSE_Key (RFC 9052 4.2, 7; RFC 9053 2.1, 7.1.1), as far as CCA tokens use them.
 */
#ifndef VERIFIER_COSE_H
#define VERIFIER_COSE_H

#include "crypto.h"

/* A COSE_Sign1: its parts, as encoded. */
struct sign1 {
	const char *what;          /* "platform token" or "realm token", for reasons */
	const struct curve *curve; /* of the header's alg */
	struct span protected_header, payload, signature;
};

/*
 * Takes a tagged COSE_Sign1 apart. Refuses what is not well-formed, and headers that mean more than is understood
 * here: crit, an algorithm outside the protected header, a parameter in both headers.
 */
bool sign1_parse(struct span bytes, const char *what, struct sign1 *sign1, struct refusal *refusal);

/* Compares the header's algorithm with the key's; then the signature. */
enum signature_outcome sign1_verify(const struct sign1 *sign1, const struct public_key *key);

/* An EC2 COSE_Key with both coordinates in full length. If it names an algorithm, that is the curve's. */
bool cose_key_parse(struct span bytes, struct public_key *key, struct refusal *refusal);

/* Refuses what cbor_check() does, with the place. */
bool cose_well_formed(struct span bytes, const char *what, struct refusal *refusal);

#endif
