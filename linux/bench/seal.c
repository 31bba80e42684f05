/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-256-GCM and AES-256-GCM-SIV as OpenSSL does them: with the instructions that the CPU has for it, or without where
 * OPENSSL_armcap says so.
 */
#include "bench.h"

#include <string.h>

#include <openssl/evp.h>

const uint8_t seal_key[32] = "the same for both: it is a bench";

void seal_nonce(uint8_t nonce[NONCE], uint8_t *to)
{
	static uint64_t nonces;

	nonces++;
	memset(nonce, 0, NONCE);
	memcpy(nonce, &nonces, sizeof(nonces));
	memcpy(to, nonce, NONCE);
}

static EVP_CIPHER_CTX *begin(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (cipher == NULL || context == NULL ||
	    EVP_CipherInit_ex2(context, cipher, seal_key, NULL, 1, NULL) != 1)
		broken("OpenSSL has no %s", name);
	return context;
}

static void seal(EVP_CIPHER_CTX *context, uint8_t *to, const uint8_t *text, size_t size)
{
	uint8_t nonce[NONCE];
	int length;

	seal_nonce(nonce, to);
	if (EVP_CipherInit_ex(context, NULL, NULL, NULL, nonce, 1) != 1 ||
	    EVP_CipherUpdate(context, to + SEAL_MORE, &length, text, (int)size) != 1 ||
	    EVP_CipherFinal_ex(context, to + SEAL_MORE + length, &length) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, to + NONCE) != 1)
		broken("sealing fails");
}

/* SIV wants the tag before the text, GCM takes it then, too. */
static bool unseal(EVP_CIPHER_CTX *context, uint8_t *text, const uint8_t *from, size_t size)
{
	uint8_t nonce[NONCE], tag[TAG];
	int length;

	memcpy(nonce, from, NONCE);
	memcpy(tag, from + NONCE, TAG);
	return EVP_CipherInit_ex(context, NULL, NULL, NULL, nonce, 0) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
	       EVP_CipherUpdate(context, text, &length, from + SEAL_MORE, (int)size) == 1 &&
	       EVP_CipherFinal_ex(context, text + length, &length) == 1;
}

static EVP_CIPHER_CTX *gcm, *siv;

static void gcm_begin(void)
{
	gcm = begin("AES-256-GCM");
}

static void gcm_seal(uint8_t *to, const uint8_t *text, size_t size)
{
	seal(gcm, to, text, size);
}

static bool gcm_unseal(uint8_t *text, const uint8_t *from, size_t size)
{
	return unseal(gcm, text, from, size);
}

static void siv_begin(void)
{
	siv = begin("AES-256-GCM-SIV");
}

static void siv_seal(uint8_t *to, const uint8_t *text, size_t size)
{
	seal(siv, to, text, size);
}

static bool siv_unseal(uint8_t *text, const uint8_t *from, size_t size)
{
	return unseal(siv, text, from, size);
}

const struct cipher openssl_gcm = { gcm_begin, gcm_seal, gcm_unseal };
const struct cipher openssl_siv = { siv_begin, siv_seal, siv_unseal };
