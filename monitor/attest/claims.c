/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of a realm token (claims.h).
 */
#include "attest/claims.h"

#include "attest/keys.h"
#include "csm/csm.h"

/* Keys of the map, in the order of their encodings. */
#define CLAIM_CHALLENGE 10
#define CLAIM_PROFILE 265
#define CLAIM_PERSONALIZATION 44235
#define CLAIM_HASH_ALGORITHM 44236
#define CLAIM_PUBLIC_KEY 44237
#define CLAIM_RIM 44238
#define CLAIM_REMS 44239
#define CLAIM_PUBLIC_KEY_HASH 44240
#define CLAIM_RID (-76001)
#define CLAIM_CAEC_VERSION (-76002)
#define CLAIM_SHARING (-76003)

#define NUM_CLAIMS 8U
#define NUM_CSM_CLAIMS 3U

#define PROFILE "tag:arm.com,2023:realm#1.0.0"

#define ROLE_PROVIDER 0U
#define ROLE_CONSUMER 1U

#define RID_SIZE 16U

static const char *hash_name(uint8_t algorithm)
{
	return algorithm == RMI_HASH_SHA_256 ? "sha-256" : "sha-512";
}

/* Without the zeroes behind a shorter digest. */
static void put_measurement(struct cbor *c, const struct realm *realm, unsigned int index)
{
	cbor_bytes(c, realm->measurement[index], realm->hash_algo == RMI_HASH_SHA_256 ? 32 : 64);
}

/* The bytes are the 32 hex digits in which a RID is written: the high half first (docs/csm.md). */
static void put_rid(struct cbor *c, struct csm_rid rid)
{
	uint8_t bytes[RID_SIZE];

	for (unsigned int i = 0; i < RID_SIZE; i++) {
		uint64_t half = i < RID_SIZE / 2 ? rid.hi : rid.lo;

		bytes[i] = (uint8_t)(half >> (8 * (7 - i % 8)));
	}
	cbor_bytes(c, bytes, sizeof(bytes));
}

static void put_shared(struct cbor *c, const struct csm_sharing *item)
{
	cbor_array(c, 4);
	cbor_uint(c, item->consumer ? ROLE_CONSUMER : ROLE_PROVIDER);
	put_rid(c, item->peer);
	cbor_uint(c, item->permission);
	cbor_uint(c, item->size);
}

/* How many items the claim has; `*all`: there are no others. */
static size_t count_sharing(struct granule *rd, bool *all)
{
	struct csm_sharing_walk walk;
	struct csm_sharing item;
	size_t count = 0;

	*all = true;
	csm_sharing_begin(rd, &walk);
	while (csm_sharing_next(&walk, &item)) {
		if (count == CLAIMS_MAX_SHARED) {
			*all = false;
			return count;
		}
		count++;
	}
	*all = !walk.cut_off;
	return count;
}

/* A list that is not complete ends in null: who expects none there can't take it for the whole. */
static void put_sharing(struct cbor *c, struct granule *rd)
{
	struct csm_sharing_walk walk;
	struct csm_sharing item;
	size_t count;
	bool all;

	count = count_sharing(rd, &all);
	cbor_array(c, all ? count : count + 1);
	csm_sharing_begin(rd, &walk);
	for (size_t i = 0; i < count && csm_sharing_next(&walk, &item); i++)
		put_shared(c, &item);
	if (!all)
		cbor_null(c);
}

static void put_csm_claims(struct cbor *c, struct granule *rd)
{
	cbor_int(c, CLAIM_RID);
	put_rid(c, realm_of(rd)->rid);
	cbor_int(c, CLAIM_CAEC_VERSION);
	cbor_uint(c, CSM_ABI_VERSION);
	cbor_int(c, CLAIM_SHARING);
	put_sharing(c, rd);
}

void claims_write(struct cbor *c, struct granule *rd, const uint8_t challenge[CLAIMS_CHALLENGE_SIZE])
{
	const struct realm *realm = realm_of(rd);
	bool csm = realm->apt != NULL; /* a realm without an APT gets the token of a plain RMM (I10) */

	cbor_map(c, csm ? NUM_CLAIMS + NUM_CSM_CLAIMS : NUM_CLAIMS);
	cbor_int(c, CLAIM_CHALLENGE);
	cbor_bytes(c, challenge, CLAIMS_CHALLENGE_SIZE);
	cbor_int(c, CLAIM_PROFILE);
	cbor_text(c, PROFILE);
	cbor_int(c, CLAIM_PERSONALIZATION);
	cbor_bytes(c, realm->rpv, sizeof(realm->rpv));
	cbor_int(c, CLAIM_HASH_ALGORITHM);
	cbor_text(c, hash_name(realm->hash_algo));
	cbor_int(c, CLAIM_PUBLIC_KEY);
	cbor_bytes(c, attest_public_key(), COSE_KEY_SIZE);
	cbor_int(c, CLAIM_RIM);
	put_measurement(c, realm, 0);
	cbor_int(c, CLAIM_REMS);
	cbor_array(c, RSI_NUM_MEASUREMENTS - 1);
	for (unsigned int i = 1; i < RSI_NUM_MEASUREMENTS; i++)
		put_measurement(c, realm, i);
	cbor_int(c, CLAIM_PUBLIC_KEY_HASH);
	cbor_text(c, "sha-256");
	if (csm)
		put_csm_claims(c, rd);
}
