/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tokens made while a test runs (made_token.h).
 */
#define _GNU_SOURCE
#include "made_token.h"

#include <assert.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_SIZE 96
#define HALF (SIGNATURE_SIZE / 2)

/* Of pair_peer.py's tokens, the realm's half comes last, and its signature is the end. */
static const uint8_t sign1_head[] = { 0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0, 0x59 };

static uint8_t *find_last(uint8_t *bytes, size_t size, const void *what, size_t length)
{
	uint8_t *found = NULL, *at = bytes;

	while ((at = memmem(at, size - (size_t)(at - bytes), what, length)) != NULL)
		found = at++;
	return found;
}

static void replace(uint8_t *bytes, size_t size, const void *old, const void *new, size_t length)
{
	uint8_t *at = find_last(bytes, size, old, length);

	assert(at);
	memcpy(at, new, length);
}

static EVP_PKEY *read_key(void)
{
	struct bytes file = corpus_file("pair.key");
	const uint8_t *at = file.data;
	EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, (long)file.size);

	assert(key);
	free(file.data);
	return key;
}

/* The payload with its length in front, in RFC 9052's Sig_structure. */
static void sign(const uint8_t *payload, size_t size, uint8_t signature[SIGNATURE_SIZE])
{
	static const char head[] = "\x84\x6aSignature1\x44\xa1\x01\x38\x22\x40";
	EVP_PKEY *key = read_key();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[160];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	ECDSA_SIG *sig;
	int good = EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key) == 1 &&
		   EVP_DigestSignUpdate(context, head, sizeof(head) - 1) == 1 &&
		   EVP_DigestSignUpdate(context, payload, size) == 1 &&
		   EVP_DigestSignFinal(context, der, &length) == 1;

	assert(good);
	sig = d2i_ECDSA_SIG(NULL, &at, (long)length);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, HALF);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + HALF, HALF);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

size_t make_token(const struct made_token *made, uint8_t *to)
{
	static const uint8_t rid[] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	struct bytes file = corpus_file(made->template);
	uint8_t nonce[64], rim[32], *payload, *end;
	size_t size = file.size;

	for (unsigned int i = 0; i < sizeof(nonce); i++)
		nonce[i] = (uint8_t)i;
	memcpy(to, file.data, size);
	free(file.data);
	replace(to, size, nonce, made->challenge, sizeof(nonce));
	if (made->rid)
		replace(to, size, rid, made->rid, sizeof(rid));
	if (made->other_image) {
		EVP_Q_digest(NULL, "SHA256", NULL, "rim", 3, rim, NULL);
		replace(to, size, rim, nonce, sizeof(rim));
	}
	payload = find_last(to, size, sign1_head, sizeof(sign1_head)) + sizeof(sign1_head) - 1;
	end = to + size - SIGNATURE_SIZE;
	sign(payload, (size_t)(end - 2 - payload), end); /* 58 60, the head of the signature */
	return size;
}
