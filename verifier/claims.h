/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of both halves of a CCA token (DEN0137 A7.2.3.1, A7.2.3.2; CAEC's: docs/csm.md), and how they are taken
 * from a map. Claims that are optional and absent are spans with data == NULL. Names are those of the CDDL.
 */
#ifndef VERIFIER_CLAIMS_H
#define VERIFIER_CLAIMS_H

#include "cbor.h"
#include "crypto.h"

/* What the profile of the platform token, and with it of the whole, may be. */
enum profile {
	PROFILE_RMM_1_0, /* DEN0137 1.0: the realm's is REALM_PROFILE, or absent; its key is a COSE_Key */
	PROFILE_CCA_SSD, /* before that: the realm has none, its key may be a point of SEC 1 */
	PROFILES
};

/* Its name in the claim and in policies. */
const char *profile_name(enum profile profile);

#define REALM_PROFILE "tag:arm.com,2023:realm#1.0.0"

#define CHALLENGE_SIZE 64U
#define RPV_SIZE 64U
#define IMPLEMENTATION_ID_SIZE 32U
#define INSTANCE_ID_SIZE 33U
#define INSTANCE_ID_TYPE 0x01U
#define NUM_REMS 4U

/* More than a token has room for: each has two hashes of 32 bytes at least. */
#define COMPONENTS_MAX (CAEC_TOKEN_MAX / 64)

/* CAEC's version as in the claim: major << 16 | minor. The sharing state is understood for this major. */
#define CAEC_MAJOR 1U

/* Claims with labels that are not known here: their number, and the first few labels as encoded. */
#define OTHERS_SHOWN 8U
struct other_claims {
	size_t count;
	struct span label[OTHERS_SHOWN];
};

struct component {
	struct span type, measurement, version, signer,
		hash_algo; /* all but measurement and signer may be absent */
};

struct platform_claims {
	enum profile known_profile;
	bool sizes_unknown; /* a hash algorithm has a name that is not known here; only with PROFILE_CCA_SSD */
	struct span profile, challenge, implementation_id, instance_id, config, hash_algo;
	struct span service; /* may be absent */
	uint32_t lifecycle;
	size_t components;
	struct component component[COMPONENTS_MAX];
	struct other_claims other;
};

/* The claims of a realm that has an APT: seen is CAEC_SEEN_ALL, or 0 in the token of another. */
#define CAEC_SEEN_RID 1U
#define CAEC_SEEN_VERSION 2U
#define CAEC_SEEN_SHARING 4U
#define CAEC_SEEN_ALL 7U

struct caec_claims {
	unsigned int seen;
	struct span rid;
	uint64_t version;
	bool complete; /* the monitor had room for the whole sharing state */
	size_t shares;
	struct caec_sharing share[CAEC_SHARING_MAX];
};

struct realm_claims {
	struct span challenge, rpv, hash_algo, rim, rem[NUM_REMS], key_hash_algo;
	struct span profile;    /* may be absent */
	struct span public_key; /* as encoded: what the platform's challenge is the hash of */
	struct public_key key;
	struct caec_claims caec;
	struct other_claims other;
};

/* "secured"...: the state in a lifecycle claim that was accepted, by its name in the CDDL. */
#define LIFECYCLE_STATES 7U
const char *lifecycle_name(unsigned int state);

static inline unsigned int lifecycle_state(uint32_t lifecycle)
{
	return lifecycle >> 12;
}

/* Both want claims that are all zero, and leave spans into the payload. `profile`: the platform token's. */
bool platform_claims_parse(struct span payload, struct platform_claims *claims, struct refusal *refusal);
bool realm_claims_parse(struct span payload, enum profile profile, struct realm_claims *claims,
			struct refusal *refusal);

/* How one claim is taken. `value` is a reader at the claim's value; the function reads it. */
struct claim_rule {
	int64_t label;
	const char *name;
	bool optional;
	bool (*take)(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
		     struct refusal *refusal);
	size_t offset; /* of the field, for take_text, take_bytes and take_hash */
	size_t size;   /* in bytes, for take_bytes; 0: any */
};

/* Most rules of one map. */
#define RULES_MAX 16U

/*
 * Takes a map apart by its rules. Every claim that is not optional must be there; what no rule is for goes to `other`,
 * or is refused if that is NULL. `what`: the map, for reasons.
 */
bool claims_take(struct cbor_reader *r, const char *what, const struct claim_rule *rules, size_t count,
		 void *claims, struct other_claims *other, struct refusal *refusal);

/*
 * The profile (265), before the claims are taken: what they are depends on it. No data if there is none that is text,
 * and if this is not a map; taking the claims says so.
 */
struct span claims_profile(struct span payload);

/* For rules whose claim is a span at `offset`: text, bytes of one size, and a hash of 32, 48 or 64 bytes. */
bool take_text(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
	       struct refusal *refusal);
bool take_bytes(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
		struct refusal *refusal);
bool take_hash(const struct claim_rule *rule, struct cbor_reader *value, void *claims,
	       struct refusal *refusal);

/* The next item, which must be of this type: else the reason names the claim and what it is. */
bool take_item(const char *name, struct cbor_reader *value, enum cbor_type type, struct cbor_item *item,
	       struct refusal *refusal);

#endif
