/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a policy's JSON to its structure. The tables below are the format; docs/verifier.md explains it.
 */
#include "policy_json.h"

#include <errno.h>
#include <stdlib.h>

#define PLATFORM(name) offsetof(struct platform_policy, name)
#define REALM(name) offsetof(struct realm_policy, name)
#define CAEC(name) offsetof(struct caec_rules, name)
#define TAKE(table, value, to) load_members(l, at, value, table, COUNT(table), to)

/* Arguments that a loader of a member does not need. */
#define UNUSED(argument) ((void)(argument))

/* A string for people. */
static bool load_description(const struct loader *l, const struct place *at, const json_t *value, void *to,
			     size_t size)
{
	UNUSED(to);
	UNUSED(size);
	return json_is_string(value) || bad(l, at, "a string is expected");
}

static bool load_format(const struct loader *l, const struct place *at, const json_t *value, void *to,
			size_t size)
{
	char found[80];

	UNUSED(to);
	UNUSED(size);
	if (!json_is_integer(value))
		return bad(l, at, "the format is not version %d: %s", POLICY_VERSION,
			   json_show(found, sizeof(found), value));
	return json_integer_value(value) == POLICY_VERSION ||
	       bad(l, at, "the format is not version %d: %lld", POLICY_VERSION,
		   (long long)json_integer_value(value));
}

static bool load_signature(const struct loader *l, const struct place *at, const json_t *value, void *to,
			   size_t size)
{
	UNUSED(size);
	return load_choice(l, at, value, to, (const char *const[]){ "required", "not-checked" });
}

static bool load_challenge(const struct loader *l, const struct place *at, const json_t *value, void *to,
			   size_t size)
{
	UNUSED(size);
	return load_choice(l, at, value, to, (const char *const[]){ "nonce", "not-checked" });
}

static bool load_profile(const struct loader *l, const struct place *at, const json_t *value, void *to,
			 size_t size)
{
	UNUSED(size);
	return load_choice(l, at, value, to, (const char *const[]){ "optional", "required" });
}

static bool load_other(const struct loader *l, const struct place *at, const json_t *value, void *to,
		       size_t size)
{
	UNUSED(size);
	return load_choice(l, at, value, to, (const char *const[]){ "ignore", "refuse" });
}

static bool load_presence(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	static const char *const words[] = { "optional", "required", "forbidden" };
	int index = load_word(l, at, value, words, COUNT(words));

	UNUSED(size);
	*(enum presence *)to = index == 1   ? PRESENCE_REQUIRED
			       : index == 2 ? PRESENCE_FORBIDDEN
					    : PRESENCE_OPTIONAL;
	return index >= 0;
}

static bool load_lifecycle(const struct loader *l, const struct place *at, const json_t *value, void *to,
			   size_t size)
{
	const char *words[LIFECYCLE_STATES];

	UNUSED(size);
	for (unsigned int i = 0; i < LIFECYCLE_STATES; i++)
		words[i] = lifecycle_name(i);
	return load_set(l, at, value, to, words, LIFECYCLE_STATES, 0);
}

static bool load_versions(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	struct numbers *numbers = to;
	void *array;

	UNUSED(size);
	if (json_is_array(value) && json_array_size(value) == 0)
		return bad(l, at, "an empty list accepts nothing");
	if (!load_list(l, at, value, sizeof(uint64_t), &array, &numbers->count, load_number, 0))
		return false;
	numbers->item = array;
	return true;
}

/* Names of hashes. No token with another one gets as far as the policy, so another one is misspelt. */
static bool load_hash_names(const struct loader *l, const struct place *at, const json_t *value, void *to,
			    size_t size)
{
	const struct values *names = to;
	char name[64];

	if (!load_text(l, at, value, to, size))
		return false;
	for (size_t i = 0; i < names->count; i++) {
		if (hash_size(names->item[i]) == 0)
			return bad(l, at, "\"sha-256\", \"sha-384\" or \"sha-512\" is expected, not \"%s\"",
				   printable(name, sizeof(name), names->item[i]));
	}
	return true;
}

static bool load_rems(const struct loader *l, const struct place *at, const json_t *value, void *to,
		      size_t size)
{
	struct values *rem = to;

	UNUSED(size);
	if (!json_is_array(value) || json_array_size(value) != NUM_REMS)
		return bad(l, at, "a list of 4 is expected, not of %zu", json_array_size(value));
	for (size_t i = 0; i < NUM_REMS; i++) {
		struct place here = { at, NULL, i };

		if (!load_hex(l, &here, json_array_get(value, i), &rem[i], SIZE_HASH))
			return false;
	}
	return true;
}

static bool load_platform(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	static const struct member table[] = {
		{ "signature", false, load_signature, PLATFORM(signature_not_checked), 0 },
		{ "keys", false, load_keys, 0, 0 },
		{ "cca-platform-implementation-id", false, load_hex, PLATFORM(implementation_id),
		  IMPLEMENTATION_ID_SIZE },
		{ "cca-platform-instance-id", false, load_hex, PLATFORM(instance_id), INSTANCE_ID_SIZE },
		{ "cca-platform-config", false, load_hex, PLATFORM(config), SIZE_ANY },
		{ "cca-platform-lifecycle", false, load_lifecycle, PLATFORM(lifecycles), 0 },
		{ "cca-platform-hash-algo-id", false, load_text, PLATFORM(hash_algo), 0 },
		{ "cca-platform-verification-service", false, load_text, PLATFORM(service), 0 },
		{ "cca-platform-sw-components", false, load_component_rules, PLATFORM(components), 0 },
		{ "other-claims", false, load_other, PLATFORM(refuse_other), 0 },
	};
	struct platform_policy *platform = to;
	struct place keys = { at, "keys", 0 };

	UNUSED(size);
	if (!TAKE(table, value, to))
		return false;
	if (platform->signature_not_checked && platform->anchors != 0)
		return bad(l, &keys, "keys for a signature that is not checked");
	if (!platform->signature_not_checked && platform->anchors == 0)
		return bad(l, &keys, "no key to check the platform's signature with");
	return true;
}

