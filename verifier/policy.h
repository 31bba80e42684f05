/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A policy as it is used (its JSON form: docs/verifier.md). Everything in it belongs to the policy and goes with
 * caec_policy_free().
 */
#ifndef VERIFIER_POLICY_H
#define VERIFIER_POLICY_H

#include "claims.h"

#define POLICY_VERSION 1

/* The values of a claim that are accepted; count == 0: any (an empty list is no policy). */
struct values {
	size_t count;
	struct span *item;
};

struct numbers {
	size_t count;
	uint64_t *item;
};

struct component_pattern {
	struct values type, measurement, version, signer, hash_algo;
};

/* Matches items of the sharing state. */
struct share_pattern {
	struct values peer;
	unsigned int roles;       /* bit 0 provider, bit 1 consumer */
	unsigned int permissions; /* bit n: permission n */
	uint64_t min_size, max_size;
};

#define ROLES_ANY 3U
#define PERMISSIONS_ANY 0xeU

struct component_patterns {
	size_t count;
	struct component_pattern *item;
};

struct share_patterns {
	size_t count;
	struct share_pattern *item;
};

/*
 * For lists in a token. An item that a pattern of `forbid` matches is refused; so is one that none of `allow` and
 * `require` matches, unless allow_any; each pattern of `require` must match an item.
 */
struct component_rules {
	bool given; /* else components are not compared */
	bool allow_any;
	struct component_patterns allow, require, forbid;
};

struct share_rules {
	bool allow_any;
	bool accept_incomplete;
	struct share_patterns allow, require, forbid;
};

/* A platform key that is trusted, for the platform with this instance id (one value) or any. */
struct anchor {
	struct public_key key;
	struct values instance_id;
};

/* For which platform an anchor counts: an empty id stands for any. */
struct anchor_use {
	struct span instance_id;
	const struct anchor *anchor;
};

enum presence { PRESENCE_OPTIONAL, PRESENCE_REQUIRED, PRESENCE_FORBIDDEN };

struct platform_policy {
	bool signature_not_checked;
	size_t anchors;
	struct anchor *anchor;
	size_t uses; /* sorted by instance id, then as in the policy */
	struct anchor_use *use;
	struct values implementation_id, instance_id, config, hash_algo, service;
	unsigned int lifecycles; /* bit n: state n; 0 stands for secured only */
	struct component_rules components;
	bool refuse_other;
};

struct realm_policy {
	bool challenge_not_checked;
	bool profile_required;
	struct values rim, rem[NUM_REMS], rpv, hash_algo, key_hash_algo;
	bool refuse_other;
};

struct caec_rules {
	enum presence presence;
	struct values rid;
	struct numbers version;
	struct share_rules sharing;
};

/* One piece of memory of the policy; all are in a list. */
struct block {
	struct block *next;
	max_align_t data[];
};

struct caec_policy {
	struct block *blocks;
	unsigned int profiles; /* bit n: profile n; 0 stands for RMM 1.0's only */
	struct platform_policy platform;
	struct realm_policy realm;
	struct caec_rules caec;
};

/* Zeroed memory that lives as long as the policy. NULL: there is none. */
void *policy_memory(struct caec_policy *policy, size_t count, size_t size);

bool values_allow(const struct values *values, struct span value);

/* The anchors for this instance id, or with an empty one those for any platform: `count` of them from the result on. */
const struct anchor_use *anchors_for(const struct platform_policy *policy, struct span instance_id,
				     size_t *count);

#endif
