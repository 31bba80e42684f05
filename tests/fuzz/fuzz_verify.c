/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for the verifier. The input is taken for a token, for the claims of one (the platform's and then the
 * realm's, to be wrapped here: a change inside a token rarely leaves the lengths around it right), and for a policy.
 * No memory error is the least; what is asserted besides:
 *
 *   - what the CBOR reader accepts, libcbor reads too, to the same length;
 *   - the policy learned from a token that can be parsed is a policy, and accepts this token's claims;
 *   - reports are JSON, and printable;
 *   - without a valid signature nothing is accepted, whatever else is in the token.
 *
 * A fuzzer can't sign. So the claims are compared with the policy without a look at the signatures, which is what
 * caec_verify() does only behind them.
 */
#include <jansson.h>

#include "cbor_oracle.h"
#include "result.h"
#include "target.h"

static void try_reader(struct span bytes)
{
	size_t offset, length = 0;

	if (cbor_check(bytes, &offset)) {
		EXPECT(offset <= bytes.size);
		return;
	}
	EXPECT(oracle_ask(bytes.data, bytes.size, &length) != ORACLE_REFUSES);
	EXPECT(length == 0 || length == bytes.size);
}

static void try_reports(const struct caec_result *result)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *report;

	EXPECT(caec_result_json(result, out) && fclose(out) == 0);
	report = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	EXPECT(report);
	json_decref(report);
	free(text);

	out = open_memstream(&text, &size);
	EXPECT(caec_result_table(result, out) && fclose(out) == 0);
	for (size_t i = 0; i < size; i++)
		EXPECT(text[i] == '\n' || (text[i] >= 0x20 && text[i] <= 0x7e));
	free(text);
}

static void try_learned(struct caec_result *result)
{
	char *text, error[256];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct caec_policy *policy;

	EXPECT(caec_learn(result, NULL, out) && fclose(out) == 0);
	policy = caec_policy_load(text, size, error, sizeof(error));
	EXPECT(policy);
	free(text);
	EXPECT(check_profiles(result, policy));
	check_claims(result, policy);
	EXPECT(caec_result_verdict(result) == CAEC_ACCEPTED);
	caec_policy_free(policy);
}

/* Signatures of the corpus do not survive a change, but a token of the corpus itself is as good as it was. */
static void try_signatures(const uint8_t *data, size_t size)
{
	struct caec_result *result = caec_examine(data, size, NULL, NULL, 0);

	EXPECT(result);
	if (caec_result_verdict(result) == CAEC_ACCEPTED)
		EXPECT(sign1_verify(&result->realm_sign1, &result->realm.key) == SIGNATURE_GOOD);
	caec_result_free(result);
}

static void try_token(const uint8_t *data, size_t size)
{
	struct caec_result *result = result_new(data, size);

	EXPECT(result);
	if (result_parse(result)) {
		try_learned(result);
		/* Slow, and always the same code. */
		if (size % 16 == 0)
			try_signatures(data, size);
	} else {
		EXPECT(caec_result_verdict(result) != CAEC_ACCEPTED);
	}
	try_reports(result);
	caec_result_free(result);
}

static void try_policy(const uint8_t *data, size_t size)
{
	char error[256] = "";
	struct caec_policy *policy = caec_policy_load((const char *)data, size, error, sizeof(error));

	EXPECT((policy != NULL) == (error[0] == 0));
	for (const char *c = error; *c; c++)
		EXPECT(*c >= 0x20 && *c <= 0x7e);
	caec_policy_free(policy);
}

struct buffer {
	uint8_t bytes[CAEC_TOKEN_MAX];
	size_t size;
};

static void put(struct buffer *b, const void *bytes, size_t size)
{
	EXPECT(size <= sizeof(b->bytes) - b->size);
	memcpy(b->bytes + b->size, bytes, size);
	b->size += size;
}

static void put_bytes_head(struct buffer *b, size_t size)
{
	uint8_t head[] = { 0x59, (uint8_t)(size >> 8), (uint8_t)size };
	uint8_t short_head[] = { (uint8_t)(size < 24 ? 0x40 + size : 0x58), (uint8_t)size };

	if (size > 255)
		put(b, head, 3);
	else
		put(b, short_head, size < 24 ? 1 : 2);
}

/* A COSE_Sign1 with ES384 and a signature of zeroes, in a byte string, in a CMW record if it is to be one. */
static void put_sign1(struct buffer *b, struct span payload, bool is_record)
{
	static const uint8_t start[] = { 0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0 };
	static const uint8_t signature[98] = { 0x58, 96 };
	size_t head = payload.size < 24 ? 1 : payload.size < 256 ? 2 : 3;

	if (is_record)
		put(b, "\x82\x19\x01\x07", 4);
	put_bytes_head(b, sizeof(start) + head + payload.size + sizeof(signature));
	put(b, start, sizeof(start));
	put_bytes_head(b, payload.size);
	put(b, payload.data, payload.size);
	put(b, signature, sizeof(signature));
}

/* In either collection: which one is up to the claims' size. */
static void try_claims(struct span bytes)
{
	static struct buffer b;
	bool is_cmw = bytes.size % 4 == 0;
	struct cbor_reader r = cbor_open(bytes);
	struct span platform, realm;

	if (bytes.size > CAEC_TOKEN_MAX / 2 || !cbor_skip(&r))
		return;
	platform = (struct span){ bytes.data, (size_t)(r.at - bytes.data) };
	realm = (struct span){ r.at, bytes.size - platform.size };
	b.size = 0;
	put(&b, is_cmw ? "\xd9\x03\x8b" : "\xd9\x01\x8f", 3);
	put(&b, "\xa2\x19\xac\xca", 4);
	put_sign1(&b, platform, is_cmw);
	put(&b, "\x19\xac\xd1", 3);
	put_sign1(&b, realm, is_cmw);
	try_token(b.bytes, b.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_reader((struct span){ data, size });
	try_token(data, size);
	try_claims((struct span){ data, size });
	try_policy(data, size);
	return 0;
}
