/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The platform keys of a policy: PEM, JWK (RFC 7517, 7518 6.2.1) or hex coordinates.
 */
#include "policy_json.h"

#include <stdlib.h>

/* What a key entry may have; exactly one of pem, jwk and {crv, x, y} is given. */
struct key_entry {
	const json_t *pem, *jwk, *crv, *x, *y;
	struct values instance_id;
};

static bool load_json(const struct loader *l, const struct place *at, const json_t *value, void *to,
		      size_t size)
{
	(void)l;
	(void)at;
	(void)size;
	*(const json_t **)to = value;
	return true;
}

static bool check_key(const struct loader *l, const struct place *at, const struct public_key *key)
{
	enum key_state state = key_check(key, l->groups);

	if (state == KEY_FAILURE)
		return unable(l, at, "OpenSSL could not look at it");
	return state == KEY_GOOD || bad(l, at, "not a point on %s", key->curve->name);
}

static bool key_from_pem_member(const struct loader *l, const struct place *at, const json_t *pem,
				struct public_key *key)
{
	struct place here = { at, "pem", 0 };
	const char *error = json_is_string(pem) ? key_from_pem(json_span(pem), key) : "a string is expected";

	return error ? bad(l, &here, "%s", error) : check_key(l, &here, key);
}

static bool load_curve(const struct loader *l, const struct place *at, const json_t *value,
		       struct public_key *key)
{
	struct place here = { at, "crv", 0 };
	char found[80];

	key->curve = json_is_string(value) ? curve_by_name(json_span(value)) : NULL;
	return key->curve || bad(l, &here, "one of \"P-256\", \"P-384\", \"P-521\" is expected, not %s",
				 json_show(found, sizeof(found), value));
}

static bool hex_coordinate(const struct loader *l, const struct place *at, const char *name,
			   const json_t *value, const struct curve *curve, uint8_t *to)
{
	struct place here = { at, name, 0 };
	size_t size = 0;
	char found[80];

	if (!json_is_string(value) || !unhex(json_span(value), to, curve->size, &size) || size != curve->size)
		return bad(l, &here, "%zu hex digits are expected, not the %zu characters %s",
			   2 * curve->size, json_string_length(value),
			   json_show(found, sizeof(found), value));
	return true;
}

static bool key_from_hex(const struct loader *l, const struct place *at, const struct key_entry *entry,
			 struct public_key *key)
{
	return load_curve(l, at, entry->crv, key) &&
	       hex_coordinate(l, at, "x", entry->x, key->curve, key->x) &&
	       hex_coordinate(l, at, "y", entry->y, key->curve, key->y) && check_key(l, at, key);
}

static int base64url_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* base64url without padding (RFC 7515 2), of exactly `size` bytes; spare bits are zero. */
static bool unbase64url(struct span text, uint8_t *to, size_t size)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t done = 0;

	if (text.size != (size * 4 + 2) / 3)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		int digit = base64url_digit(text.data[i]);

		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0xffff;
		have += 6;
		if (have >= 8 && done < size) {
			have -= 8;
			to[done++] = (uint8_t)(bits >> have);
		}
	}
	return done == size && (bits & ((1U << have) - 1)) == 0;
}

static bool jwk_coordinate(const struct loader *l, const struct place *at, const char *name,
			   const json_t *jwk, const struct curve *curve, uint8_t *to)
{
	struct place here = { at, name, 0 };
	const json_t *value = json_object_get(jwk, name);
	char found[80];

	return (json_is_string(value) && unbase64url(json_span(value), to, curve->size)) ||
	       bad(l, &here, "%zu bytes in base64url are expected, not the %zu characters %s", curve->size,
		   json_string_length(value), json_show(found, sizeof(found), value));
}

static bool jwk_says(const struct loader *l, const struct place *at, const json_t *jwk, const char *name,
		     const char *word, bool mandatory)
{
	struct place here = { at, name, 0 };
	const json_t *value = json_object_get(jwk, name);
	char found[80];

	if (!value && !mandatory)
		return true;
	return (json_is_string(value) && span_equal(json_span(value), span_of_text(word))) ||
	       bad(l, &here, "\"%s\" is expected, not %s", word, json_show(found, sizeof(found), value));
}

/* Members that a JWK may have and that mean nothing here (kid, key_ops, x5c...) are passed over (RFC 7517 4). */
static bool key_from_jwk(const struct loader *l, const struct place *up, const json_t *jwk,
			 struct public_key *key)
{
	struct place at = { up, "jwk", 0 };

