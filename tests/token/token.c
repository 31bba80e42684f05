/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tokens, checked (token.h).
 */
#include "token.h"

#include <stdlib.h>
#include <string.h>

#include <cbor.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define COORDINATE 48U
#define DIGEST 48U
#define TAG_SIGN1 0xd2 /* as it is encoded */

enum { OUTER, SIGN1, CLAIMS };

/* --- Encoding -------------------------------------------------------------------------------------------- */

static bool int_is_shortest(const cbor_item_t *item)
{
	uint64_t value = cbor_get_int(item);

	switch (cbor_int_get_width(item)) {
	case CBOR_INT_8:
		return true; /* libcbor makes the shortest of these by itself */
	case CBOR_INT_16:
		return value > UINT8_MAX;
	case CBOR_INT_32:
		return value > UINT16_MAX;
	default:
		return value > UINT32_MAX;
	}
}

/* Of integers; heads of the others are compared by encoding them again. */
static bool ints_are_shortest(const cbor_item_t *item)
{
	size_t i;

	switch (cbor_typeof(item)) {
	case CBOR_TYPE_UINT:
	case CBOR_TYPE_NEGINT:
		return int_is_shortest(item);
	case CBOR_TYPE_ARRAY:
		for (i = 0; i < cbor_array_size(item); i++) {
			if (!ints_are_shortest(cbor_array_handle(item)[i]))
				return false;
		}
		return cbor_array_is_definite(item);
	case CBOR_TYPE_MAP:
		for (i = 0; i < cbor_map_size(item); i++) {
			if (!ints_are_shortest(cbor_map_handle(item)[i].key) ||
			    !ints_are_shortest(cbor_map_handle(item)[i].value))
				return false;
		}
		return cbor_map_is_definite(item);
	case CBOR_TYPE_TAG: {
		cbor_item_t *inner = cbor_tag_item(item);
		bool good = ints_are_shortest(inner);

		cbor_decref(&inner);
		return good;
	}
	case CBOR_TYPE_BYTESTRING:
		return cbor_bytestring_is_definite(item);
	case CBOR_TYPE_STRING:
		return cbor_string_is_definite(item);
	default:
		return true;
	}
}

/* libcbor asks for whatever memory a length in the input says, and takes a no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "max_allocation_size_mb=64:allocator_may_return_null=1";
}

/* All of `bytes` is one item, in the shortest form. */
static cbor_item_t *decode(struct token_bytes bytes, bool *deterministic)
{
	struct cbor_load_result result;
	cbor_item_t *item = cbor_load(bytes.at, bytes.size, &result);
	unsigned char *again = NULL;
	size_t room = 0, size;

	*deterministic = false;
	if (item == NULL || result.read != bytes.size)
		return item;
	size = cbor_serialize_alloc(item, &again, &room);
	*deterministic = ints_are_shortest(item) && size == bytes.size && memcmp(again, bytes.at, size) == 0;
	free(again);
	return item;
}

/* A tag of 18 is left out first: libcbor 0.8 takes it for malformed. */
static cbor_item_t *decode_sign1(struct token_bytes bytes, bool *deterministic)
{
	*deterministic = false;
	if (bytes.size == 0 || bytes.at[0] != TAG_SIGN1)
		return NULL;
	return decode((struct token_bytes){ bytes.at + 1, bytes.size - 1 }, deterministic);
}

static struct token_bytes bytes_of(const cbor_item_t *item)
{
	return (struct token_bytes){ cbor_bytestring_handle(item), cbor_bytestring_length(item) };
}

static bool is_bytes(const cbor_item_t *item, size_t size)
{
	return cbor_isa_bytestring(item) && cbor_bytestring_length(item) == size;
}

static bool is_uint(const cbor_item_t *item, uint64_t value)
{
	return cbor_isa_uint(item) && cbor_get_int(item) == value;
}

static bool is_nint(const cbor_item_t *item, int64_t value)
{
	return cbor_isa_negint(item) && -1 - (int64_t)cbor_get_int(item) == value;
}

static bool text_is(const cbor_item_t *item, const char *text)
{
	return cbor_isa_string(item) && cbor_string_length(item) == strlen(text) &&
	       memcmp(cbor_string_handle(item), text, strlen(text)) == 0;
}

