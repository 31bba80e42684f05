/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Maps of claims, by rules (claims.h). The bytes have passed cbor_check(), so every item is there.
 */
#include "claims.h"

#include <inttypes.h>

#define LABEL_PROFILE 265

static void note_other(struct other_claims *other, struct span label)
{
	if (other->count < OTHERS_SHOWN)
		other->label[other->count] = label;
	other->count++;
}

static const struct claim_rule *find_rule(const struct claim_rule *rules, size_t count,
					  const struct cbor_item *label)
{
	int64_t number;

	for (size_t i = 0; i < count; i++) {
		if (cbor_integer(label, &number) && rules[i].label == number)
			return &rules[i];
	}
	return NULL;
}

bool claims_take(struct cbor_reader *r, const char *what, const struct claim_rule *rules, size_t count,
		 void *claims, struct other_claims *other, struct refusal *refusal)
{
	bool seen[RULES_MAX] = { false };
	struct cbor_item map, label;
	char text[80];

	if (!take_item(what, r, CBOR_MAP, &map, refusal))
		return false;
	for (uint64_t i = 0; i < map.value; i++) {
		const uint8_t *start = r->at;
		const struct claim_rule *rule;
		struct cbor_reader value;

		cbor_next(r, &label);
		rule = find_rule(rules, count, &label);
		value = *r;
		if (rule && !rule->take(rule, &value, claims, refusal))
			return false;
		if (rule)
			seen[rule - rules] = true;
		else if (other)
			note_other(other, (struct span){ start, (size_t)(r->at - start) });
		else
			return refuse(refusal, CAEC_MALFORMED, "%s: a member that is not known: %s", what,
				      cbor_show(text, sizeof(text), &label));
		cbor_skip(r);
	}
	for (size_t i = 0; i < count; i++) {
		if (!seen[i] && !rules[i].optional)
			return refuse(refusal, CAEC_MALFORMED, "%s: no %s (%" PRId64 ")", what, rules[i].name,
				      rules[i].label);
	}
	return true;
}

struct span claims_profile(struct span payload)
{
	struct cbor_reader r = cbor_open(payload);
	struct cbor_item map, label, value;
	int64_t number;

	if (!cbor_expect(&r, CBOR_MAP, &map))
		return (struct span){ NULL, 0 };
	for (uint64_t i = 0; i < map.value; i++) {
		cbor_next(&r, &label);
		if (cbor_integer(&label, &number) && number == LABEL_PROFILE &&
		    cbor_expect(&r, CBOR_TEXT, &value))
			return value.content;
		cbor_skip(&r);
	}
	return (struct span){ NULL, 0 };
}

bool take_item(const char *name, struct cbor_reader *value, enum cbor_type type, struct cbor_item *item,
	       struct refusal *refusal)
{
	struct cbor_reader start = *value;

	if (cbor_expect(value, type, item))
		return true;
	cbor_next(&start, item);
	return refuse(refusal, CAEC_MALFORMED, "%s: %s where %s should be", name, cbor_type_name(item->type),
		      cbor_type_name(type));
}

static struct span *field(const struct claim_rule *rule, void *claims)
{
	return (struct span *)(void *)((uint8_t *)claims + rule->offset);
}

bool take_text(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
	       struct refusal *refusal)
{
	struct cbor_item item;

	if (!take_item(rule->name, value, CBOR_TEXT, &item, refusal))
		return false;
	*field(rule, claims) = item.content;
	return true;
}

bool take_bytes(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
		struct refusal *refusal)
{
	struct cbor_item item;

	if (!take_item(rule->name, value, CBOR_BYTES, &item, refusal))
		return false;
	if (rule->size != 0 && item.content.size != rule->size)
		return refuse(refusal, CAEC_MALFORMED, "%s: %zu bytes where %zu should be", rule->name,
			      item.content.size, rule->size);
	*field(rule, claims) = item.content;
	return true;
}

bool take_hash(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
	       struct refusal *refusal)
{
	struct cbor_item item;

	if (!take_item(rule->name, value, CBOR_BYTES, &item, refusal))
		return false;
	if (item.content.size != 32 && item.content.size != 48 && item.content.size != 64)
		return refuse(refusal, CAEC_MALFORMED, "%s: %zu bytes where 32, 48 or 64 should be",
			      rule->name, item.content.size);
	*field(rule, claims) = item.content;
	return true;
}
