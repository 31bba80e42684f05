/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How two realms that a host carries messages between find out who the other is, by attestation tokens (docs/pairing.md).
 * No I/O of its own: the program gives the stream, its realm's tokens, and the share.
 */
#ifndef PAIR_PAIR_H
#define PAIR_PAIR_H

#include <caec_verify.h>

#include "message.h"

#define PAIR_CHALLENGE_SIZE 64U

enum pair_role { PAIR_PROVIDER = 0, PAIR_CONSUMER = 1 };

/* Exit statuses beside enum caec_verdict's (docs/exit-status.md). */
enum { PAIR_OK = 0, PAIR_GONE = 11, PAIR_PEER = 14 };

/* The provider's share: what the consumer needs to attach it. */
struct pair_offer {
	uint64_t n, size;
	uint8_t permission;
};

/* What the program does for it. `context` is its own. */
struct pair_ops {
	void *context;
	/* Bytes that came, at least one; 0: the stream's end; < 0: an error of errno(3). */
	long (*read)(void *context, char *bytes, size_t size);
	int (*write)(void *context, const char *bytes, size_t size); /* all of them; 0, or < 0 */
	/* This realm's token for the challenge; 0, or an exit status and `why`. */
	int (*attest)(void *context, const uint8_t challenge[PAIR_CHALLENGE_SIZE],
		      uint8_t token[PAIR_TOKEN_MAX], size_t *size, const char **why);
	/* Of the provider: shares with the realm; as above. */
	int (*share)(void *context, const uint8_t rid[PAIR_RID_SIZE], struct pair_offer *offer,
		     const char **why);
	void (*warn)(void *context, const char *warning);
};

struct pair {
	enum pair_role role;
	uint8_t rid[PAIR_RID_SIZE];     /* this realm's, in the order of its hex digits */
	uint8_t nonce[PAIR_NONCE_SIZE]; /* fresh, of this session alone */
	const struct caec_policy *policy;
	const uint8_t *wanted; /* the only RID that will do; NULL: any that the policy accepts */
	const struct pair_ops *ops;

	/* What came of it. */
	uint8_t peer[PAIR_RID_SIZE]; /* from the verified token */
	struct pair_offer offer;
	bool shared; /* the provider has: to be taken back if it failed after all */
	char reason[384];

	/* Its own. */
	bool peer_ended;
	uint8_t hello[2][PAIR_HELLO_SIZE]; /* by role */
	size_t at, have;
	char bytes[1024];
	struct pair_reader reader;
	struct pair_message message;
	char line[PAIR_LINE_MAX];
};

/*
 * The session. Starts as all zero but for the first members. PAIR_OK: `peer` and `offer` are what its verified token says;
 * a consumer then attaches, and tells the provider by pair_end(). Else an exit status and the reason.
 */
int pair_run(struct pair *pair);

/* Tells the peer how it ended here, as an exit status. */
void pair_end(struct pair *pair, int status);

#endif
