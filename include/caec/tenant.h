/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a tenant realm (realm/tenant) and its owner (owner/) say to each other, by way of a host that reads, changes,
 * replays and drops what it likes. Not part of any specification; docs/owners.md has the reasons.
 *
 * The owner's public key is in the realm's image as loaded, so it is in its RIM. Keys are points of P-256,
 * uncompressed. All numbers are big-endian. Z(a, B) is the ECDH of a private and a public key.
 *
 *	owner -> realm  HELLO     nonce, owner's ephemeral key
 *	realm -> owner  EVIDENCE  realm's ephemeral key, attestation token for
 *	                          challenge = SHA-512(TENANT_LABEL, nonce, owner's key, owner's ephemeral key,
 *	                                              realm's ephemeral key)
 *	both            keys = HKDF-SHA-256(salt: challenge, secret: Z(ephemeral keys), Z(realm's ephemeral, owner's key),
 *	                                    info: TENANT_LABEL); the first 32 bytes protect what goes to the realm
 *	owner -> realm  SEALED    a command, AES-256-GCM; nonce: 4 zeroes, counter; associated data: the type
 *	realm -> owner  SEALED    its answer, with the counter of the command
 *
 * Counters begin at 1 with each HELLO; one that is not the next is refused.
 */
#ifndef CAEC_TENANT_H
#define CAEC_TENANT_H

#include <caec/abi.h>

#ifndef __ASSEMBLER__

#define TENANT_LABEL "CAEC tenant 1"
#define TENANT_KEY_SIZE 65
#define TENANT_NONCE_SIZE 32
#define TENANT_CHALLENGE_SIZE 64
#define TENANT_SECRET_SIZE 32
#define TENANT_TAG_SIZE 16
#define TENANT_COUNTER_SIZE 8
#define TENANT_RID_SIZE 16
#define TENANT_MESSAGE_MAX 8192 /* longest of any kind */

/* Measured, loaded at this IPA behind the image. */
#define TENANT_CONFIG_IPA ABI_U64(0x80100000)
#define TENANT_CONFIG_MAGIC "CAECOWN1"
struct tenant_config {
	uint8_t magic[8];
	uint8_t owner_key[TENANT_KEY_SIZE];
};

/* The first byte of a message. */
enum tenant_message {
	TENANT_HELLO = 1,    /* nonce, key */
	TENANT_EVIDENCE = 2, /* key, token */
	TENANT_SEALED = 3,   /* counter, ciphertext, tag */
	TENANT_REFUSED = 4,  /* one byte: enum tenant_refusal. Anybody may say this */
};

enum tenant_refusal {
	TENANT_BAD_MESSAGE = 1, /* a type or length that is none */
	TENANT_BAD_KEY = 2,     /* not a point of the curve */
	TENANT_NO_SESSION = 3,  /* SEALED before HELLO */
	TENANT_BAD_COUNTER = 4, /* replayed, or out of order */
	TENANT_BAD_SEAL = 5,    /* made by somebody else, or changed on its way */
	TENANT_NO_TOKEN = 6,    /* the RMM gave none */
	TENANT_NO_RANDOM = 7,
};

/*
 * The first byte of a command. An answer begins with an 8-byte status: enum csm_error (realm/lib/csm.h), or
 * TENANT_STATUS_COMMAND.
 */
enum tenant_command {
	TENANT_SHARE = 1,  /* peer's RID, permission (1 byte) -> status, number of the share */
	TENANT_ATTACH = 2, /* peer's RID, number -> status, pages */
	TENANT_PUT = 3,    /* text, at most TENANT_TEXT_MAX -> status: into the shared region */
	TENANT_GET = 4,    /* -> status, the text in the shared region */
};
#define TENANT_STATUS_COMMAND 0x1000 /* there is no such command, or not now */
#define TENANT_TEXT_MAX 1024

/*
 * The program's one step (common/hostcall.h): IPA of TENANT_MESSAGE_MAX bytes of unprotected memory, length of
 * the message there, TENANT_MESSAGE_MAX -> length of the answer, in the same place.
 */
#define TENANT_STEP_MESSAGE 0x400

#endif /* __ASSEMBLER__ */

#endif
