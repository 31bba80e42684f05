/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's end of the channel to its owner (session.h).
 */
#include "session.h"

#include <mbedtls/ecdh.h>
#include <mbedtls/gcm.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha512.h>

#include "lib/rsi.h"
#include "random.h"
#include "common/string.h"

#define HEADER (1 + TENANT_COUNTER_SIZE)
#define KEYS 32 /* bytes of each of the two */

static struct {
	uint8_t owner_key[TENANT_KEY_SIZE];
	bool open;
	uint64_t counter; /* of the last command */
	uint8_t to_realm[KEYS], to_owner[KEYS];
	uint8_t memory[32768] __attribute__((aligned(16))); /* Mbed TLS's */
} session;

static uint8_t page[GRANULE_SIZE] __attribute__((aligned(GRANULE_SIZE)));

void session_init(const uint8_t owner_key[TENANT_KEY_SIZE])
{
	memcpy(session.owner_key, owner_key, sizeof(session.owner_key));
	mbedtls_memory_buffer_alloc_init(session.memory, sizeof(session.memory));
}

/* --- Keys ------------------------------------------------------------------------------------------------ */

struct exchange {
	mbedtls_ecp_group group;
	mbedtls_mpi secret; /* our ephemeral key */
	mbedtls_ecp_point ours, theirs;
	mbedtls_mpi shared;
};

static void exchange_begin(struct exchange *x)
{
	mbedtls_ecp_group_init(&x->group);
	mbedtls_mpi_init(&x->secret);
	mbedtls_ecp_point_init(&x->ours);
	mbedtls_ecp_point_init(&x->theirs);
	mbedtls_mpi_init(&x->shared);
}

static void exchange_end(struct exchange *x)
{
	mbedtls_mpi_free(&x->shared);
	mbedtls_ecp_point_free(&x->theirs);
	mbedtls_ecp_point_free(&x->ours);
	mbedtls_mpi_free(&x->secret);
	mbedtls_ecp_group_free(&x->group);
}

static bool exchange_key(struct exchange *x, uint8_t key[TENANT_KEY_SIZE])
{
	size_t length;

	return mbedtls_ecp_group_load(&x->group, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
	       mbedtls_ecdh_gen_public(&x->group, &x->secret, &x->ours, tenant_random, NULL) == 0 &&
	       mbedtls_ecp_point_write_binary(&x->group, &x->ours, MBEDTLS_ECP_PF_UNCOMPRESSED, &length, key,
					      TENANT_KEY_SIZE) == 0 &&
	       length == TENANT_KEY_SIZE;
}

static int exchange_with(struct exchange *x, const uint8_t key[TENANT_KEY_SIZE],
			 uint8_t shared[TENANT_SECRET_SIZE])
{
	if (mbedtls_ecp_point_read_binary(&x->group, &x->theirs, key, TENANT_KEY_SIZE) != 0 ||
	    mbedtls_ecp_check_pubkey(&x->group, &x->theirs) != 0)
		return TENANT_BAD_KEY;
	if (mbedtls_ecdh_compute_shared(&x->group, &x->shared, &x->theirs, &x->secret, tenant_random, NULL) !=
		    0 ||
	    mbedtls_mpi_write_binary(&x->shared, shared, TENANT_SECRET_SIZE) != 0)
		return TENANT_NO_RANDOM;
	return 0;
}

static int make_challenge(const uint8_t *nonce_and_key, const uint8_t *owner_key, const uint8_t *realm_key,
			  uint8_t challenge[TENANT_CHALLENGE_SIZE])
{
	uint8_t text[sizeof(TENANT_LABEL) - 1 + TENANT_NONCE_SIZE + 3 * TENANT_KEY_SIZE], *at = text;

	memcpy(at, TENANT_LABEL, sizeof(TENANT_LABEL) - 1);
	at += sizeof(TENANT_LABEL) - 1;
	memcpy(at, nonce_and_key, TENANT_NONCE_SIZE);
	at += TENANT_NONCE_SIZE;
	memcpy(at, owner_key, TENANT_KEY_SIZE);
	at += TENANT_KEY_SIZE;
	memcpy(at, nonce_and_key + TENANT_NONCE_SIZE, TENANT_KEY_SIZE);
	at += TENANT_KEY_SIZE;
	memcpy(at, realm_key, TENANT_KEY_SIZE);
	return mbedtls_sha512(text, sizeof(text), challenge, 0);
}

/* The session's keys from both secrets; the session is open then. */
static bool derive(const uint8_t challenge[TENANT_CHALLENGE_SIZE],
		   const uint8_t secrets[2 * TENANT_SECRET_SIZE])
{
	uint8_t keys[2 * KEYS];
	bool good =
		mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), challenge, TENANT_CHALLENGE_SIZE,
			     secrets, 2 * TENANT_SECRET_SIZE, (const uint8_t *)TENANT_LABEL,
			     sizeof(TENANT_LABEL) - 1, keys, sizeof(keys)) == 0;

	if (good) {
		memcpy(session.to_realm, keys, KEYS);
		memcpy(session.to_owner, keys + KEYS, KEYS);
		session.counter = 0;
		session.open = true;
	}
	mbedtls_platform_zeroize(keys, sizeof(keys));
	return good;
}