/* --- Cryptography ---------------------------------------------------------------------------------------- */

void token_sha256(struct token_bytes bytes, uint8_t digest[32])
{
	if (EVP_Digest(bytes.at, bytes.size, digest, NULL, EVP_sha256(), NULL) != 1)
		abort();
}

static EVP_PKEY *key_of(const uint8_t *x, const uint8_t *y)
{
	uint8_t point[1 + 2 * COORDINATE] = { 4 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "P-384";
	EVP_PKEY *key = NULL;

	memcpy(point + 1, x, COORDINATE);
	memcpy(point + 1 + COORDINATE, y, COORDINATE);
	{
		OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
			OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
			OSSL_PARAM_construct_end(),
		};

		if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
			EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool token_signature_is_right(const uint8_t x[48], const uint8_t y[48], const uint8_t digest[48],
			      const uint8_t signature[96])
{
	EVP_PKEY *key = key_of(x, y);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	bool good = false;
	int size;

	ECDSA_SIG_set0(sig, BN_bin2bn(signature, COORDINATE, NULL),
		       BN_bin2bn(signature + COORDINATE, COORDINATE, NULL));
	size = i2d_ECDSA_SIG(sig, &der);
	if (size > 0 && ctx != NULL && EVP_PKEY_verify_init(ctx) == 1)
		good = EVP_PKEY_verify(ctx, der, (size_t)size, digest, DIGEST) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}

/* The digest of the Sig_structure (RFC 9052 4.4), encoded by libcbor. */
static bool digest_sign1(struct token_bytes header, struct token_bytes payload, uint8_t digest[DIGEST])
{
	cbor_item_t *structure = cbor_new_definite_array(4);
	unsigned char *encoded = NULL;
	size_t room = 0, size;
	bool good;

	good = cbor_array_push(structure, cbor_move(cbor_build_string("Signature1"))) &&
	       cbor_array_push(structure, cbor_move(cbor_build_bytestring(header.at, header.size))) &&
	       cbor_array_push(structure, cbor_move(cbor_build_bytestring((const uint8_t *)"", 0))) &&
	       cbor_array_push(structure, cbor_move(cbor_build_bytestring(payload.at, payload.size)));
	size = cbor_serialize_alloc(structure, &encoded, &room);
	good = good && EVP_Digest(encoded, size, digest, NULL, EVP_sha384(), NULL) == 1;
	free(encoded);
	cbor_decref(&structure);
	return good;
}

/* A COSE_Key of P-384 with nothing else in it. */
static bool read_cose_key(struct token_bytes bytes, uint8_t x[COORDINATE], uint8_t y[COORDINATE])
{
	bool deterministic;
	cbor_item_t *map = decode(bytes, &deterministic);
	const struct cbor_pair *pair;
	bool good = false;

	if (deterministic && cbor_isa_map(map) && cbor_map_size(map) == 4) {
		pair = cbor_map_handle(map);
		good = is_uint(pair[0].key, 1) && is_uint(pair[0].value, 2) && is_nint(pair[1].key, -1) &&
		       is_uint(pair[1].value, 2) && is_nint(pair[2].key, -2) &&
		       is_bytes(pair[2].value, COORDINATE) && is_nint(pair[3].key, -3) &&
		       is_bytes(pair[3].value, COORDINATE);
		if (good) {
			memcpy(x, bytes_of(pair[2].value).at, COORDINATE);
			memcpy(y, bytes_of(pair[3].value).at, COORDINATE);
		}
	}
	if (map != NULL)
		cbor_decref(&map);
	return good;
}

/* --- Claims ------------------------------------------------------------------------------------------------ */

static bool read_measurement(const cbor_item_t *item, const struct token *t, struct token_bytes *out)
{
	if (!is_bytes(item, strcmp(t->hash_algorithm, "sha-256") == 0 ? 32 : 64))
		return false;
	*out = bytes_of(item);
	return true;
}

static bool read_shared(const cbor_item_t *item, struct token_shared *s)
{
	cbor_item_t **field;

	if (!cbor_isa_array(item) || cbor_array_size(item) != 4)
		return false;
	field = cbor_array_handle(item);
	if (!cbor_isa_uint(field[0]) || !is_bytes(field[1], 16) || !cbor_isa_uint(field[2]) ||
	    !cbor_isa_uint(field[3]))
		return false;
	s->role = cbor_get_int(field[0]);
	memcpy(s->peer, cbor_bytestring_handle(field[1]), sizeof(s->peer));
	s->permission = cbor_get_int(field[2]);
	s->size = cbor_get_int(field[3]);
	return s->role <= 1 && s->permission >= 1 && s->permission <= 3 && s->size != 0;
}

static bool read_sharing(const cbor_item_t *item, struct token *t)
{
	size_t count;

	if (!cbor_isa_array(item))
		return false;
	count = cbor_array_size(item);
	if (count > 0 && cbor_is_null(cbor_array_handle(item)[count - 1])) {
		t->shared_cut_off = true;
		count--;
	}
	if (count > TOKEN_MAX_SHARED)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_shared(cbor_array_handle(item)[i], &t->shared[i]))
			return false;
	}
	t->num_shared = count;
	return true;
}

