/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaec-verify: the relying party's side of attestation. Is this CCA attestation token genuine, fresh and of
 * a realm that my policy accepts, and with whom does that realm share memory?
 *
 * The token is that of DEN0137 A7.2.3 (CBOR, COSE_Sign1, ES256, ES384 or ES512), also in a CMW (tag 907) or of the
 * profile before it, with the claims that CAEC adds (docs/csm.md). The policy is JSON; docs/verifier.md has its format, the order of the checks and the limits.
 *
 * The library has no state of its own: calls on different objects may run at the same time, and a policy that is
 * only read may be shared. Nothing that a token says makes it allocate more than CAEC_TOKEN_MAX and a constant.
 * Sizes are in bytes. Strings that are returned belong to the object they come from, unless it says otherwise.
 */
#ifndef CAEC_VERIFY_H
#define CAEC_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest token and the longest policy (three million keys) that are looked at, and the most items of sharing state. */
#define CAEC_TOKEN_MAX 65536U
#define CAEC_POLICY_MAX 1073741824U
#define CAEC_SHARING_MAX 1024U

#define CAEC_NONCE_MAX 64U
#define CAEC_RID_SIZE 16U

/* What came of it: also the exit status of caec-verify. The numbers never change their meaning. */
enum caec_verdict {
	CAEC_ACCEPTED = 0,
	CAEC_USAGE = 1,       /* the command line is wrong; never from the library */
	CAEC_MALFORMED = 2,   /* not a CCA token: encoding, structure, type, size or range of something */
	CAEC_SIGNATURE = 3,   /* a signature, its key or its algorithm */
	CAEC_BINDING = 4,     /* the platform token does not vouch for the key of the realm token */
	CAEC_NONCE = 5,       /* not the nonce expected, or none given where the policy wants one */
	CAEC_POLICY = 6,      /* genuine, but not what the policy accepts */
	CAEC_BAD_POLICY = 7,  /* the policy itself can't be used */
	CAEC_FAILURE = 8,     /* could not be decided: no memory, a file, the cryptographic library */
	CAEC_UNSUPPORTED = 9, /* well-formed, of a profile, version or algorithm unknown here */
};

struct caec_policy;
struct caec_result;

/* "accepted", "malformed"...: as in the JSON report. */
const char *caec_verdict_name(enum caec_verdict verdict);

/*
 * Reads a policy. NULL if it can't be used: `error` is then one line with the place, a line and column of the JSON
 * text or the path of the member, and the reason. error_size > 0. Free with caec_policy_free() (NULL is allowed).
 * With NULL, errno is 0, or ENOMEM if it is known that the policy is not at fault: no memory, or OpenSSL failed.
 */
struct caec_policy *caec_policy_load(const char *json, size_t size, char *error, size_t error_size);

/* The same of what is in a file, up to its end. If it can't be read, errno says why and so does `error`. */
struct caec_policy *caec_policy_read(FILE *file, char *error, size_t error_size);

void caec_policy_free(struct caec_policy *policy);

/*
 * Verifies a token. The nonce is what the relying party sent, at most CAEC_NONCE_MAX bytes (filled up with zeroes
 * to the 64 of the claim), or NULL if it sent none. NULL is returned only if there is no memory.
 * The result has its own copy of the token. Free with caec_result_free() (NULL is allowed).
 */
struct caec_result *caec_verify(const void *token, size_t size, const struct caec_policy *policy,
				const void *nonce, size_t nonce_size);

/*
 * The same, but the claims are compared with nothing: encoding, signatures, binding, and the nonce if there is one.
 * `anchors`: the policy whose platform keys are used; NULL: the platform's signature is not checked.
 */
struct caec_result *caec_examine(const void *token, size_t size, const struct caec_policy *anchors,
				 const void *nonce, size_t nonce_size);

void caec_result_free(struct caec_result *result);

/* The reason is one line of printable ASCII, never NULL; "accepted" if it was. */
enum caec_verdict caec_result_verdict(const struct caec_result *result);
const char *caec_result_reason(const struct caec_result *result);

/* What was accepted without a check, or is less than one should ask for. Index from 0; NULL behind the last. */
const char *caec_result_warning(const struct caec_result *result, size_t index);

/*
 * Claims, for programs that do something with them. They say something only if the verdict is CAEC_ACCEPTED; of a
 * refused token they are what somebody wrote. False (or a count of 0) if the token has no such claim.
 */
enum caec_claim {
	CAEC_CLAIM_CHALLENGE,       /* 64 */
	CAEC_CLAIM_PERSONALIZATION, /* 64 */
	CAEC_CLAIM_RIM,             /* 32, 48 or 64 */
	CAEC_CLAIM_REM1,            /* the size of the RIM */
	CAEC_CLAIM_REM2,
	CAEC_CLAIM_REM3,
	CAEC_CLAIM_REM4,
	CAEC_CLAIM_RID,               /* 16, in the order of the hex digits it is written with */
	CAEC_CLAIM_IMPLEMENTATION_ID, /* 32 */
	CAEC_CLAIM_INSTANCE_ID,       /* 33 */
};

/* One item of the sharing state: memory that the realm shares with `peer`. */
struct caec_sharing {
	bool consumer;      /* the realm's own role: consumer, else provider */
	uint8_t permission; /* the consumer's: 1 RO, 2 RW, 3 RX */
	uint8_t peer[CAEC_RID_SIZE];
	uint64_t size;
};

bool caec_result_claim(const struct caec_result *result, enum caec_claim claim, const uint8_t **data,
		       size_t *size);
size_t caec_result_sharing_count(const struct caec_result *result);
bool caec_result_sharing(const struct caec_result *result, size_t index, struct caec_sharing *sharing);

/* Reports: a table for people, JSON (one object and a newline) for machines. False: not written, or no memory. */
bool caec_result_table(const struct caec_result *result, FILE *out);
bool caec_result_json(const struct caec_result *result, FILE *out);

/*
 * Writes a policy that accepts what this result's token says, given the same nonce, and nothing else that a policy
 * can tell from it (docs/verifier.md). The result is an accepted one of caec_examine(); `anchors` as there. Of their
 * keys the one that the token is signed by is kept. False: not written, not accepted, or no memory.
 */
bool caec_learn(const struct caec_result *result, const struct caec_policy *anchors, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
