/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * COSE (cose.h).
 */
#include "attest/cose.h"

#include "port/port.h"

#define TAG_SIGN1 18U

/* Header parameters and algorithms (RFC 9052 3.1, RFC 9053 2.1). */
#define HEADER_ALG 1
#define ALG_ES384 (-35)

/* Labels and values of a COSE_Key (RFC 9052 7.1, RFC 9053 7.1.1). */
#define KEY_KTY 1
#define KTY_EC2 2
#define KEY_EC2_CRV (-1)
#define KEY_EC2_X (-2)
#define KEY_EC2_Y (-3)
#define CRV_P384 2

#define HEADER_MAX 8U
#define STRUCTURE_MAX 32U

void cose_key(const uint8_t x[PORT_P384_SIZE], const uint8_t y[PORT_P384_SIZE], uint8_t key[COSE_KEY_SIZE])
{
	struct cbor c = { .part = { { key, COSE_KEY_SIZE } } };

	cbor_map(&c, 4);
	cbor_int(&c, KEY_KTY);
	cbor_int(&c, KTY_EC2);
	cbor_int(&c, KEY_EC2_CRV);
	cbor_int(&c, CRV_P384);
	cbor_int(&c, KEY_EC2_X);
	cbor_bytes(&c, x, PORT_P384_SIZE);
	cbor_int(&c, KEY_EC2_Y);
	cbor_bytes(&c, y, PORT_P384_SIZE);
	REQUIRE(c.length == COSE_KEY_SIZE);
}

/* The protected header: a byte string of a map. */
static void put_protected(struct cbor *c)
{
	uint8_t map[HEADER_MAX];
	struct cbor header = { .part = { { map, sizeof(map) } } };

	cbor_map(&header, 1);
	cbor_int(&header, HEADER_ALG);
	cbor_int(&header, ALG_ES384);
	REQUIRE(cbor_fits(&header));
	cbor_bytes(c, map, header.length);
}

void cose_sign1_open(struct cbor *c, struct cose_sign1 *s)
{
	cbor_tag(c, TAG_SIGN1);
	cbor_array(c, 4);
	put_protected(c);
	cbor_map(c, 0); /* unprotected */
	s->opened = cbor_bytes_open(c);
	s->payload = c->length;
}

void cose_sign1_close(struct cbor *c, struct cose_sign1 *s)
{
	static const uint8_t none[SIGNATURE_SIZE];

	s->payload_size = c->length - s->payload;
	cbor_bytes_close(c, s->opened);
	cbor_bytes(c, none, sizeof(none));
	s->signature = c->length - SIGNATURE_SIZE;
}

void cose_sign1_digest(const struct cbor *c, const struct cose_sign1 *s, uint8_t digest[SHA384_SIZE])
{
	uint8_t front[STRUCTURE_MAX];
	struct cbor structure = { .part = { { front, sizeof(front) } } };
	struct port_bytes parts[2 + CBOR_PARTS];
	size_t count;

	cbor_array(&structure, 4);
	cbor_text(&structure, "Signature1");
	put_protected(&structure);
	cbor_bytes(&structure, NULL, 0); /* external_aad */
	REQUIRE(cbor_fits(&structure));
	parts[0] = (struct port_bytes){ front, structure.length };
	/* The payload with the head of its byte string, as it was written. */
	cbor_written(c, s->opened, s->payload - s->opened + s->payload_size, &parts[1], &count);
	sign_sha384(parts, 1 + count, digest);
}
