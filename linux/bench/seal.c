/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-256-GCM as OpenSSL does it, with the instructions that the CPU has for it. The key is set up once. In memory: the
 * nonce, the tag, 4 bytes of nothing, the text.
 */
#include "bench.h"

#include <string.h>

#include <openssl/evp.h>

#define NONCE 12
#define TAG 16

static EVP_CIPHER_CTX *context;
static uint64_t nonces;
static const uint8_t key[32] = "the same for both: it is a bench";

void seal_begin(void)
{
	context = EVP_CIPHER_CTX_new();
	if (context == NULL || EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, NULL, 1) != 1)
		broken("no AES-256-GCM");
}

void seal(uint8_t *to, const uint8_t *text, size_t size)
{
	uint8_t nonce[NONCE] = { 0 };
	int length;

	nonces++;
	memcpy(nonce, &nonces, sizeof(nonces));
	memcpy(to, nonce, NONCE);
	if (EVP_CipherInit_ex(context, NULL, NULL, NULL, nonce, 1) != 1 ||
	    EVP_CipherUpdate(context, to + SEAL_MORE, &length, text, (int)size) != 1 ||
	    EVP_CipherFinal_ex(context, to + SEAL_MORE + length, &length) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, to + NONCE) != 1)
		broken("sealing fails");
}

bool unseal(uint8_t *text, const uint8_t *from, size_t size)
{
	uint8_t nonce[NONCE], tag[TAG];
	int length;

	memcpy(nonce, from, NONCE);
	memcpy(tag, from + NONCE, TAG);
	return EVP_CipherInit_ex(context, NULL, NULL, NULL, nonce, 0) == 1 &&
	       EVP_CipherUpdate(context, text, &length, from + SEAL_MORE, (int)size) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
	       EVP_CipherFinal_ex(context, text + length, &length) == 1;
}
