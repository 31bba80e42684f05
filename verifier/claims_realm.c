/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of the realm token (DEN0137 A7.2.3.1), with those of CAEC (docs/csm.md).
 */
#include "claims.h"
#include "cose.h"

#include <inttypes.h>

#define FIELD(name) offsetof(struct realm_claims, name)

#define LABEL_RID (-76001)
#define LABEL_VERSION (-76002)
#define LABEL_SHARING (-76003)

#define ROLE_CONSUMER 1U
#define PERMISSION_MAX 3U
#define PAGE_SIZE 4096U
#define SIZE_MOST (UINT64_C(1) << 52) /* no IPA space is larger */

static bool profile_fits(struct span text, struct refusal *refusal)
{
	char name[100];

	return !text.data || span_equal(text, span_of_text(REALM_PROFILE)) ||
	       refuse(refusal, CAEC_UNSUPPORTED, "cca-realm-profile: a profile that is not known: \"%s\"",
		      printable(name, sizeof(name), text));
}

/* An encoding of SEC 1 (2.3.3), or something that is meant to be one: no map begins like that. */
static bool is_point(struct span key)
{
	return key.size != 0 && key.data[0] >= 2 && key.data[0] <= 4;
}

static bool parse_point(struct span point, struct public_key *key, struct refusal *refusal)
{
	if (point.data[0] != 4)
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "realm public key: a compressed point (SEC 1) of %zu bytes", point.size);
	key->curve = curve_by_size((point.size - 1) / 2);
	if (!key->curve || point.size != 1 + 2 * key->curve->size)
		return refuse(refusal, CAEC_MALFORMED,
			      "realm public key: a point (SEC 1) of %zu bytes, not 65, 97 or 133",
			      point.size);
	memcpy(key->x, point.data + 1, key->curve->size);
	memcpy(key->y, point.data + 1 + key->curve->size, key->curve->size);
	return true;
}

/* The older profile has the point alone; with a profile of its own, a realm token has a COSE_Key. */
static bool parse_key(struct realm_claims *c, enum profile profile, struct refusal *refusal)
{
	if (!is_point(c->public_key))
		return cose_key_parse(c->public_key, &c->key, refusal);
	if (profile != PROFILE_CCA_SSD || c->profile.data)
		return refuse(refusal, CAEC_MALFORMED,
			      "realm public key: a point (SEC 1) of %zu bytes where a COSE_Key should be",
			      c->public_key.size);
	return parse_point(c->public_key, &c->key, refusal);
}

static bool take_rems(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
		      struct refusal *refusal)
{
	struct claim_rule rem = { .name = rule->name, .offset = rule->offset };
	struct cbor_item array;

	if (!take_item(rule->name, value, CBOR_ARRAY, &array, refusal))
		return false;
	if (array.value != NUM_REMS)
		return refuse(refusal, CAEC_MALFORMED, "%s: not an array of 4: of %" PRIu64, rule->name,
			      array.value);
	for (size_t i = 0; i < NUM_REMS; i++) {
		if (!take_hash(&rem, value, claims, refusal))
			return false;
		rem.offset += sizeof(struct span);
	}
	return true;
}

static bool take_rid(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
		     struct refusal *refusal)
{
	((struct realm_claims *)claims)->caec.seen |= CAEC_SEEN_RID;
	return take_bytes(rule, value, claims, refusal);
}

static bool take_version(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
			 struct refusal *refusal)
{
	struct realm_claims *realm = claims;
	struct cbor_item item;

	realm->caec.seen |= CAEC_SEEN_VERSION;
	if (!take_item(rule->name, value, CBOR_UINT, &item, refusal))
		return false;
	realm->caec.version = item.value;
	return item.value >> 16 == CAEC_MAJOR ||
	       refuse(refusal, CAEC_UNSUPPORTED, "%s: a major version other than 1: %" PRIu64, rule->name,
		      item.value >> 16);
}

static bool take_number(const char *name, struct cbor_reader *value, uint64_t least, uint64_t most,
			uint64_t *number, struct refusal *refusal)
{
	struct cbor_item item;

	if (!take_item(name, value, CBOR_UINT, &item, refusal))
		return false;
	*number = item.value;
	return (item.value >= least && item.value <= most) ||
	       refuse(refusal, CAEC_MALFORMED, "%s: out of range: %" PRIu64 ", not %" PRIu64 " to %" PRIu64,
		      name, item.value, least, most);
}

/* [role, peer RID, permission, size]. */
static bool take_share(struct cbor_reader *value, struct caec_sharing *share, struct refusal *refusal)
{
	struct cbor_item array, peer;
	uint64_t role, permission;

	if (!take_item("sharing state: an item", value, CBOR_ARRAY, &array, refusal))
		return false;
	if (array.value != 4)
		return refuse(refusal, CAEC_MALFORMED,
			      "sharing state: an item that is not an array of 4: of %" PRIu64, array.value);
	if (!take_number("sharing state: role", value, 0, ROLE_CONSUMER, &role, refusal) ||
	    !take_item("sharing state: peer", value, CBOR_BYTES, &peer, refusal))
		return false;
	if (peer.content.size != CAEC_RID_SIZE)
		return refuse(refusal, CAEC_MALFORMED, "sharing state: a peer of %zu bytes",
			      peer.content.size);
	if (!take_number("sharing state: permission", value, 1, PERMISSION_MAX, &permission, refusal) ||
	    !take_number("sharing state: size", value, PAGE_SIZE, SIZE_MOST, &share->size, refusal))
		return false;
	if (share->size % PAGE_SIZE != 0)
		return refuse(refusal, CAEC_MALFORMED,
			      "sharing state: a size that is not whole pages: %" PRIu64, share->size);
	share->consumer = role == ROLE_CONSUMER;
	share->permission = (uint8_t)permission;
	memcpy(share->peer, peer.content.data, CAEC_RID_SIZE);
	return true;
}

