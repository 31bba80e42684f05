/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files that make_tokens.py wrote (corpus.py has their format), for tests. What can't be read ends the program.
 */
#ifndef VERIFIER_TEST_CORPUS_H
#define VERIFIER_TEST_CORPUS_H

#include "caec_verify.h"

/* Freed by who got it. */
struct bytes {
	uint8_t *data;
	size_t size;
};

struct corpus_case {
	const char *name, *token, *policy, *reason; /* token and policy are file names */
	enum caec_verdict status;
	size_t nonce_size; /* 0: none is given */
	uint8_t nonce[CAEC_NONCE_MAX];
};

struct corpus {
	size_t count;
	struct corpus_case *item;
	char *text; /* of the manifest, which the names point into */
};

void corpus_open(struct corpus *corpus);
void corpus_close(struct corpus *corpus);

struct bytes corpus_file(const char *name);

/* Any file. */
struct bytes corpus_path(const char *path);

/* A policy of the corpus that is known to be good. */
struct caec_policy *corpus_policy(const char *name);

struct bytes report_json(const struct caec_result *result);
struct bytes report_table(const struct caec_result *result);

/* The policy that caec_learn() writes, read again. */
struct caec_policy *learn(const struct caec_result *result, const struct caec_policy *anchors);

#endif
