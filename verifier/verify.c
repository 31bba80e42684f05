/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order of things: structure, platform signature, binding, realm signature, nonce, claims. Everything is parsed
 * first, because the key for the realm's signature and the hash for the binding are claims; nothing parsed is
 * believed before CHECK_REALM_SIGNATURE has passed.
 */
#include "result.h"

#include <inttypes.h>

#include "token.h"

#define NONCE_GOOD_SIZE 32U /* bytes of fresh data that DEN0137 A7.2.2 recommends */

bool result_parse(struct caec_result *result)
{
	struct refusal why = { 0 };
	struct halves halves = { 0 };

	if (result->refusal.verdict != CAEC_ACCEPTED)
		return false;
	result->parsed = token_halves(result->token, &halves, &why) &&
			 sign1_parse(halves.platform, "platform token", &result->platform_sign1, &why) &&
			 sign1_parse(halves.realm, "realm token", &result->realm_sign1, &why) &&
			 platform_claims_parse(result->platform_sign1.payload, &result->platform, &why) &&
			 realm_claims_parse(result->realm_sign1.payload, result->platform.known_profile,
					    &result->realm, &why);
	if (result->parsed)
		check_ok(result, CHECK_ENCODING, "%zu bytes, tag %" PRIu64, result->token.size, halves.tag);
	else
		check_refused(result, CHECK_ENCODING, why.verdict, "%s", why.reason);
	return result->parsed;
}

static bool failure(struct caec_result *result, enum check_id id)
{
	return check_refused(result, id, CAEC_FAILURE, "OpenSSL could not do it");
}

/* The anchors for one instance id, or with an empty one those for any. `anchor`: the one whose signature it is. */
static enum signature_outcome try_anchors(const struct sign1 *s, const struct platform_policy *policy,
					  struct span instance_id, size_t *tried,
					  const struct anchor **anchor)
{
	size_t count;
	const struct anchor_use *use = anchors_for(policy, instance_id, &count);
	enum signature_outcome outcome = SIGNATURE_BAD;

	for (size_t i = 0; i < count && outcome == SIGNATURE_BAD; i++) {
		*anchor = use[i].anchor;
		if ((*anchor)->key.curve != s->curve)
			continue;
		++*tried;
		outcome = sign1_verify(s, &(*anchor)->key);
	}
	return outcome;
}

static bool refuse_platform_signature(struct caec_result *result, const struct platform_policy *policy,
				      size_t tried)
{
	char id[2 * INSTANCE_ID_SIZE + 1];

	hex(id, sizeof(id), result->platform.instance_id);
	if (tried == 0)
		return check_refused(result, CHECK_PLATFORM_SIGNATURE, CAEC_SIGNATURE,
				     "no key of the policy (of %zu) is for %s and instance id %s",
				     policy->anchors, result->platform_sign1.curve->alg, id);
	return check_refused(result, CHECK_PLATFORM_SIGNATURE, CAEC_SIGNATURE,
			     "by none of the policy's keys: %zu tried for instance id %s", tried, id);
}

