/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of a policy that are patterns: for software components and for items of the sharing state.
 */
#include "policy_json.h"

#define COMPONENT(name) offsetof(struct component_pattern, name)
#define SHARE(name) offsetof(struct share_pattern, name)
#define TAKE(table, value, to) load_members(l, at, value, table, COUNT(table), to)
#define UNUSED(argument) ((void)(argument))

static bool load_roles(const struct loader *l, const struct place *at, const json_t *value, void *to,
		       size_t size)
{
	static const char *const words[] = { "provider", "consumer" };

	UNUSED(size);
	return load_set(l, at, value, to, words, COUNT(words), 0);
}

static bool load_permissions(const struct loader *l, const struct place *at, const json_t *value, void *to,
			     size_t size)
{
	static const char *const words[] = { "ro", "rw", "rx" };

	UNUSED(size);
	return load_set(l, at, value, to, words, COUNT(words), 1);
}

static bool load_incomplete(const struct loader *l, const struct place *at, const json_t *value, void *to,
			    size_t size)
{
	UNUSED(size);
	return load_choice(l, at, value, to, (const char *const[]){ "refuse", "accept" });
}

static bool load_component(const struct loader *l, const struct place *at, const json_t *value, void *to,
			   size_t size)
{
	static const struct member table[] = {
		{ "component-type", false, load_text, COMPONENT(type), 0 },
		{ "measurement-value", false, load_hex, COMPONENT(measurement), SIZE_HASH },
		{ "version", false, load_text, COMPONENT(version), 0 },
		{ "signer-id", false, load_hex, COMPONENT(signer), SIZE_HASH },
		{ "hash-algo-id", false, load_text, COMPONENT(hash_algo), 0 },
	};

	UNUSED(size);
	return TAKE(table, value, to);
}

static bool load_share(const struct loader *l, const struct place *at, const json_t *value, void *to,
		       size_t size)
{
	static const struct member table[] = {
		{ "peer", false, load_hex, SHARE(peer), CAEC_RID_SIZE },
		{ "role", false, load_roles, SHARE(roles), 0 },
		{ "permission", false, load_permissions, SHARE(permissions), 0 },
		{ "min-size", false, load_number, SHARE(min_size), 0 },
		{ "max-size", false, load_number, SHARE(max_size), 0 },
	};
	struct share_pattern *share = to;

	UNUSED(size);
	*share = (struct share_pattern){ .roles = ROLES_ANY,
					 .permissions = PERMISSIONS_ANY,
					 .max_size = UINT64_MAX };
	if (!TAKE(table, value, to))
		return false;
	/* It could match nothing: a rule of `forbid` that forbids nothing. */
	return share->min_size <= share->max_size || bad(l, at, "min-size is more than max-size");
}

/* to: a struct with count and item, as both kinds of patterns have. `allow` may also be "any", which sets the flag. */
static bool load_components(const struct loader *l, const struct place *at, const json_t *value, void *to,
			    size_t size)
{
	struct component_patterns *patterns = to;
	void *array;

	UNUSED(size);
	if (!load_list(l, at, value, sizeof(struct component_pattern), &array, &patterns->count,
		       load_component, 0))
		return false;
	patterns->item = array;
	return true;
}

static bool load_shares(const struct loader *l, const struct place *at, const json_t *value, void *to,
			size_t size)
{
	struct share_patterns *patterns = to;
	void *array;

	UNUSED(size);
	if (!load_list(l, at, value, sizeof(struct share_pattern), &array, &patterns->count, load_share, 0))
		return false;
	patterns->item = array;
	return true;
}

static bool load_allowed_components(const struct loader *l, const struct place *at, const json_t *value,
				    void *to, size_t size)
{
	struct component_rules *rules = to;

	rules->allow_any = is_any(value);
	return rules->allow_any || load_components(l, at, value, &rules->allow, size);
}

static bool load_allowed_shares(const struct loader *l, const struct place *at, const json_t *value, void *to,
				size_t size)
{
	struct share_rules *rules = to;

	rules->allow_any = is_any(value);
	return rules->allow_any || load_shares(l, at, value, &rules->allow, size);
}

bool load_component_rules(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	static const struct member table[] = {
		{ "allow", false, load_allowed_components, 0, 0 },
		{ "require", false, load_components, offsetof(struct component_rules, require), 0 },
		{ "forbid", false, load_components, offsetof(struct component_rules, forbid), 0 },
	};

	UNUSED(size);
	((struct component_rules *)to)->given = true;
	return TAKE(table, value, to);
}

bool load_share_rules(const struct loader *l, const struct place *at, const json_t *value, void *to,
		      size_t size)
{
	static const struct member table[] = {
		{ "allow", false, load_allowed_shares, 0, 0 },
		{ "require", false, load_shares, offsetof(struct share_rules, require), 0 },
		{ "forbid", false, load_shares, offsetof(struct share_rules, forbid), 0 },
		{ "incomplete", false, load_incomplete, offsetof(struct share_rules, accept_incomplete), 0 },
	};

	UNUSED(size);
	return TAKE(table, value, to);
}