static bool load_realm(const struct loader *l, const struct place *at, const json_t *value, void *to,
		       size_t size)
{
	static const struct member table[] = {
		{ "cca-realm-challenge", false, load_challenge, REALM(challenge_not_checked), 0 },
		{ "cca-realm-profile", false, load_profile, REALM(profile_required), 0 },
		{ "cca-realm-initial-measurement", true, load_hex, REALM(rim), SIZE_HASH },
		{ "cca-realm-extensible-measurements", false, load_rems, REALM(rem), 0 },
		{ "cca-realm-personalization-value", false, load_hex, REALM(rpv), RPV_SIZE },
		{ "cca-realm-hash-algo-id", false, load_hash_names, REALM(hash_algo), 0 },
		{ "cca-realm-public-key-hash-algo-id", false, load_hash_names, REALM(key_hash_algo), 0 },
		{ "other-claims", false, load_other, REALM(refuse_other), 0 },
	};

	UNUSED(size);
	return TAKE(table, value, to);
}

static bool load_caec(const struct loader *l, const struct place *at, const json_t *value, void *to,
		      size_t size)
{
	static const struct member table[] = {
		{ "presence", false, load_presence, CAEC(presence), 0 },
		{ "caec-realm-id", false, load_hex, CAEC(rid), CAEC_RID_SIZE },
		{ "caec-version", false, load_versions, CAEC(version), 0 },
		{ "caec-sharing", false, load_share_rules, CAEC(sharing), 0 },
	};

	UNUSED(size);
	return TAKE(table, value, to);
}

static bool load_profiles(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	const char *words[PROFILES];

	UNUSED(size);
	for (unsigned int i = 0; i < PROFILES; i++)
		words[i] = profile_name(i);
	return load_set(l, at, value, to, words, PROFILES, 0);
}

static bool load_root(const struct loader *l, const json_t *value)
{
	static const struct member table[] = {
		{ "caec-policy", true, load_format, 0, 0 },
		{ "description", false, load_description, 0, 0 },
		{ "profiles", false, load_profiles, offsetof(struct caec_policy, profiles), 0 },
		{ "platform", true, load_platform, offsetof(struct caec_policy, platform), 0 },
		{ "realm", true, load_realm, offsetof(struct caec_policy, realm), 0 },
		{ "caec", false, load_caec, offsetof(struct caec_policy, caec), 0 },
	};
	struct place root = { NULL, NULL, 0 };

	return load_members(l, &root, value, table, COUNT(table), l->policy);
}

static struct caec_policy *no_policy(struct caec_policy *policy, bool undecided)
{
	caec_policy_free(policy);
	errno = undecided ? ENOMEM : 0;
	return NULL;
}

struct caec_policy *caec_policy_load(const char *json, size_t size, char *error, size_t error_size)
{
	bool undecided = false;
	struct curve_groups groups = { { NULL } };
	struct loader l = { calloc(1, sizeof(struct caec_policy)), error, error_size, &undecided, &groups };
	json_error_t syntax;
	json_t *root;
	bool loaded;

	error[0] = 0;
	if (!l.policy || size > CAEC_POLICY_MAX) {
		if (l.policy)
			snprintf(error, error_size, "policy: %zu bytes, more than %u", size, CAEC_POLICY_MAX);
		else
			snprintf(error, error_size, "policy: no memory");
		return no_policy(l.policy, !l.policy);
	}
	root = json_loadb(json, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &syntax);
	if (!root) {
		char text[REASON_SIZE];

		printable(text, sizeof(text), span_of_text(syntax.text));
		snprintf(error, error_size, "line %d, column %d: %s", syntax.line, syntax.column, text);
		/* Where it has no memory jansson may say nothing at all. */
		return no_policy(l.policy, json_error_code(&syntax) == json_error_out_of_memory || !text[0]);
	}
	loaded = load_root(&l, root);
	curve_groups_free(&groups);
	json_decref(root);
	return loaded ? l.policy : no_policy(l.policy, undecided);
}

/* All that is in the file, up to CAEC_POLICY_MAX + 1 bytes. NULL with errno. */
static char *read_all(FILE *file, size_t *size)
{
	char *bytes = NULL, *more;
	size_t room = 0;

	*size = 0;
	do {
		room = room < CAEC_POLICY_MAX / 2 ? 2 * room + 65536 : (size_t)CAEC_POLICY_MAX + 1;
		more = realloc(bytes, room);
		bytes = more ? more : bytes;
		*size += more ? fread(bytes + *size, 1, room - *size, file) : 0;
	} while (more && *size == room && room <= CAEC_POLICY_MAX);
	if (more && !ferror(file))
		return bytes;
	errno = more && errno ? errno : more ? EIO : ENOMEM;
	free(bytes);
	return NULL;
}

struct caec_policy *caec_policy_read(FILE *file, char *error, size_t error_size)
{
	struct caec_policy *policy;
	size_t size;
	char *json;
	int status;

	errno = 0;
	json = read_all(file, &size);
	if (!json) {
		status = errno;
		snprintf(error, error_size, "%s", strerror(status));
		errno = status;
		return NULL;
	}
	policy = caec_policy_load(json, size, error, error_size);
	status = errno;
	free(json);
	errno = status;
	return policy;
}
