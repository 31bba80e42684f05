/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The owner's end of the channel to its realm (owner_session.h).
 */
#include "owner_session.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <string.h>
#include <unistd.h>

#define LABEL_SIZE (sizeof(TENANT_LABEL) - 1)
#define HEADER (1 + TENANT_COUNTER_SIZE)
#define KEY_SIZE 32

struct owner_key; /* an EVP_PKEY by another name */

static EVP_PKEY *pkey(const struct owner_key *key)
{
	return (EVP_PKEY *)key;
}

struct owner_key *owner_key_new(void)
{
	return (struct owner_key *)EVP_EC_gen("P-256");
}

struct owner_key *owner_key_read(const char *file)
{
	FILE *in = fopen(file, "r");
	EVP_PKEY *key;
	int error;

	if (!in)
		return NULL;
	errno = 0;
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	error = ferror(in) ? errno : 0;
	fclose(in);
	errno = error;
	return (struct owner_key *)key;
}

/* O_EXCL: what is there already, and be it a link to nowhere, is somebody's. */
bool owner_key_write(const struct owner_key *key, const char *file)
{
	int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	bool good;

	if (!out)
		return false;
	good = PEM_write_PrivateKey(out, pkey(key), NULL, NULL, 0, NULL, NULL) == 1;
	good = fclose(out) == 0 && good;
	if (!good)
		unlink(file);
	return good;
}

void owner_key_free(struct owner_key *key)
{
	EVP_PKEY_free(pkey(key));
}

bool owner_key_public(const struct owner_key *key, uint8_t point[TENANT_KEY_SIZE])
{
	char group[32];
	size_t size;

	/* There are other curves with points of this size. */
	return EVP_PKEY_get_group_name(pkey(key), group, sizeof(group), &size) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0 &&
	       EVP_PKEY_get_octet_string_param(pkey(key), OSSL_PKEY_PARAM_PUB_KEY, point, TENANT_KEY_SIZE,
					       &size) == 1 &&
	       size == TENANT_KEY_SIZE && point[0] == POINT_CONVERSION_UNCOMPRESSED;
}

bool owner_random(uint8_t *bytes, size_t size)
{
	return RAND_bytes(bytes, (int)size) == 1;
}

/* --- What realm and owner compute alike ------------------------------------------------------------------ */

static bool digest(const EVP_MD *algorithm, const uint8_t *const *parts, const size_t *sizes, size_t count,
		   uint8_t *to)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, algorithm, NULL) == 1;

	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(context, parts[i], sizes[i]) == 1;
	good = good && EVP_DigestFinal_ex(context, to, NULL) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

bool owner_join_nonces(const uint8_t provider[TENANT_NONCE_SIZE], const uint8_t consumer[TENANT_NONCE_SIZE],
		       uint8_t joint[TENANT_NONCE_SIZE])
{
	return digest(EVP_sha256(), (const uint8_t *[]){ provider, consumer },
		      (size_t[]){ TENANT_NONCE_SIZE, TENANT_NONCE_SIZE }, 2, joint);
}

bool owner_challenge(const uint8_t nonce[TENANT_NONCE_SIZE], const uint8_t owner[TENANT_KEY_SIZE],
		     const uint8_t ephemeral[TENANT_KEY_SIZE], const uint8_t realm[TENANT_KEY_SIZE],
		     uint8_t challenge[TENANT_CHALLENGE_SIZE])
{
	return digest(EVP_sha512(),
		      (const uint8_t *[]){ (const uint8_t *)TENANT_LABEL, nonce, owner, ephemeral, realm },
		      (size_t[]){ LABEL_SIZE, TENANT_NONCE_SIZE, TENANT_KEY_SIZE, TENANT_KEY_SIZE,
				  TENANT_KEY_SIZE },
		      5, challenge);
}

static EVP_PKEY *peer_key(const struct owner_key *like, const uint8_t point[TENANT_KEY_SIZE])
{
	EVP_PKEY *peer = EVP_PKEY_new();

	/* Also checks that it is a point of the curve. */
	if (peer && (EVP_PKEY_copy_parameters(peer, pkey(like)) != 1 ||
		     EVP_PKEY_set1_encoded_public_key(peer, point, TENANT_KEY_SIZE) != 1)) {
		EVP_PKEY_free(peer);
		peer = NULL;
	}
	return peer;
}

