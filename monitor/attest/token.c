/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attestation token of a REC (token.h). Its bytes are those of attest_head(), then, from the REC's
 * auxiliary granules, the byte string that holds the realm token.
 */
#include "attest/token.h"

#include <string.h>

#include "attest/keys.h"
#include "port/port.h"

/* The head of the outer byte string, and what surrounds the claims in a COSE_Sign1: 112 bytes. */
#define FRAME_MAX 112U
_Static_assert(FRAME_MAX + CLAIMS_MAX_SIZE <= REC_TOKEN_GRANULES * GRANULE_SIZE, "a realm token must fit");
_Static_assert(REC_TOKEN_GRANULES <= CBOR_PARTS, "each granule is a part");

/* The realm token's memory, `length` bytes of it written. */
static struct cbor token_memory(const struct rec *rec, size_t length)
{
	struct cbor c = { .length = length };

	for (unsigned int i = 0; i < REC_TOKEN_GRANULES; i++)
		c.part[i] = (struct cbor_part){ granule_mem(rec->aux[REC_AUX_TOKEN + i]), GRANULE_SIZE };
	return c;
}

static struct arena *signing_memory(const struct rec *rec)
{
	return granule_mem(rec->aux[REC_AUX_ARENA]);
}

size_t attest_begin(struct rec *rec, const uint8_t challenge[CLAIMS_CHALLENGE_SIZE])
{
	struct rec_attest *a = &rec->attest;
	struct cbor c = token_memory(rec, 0);
	struct cose_sign1 sign1;
	size_t opened;

	arena_reset(signing_memory(rec));
	opened = cbor_bytes_open(&c);
	cose_sign1_open(&c, &sign1);
	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	claims_write(&c, rec->rd, challenge);
	granule_unlock(rec->rd);
	cose_sign1_close(&c, &sign1);
	cbor_bytes_close(&c, opened);
	REQUIRE(cbor_fits(&c));
	cose_sign1_digest(&c, &sign1, a->digest);
	a->length = (uint32_t)c.length;
	a->position = 0;
	a->state = REC_ATTEST_SIGNING;
	return attest_head().size + a->length;
}

bool attest_in_progress(const struct rec *rec)
{
	return rec->attest.state != REC_ATTEST_NONE;
}

/* The signature is the end of the token. */
static void put_signature(struct rec *rec, const uint8_t signature[SIGNATURE_SIZE])
{
	struct cbor c = token_memory(rec, rec->attest.length - SIGNATURE_SIZE);

	cbor_raw(&c, signature, SIGNATURE_SIZE);
}

enum attest_step attest_step(struct rec *rec)
{
	struct rec_attest *a = &rec->attest;
	uint8_t signature[SIGNATURE_SIZE];

	if (a->state == REC_ATTEST_READY)
		return ATTEST_READY;
	if (a->state == REC_ATTEST_FAILED || !attest_is_ready())
		return ATTEST_FAILED;
	switch (sign_step(signing_memory(rec), a->digest, signature)) {
	case SIGN_MORE:
		return ATTEST_MORE;
	case SIGN_DONE:
		put_signature(rec, signature);
		a->state = REC_ATTEST_READY;
		return ATTEST_READY;
	default:
		a->state = REC_ATTEST_FAILED;
		return ATTEST_FAILED;
	}
}

/* Bytes of one part of the token's parts that begin at `*position` into it; what is left goes to the next. */
static size_t copy_part(uint8_t *to, size_t size, const struct port_bytes *part, size_t *position)
{
	size_t count;

	if (*position >= part->size) {
		*position -= part->size;
		return 0;
	}
	count = min_u64(size, part->size - *position);
	memcpy(to, (const uint8_t *)part->data + *position, count);
	*position = 0;
	return count;
}

size_t attest_read(struct rec *rec, uint8_t *to, size_t size, bool *end)
{
	struct rec_attest *a = &rec->attest;
	struct cbor c = token_memory(rec, a->length);
	struct port_bytes part[1 + CBOR_PARTS] = { attest_head() };
	size_t total = part[0].size + a->length;
	size_t position = a->position, done = 0, count;

	REQUIRE(a->state == REC_ATTEST_READY);
	cbor_written(&c, 0, a->length, &part[1], &count);
	for (size_t i = 0; i < 1 + count && done < size; i++)
		done += copy_part(to + done, size - done, &part[i], &position);
	a->position += (uint32_t)done;
	*end = a->position == total;
	if (*end)
		a->state = REC_ATTEST_NONE;
	return done;
}
