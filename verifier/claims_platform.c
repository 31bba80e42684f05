/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of the CCA platform token (DEN0137 A7.2.3.2).
 */
#include "claims.h"
#include "cose.h"

#include <inttypes.h>

#define FIELD(name) offsetof(struct platform_claims, name)
#define PART(name) offsetof(struct component, name)

const char *profile_name(enum profile profile)
{
	static const char *const name[PROFILES] = {
		[PROFILE_RMM_1_0] = "tag:arm.com,2023:cca_platform#1.0.0",
		[PROFILE_CCA_SSD] = "http://arm.com/CCA-SSD/1.0.0",
	};

	return name[profile];
}

/* False only if there is a profile and it is unknown: that there is none is for the claims' rules to say. */
static bool find_profile(struct span text, enum profile *profile, struct refusal *refusal)
{
	char name[100];

	for (*profile = 0; *profile < PROFILES; ++*profile) {
		if (!text.data || span_equal(text, span_of_text(profile_name(*profile))))
			return true;
	}
	return refuse(refusal, CAEC_UNSUPPORTED, "cca-platform-profile: a profile that is not known: \"%s\"",
		      printable(name, sizeof(name), text));
}

const char *lifecycle_name(unsigned int state)
{
	static const char *const name[LIFECYCLE_STATES] = {
		"unknown",        "assembly-and-test",          "cca-platform-rot-provisioning",
		"secured",        "non-cca-platform-rot-debug", "recoverable-cca-platform-rot-debug",
		"decommissioned",
	};

	return state < LIFECYCLE_STATES ? name[state] : "none";
}

static bool take_instance_id(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
			     struct refusal *refusal)
{
	struct platform_claims *platform = claims;

	if (!take_bytes(rule, value, claims, refusal))
		return false;
	return platform->instance_id.data[0] == INSTANCE_ID_TYPE ||
	       refuse(refusal, CAEC_MALFORMED, "%s: its first byte is not 0x01: 0x%02x", rule->name,
		      platform->instance_id.data[0]);
}

/* A state in bits [15:8], one of 0x00, 0x10 ... 0x60; bits [7:0] are the implementation's. */
static bool take_lifecycle(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
			   struct refusal *refusal)
{
	struct platform_claims *platform = claims;
	struct cbor_item item;

	if (!take_item(rule->name, value, CBOR_UINT, &item, refusal))
		return false;
	if (item.value > 0x60ff || (item.value & 0x0f00) != 0)
		return refuse(refusal, CAEC_MALFORMED, "%s: not a state of the specification: 0x%" PRIx64,
			      rule->name, item.value);
	platform->lifecycle = (uint32_t)item.value;
	return true;
}

/* A measurement has the size of the hash algorithm that is named for it. */
static bool component_fits(struct platform_claims *claims, size_t index, struct refusal *refusal)
{
	const struct component *c = &claims->component[index];
	struct span algo = c->hash_algo.data ? c->hash_algo : claims->hash_algo;
	size_t size = hash_size(algo);
	char name[40];

	printable(name, sizeof(name), algo);
	if (size == 0 && claims->known_profile == PROFILE_CCA_SSD)
		return claims->sizes_unknown = true;
	if (size == 0)
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "software component [%zu]: hash algorithm \"%s\", not " HASH_NAMES, index,
			      name);
	return c->measurement.size == size ||
	       refuse(refusal, CAEC_MALFORMED,
		      "software component [%zu]: a measurement of %zu bytes by %s, which gives %zu", index,
		      c->measurement.size, name, size);
}

/* In tokens of the older profile the names are whatever the firmware's authors wrote, "not-hash-extended" for one. */
static bool algorithms_fit(struct platform_claims *claims, struct refusal *refusal)
{
	char name[40];

	if (hash_size(claims->hash_algo) == 0 && claims->known_profile != PROFILE_CCA_SSD)
		return refuse(refusal, CAEC_UNSUPPORTED, "cca-platform-hash-algo-id: \"%s\", not " HASH_NAMES,
			      printable(name, sizeof(name), claims->hash_algo));
	for (size_t i = 0; i < claims->components; i++) {
		if (!component_fits(claims, i, refusal))
			return false;
	}
	return true;
}

static bool take_components(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
			    struct refusal *refusal)
{
	static const struct claim_rule rules[] = {
		{ 1, "component type", true, take_text, PART(type), 0 },
		{ 2, "measurement value", false, take_hash, PART(measurement), 0 },
		{ 4, "version", true, take_text, PART(version), 0 },
		{ 5, "signer id", false, take_hash, PART(signer), 0 },
		{ 6, "hash algorithm identifier", true, take_text, PART(hash_algo), 0 },
	};
	struct platform_claims *platform = claims;
	struct cbor_item array;

	if (!take_item(rule->name, value, CBOR_ARRAY, &array, refusal))
		return false;
	if (array.value == 0 || array.value > COMPONENTS_MAX)
		return refuse(refusal, CAEC_MALFORMED, "%s: %" PRIu64 ", not 1 to %u", rule->name,
			      array.value, COMPONENTS_MAX);
	for (uint64_t i = 0; i < array.value; i++) {
		if (!claims_take(value, "software component", rules, COUNT(rules), &platform->component[i],
				 &platform->other, refusal))
			return false;
	}
	platform->components = (size_t)array.value;
	return true;
}

bool platform_claims_parse(struct span payload, struct platform_claims *claims, struct refusal *refusal)
{
	static const struct claim_rule rules[] = {
		{ 265, "cca-platform-profile", false, take_text, FIELD(profile), 0 },
		{ 10, "cca-platform-challenge", false, take_hash, FIELD(challenge), 0 },
		{ 2396, "cca-platform-implementation-id", false, take_bytes, FIELD(implementation_id),
		  IMPLEMENTATION_ID_SIZE },
		{ 256, "cca-platform-instance-id", false, take_instance_id, FIELD(instance_id),
		  INSTANCE_ID_SIZE },
		{ 2401, "cca-platform-config", false, take_bytes, FIELD(config), 0 },
		{ 2395, "cca-platform-lifecycle", false, take_lifecycle, 0, 0 },
		{ 2399, "cca-platform-sw-components", false, take_components, 0, 0 },
		{ 2400, "cca-platform-verification-service", true, take_text, FIELD(service), 0 },
		{ 2402, "cca-platform-hash-algo-id", false, take_text, FIELD(hash_algo), 0 },
	};
	struct cbor_reader r = cbor_open(payload);

	if (!cose_well_formed(payload, "platform claims", refusal) ||
	    !find_profile(claims_profile(payload), &claims->known_profile, refusal) ||
	    !claims_take(&r, "platform claims", rules, COUNT(rules), claims, &claims->other, refusal))
		return false;
	return algorithms_fit(claims, refusal);
}
