/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Public keys, ECDSA and hashes (crypto.h).
 */
#include "crypto.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

static const struct curve curves[CURVES] = {
	{ "P-256", "ES256", "SHA256", 32, 1, -7 },
	{ "P-384", "ES384", "SHA384", 48, 2, -35 },
	{ "P-521", "ES512", "SHA512", 66, 3, -36 },
};

static const int curve_nid[CURVES] = { NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1 };

static const struct {
	const char *iana, *openssl;
	size_t size;
} hashes[] = {
	{ "sha-256", "SHA256", 32 },
	{ "sha-384", "SHA384", 48 },
	{ "sha-512", "SHA512", 64 },
};

const struct curve *curve_by_name(struct span name)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (span_equal(name, span_of_text(curves[i].name)))
			return &curves[i];
	}
	return NULL;
}

const struct curve *curve_by_size(size_t size)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (curves[i].size == size)
			return &curves[i];
	}
	return NULL;
}

const struct curve *curve_by_cose(int64_t cose_curve)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (curves[i].cose_curve == cose_curve)
			return &curves[i];
	}
	return NULL;
}

const struct curve *curve_by_cose_alg(int64_t cose_alg)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (curves[i].cose_alg == cose_alg)
			return &curves[i];
	}
	return NULL;
}

/* What OpenSSL's last calls left in its queue of errors, which is empty then. */
struct errors {
	bool no_memory, no_point;
};

static struct errors take_errors(void)
{
	struct errors errors = { false, false };
	unsigned long error;

	while ((error = ERR_get_error()) != 0) {
		int reason = ERR_GET_REASON(error);

		if (reason == ERR_R_MALLOC_FAILURE)
			errors.no_memory = true;
		else if (ERR_GET_LIB(error) == ERR_LIB_EC &&
			 (reason == EC_R_POINT_IS_NOT_ON_CURVE || reason == EC_R_INVALID_ENCODING))
			errors.no_point = true;
	}
	return errors;
}

/* A key is bad only if OpenSSL says so: it does not always say that it had no memory. */
static enum key_state why_no_key(void)
{
	struct errors errors = take_errors();

	return errors.no_point && !errors.no_memory ? KEY_BAD : KEY_FAILURE;
}

/* The point as SEC 1 (2.3.3) writes it. Returns its size. */
static size_t put_point(const struct public_key *key, uint8_t point[1 + 2 * COORDINATE_MAX])
{
	size_t size = key->curve->size;

	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, key->x, size);
	memcpy(point + 1 + size, key->y, size);
	return 1 + 2 * size;
}

/* OpenSSL's form of the key. It looks whether the point is on the curve. */
static enum key_state import_key(const struct public_key *key, EVP_PKEY **pkey)
{
	uint8_t point[1 + 2 * COORDINATE_MAX];
	size_t size = put_point(key, point);
	char *group = (char *)(uintptr_t)key->curve->name; /* only read */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, size),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	enum key_state state;

	*pkey = NULL;
	ERR_clear_error();
	if (context && EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(context, pkey, EVP_PKEY_PUBLIC_KEY, params) == 1) {
		state = KEY_GOOD;
	} else {
		*pkey = NULL;
		state = why_no_key();
	}
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return state;
}

static EC_GROUP *get_group(struct curve_groups *groups, const struct curve *curve)
{
	size_t index = (size_t)(curve - curves);

	if (!groups->group[index])
		groups->group[index] = EC_GROUP_new_by_curve_name(curve_nid[index]);
	return groups->group[index];
}

void curve_groups_free(struct curve_groups *groups)
{
	for (size_t i = 0; i < CURVES; i++)
		EC_GROUP_free(groups->group[i]);
}

enum key_state key_check(const struct public_key *key, struct curve_groups *groups)
{
	uint8_t bytes[1 + 2 * COORDINATE_MAX];
	size_t size = put_point(key, bytes);
	const EC_GROUP *group = get_group(groups, key->curve);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	enum key_state state = KEY_GOOD;

	ERR_clear_error();
	if (!point || EC_POINT_oct2point(group, point, bytes, size, NULL) != 1)
		state = why_no_key();
	EC_POINT_free(point);
	ERR_clear_error();
	return state;
}

/* The curve and point of OpenSSL's key. */
static const char *export_key(EVP_PKEY *pkey, struct public_key *key)
{
	static const char *const openssl_name[] = { "prime256v1", "secp384r1", "secp521r1" };
	uint8_t point[1 + 2 * COORDINATE_MAX];
	char group[32];
	size_t size;

	_Static_assert(COUNT(openssl_name) == COUNT(curves), "in the same order");
	if (!EVP_PKEY_is_a(pkey, "EC") || EVP_PKEY_get_group_name(pkey, group, sizeof(group), &size) != 1)
		return "not a key on an elliptic curve";
	key->curve = NULL;
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (strcmp(group, openssl_name[i]) == 0)
			key->curve = &curves[i];
	}
	if (!key->curve)
		return "not on P-256, P-384 or P-521";
	/* Compressed or not in the file: here as the two coordinates. */
	if (EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
					   "uncompressed") != 1 ||
	    EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point),
					    &size) != 1 ||
	    size != 1 + 2 * key->curve->size || point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return "a point that OpenSSL can't give out";
	memcpy(key->x, point + 1, key->curve->size);
	memcpy(key->y, point + 1 + key->curve->size, key->curve->size);
	return NULL;
}