	if (!json_is_object(jwk))
		return bad(l, &at, "an object is expected");
	if (json_object_get(jwk, "d"))
		return bad(l, &at, "a private key, which has no place in a policy");
	return jwk_says(l, &at, jwk, "kty", "EC", true) &&
	       load_curve(l, &at, json_object_get(jwk, "crv"), key) &&
	       jwk_says(l, &at, jwk, "alg", key->curve->alg, false) &&
	       jwk_says(l, &at, jwk, "use", "sig", false) &&
	       jwk_coordinate(l, &at, "x", jwk, key->curve, key->x) &&
	       jwk_coordinate(l, &at, "y", jwk, key->curve, key->y) && check_key(l, &at, key);
}

static bool load_key(const struct loader *l, const struct place *at, const json_t *value, void *to,
		     size_t extra)
{
	static const struct member table[] = {
		{ "pem", false, load_json, offsetof(struct key_entry, pem), 0 },
		{ "jwk", false, load_json, offsetof(struct key_entry, jwk), 0 },
		{ "crv", false, load_json, offsetof(struct key_entry, crv), 0 },
		{ "x", false, load_json, offsetof(struct key_entry, x), 0 },
		{ "y", false, load_json, offsetof(struct key_entry, y), 0 },
		{ "cca-platform-instance-id", false, load_hex, offsetof(struct key_entry, instance_id),
		  INSTANCE_ID_SIZE },
	};
	struct key_entry entry = { 0 };
	struct anchor *anchor = to;
	bool coordinates;

	(void)extra;
	if (!load_members(l, at, value, table, COUNT(table), &entry))
		return false;
	anchor->instance_id = entry.instance_id;
	coordinates = entry.crv || entry.x || entry.y;
	if ((entry.pem != NULL) + (entry.jwk != NULL) + coordinates != 1)
		return bad(l, at, "one of \"pem\", \"jwk\", or \"crv\" with \"x\" and \"y\" is expected");
	if (entry.pem)
		return key_from_pem_member(l, at, entry.pem, &anchor->key);
	if (entry.jwk)
		return key_from_jwk(l, at, entry.jwk, &anchor->key);
	return key_from_hex(l, at, &entry, &anchor->key);
}

/* An id of any platform is empty and comes first. */
static int compare_ids(struct span a, struct span b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size ? memcmp(a.data, b.data, a.size) : 0;
}

static int compare_uses(const void *left, const void *right)
{
	const struct anchor_use *a = left, *b = right;
	int order = compare_ids(a->instance_id, b->instance_id);

	if (order != 0)
		return order;
	return a->anchor < b->anchor ? -1 : a->anchor > b->anchor;
}

/* The first use whose id is not less, or with `above` the first whose id is more. */
static size_t find_use(const struct platform_policy *policy, struct span id, bool above)
{
	size_t low = 0, high = policy->uses;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_ids(policy->use[middle].instance_id, id) < above)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct anchor_use *anchors_for(const struct platform_policy *policy, struct span instance_id,
				     size_t *count)
{
	size_t first = find_use(policy, instance_id, false);

	*count = find_use(policy, instance_id, true) - first;
	return policy->use + first;
}

static void add_uses(struct platform_policy *platform, const struct anchor *anchor)
{
	struct anchor_use *use = platform->use + platform->uses;

	platform->uses += anchor->instance_id.count;
	for (size_t i = 0; i < anchor->instance_id.count; i++)
		use[i] = (struct anchor_use){ anchor->instance_id.item[i], anchor };
	if (anchor->instance_id.count == 0) {
		use[0] = (struct anchor_use){ .anchor = anchor };
		platform->uses++;
	}
}

/* A fleet has a key for each of its machines: they are found by the instance id, not tried one after the other. */
static bool sort_anchors(const struct loader *l, const struct place *at, struct platform_policy *platform)
{
	size_t most = platform->anchors;

	for (size_t i = 0; i < platform->anchors; i++)
		most += platform->anchor[i].instance_id.count;
	platform->use = take_memory(l, at, most, sizeof(*platform->use));
	if (!platform->use)
		return false;
	for (size_t i = 0; i < platform->anchors; i++)
		add_uses(platform, &platform->anchor[i]);
	qsort(platform->use, platform->uses, sizeof(*platform->use), compare_uses);
	return true;
}

bool load_keys(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size)
{
	struct platform_policy *platform = to;
	void *array;

	(void)size;
	if (!load_list(l, at, value, sizeof(struct anchor), &array, &platform->anchors, load_key, 0))
		return false;
	platform->anchor = array;
	return sort_anchors(l, at, platform);
}