static bool read_rems(const cbor_item_t *item, struct token *t)
{
	if (!cbor_isa_array(item) || cbor_array_size(item) != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!read_measurement(cbor_array_handle(item)[i], t, &t->rem[i]))
			return false;
	}
	return true;
}

static bool read_sized(const cbor_item_t *item, size_t size, struct token_bytes *out)
{
	if (!is_bytes(item, size))
		return false;
	*out = bytes_of(item);
	return true;
}

static bool read_hash_algorithm(const cbor_item_t *item, struct token *t)
{
	if (!text_is(item, "sha-256") && !text_is(item, "sha-512"))
		return false;
	memcpy(t->hash_algorithm, cbor_string_handle(item), cbor_string_length(item));
	return true;
}

static bool read_claim(int64_t key, const cbor_item_t *item, struct token *t)
{
	struct token_bytes rid;

	switch (key) {
	case 10:
		return read_sized(item, 64, &t->challenge);
	case 265:
		t->has_profile = true;
		return text_is(item, "tag:arm.com,2023:realm#1.0.0");
	case 44235:
		return read_sized(item, 64, &t->personalization);
	case 44236:
		return read_hash_algorithm(item, t);
	case 44237:
		return read_sized(item, 107, &t->public_key);
	case 44238:
		return read_measurement(item, t, &t->rim);
	case 44239:
		return read_rems(item, t);
	case 44240:
		return text_is(item, "sha-256");
	case -76001:
		t->has_csm = read_sized(item, 16, &rid);
		if (t->has_csm)
			memcpy(t->rid, rid.at, sizeof(t->rid));
		return t->has_csm;
	case -76002:
		t->caec_version = cbor_isa_uint(item) ? cbor_get_int(item) : 0;
		return t->caec_version != 0;
	case -76003:
		return read_sharing(item, t);
	default:
		return false;
	}
}

/* The order of encodings: positive keys upwards, then negative ones downwards. */
static bool key_follows(int64_t key, int64_t before)
{
	if ((key < 0) != (before < 0))
		return key < 0;
	return key < 0 ? key < before : key > before;
}

static const char *read_claims(const cbor_item_t *map, struct token *t)
{
	size_t count;
	int64_t before = 0;

	if (!cbor_isa_map(map))
		return "the payload is not a map";
	count = cbor_map_size(map);
	for (size_t i = 0; i < count; i++) {
		const struct cbor_pair *pair = &cbor_map_handle(map)[i];
		int64_t key;

		if (!cbor_is_int(pair->key))
			return "a claim's key is not an integer";
		key = (int64_t)cbor_get_int(pair->key);
		if (cbor_isa_negint(pair->key))
			key = -1 - key;
		if (i > 0 && !key_follows(key, before))
			return "claims are not in order";
		before = key;
		if (!read_claim(key, pair->value, t))
			return "a claim is unknown, or of another type or size";
	}
	if (count != (t->has_csm ? 11U : 8U) || t->challenge.at == NULL || t->public_key.at == NULL ||
	    t->rem[3].at == NULL || t->personalization.at == NULL || t->rim.at == NULL)
		return "a claim is missing";
	return NULL;
}

/* --- The whole --------------------------------------------------------------------------------------------- */

