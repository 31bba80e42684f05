/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Public keys, ECDSA and hashes, by OpenSSL.
 */
#ifndef VERIFIER_CRYPTO_H
#define VERIFIER_CRYPTO_H

#include "common.h"

#define COORDINATE_MAX 66U
#define DIGEST_MAX 64U

/* A curve, and the one COSE algorithm that goes with it (RFC 9053 2.1, 7.1). */
struct curve {
	const char *name;   /* "P-384": OpenSSL's name and JWK's */
	const char *alg;    /* "ES384": JWK's name */
	const char *digest; /* OpenSSL's name of the hash in a signature */
	size_t size;        /* of a coordinate, and of r and s */
	int64_t cose_curve; /* value of a COSE_Key's crv */
	int64_t cose_alg;   /* value of the header parameter alg */
};

/* NULL if there is none. */
const struct curve *curve_by_name(struct span name);
const struct curve *curve_by_size(size_t size);
const struct curve *curve_by_cose(int64_t cose_curve);
const struct curve *curve_by_cose_alg(int64_t cose_alg);

/* A public key, which may be no point on its curve. */
struct public_key {
	const struct curve *curve;
	uint8_t x[COORDINATE_MAX], y[COORDINATE_MAX]; /* the first curve->size bytes, big-endian */
};

#define CURVES 3U

/* OpenSSL's groups of the curves: made when they are first used, kept for the next key. Starts as all zero. */
struct curve_groups {
	void *group[CURVES];
};

void curve_groups_free(struct curve_groups *groups);

enum key_state { KEY_GOOD, KEY_BAD, KEY_FAILURE /* OpenSSL could not tell */ };

/*
 * Is it a point on its curve? The order of all three is prime and their cofactor 1, so that every point but infinity,
 * which has no coordinates, is of the full order: to multiply by it, as a full check does, would show nothing.
 */
enum key_state key_check(const struct public_key *key, struct curve_groups *groups);

/* One "PUBLIC KEY" in PEM (SubjectPublicKeyInfo) on one of the curves, and no other block. NULL, or why not. */
const char *key_from_pem(struct span pem, struct public_key *key);

enum signature_outcome {
	SIGNATURE_GOOD,
	SIGNATURE_BAD,
	SIGNATURE_BAD_KEY, /* the key is no point on its curve */
	SIGNATURE_FAILURE, /* OpenSSL could not tell */
};

/*
 * ECDSA with the curve's hash over the parts, one behind the other. The signature is r and s, each of the curve's
 * size (RFC 9053 2.1); any other size is a bad signature.
 */
enum signature_outcome signature_check(const struct public_key *key, const struct span *part, size_t parts,
				       struct span signature);

/* A hash by its IANA name: its size; 0 if it is none of these. */
#define HASH_NAMES "sha-256, sha-384 or sha-512"
size_t hash_size(struct span name);

/* digest: hash_size() bytes, which must not be 0. False: OpenSSL failed. */
bool hash_bytes(struct span name, struct span bytes, uint8_t digest[DIGEST_MAX]);

#endif
