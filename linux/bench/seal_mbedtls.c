/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-256-GCM as Mbed TLS does it: with the CPU's instructions, and in C alone (realm/bench/portable.c).
 */
#include "bench.h"

#include <string.h>

#include <mbedtls/gcm.h>

/* realm/bench/portable.c */
typeof(mbedtls_gcm_init) portable_gcm_init;
typeof(mbedtls_gcm_setkey) portable_gcm_setkey;
typeof(mbedtls_gcm_crypt_and_tag) portable_gcm_crypt_and_tag;
typeof(mbedtls_gcm_auth_decrypt) portable_gcm_auth_decrypt;

static mbedtls_gcm_context best, portable;

#define INLINED static inline __attribute__((always_inline)) /* in each, calls go straight to its functions */

INLINED void seal(mbedtls_gcm_context *gcm, typeof(mbedtls_gcm_crypt_and_tag) *encrypt, uint8_t *to,
		  const uint8_t *text, size_t size)
{
	uint8_t nonce[NONCE];

	seal_nonce(nonce, to);
	if (encrypt(gcm, MBEDTLS_GCM_ENCRYPT, size, nonce, NONCE, NULL, 0, text, to + SEAL_MORE, TAG,
		    to + NONCE) != 0)
		broken("sealing fails");
}

INLINED bool unseal(mbedtls_gcm_context *gcm, typeof(mbedtls_gcm_auth_decrypt) *decrypt, uint8_t *text,
		    const uint8_t *from, size_t size)
{
	uint8_t nonce[NONCE], tag[TAG];

	memcpy(nonce, from, NONCE);
	memcpy(tag, from + NONCE, TAG);
	return decrypt(gcm, size, nonce, NONCE, NULL, 0, tag, TAG, from + SEAL_MORE, text) == 0;
}

static void best_begin(void)
{
	mbedtls_gcm_init(&best);
	if (mbedtls_gcm_setkey(&best, MBEDTLS_CIPHER_ID_AES, seal_key, 256) != 0)
		broken("Mbed TLS has no AES-256-GCM");
}

static void best_seal(uint8_t *to, const uint8_t *text, size_t size)
{
	seal(&best, mbedtls_gcm_crypt_and_tag, to, text, size);
}

static bool best_unseal(uint8_t *text, const uint8_t *from, size_t size)
{
	return unseal(&best, mbedtls_gcm_auth_decrypt, text, from, size);
}

static void portable_begin(void)
{
	portable_gcm_init(&portable);
	if (portable_gcm_setkey(&portable, MBEDTLS_CIPHER_ID_AES, seal_key, 256) != 0)
		broken("Mbed TLS has no AES-256-GCM in C");
}

static void portable_seal(uint8_t *to, const uint8_t *text, size_t size)
{
	seal(&portable, portable_gcm_crypt_and_tag, to, text, size);
}

static bool portable_unseal(uint8_t *text, const uint8_t *from, size_t size)
{
	return unseal(&portable, portable_gcm_auth_decrypt, text, from, size);
}

const struct cipher mbedtls_gcm = { best_begin, best_seal, best_unseal };
const struct cipher mbedtls_portable = { portable_begin, portable_seal, portable_unseal };