/* --- HELLO ----------------------------------------------------------------------------------------------- */

static int answer_hello(struct exchange *x, uint8_t secrets[2 * TENANT_SECRET_SIZE],
			const uint8_t *nonce_and_key, uint8_t *to, size_t room, size_t *length)
{
	uint8_t challenge[TENANT_CHALLENGE_SIZE], *key = to + 1;
	int refusal;

	if (room <= 1 + TENANT_KEY_SIZE)
		return TENANT_NO_TOKEN;
	if (!exchange_key(x, key))
		return TENANT_NO_RANDOM;
	refusal = exchange_with(x, nonce_and_key + TENANT_NONCE_SIZE, secrets);
	if (refusal == 0)
		refusal = exchange_with(x, session.owner_key, secrets + TENANT_SECRET_SIZE);
	if (refusal != 0)
		return refusal;
	if (make_challenge(nonce_and_key, session.owner_key, key, challenge) != 0)
		return TENANT_NO_RANDOM;
	to[0] = TENANT_EVIDENCE;
	if (realm_rsi_attestation_token(challenge, page, key + TENANT_KEY_SIZE, room - 1 - TENANT_KEY_SIZE,
					length) != RSI_SUCCESS)
		return TENANT_NO_TOKEN;
	*length += 1 + TENANT_KEY_SIZE;
	return derive(challenge, secrets) ? 0 : TENANT_NO_RANDOM;
}

int session_hello(const uint8_t *message, size_t size, uint8_t *to, size_t room, size_t *length)
{
	uint8_t secrets[2 * TENANT_SECRET_SIZE];
	struct exchange x;
	int refusal;

	if (size != 1 + TENANT_NONCE_SIZE + TENANT_KEY_SIZE)
		return TENANT_BAD_MESSAGE;
	session.open = false;
	exchange_begin(&x);
	refusal = answer_hello(&x, secrets, message + 1, to, room, length);
	exchange_end(&x);
	mbedtls_platform_zeroize(secrets, sizeof(secrets));
	return refusal;
}

/* --- SEALED ---------------------------------------------------------------------------------------------- */

static void make_nonce(uint64_t counter, uint8_t nonce[12])
{
	memset(nonce, 0, 4);
	for (unsigned int i = 0; i < TENANT_COUNTER_SIZE; i++)
		nonce[4 + i] = (uint8_t)(counter >> (56 - 8 * i));
}

static const uint8_t type = TENANT_SEALED;

int session_open(const uint8_t *message, size_t size, uint8_t *to, size_t *length)
{
	mbedtls_gcm_context gcm;
	uint8_t nonce[12];
	int failed;

	if (!session.open)
		return TENANT_NO_SESSION;
	if (size < HEADER + TENANT_TAG_SIZE || message[0] != type)
		return TENANT_BAD_MESSAGE;
	make_nonce(session.counter + 1, nonce);
	if (memcmp(message + 1, nonce + 4, TENANT_COUNTER_SIZE) != 0)
		return TENANT_BAD_COUNTER;
	*length = size - HEADER - TENANT_TAG_SIZE;
	mbedtls_gcm_init(&gcm);
	failed = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, session.to_realm, 8 * KEYS) != 0 ||
		 mbedtls_gcm_auth_decrypt(&gcm, *length, nonce, sizeof(nonce), &type, 1,
					  message + size - TENANT_TAG_SIZE, TENANT_TAG_SIZE, message + HEADER,
					  to) != 0;
	mbedtls_gcm_free(&gcm);
	if (failed)
		return TENANT_BAD_SEAL;
	session.counter++;
	return 0;
}

int session_seal(const uint8_t *answer, size_t size, uint8_t *to, size_t room, size_t *length)
{
	mbedtls_gcm_context gcm;
	uint8_t nonce[12];
	int failed;

	if (room < HEADER + TENANT_TAG_SIZE || size > room - HEADER - TENANT_TAG_SIZE)
		return TENANT_BAD_MESSAGE;
	make_nonce(session.counter, nonce);
	to[0] = type;
	memcpy(to + 1, nonce + 4, TENANT_COUNTER_SIZE);
	mbedtls_gcm_init(&gcm);
	failed = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, session.to_owner, 8 * KEYS) != 0 ||
		 mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, size, nonce, sizeof(nonce), &type, 1,
					   answer, to + HEADER, TENANT_TAG_SIZE, to + HEADER + size) != 0;
	mbedtls_gcm_free(&gcm);
	*length = HEADER + size + TENANT_TAG_SIZE;
	return failed ? TENANT_BAD_SEAL : 0;
}
