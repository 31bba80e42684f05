/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A policy from a token that is known to be good: every claim is pinned to what the token says. What may vary is for
 * the policy's owner to relax; the other way round it would be for the owner to notice what is missing.
 */
#include "report.h"

static json_t *anchor_json(const struct anchor *anchor)
{
	const struct public_key *key = &anchor->key;
	struct span x = { key->x, key->curve->size }, y = { key->y, key->curve->size };
	json_t *object = json_pack("{ss so so}", "crv", key->curve->name, "x", json_hex(x), "y", json_hex(y));

	if (object && anchor->instance_id.count != 0) {
		json_t *list = json_array();

		for (size_t i = 0; i < anchor->instance_id.count; i++)
			json_add(&list, json_hex(anchor->instance_id.item[i]));
		json_put(&object, "cca-platform-instance-id", list);
	}
	return object;
}

/* One member of a list, since a text may be "any", which alone means something else. */
static void pin(json_t **object, const char *name, json_t *value)
{
	json_put(object, name, json_pack("[o]", value));
}

/* A pattern for exactly this component: of a part that it lacks, a pattern can't say more than nothing. */
static json_t *component_pattern_json(const struct component *c)
{
	json_t *object = json_object();

	if (c->type.data)
		pin(&object, "component-type", json_text(c->type));
	pin(&object, "measurement-value", json_hex(c->measurement));
	if (c->version.data)
		pin(&object, "version", json_text(c->version));
	pin(&object, "signer-id", json_hex(c->signer));
	if (c->hash_algo.data)
		pin(&object, "hash-algo-id", json_text(c->hash_algo));
	return object;
}

/* Of the keys only the one that verified the token: to whom the others belong, the token does not say. */
static json_t *platform_policy_json(const struct platform_claims *c, const struct anchor *anchor)
{
	json_t *object = json_object(), *components = json_array();

	json_put(&object, "signature", json_string(anchor ? "required" : "not-checked"));
	if (anchor)
		json_put(&object, "keys", json_pack("[o]", anchor_json(anchor)));
	pin(&object, "cca-platform-implementation-id", json_hex(c->implementation_id));
	pin(&object, "cca-platform-instance-id", json_hex(c->instance_id));
	pin(&object, "cca-platform-config", json_hex(c->config));
	pin(&object, "cca-platform-lifecycle", json_string(lifecycle_name(lifecycle_state(c->lifecycle))));
	pin(&object, "cca-platform-hash-algo-id", json_text(c->hash_algo));
	if (c->service.data)
		pin(&object, "cca-platform-verification-service", json_text(c->service));
	for (size_t i = 0; i < c->components; i++)
		json_add(&components, component_pattern_json(&c->component[i]));
	json_put(&object, "cca-platform-sw-components", json_pack("{so}", "require", components));
	json_put(&object, "other-claims", json_string(c->other.count ? "ignore" : "refuse"));
	return object;
}

static json_t *realm_policy_json(const struct realm_claims *c)
{
	json_t *object = json_object(), *rems = json_array();

	for (size_t i = 0; i < NUM_REMS; i++)
		json_add(&rems, json_hex(c->rem[i]));
	json_put(&object, "cca-realm-challenge", json_string("nonce"));
	json_put(&object, "cca-realm-profile", json_string(c->profile.data ? "required" : "optional"));
	pin(&object, "cca-realm-initial-measurement", json_hex(c->rim));
	json_put(&object, "cca-realm-extensible-measurements", rems);
	pin(&object, "cca-realm-personalization-value", json_hex(c->rpv));
	pin(&object, "cca-realm-hash-algo-id", json_text(c->hash_algo));
	pin(&object, "cca-realm-public-key-hash-algo-id", json_text(c->key_hash_algo));
	json_put(&object, "other-claims", json_string(c->other.count ? "ignore" : "refuse"));
	return object;
}

static json_t *share_pattern_json(const struct caec_sharing *s)
{
	return json_pack("{so ss ss sI sI}", "peer", json_hex((struct span){ s->peer, CAEC_RID_SIZE }),
			 "role", role_name(s->consumer), "permission", permission_name(s->permission),
			 "min-size", (json_int_t)s->size, "max-size", (json_int_t)s->size);
}

static json_t *caec_policy_json(const struct caec_claims *c)
{
	json_t *require, *sharing;

	if (c->seen == 0)
		return json_pack("{ss}", "presence", "forbidden");
	require = json_array();
	for (size_t i = 0; i < c->shares; i++)
		json_add(&require, share_pattern_json(&c->share[i]));
	sharing = json_pack("{so ss}", "require", require, "incomplete", c->complete ? "refuse" : "accept");
	return json_pack("{ss s[o] s[i] so}", "presence", "required", "caec-realm-id", json_hex(c->rid),
			 "caec-version", (int)c->version, "caec-sharing", sharing);
}

bool caec_learn(const struct caec_result *result, const struct caec_policy *anchors, FILE *out)
{
	if (caec_result_verdict(result) != CAEC_ACCEPTED || !result->parsed)
		return false;
	return write_json(json_pack("{si s[s] so so so}", "caec-policy", POLICY_VERSION, "profiles",
				    profile_name(result->platform.known_profile), "platform",
				    platform_policy_json(&result->platform, anchors ? result->anchor : NULL),
				    "realm", realm_policy_json(&result->realm), "caec",
				    caec_policy_json(&result->realm.caec)),
			  2, out);
}
