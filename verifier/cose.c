/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * COSE_Sign1 and COSE_Key (cose.h).
 */
#include "cose.h"

#include "cbor.h"

#include <inttypes.h>

/* Room for what cbor_show() says. */
#define SHOWN 80U

#define TAG_SIGN1 18U

#define HEADER_ALG 1
#define HEADER_CRIT 2

#define KEY_KTY 1
#define KEY_ALG 3
#define KEY_OPS 4
#define KEY_EC2_CRV (-1)
#define KEY_EC2_X (-2)
#define KEY_EC2_Y (-3)
#define KEY_EC2_D (-4)
#define KTY_EC2 2
#define OP_VERIFY 2

bool cose_well_formed(struct span bytes, const char *what, struct refusal *refusal)
{
	size_t offset;
	const char *error = cbor_check(bytes, &offset);

	return !error ||
	       refuse(refusal, CAEC_MALFORMED, "%s: %s, at byte %zu of %zu", what, error, offset, bytes.size);
}

/* The next item, which must be of this type. The bytes are well-formed, so there is one. */
static bool take_part(struct cbor_reader *r, const char *what, const char *part, enum cbor_type type,
		      struct cbor_item *item, struct refusal *refusal)
{
	if (cbor_expect(r, type, item))
		return true;
	cbor_next(r, item);
	return refuse(refusal, CAEC_MALFORMED, "%s: the %s is not %s: %s", what, part, cbor_type_name(type),
		      cbor_type_name(item->type));
}

/* The map in the protected header; an empty byte string stands for an empty map. */
static bool parse_protected(struct sign1 *s, struct refusal *refusal)
{
	struct cbor_reader r = cbor_open(s->protected_header);
	struct cbor_item map, label, alg = { .type = CBOR_NULL };
	int64_t number, value;
	bool found = false;
	char text[SHOWN];

	if (s->protected_header.size == 0)
		return refuse(refusal, CAEC_MALFORMED, "%s: the protected header names no algorithm",
			      s->what);
	if (!cose_well_formed(s->protected_header, "protected header", refusal))
		return false;
	if (!take_part(&r, s->what, "protected header", CBOR_MAP, &map, refusal))
		return false;
	for (uint64_t i = 0; i < map.value; i++) {
		cbor_next(&r, &label);
		if (cbor_integer(&label, &number) && number == HEADER_CRIT)
			return refuse(refusal, CAEC_UNSUPPORTED, "%s: critical header parameters", s->what);
		if (cbor_integer(&label, &number) && number == HEADER_ALG) {
			struct cbor_reader at = r;

			found = true;
			cbor_next(&at, &alg);
		}
		cbor_skip(&r);
	}
	if (!found)
		return refuse(refusal, CAEC_MALFORMED, "%s: the protected header names no algorithm",
			      s->what);
	if (alg.type != CBOR_UINT && alg.type != CBOR_NINT && alg.type != CBOR_TEXT)
		return refuse(refusal, CAEC_MALFORMED, "%s: alg is %s", s->what, cbor_type_name(alg.type));
	s->curve = cbor_integer(&alg, &value) ? curve_by_cose_alg(value) : NULL;
	return s->curve || refuse(refusal, CAEC_UNSUPPORTED,
				  "%s: an algorithm other than ES256 (-7), ES384 (-35) and ES512 (-36): %s",
				  s->what, cbor_show(text, sizeof(text), &alg));
}

/* A header's labels, as encoded. */
struct labels {
	struct span label[CBOR_PAIRS];
	size_t count;
};

/* Read once, before another header's labels are compared with them: what is behind a label may be long. */
static void collect_labels(struct span header, struct labels *labels)
{
	struct cbor_reader r = cbor_open(header);
	struct cbor_item map, label;

	cbor_next(&r, &map);
	for (labels->count = 0; labels->count < map.value; labels->count++) {
		const uint8_t *start = r.at;

		cbor_next(&r, &label);
		labels->label[labels->count] = (struct span){ start, (size_t)(r.at - start) };
		cbor_skip(&r);
	}
}

static bool has_label(const struct labels *labels, struct span label)
{
	for (size_t i = 0; i < labels->count; i++) {
		if (span_equal(label, labels->label[i]))
			return true;
	}
	return false;
}

