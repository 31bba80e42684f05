/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The owner's end of the channel to its realm (include/caec/tenant.h): keys, seals, and what the realm's attestation
 * token has to say. OpenSSL does the cryptography.
 */
#ifndef OWNER_SESSION_H
#define OWNER_SESSION_H

#include <caec/tenant.h>
#include <stdbool.h>
#include <stddef.h>

struct owner_key; /* a private key of P-256 */

struct owner_key *owner_key_new(void); /* NULL: OpenSSL could not */

/* NULL: not read, with errno, or 0 if what is there is no private key in PEM. */
struct owner_key *owner_key_read(const char *file);

/* A new file, readable by the user only. False, with errno: not written; a file that was there is as it was. */
bool owner_key_write(const struct owner_key *key, const char *file);
void owner_key_free(struct owner_key *key);
/* False: the key is not of P-256. */
bool owner_key_public(const struct owner_key *key, uint8_t point[TENANT_KEY_SIZE]);

bool owner_random(uint8_t *bytes, size_t size);

/* What both owners have put in: neither of them is fooled by a token that is older than its part. */
bool owner_join_nonces(const uint8_t provider[TENANT_NONCE_SIZE], const uint8_t consumer[TENANT_NONCE_SIZE],
		       uint8_t joint[TENANT_NONCE_SIZE]);

/* The challenge that a realm's token is for. */
bool owner_challenge(const uint8_t nonce[TENANT_NONCE_SIZE], const uint8_t owner[TENANT_KEY_SIZE],
		     const uint8_t ephemeral[TENANT_KEY_SIZE], const uint8_t realm[TENANT_KEY_SIZE],
		     uint8_t challenge[TENANT_CHALLENGE_SIZE]);

struct owner_session {
	uint8_t to_realm[32], to_owner[32];
	uint64_t counter; /* of the last command */
};

/* The session's keys, once the realm's token has been accepted. False: that is no key. */
bool owner_session_derive(struct owner_session *session, const struct owner_key *owner,
			  const struct owner_key *ephemeral, const uint8_t realm[TENANT_KEY_SIZE],
			  const uint8_t challenge[TENANT_CHALLENGE_SIZE]);

/* A message of at most size + 25 bytes at `to`. */
bool owner_session_seal(struct owner_session *session, const uint8_t *command, size_t size, uint8_t *to,
			size_t *length);

/* The answer to the last command: at most `size` bytes at `to`. False: the realm didn't say that. */
bool owner_session_open(const struct owner_session *session, const uint8_t *message, size_t size, uint8_t *to,
			size_t *length);

#endif