static const char *read_sign1(struct token *t, const cbor_item_t *array)
{
	static const uint8_t es384[] = { 0xa1, 0x01, 0x38, 0x22 };
	uint8_t x[COORDINATE], y[COORDINATE], digest[DIGEST];
	struct token_bytes header, payload;
	const char *wrong;
	bool deterministic;
	cbor_item_t **part;

	if (!cbor_isa_array(array) || cbor_array_size(array) != 4)
		return "the realm token has not four parts";
	part = cbor_array_handle(array);
	if (!is_bytes(part[0], sizeof(es384)) || memcmp(bytes_of(part[0]).at, es384, sizeof(es384)) != 0)
		return "the protected header is not that of ES384";
	if (!cbor_isa_map(part[1]) || cbor_map_size(part[1]) != 0)
		return "the unprotected header is not empty";
	if (!cbor_isa_bytestring(part[2]) || !is_bytes(part[3], 2 * COORDINATE))
		return "payload or signature are not what they should be";
	header = bytes_of(part[0]);
	payload = bytes_of(part[2]);
	t->signature = bytes_of(part[3]);
	t->items[CLAIMS] = decode(payload, &deterministic);
	if (!deterministic)
		return "the claims are not in deterministic encoding";
	wrong = read_claims(t->items[CLAIMS], t);
	if (wrong != NULL)
		return wrong;
	if (!read_cose_key(t->public_key, x, y))
		return "the public key is not a COSE_Key of P-384";
	if (!digest_sign1(header, payload, digest) ||
	    !token_signature_is_right(x, y, digest, t->signature.at))
		return "the signature is wrong";
	return NULL;
}

const char *token_open(struct token *t, const uint8_t *bytes, size_t size)
{
	const struct cbor_pair *pair;
	bool deterministic;
	cbor_item_t *map;

	memset(t, 0, sizeof(*t));
	t->items[OUTER] = decode((struct token_bytes){ bytes, size }, &deterministic);
	if (!deterministic)
		return "not one item in deterministic encoding";
	if (!cbor_isa_tag(t->items[OUTER]) || cbor_tag_value(t->items[OUTER]) != 399)
		return "the tag is not 399";
	map = cbor_tag_item(t->items[OUTER]);
	cbor_decref(&map);
	if (!cbor_isa_map(map) || cbor_map_size(map) != 2)
		return "not a map of two";
	pair = cbor_map_handle(map);
	if (!is_uint(pair[0].key, 44234) || !cbor_isa_bytestring(pair[0].value) ||
	    !is_uint(pair[1].key, 44241) || !cbor_isa_bytestring(pair[1].value))
		return "not a platform token and a realm token";
	t->platform = bytes_of(pair[0].value);
	t->items[SIGN1] = decode_sign1(bytes_of(pair[1].value), &deterministic);
	if (!deterministic)
		return "the realm token is not a tagged COSE_Sign1 in deterministic encoding";
	return read_sign1(t, t->items[SIGN1]);
}

void token_close(struct token *t)
{
	for (size_t i = 0; i < 3; i++) {
		if (t->items[i] != NULL)
			cbor_decref(&t->items[i]);
	}
}

bool token_platform_challenge(struct token_bytes platform, uint8_t *challenge, size_t room, size_t *size)
{
	cbor_item_t *array, *claims = NULL;
	struct cbor_load_result result;
	bool deterministic, found = false;

	array = decode_sign1(platform, &deterministic);
	if (array != NULL && cbor_isa_array(array) && cbor_array_size(array) == 4 &&
	    cbor_isa_bytestring(cbor_array_handle(array)[2])) {
		struct token_bytes payload = bytes_of(cbor_array_handle(array)[2]);

		claims = cbor_load(payload.at, payload.size, &result);
	}
	for (size_t i = 0; claims != NULL && cbor_isa_map(claims) && i < cbor_map_size(claims); i++) {
		const struct cbor_pair *pair = &cbor_map_handle(claims)[i];

		if (is_uint(pair->key, 10) && cbor_isa_bytestring(pair->value) &&
		    cbor_bytestring_length(pair->value) <= room) {
			*size = cbor_bytestring_length(pair->value);
			memcpy(challenge, cbor_bytestring_handle(pair->value), *size);
			found = true;
		}
	}
	if (claims != NULL)
		cbor_decref(&claims);
	if (array != NULL)
		cbor_decref(&array);
	return found;
}