/* The next block of the text. It is not decrypted: that would ask for a pass phrase, at the terminal. */
static const char *read_block(BIO *bio, EVP_PKEY **pkey)
{
	const char *error = NULL;
	char *name = NULL, *header = NULL;
	uint8_t *data = NULL;
	const uint8_t *at;
	long size;

	if (PEM_read_bio(bio, &name, &header, &data, &size) != 1)
		return "not a PUBLIC KEY in PEM";
	at = data;
	if (strstr(name, "PRIVATE KEY"))
		error = "a private key, which has no place in a policy";
	else if (strcmp(name, PEM_STRING_PUBLIC) != 0 || header[0] ||
		 !(*pkey = d2i_PUBKEY(NULL, &at, size)) || at != data + size)
		error = "not a PUBLIC KEY in PEM";
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	return error;
}

/* A second block would be a key that the policy's author means and nobody looks at, or a private one. */
static const char *read_no_block(BIO *bio)
{
	EVP_PKEY *pkey = NULL;
	const char *error;

	ERR_clear_error();
	error = read_block(bio, &pkey);
	EVP_PKEY_free(pkey);
	if (error && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
		return NULL;
	return error ? error : "more than one key";
}

const char *key_from_pem(struct span pem, struct public_key *key)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	EVP_PKEY *pkey = NULL;
	const char *error = bio ? read_block(bio, &pkey) : "no memory";

	if (!error)
		error = read_no_block(bio);
	if (!error)
		error = export_key(pkey, key);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_clear_error();
	return error;
}

/* r and s as the DER that OpenSSL wants. Its length, 0 if there is no memory; the caller frees it with OPENSSL_free(). */
static int signature_to_der(struct span signature, uint8_t **der)
{
	int half = (int)(signature.size / 2), length = 0;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature.data, half, NULL);
	BIGNUM *s = BN_bin2bn(signature.data + half, half, NULL);

	if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* the signature's now */
		length = i2d_ECDSA_SIG(sig, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return length > 0 ? length : 0;
}

static enum signature_outcome verify_der(EVP_PKEY *pkey, const char *digest, const struct span *part,
					 size_t parts, const uint8_t *der, size_t length)
{
	enum signature_outcome outcome = SIGNATURE_FAILURE;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ready = context && EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, pkey, NULL) == 1;
	int verified;

	for (size_t i = 0; ready && i < parts; i++)
		ready = EVP_DigestVerifyUpdate(context, part[i].data, part[i].size) == 1;
	if (ready) /* no copies, and so no memory for them: the answer would be 0 */
		EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
	ERR_clear_error();
	verified = ready ? EVP_DigestVerifyFinal(context, der, length) : -1;
	/* 0: a wrong signature, also one that is none at all (r or s out of range). Less: a failure. */
	if (verified == 1)
		outcome = SIGNATURE_GOOD;
	else if (verified == 0 && !take_errors().no_memory)
		outcome = SIGNATURE_BAD;
	EVP_MD_CTX_free(context);
	return outcome;
}

enum signature_outcome signature_check(const struct public_key *key, const struct span *part, size_t parts,
				       struct span signature)
{
	enum signature_outcome outcome = SIGNATURE_FAILURE;
	EVP_PKEY *pkey;
	uint8_t *der = NULL;
	int length;

	if (import_key(key, &pkey) == KEY_BAD)
		return SIGNATURE_BAD_KEY;
	if (signature.size != 2 * key->curve->size) {
		EVP_PKEY_free(pkey);
		return pkey ? SIGNATURE_BAD : SIGNATURE_FAILURE;
	}
	length = signature_to_der(signature, &der);
	if (pkey && length > 0)
		outcome = verify_der(pkey, key->curve->digest, part, parts, der, (size_t)length);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return outcome;
}

size_t hash_size(struct span name)
{
	for (size_t i = 0; i < COUNT(hashes); i++) {
		if (span_equal(name, span_of_text(hashes[i].iana)))
			return hashes[i].size;
	}
	return 0;
}

bool hash_bytes(struct span name, struct span bytes, uint8_t digest[DIGEST_MAX])
{
	for (size_t i = 0; i < COUNT(hashes); i++) {
		if (span_equal(name, span_of_text(hashes[i].iana)))
			return EVP_Q_digest(NULL, hashes[i].openssl, NULL, bytes.data, bytes.size, digest,
					    NULL) == 1;
	}
	return false;
}
