/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of the CCA platform token (DEN0137 A7.2.3.2).
 */
#include "claims.h"
#include "cose.h"

#define FIELD(name) offsetof(struct platform_claims, name)
#define PART(name) offsetof(struct component, name)

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
	       refuse(refusal, CAEC_MALFORMED, "%s: its first byte is not 0x01", rule->name);
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
		return refuse(refusal, CAEC_MALFORMED, "%s: not a state of the specification", rule->name);
	platform->lifecycle = (uint32_t)item.value;
	return true;
}

/* A measurement has the size of the hash algorithm that is named for it, if that is one known here. */
static bool component_fits(const struct component *c, struct span default_algo, struct refusal *refusal)
{
	size_t size = hash_size(c->hash_algo.data ? c->hash_algo : default_algo);

	return size == 0 || c->measurement.size == size ||
	       refuse(refusal, CAEC_MALFORMED,
		      "software component: a measurement of %zu bytes by an algorithm of %zu",
		      c->measurement.size, size);
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
		return refuse(refusal, CAEC_MALFORMED, "%s: not 1 to %u", rule->name, COMPONENTS_MAX);
	for (uint64_t i = 0; i < array.value; i++) {
		if (!claims_take(value, "software component", rules, COUNT(rules), &platform->component[i],
				 NULL, refusal))
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
	    !claims_take(&r, "platform claims", rules, COUNT(rules), claims, &claims->other, refusal))
		return false;
	if (!span_equal(claims->profile, span_of_text(PLATFORM_PROFILE)))
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "cca-platform-profile: a profile other than " PLATFORM_PROFILE);
	for (size_t i = 0; i < claims->components; i++) {
		if (!component_fits(&claims->component[i], claims->hash_algo, refusal))
			return false;
	}
	return true;
}