static bool exchange(const struct owner_key *key, const uint8_t point[TENANT_KEY_SIZE],
		     uint8_t secret[TENANT_SECRET_SIZE])
{
	EVP_PKEY *peer = peer_key(key, point);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey(key), NULL);
	size_t size = TENANT_SECRET_SIZE;
	bool good = peer && context && EVP_PKEY_derive_init(context) == 1 &&
		    EVP_PKEY_derive_set_peer(context, peer) == 1 &&
		    EVP_PKEY_derive(context, secret, &size) == 1 && size == TENANT_SECRET_SIZE;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
	return good;
}

static bool expand(const uint8_t challenge[TENANT_CHALLENGE_SIZE], uint8_t secrets[2 * TENANT_SECRET_SIZE],
		   uint8_t keys[2 * KEY_SIZE])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	char label[] = TENANT_LABEL, algorithm[] = "SHA256";
	uint8_t salt[TENANT_CHALLENGE_SIZE];
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, algorithm, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secrets, 2 * TENANT_SECRET_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label, LABEL_SIZE),
		OSSL_PARAM_construct_end(),
	};
	bool good;

	memcpy(salt, challenge, sizeof(salt));
	good = context && EVP_KDF_derive(context, keys, 2 * KEY_SIZE, parameters) == 1;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return good;
}

bool owner_session_derive(struct owner_session *session, const struct owner_key *owner,
			  const struct owner_key *ephemeral, const uint8_t realm[TENANT_KEY_SIZE],
			  const uint8_t challenge[TENANT_CHALLENGE_SIZE])
{
	uint8_t secrets[2 * TENANT_SECRET_SIZE], keys[2 * KEY_SIZE];
	bool good = exchange(ephemeral, realm, secrets) &&
		    exchange(owner, realm, secrets + TENANT_SECRET_SIZE) && expand(challenge, secrets, keys);

	if (good) {
		memcpy(session->to_realm, keys, KEY_SIZE);
		memcpy(session->to_owner, keys + KEY_SIZE, KEY_SIZE);
		session->counter = 0;
	}
	OPENSSL_cleanse(secrets, sizeof(secrets));
	OPENSSL_cleanse(keys, sizeof(keys));
	return good;
}

/* --- Seals ----------------------------------------------------------------------------------------------- */

static const uint8_t type = TENANT_SEALED;

static void make_nonce(uint64_t counter, uint8_t nonce[12])
{
	memset(nonce, 0, 4);
	for (unsigned int i = 0; i < TENANT_COUNTER_SIZE; i++)
		nonce[4 + i] = (uint8_t)(counter >> (56 - 8 * i));
}

bool owner_session_seal(struct owner_session *session, const uint8_t *command, size_t size, uint8_t *to,
			size_t *length)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t nonce[12];
	int part;
	bool good;

	make_nonce(++session->counter, nonce);
	to[0] = type;
	memcpy(to + 1, nonce + 4, TENANT_COUNTER_SIZE);
	good = context &&
	       EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, session->to_realm, nonce) == 1 &&
	       EVP_EncryptUpdate(context, NULL, &part, &type, 1) == 1 &&
	       EVP_EncryptUpdate(context, to + HEADER, &part, command, (int)size) == 1 &&
	       EVP_EncryptFinal_ex(context, to + HEADER + size, &part) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TENANT_TAG_SIZE, to + HEADER + size) == 1;
	EVP_CIPHER_CTX_free(context);
	*length = HEADER + size + TENANT_TAG_SIZE;
	return good;
}

bool owner_session_open(const struct owner_session *session, const uint8_t *message, size_t size, uint8_t *to,
			size_t *length)
{
	EVP_CIPHER_CTX *context;
	uint8_t nonce[12], tag[TENANT_TAG_SIZE];
	int part;
	bool good;

	make_nonce(session->counter, nonce);
	if (size < HEADER + TENANT_TAG_SIZE || message[0] != type ||
	    memcmp(message + 1, nonce + 4, TENANT_COUNTER_SIZE) != 0)
		return false;
	*length = size - HEADER - TENANT_TAG_SIZE;
	memcpy(tag, message + size - TENANT_TAG_SIZE, sizeof(tag));
	context = EVP_CIPHER_CTX_new();
	good = context &&
	       EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, session->to_owner, nonce) == 1 &&
	       EVP_DecryptUpdate(context, NULL, &part, &type, 1) == 1 &&
	       EVP_DecryptUpdate(context, to, &part, message + HEADER, (int)*length) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
	       EVP_DecryptFinal_ex(context, to + *length, &part) == 1;
	EVP_CIPHER_CTX_free(context);
	return good;
}
