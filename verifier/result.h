/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of a token: its claims, and what came of each check.
 */
#ifndef VERIFIER_RESULT_H
#define VERIFIER_RESULT_H

#include "cose.h"
#include "policy.h"

/* The checks, in the order in which they are made and reported. Each result has all of them. */
enum check_id {
	CHECK_ENCODING,
	CHECK_PROFILES,
	CHECK_PLATFORM_SIGNATURE,
	CHECK_BINDING,
	CHECK_REALM_SIGNATURE,
	CHECK_NONCE,
	CHECK_IMPLEMENTATION_ID,
	CHECK_INSTANCE_ID,
	CHECK_CONFIG,
	CHECK_LIFECYCLE,
	CHECK_PLATFORM_HASH,
	CHECK_SERVICE,
	CHECK_COMPONENTS,
	CHECK_PLATFORM_OTHER,
	CHECK_PROFILE,
	CHECK_RIM,
	CHECK_REMS,
	CHECK_RPV,
	CHECK_REALM_HASH,
	CHECK_KEY_HASH,
	CHECK_REALM_OTHER,
	CHECK_CAEC,
	CHECK_RID,
	CHECK_VERSION,
	CHECK_SHARING,
	NUM_CHECKS
};

enum outcome { OUTCOME_NOT_REACHED = 0, OUTCOME_OK, OUTCOME_NOT_CHECKED, OUTCOME_REFUSED };

#define DETAIL_SIZE 192U

struct check {
	enum outcome outcome;
	char detail[DETAIL_SIZE]; /* printable ASCII; may be empty */
};

#define WARNINGS_MAX 8U

struct caec_result {
	struct refusal refusal;
	bool parsed;        /* the claims are there */
	bool authenticated; /* both signatures and the binding are good */
	struct check check[NUM_CHECKS];
	size_t warnings;
	const char *warning[WARNINGS_MAX]; /* constants */
	const struct anchor
		*anchor; /* the policy's key that the platform's signature is by; NULL: not checked */
	struct sign1 platform_sign1, realm_sign1;
	struct platform_claims platform;
	struct realm_claims realm;
	struct span token;
	uint8_t bytes[]; /* of the token */
};

const char *check_name(enum check_id id);
const char *outcome_name(enum outcome outcome);

/* Notes what came of a check. check_refused() also refuses the token, with the detail as the reason. */
void check_ok(struct caec_result *result, enum check_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void check_skipped(struct caec_result *result, enum check_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool check_refused(struct caec_result *result, enum check_id id, enum caec_verdict verdict,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

void warn(struct caec_result *result, const char *warning);

/* A result with a copy of the token, nothing done yet. NULL: no memory. */
struct caec_result *result_new(const void *token, size_t size);

/* All of the token's structure and claims; sets `parsed`. Also what the fuzzer calls. */
bool result_parse(struct caec_result *result);

/* Is the parsed token of a profile that the policy admits? No policy: of RMM 1.0's. */
bool check_profiles(struct caec_result *result, const struct caec_policy *policy);

/* Compares the claims of a parsed token with the policy (check.c, check_lists.c). */
void check_claims(struct caec_result *result, const struct caec_policy *policy);
void check_components(struct caec_result *result, const struct component_rules *rules);
void check_sharing(struct caec_result *result, const struct share_rules *rules);

/* "ro", "rw", "rx", "none"; "provider", "consumer". */
const char *permission_name(unsigned int permission);
const char *role_name(bool consumer);

#endif
