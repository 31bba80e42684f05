/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collections that a CCA token can be (token.h).
 */
#include "token.h"

#include <inttypes.h>
#include <strings.h>

#include "claims.h"
#include "cose.h"

#define TAG_CCA_TOKEN 399U
#define TAG_CMW 907U
#define LABEL_PLATFORM_TOKEN 44234
#define LABEL_REALM_TOKEN 44241
#define PLATFORM_TOKEN "cca-platform-token"
#define REALM_TOKEN "cca-realm-delegated-token"

/* A CWT that is an EAT: its number among CoAP's content formats, its media type, its tag (RFC 9277 4.3) in a CMW. */
#define CONTENT_EAT_CWT 263U
#define MEDIA_EAT_CWT "application/eat+cwt"
#define TAG_EAT_CWT 1668547081U

/* What a record may say that it is, a set of bits (draft-ietf-rats-msg-wrap, cm-type). */
#define INDICATOR_EVIDENCE 4U

/* A media type of RFC 9110 8.3.1: in any case; parameters, an eat_profile for one, repeat what the token says. */
static bool is_eat_cwt(struct span type)
{
	size_t size = strlen(MEDIA_EAT_CWT);

	if (type.size < size || strncasecmp((const char *)type.data, MEDIA_EAT_CWT, size) != 0)
		return false;
	while (size < type.size && (type.data[size] == ' ' || type.data[size] == '\t'))
		size++;
	return size == type.size || type.data[size] == ';';
}

static bool take_type(const char *name, struct cbor_reader *r, struct refusal *refusal)
{
	struct cbor_item type;
	char text[80];

	cbor_next(r, &type);
	return (type.type == CBOR_UINT && type.value == CONTENT_EAT_CWT) ||
	       (type.type == CBOR_TEXT && is_eat_cwt(type.content)) ||
	       refuse(refusal, CAEC_UNSUPPORTED, "%s: of type %s, not 263 (" MEDIA_EAT_CWT ")", name,
		      cbor_show(text, sizeof(text), &type));
}

static bool take_indicator(const char *name, struct cbor_reader *r, struct refusal *refusal)
{
	struct cbor_item indicator;

	if (!take_item(name, r, CBOR_UINT, &indicator, refusal))
		return false;
	return (indicator.value & INDICATOR_EVIDENCE) != 0 ||
	       refuse(refusal, CAEC_UNSUPPORTED, "%s: its indicator does not say evidence (4): %" PRIu64,
		      name, indicator.value);
}

/* [type, value, ? indicator], or a tag that says the type around the value. */
static bool take_record(const struct claim_rule *rule, struct cbor_reader *r, void *claims,
			struct refusal *refusal)
{
	struct cbor_item item;

	if (cbor_expect(r, CBOR_TAG, &item))
		return item.value == TAG_EAT_CWT
			       ? take_bytes(rule, r, claims, refusal)
			       : refuse(refusal, CAEC_UNSUPPORTED,
					"%s: of tag %" PRIu64 ", not %u (" MEDIA_EAT_CWT ")", rule->name,
					item.value, TAG_EAT_CWT);
	if (!take_item(rule->name, r, CBOR_ARRAY, &item, refusal))
		return false;
	if (item.value != 2 && item.value != 3)
		return refuse(refusal, CAEC_MALFORMED, "%s: a record of %" PRIu64 " items, not 2 or 3",
			      rule->name, item.value);
	return take_type(rule->name, r, refusal) && take_bytes(rule, r, claims, refusal) &&
	       (item.value == 2 || take_indicator(rule->name, r, refusal));
}

static const struct claim_rule records[] = {
	{ LABEL_PLATFORM_TOKEN, PLATFORM_TOKEN, false, take_record, offsetof(struct halves, platform), 0 },
	{ LABEL_REALM_TOKEN, REALM_TOKEN, false, take_record, offsetof(struct halves, realm), 0 },
};

/* What else is in the collection may change what the halves mean, a device token for one; its type does not. */
static bool others_fit(const struct other_claims *other, struct refusal *refusal)
{
	for (size_t i = 0; i < other->count && i < OTHERS_SHOWN; i++) {
		struct cbor_reader r = cbor_open(other->label[i]);
		struct cbor_item label;
		char text[80];

		cbor_next(&r, &label);
		if (label.type != CBOR_TEXT || !span_equal(label.content, span_of_text("__cmwc_t")))
			return refuse(refusal, CAEC_UNSUPPORTED,
				      "CCA token: a CMW with a member that is not known: %s",
				      cbor_show(text, sizeof(text), &label));
	}
	return true;
}

/* Without labels: the platform's, then the realm's. */
static bool take_array(struct cbor_reader *r, struct halves *halves, struct refusal *refusal)
{
	struct cbor_item array;

	cbor_next(r, &array);
	if (array.value != COUNT(records))
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "CCA token: a CMW of %" PRIu64 " records, not the platform's and the realm's",
			      array.value);
	return take_record(&records[0], r, halves, refusal) && take_record(&records[1], r, halves, refusal);
}

static bool take_cmw(struct cbor_reader *r, struct halves *halves, struct refusal *refusal)
{
	struct other_claims other = { 0 };

	if (cbor_peek(*r) == CBOR_ARRAY)
		return take_array(r, halves, refusal);
	return claims_take(r, "CCA token", records, COUNT(records), halves, &other, refusal) &&
	       others_fit(&other, refusal);
}

static bool take_map(struct cbor_reader *r, struct halves *halves, struct refusal *refusal)
{
	static const struct claim_rule rules[] = {
		{ LABEL_PLATFORM_TOKEN, PLATFORM_TOKEN, false, take_bytes, offsetof(struct halves, platform),
		  0 },
		{ LABEL_REALM_TOKEN, REALM_TOKEN, false, take_bytes, offsetof(struct halves, realm), 0 },
	};

	return claims_take(r, "CCA token", rules, COUNT(rules), halves, NULL, refusal);
}

/* What somebody forgot to decode. No token is: its first byte is not ASCII. */
static bool is_text(struct span token)
{
	for (size_t i = 0; i < token.size; i++) {
		uint8_t c = token.data[i];

		if ((c < 0x20 || c > 0x7e) && c != '\n' && c != '\r' && c != '\t')
			return false;
	}
	return token.size != 0;
}

bool token_halves(struct span token, struct halves *halves, struct refusal *refusal)
{
	struct cbor_reader r = cbor_open(token);
	struct cbor_item tag;
	char text[24];

	if (is_text(token))
		return refuse(refusal, CAEC_MALFORMED,
			      "CCA token: %zu characters of text, \"%s\", where its bytes should be (%s)",
			      token.size, printable(text, sizeof(text), token),
			      "base64 or hex, not decoded?");
	if (!cose_well_formed(token, "CCA token", refusal))
		return false;
	if (!cbor_expect(&r, CBOR_TAG, &tag))
		return refuse(refusal, CAEC_MALFORMED, "CCA token: no tag 399 or 907, but %s",
			      cbor_type_name(cbor_peek(r)));
	halves->tag = tag.value;
	if (tag.value == TAG_CMW)
		return take_cmw(&r, halves, refusal);
	if (tag.value == TAG_CCA_TOKEN)
		return take_map(&r, halves, refusal);
	return refuse(refusal, CAEC_MALFORMED, "CCA token: no tag 399 or 907, but tag %" PRIu64, tag.value);
}