/* Nothing in the unprotected header is used, nor may it look like something that should be. */
static bool parse_unprotected(struct cbor_reader *r, const struct sign1 *s, struct refusal *refusal)
{
	struct labels protected_labels;
	struct cbor_item map, label;
	int64_t number;
	char text[SHOWN];

	if (!take_part(r, s->what, "unprotected header", CBOR_MAP, &map, refusal))
		return false;
	collect_labels(s->protected_header, &protected_labels);
	for (uint64_t i = 0; i < map.value; i++) {
		const uint8_t *start = r->at;

		cbor_next(r, &label);
		if (cbor_integer(&label, &number) && (number == HEADER_ALG || number == HEADER_CRIT))
			return refuse(refusal, CAEC_MALFORMED, "%s: alg or crit in the unprotected header",
				      s->what);
		/* RFC 9052 3: it must not be. */
		if (has_label(&protected_labels, (struct span){ start, (size_t)(r->at - start) }))
			return refuse(refusal, CAEC_MALFORMED, "%s: a parameter in both headers: %s", s->what,
				      cbor_show(text, sizeof(text), &label));
		cbor_skip(r);
	}
	return true;
}

static bool take_bytes(struct cbor_reader *r, const struct sign1 *s, const char *part, struct span *bytes,
		       struct refusal *refusal)
{
	struct cbor_item item;

	if (!take_part(r, s->what, part, CBOR_BYTES, &item, refusal))
		return false;
	*bytes = item.content;
	return true;
}

bool sign1_parse(struct span bytes, const char *what, struct sign1 *s, struct refusal *refusal)
{
	struct cbor_reader r = cbor_open(bytes);
	struct cbor_item tag, array;

	*s = (struct sign1){ .what = what };
	if (!cose_well_formed(bytes, what, refusal))
		return false;
	if (!cbor_expect(&r, CBOR_TAG, &tag))
		return refuse(refusal, CAEC_MALFORMED, "%s: not a COSE_Sign1 with tag 18: %s", what,
			      cbor_type_name(cbor_peek(r)));
	if (tag.value != TAG_SIGN1)
		return refuse(refusal, CAEC_MALFORMED, "%s: not a COSE_Sign1 with tag 18: tag %" PRIu64, what,
			      tag.value);
	if (!cbor_expect(&r, CBOR_ARRAY, &array))
		return refuse(refusal, CAEC_MALFORMED, "%s: a COSE_Sign1 that is not an array of 4: %s", what,
			      cbor_type_name(cbor_peek(r)));
	if (array.value != 4)
		return refuse(refusal, CAEC_MALFORMED,
			      "%s: a COSE_Sign1 that is not an array of 4: of %" PRIu64, what, array.value);
	return take_bytes(&r, s, "protected header", &s->protected_header, refusal) &&
	       parse_protected(s, refusal) && parse_unprotected(&r, s, refusal) &&
	       take_bytes(&r, s, "payload", &s->payload, refusal) &&
	       take_bytes(&r, s, "signature", &s->signature, refusal);
}

/* The head of a byte string of this size, in its shortest form. */
static struct span bytes_head(size_t size, uint8_t head[5])
{
	size_t count = size < 24 ? 0 : size <= UINT8_MAX ? 1 : size <= UINT16_MAX ? 2 : 4;

	head[0] = (uint8_t)(CBOR_BYTES << 5 | (count == 0 ? size : count == 1 ? 24 : count == 2 ? 25 : 26));
	for (size_t i = 0; i < count; i++)
		head[1 + i] = (uint8_t)(size >> 8 * (count - 1 - i));
	return (struct span){ head, 1 + count };
}

enum signature_outcome sign1_verify(const struct sign1 *s, const struct public_key *key)
{
	/* Sig_structure (RFC 9052 4.4): an array of 4, "Signature1", the protected header, no external data, the payload. */
	static const uint8_t context[] = "\x84\x6aSignature1";
	static const uint8_t external_aad[] = { 0x40 };
	uint8_t protected_head[5], payload_head[5];
	const struct span part[] = {
		{ context, sizeof(context) - 1 },
		bytes_head(s->protected_header.size, protected_head),
		s->protected_header,
		{ external_aad, sizeof(external_aad) },
		bytes_head(s->payload.size, payload_head),
		s->payload,
	};

	if (key->curve != s->curve)
		return SIGNATURE_BAD;
	return signature_check(key, part, COUNT(part), s->signature);
}

/* If the key says what it is for, then to verify signatures. */
static bool ops_allow_verify(struct cbor_reader r)
{
	struct cbor_item array, op;
	int64_t number;

	if (!cbor_expect(&r, CBOR_ARRAY, &array))
		return false;
	for (uint64_t i = 0; i < array.value; i++) {
		struct cbor_reader at = r;

		cbor_next(&at, &op);
		if (cbor_integer(&op, &number) && number == OP_VERIFY)
			return true;
		cbor_skip(&r);
	}
	return false;
}