static bool take_null(struct cbor_reader *value)
{
	struct cbor_reader at = *value;
	struct cbor_item item;

	if (!cbor_expect(&at, CBOR_SIMPLE, &item) || item.value != CBOR_NULL)
		return false;
	*value = at;
	return true;
}

/* A list for which the monitor had no room ends in null. */
static bool take_sharing(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
			 struct refusal *refusal)
{
	struct caec_claims *caec = &((struct realm_claims *)claims)->caec;
	struct cbor_item array;

	caec->seen |= CAEC_SEEN_SHARING;
	caec->complete = true;
	if (!take_item(rule->name, value, CBOR_ARRAY, &array, refusal))
		return false;
	for (uint64_t i = 0; i < array.value; i++) {
		if (i == array.value - 1 && take_null(value)) {
			caec->complete = false;
			break;
		}
		if (caec->shares == CAEC_SHARING_MAX)
			return refuse(refusal, CAEC_MALFORMED, "%s: %" PRIu64 " items, more than %u",
				      rule->name, array.value, CAEC_SHARING_MAX);
		if (!take_share(value, &caec->share[caec->shares++], refusal))
			return false;
	}
	return true;
}

static bool algorithm_known(const char *claim, struct span algo, struct refusal *refusal)
{
	char name[40];

	return hash_size(algo) != 0 || refuse(refusal, CAEC_UNSUPPORTED, "%s: \"%s\", not " HASH_NAMES, claim,
					      printable(name, sizeof(name), algo));
}

static bool measurement_fits(const char *claim, size_t size, struct span algo, struct refusal *refusal)
{
	return size == hash_size(algo) || refuse(refusal, CAEC_MALFORMED, "%s: %zu bytes, but %.7s gives %zu",
						 claim, size, (const char *)algo.data, hash_size(algo));
}

/* What one claim says about another. */
static bool claims_agree(const struct realm_claims *c, struct refusal *refusal)
{
	static const char *const rem_name[NUM_REMS] = {
		"cca-realm-extensible-measurements[0]",
		"cca-realm-extensible-measurements[1]",
		"cca-realm-extensible-measurements[2]",
		"cca-realm-extensible-measurements[3]",
	};

	if (!algorithm_known("cca-realm-hash-algo-id", c->hash_algo, refusal) ||
	    !algorithm_known("cca-realm-public-key-hash-algo-id", c->key_hash_algo, refusal) ||
	    !measurement_fits("cca-realm-initial-measurement", c->rim.size, c->hash_algo, refusal))
		return false;
	for (size_t i = 0; i < NUM_REMS; i++) {
		if (!measurement_fits(rem_name[i], c->rem[i].size, c->hash_algo, refusal))
			return false;
	}
	if (c->caec.seen != 0 && c->caec.seen != CAEC_SEEN_ALL)
		return refuse(refusal, CAEC_MALFORMED,
			      "realm claims: some of CAEC's claims, not all three:%s%s%s",
			      c->caec.seen & CAEC_SEEN_RID ? " caec-realm-id" : "",
			      c->caec.seen & CAEC_SEEN_VERSION ? " caec-version" : "",
			      c->caec.seen & CAEC_SEEN_SHARING ? " caec-sharing" : "");
	return true;
}

bool realm_claims_parse(struct span payload, enum profile profile, struct realm_claims *claims,
			struct refusal *refusal)
{
	static const struct claim_rule rules[] = {
		{ 10, "cca-realm-challenge", false, take_bytes, FIELD(challenge), CHALLENGE_SIZE },
		{ 265, "cca-realm-profile", true, take_text, FIELD(profile), 0 },
		{ 44235, "cca-realm-personalization-value", false, take_bytes, FIELD(rpv), RPV_SIZE },
		{ 44236, "cca-realm-hash-algo-id", false, take_text, FIELD(hash_algo), 0 },
		{ 44237, "cca-realm-public-key", false, take_bytes, FIELD(public_key), 0 },
		{ 44238, "cca-realm-initial-measurement", false, take_hash, FIELD(rim), 0 },
		{ 44239, "cca-realm-extensible-measurements", false, take_rems, FIELD(rem), 0 },
		{ 44240, "cca-realm-public-key-hash-algo-id", false, take_text, FIELD(key_hash_algo), 0 },
		{ LABEL_RID, "caec-realm-id", true, take_rid, FIELD(caec.rid), CAEC_RID_SIZE },
		{ LABEL_VERSION, "caec-version", true, take_version, 0, 0 },
		{ LABEL_SHARING, "caec-sharing", true, take_sharing, 0, 0 },
	};
	struct cbor_reader r = cbor_open(payload);

	return cose_well_formed(payload, "realm claims", refusal) &&
	       profile_fits(claims_profile(payload), refusal) &&
	       claims_take(&r, "realm claims", rules, COUNT(rules), claims, &claims->other, refusal) &&
	       parse_key(claims, profile, refusal) && claims_agree(claims, refusal);
}
