/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CCA attestation token, taken apart and verified by other people's code: libcbor and OpenSSL. For tests.
 */
#ifndef TESTS_TOKEN_H
#define TESTS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_MAX_SHARED 300

struct token_bytes {
	const uint8_t *at; /* in memory that token_close() frees */
	size_t size;
};

struct token_shared {
	uint64_t role;
	uint8_t peer[16];
	uint64_t permission;
	uint64_t size;
};

struct cbor_item_t;

struct token {
	struct token_bytes platform; /* the platform token, not looked into */
	struct token_bytes challenge, personalization, rim, rem[4], public_key, signature;
	char hash_algorithm[16];
	bool has_profile;
	bool has_csm; /* the private claims */
	uint8_t rid[16];
	uint64_t caec_version;
	struct token_shared shared[TOKEN_MAX_SHARED];
	size_t num_shared;
	bool shared_cut_off;

	struct cbor_item_t *items[3]; /* the decoded layers */
};

/*
 * Decodes and checks a whole token: the frame, deterministic encoding of all of it but the platform token,
 * every claim's type and size, keys in order and none unknown, the public key, the signature. NULL: all is
 * right, `t` is filled; else what is wrong. token_close() in both cases.
 */
const char *token_open(struct token *t, const uint8_t *bytes, size_t size);
void token_close(struct token *t);

/* The challenge of a platform token: claim 10 of its payload. False: it has none. */
bool token_platform_challenge(struct token_bytes platform, uint8_t *challenge, size_t room, size_t *size);

/* The ECDSA signature r || s of a SHA-384 digest is right for the P-384 key (x, y). */
bool token_signature_is_right(const uint8_t x[48], const uint8_t y[48], const uint8_t digest[48],
			      const uint8_t signature[96]);

/* SHA-256, by OpenSSL. */
void token_sha256(struct token_bytes bytes, uint8_t digest[32]);

#endif