/* A parameter of the key, if it is there. */
struct parameter {
	bool present;
	struct cbor_item item;
};

struct key_parameters {
	struct parameter kty, crv, x, y, alg;
};

static struct parameter *key_parameter(struct key_parameters *p, int64_t label)
{
	switch (label) {
	case KEY_KTY:
		return &p->kty;
	case KEY_ALG:
		return &p->alg;
	case KEY_EC2_CRV:
		return &p->crv;
	case KEY_EC2_X:
		return &p->x;
	case KEY_EC2_Y:
		return &p->y;
	default:
		return NULL;
	}
}

static bool collect_key(struct cbor_reader *r, uint64_t pairs, struct key_parameters *p,
			struct refusal *refusal)
{
	struct cbor_item label;
	int64_t number;

	for (uint64_t i = 0; i < pairs; i++) {
		struct parameter *parameter;
		struct cbor_reader at;

		cbor_next(r, &label);
		at = *r;
		cbor_skip(r);
		if (!cbor_integer(&label, &number))
			continue;
		if (number == KEY_EC2_D)
			return refuse(refusal, CAEC_MALFORMED, "realm public key: a private key");
		if (number == KEY_OPS && !ops_allow_verify(at))
			return refuse(refusal, CAEC_MALFORMED, "realm public key: not for verifying");
		parameter = key_parameter(p, number);
		if (parameter)
			parameter->present = cbor_next(&at, &parameter->item);
	}
	return true;
}

/* One coordinate, with its leading zeroes (RFC 9053 7.1.1). */
static bool take_coordinate(const struct parameter *p, const struct curve *curve, const char *name,
			    uint8_t *to, struct refusal *refusal)
{
	if (!p->present || p->item.type != CBOR_BYTES)
		return refuse(refusal, CAEC_MALFORMED, "realm public key: %s is not %zu bytes: %s", name,
			      curve->size, p->present ? cbor_type_name(p->item.type) : "absent");
	if (p->item.content.size != curve->size)
		return refuse(refusal, CAEC_MALFORMED, "realm public key: %s is not %zu bytes: %zu", name,
			      curve->size, p->item.content.size);
	memcpy(to, p->item.content.data, curve->size);
	return true;
}

bool cose_key_parse(struct span bytes, struct public_key *key, struct refusal *refusal)
{
	struct key_parameters p = { 0 };
	struct cbor_reader r = cbor_open(bytes);
	struct cbor_item map;
	int64_t number;
	char text[SHOWN];

	/* First of all, for what is no CBOR at all, and only begins like some. */
	if (bytes.size != 0 && cbor_peek(r) != CBOR_MAP)
		return refuse(
			refusal, CAEC_MALFORMED,
			"realm public key: no map (COSE_Key), but %zu bytes that begin with 0x%02x (%s)",
			bytes.size, bytes.data[0], cbor_type_name(cbor_peek(r)));
	if (!cose_well_formed(bytes, "realm public key", refusal))
		return false;
	cbor_next(&r, &map);
	if (!collect_key(&r, map.value, &p, refusal))
		return false;
	if (!p.kty.present || !p.crv.present)
		return refuse(refusal, CAEC_MALFORMED, "realm public key: no key type or no curve");
	if (!cbor_integer(&p.kty.item, &number) || number != KTY_EC2)
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "realm public key: a key type other than EC2 (2): %s",
			      cbor_show(text, sizeof(text), &p.kty.item));
	key->curve = cbor_integer(&p.crv.item, &number) ? curve_by_cose(number) : NULL;
	if (!key->curve)
		return refuse(refusal, CAEC_UNSUPPORTED,
			      "realm public key: a curve other than P-256 (1), P-384 (2) and P-521 (3): %s",
			      cbor_show(text, sizeof(text), &p.crv.item));
	if (p.alg.present && (!cbor_integer(&p.alg.item, &number) || number != key->curve->cose_alg))
		return refuse(refusal, CAEC_SIGNATURE,
			      "realm public key: its algorithm is not that of its curve, %s: %s",
			      key->curve->name, cbor_show(text, sizeof(text), &p.alg.item));
	/* Instead of y there may be its sign. */
	if (p.y.present && p.y.item.type == CBOR_SIMPLE && p.y.item.value != CBOR_NULL)
		return refuse(refusal, CAEC_UNSUPPORTED, "realm public key: a compressed point");
	return take_coordinate(&p.x, key->curve, "x", key->x, refusal) &&
	       take_coordinate(&p.y, key->curve, "y", key->y, refusal);
}