static bool check_platform_signature(struct caec_result *result, const struct platform_policy *policy)
{
	const struct sign1 *s = &result->platform_sign1;
	const struct span ids[] = { result->platform.instance_id, { NULL, 0 } };
	size_t tried = 0;

	if (!policy || policy->signature_not_checked) {
		check_skipped(result, CHECK_PLATFORM_SIGNATURE, "as the policy says");
		warn(result, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED: anybody can have made this token");
		return true;
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		const struct anchor *anchor;

		switch (try_anchors(s, policy, ids[i], &tried, &anchor)) {
		case SIGNATURE_GOOD:
			result->anchor = anchor;
			check_ok(result, CHECK_PLATFORM_SIGNATURE, "%s, key %zu of the policy", s->curve->alg,
				 (size_t)(anchor - policy->anchor));
			return true;
		case SIGNATURE_FAILURE:
			return failure(result, CHECK_PLATFORM_SIGNATURE);
		default:
			break;
		}
	}
	return refuse_platform_signature(result, policy, tried);
}

/* The platform token vouches for the hash of the key of the realm token, over the key as it is encoded there. */
static bool check_binding(struct caec_result *result)
{
	const struct realm_claims *realm = &result->realm;
	uint8_t digest[DIGEST_MAX];
	struct span hash = { digest, hash_size(realm->key_hash_algo) };
	char found[24], expected[24];

	if (!hash_bytes(realm->key_hash_algo, realm->public_key, digest))
		return failure(result, CHECK_BINDING);
	if (!span_equal(result->platform.challenge, hash))
		return check_refused(
			result, CHECK_BINDING, CAEC_BINDING,
			"cca-platform-challenge is not the hash of cca-realm-public-key: %s, but "
			"%.7s gives %s",
			hex(found, sizeof(found), result->platform.challenge),
			(const char *)realm->key_hash_algo.data, hex(expected, sizeof(expected), hash));
	check_ok(result, CHECK_BINDING, "%.7s", (const char *)realm->key_hash_algo.data);
	return true;
}

static bool check_realm_signature(struct caec_result *result)
{
	const struct sign1 *s = &result->realm_sign1;
	const struct public_key *key = &result->realm.key;

	if (s->curve != key->curve)
		return check_refused(result, CHECK_REALM_SIGNATURE, CAEC_SIGNATURE, "%s with a key on %s",
				     s->curve->alg, key->curve->name);
	switch (sign1_verify(s, key)) {
	case SIGNATURE_GOOD:
		check_ok(result, CHECK_REALM_SIGNATURE, "%s, the token's own key", s->curve->alg);
		return true;
	case SIGNATURE_FAILURE:
		return failure(result, CHECK_REALM_SIGNATURE);
	case SIGNATURE_BAD_KEY:
		return check_refused(result, CHECK_REALM_SIGNATURE, CAEC_SIGNATURE,
				     "the key is not a point on %s", key->curve->name);
	default:
		return check_refused(result, CHECK_REALM_SIGNATURE, CAEC_SIGNATURE,
				     "not by cca-realm-public-key");
	}
}

/* wanted: without a nonce there is no acceptance. */
static bool check_nonce(struct caec_result *result, const void *nonce, size_t size, bool wanted)
{
	uint8_t expected[CHALLENGE_SIZE] = { 0 };
	char text[2 * CHALLENGE_SIZE + 1];

	if (!nonce && !wanted) {
		check_skipped(result, CHECK_NONCE, "none given");
		warn(result, "no nonce was compared: the token may be an old one");
		return true;
	}
	if (!nonce)
		return check_refused(result, CHECK_NONCE, CAEC_NONCE, "none given, but the policy wants one");
	if (size == 0 || size > CAEC_NONCE_MAX)
		return check_refused(result, CHECK_NONCE, CAEC_NONCE,
				     "a nonce of %zu bytes can't be compared", size);
	memcpy(expected, nonce, size);
	if (!span_equal(result->realm.challenge, (struct span){ expected, sizeof(expected) }))
		return check_refused(result, CHECK_NONCE, CAEC_NONCE, "cca-realm-challenge is another: %s",
				     hex(text, sizeof(text), result->realm.challenge));
	check_ok(result, CHECK_NONCE, "%zu bytes", size);
	if (size < NONCE_GOOD_SIZE)
		warn(result, "the nonce is shorter than the 32 bytes that are recommended");
	return true;
}

/* As genuine as the policy wants it; authenticated only if nothing was left out. */
static bool check_genuine(struct caec_result *result, const struct platform_policy *policy)
{
	bool genuine = check_platform_signature(result, policy) && check_binding(result) &&
		       check_realm_signature(result);

	result->authenticated = genuine && result->check[CHECK_PLATFORM_SIGNATURE].outcome == OUTCOME_OK;
	return genuine;
}

struct caec_result *caec_verify(const void *token, size_t size, const struct caec_policy *policy,
				const void *nonce, size_t nonce_size)
{
	struct caec_result *result = result_new(token, size);

	if (result && result_parse(result) && check_profiles(result, policy) &&
	    check_genuine(result, &policy->platform) &&
	    check_nonce(result, nonce, nonce_size, !policy->realm.challenge_not_checked))
		check_claims(result, policy);
	return result;
}

struct caec_result *caec_examine(const void *token, size_t size, const struct caec_policy *anchors,
				 const void *nonce, size_t nonce_size)
{
	struct caec_result *result = result_new(token, size);

	if (result && result_parse(result) && check_profiles(result, anchors) &&
	    check_genuine(result, anchors ? &anchors->platform : NULL))
		check_nonce(result, nonce, nonce_size, false);
	return result;
}
