/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tokens for challenges that are only known when a test runs: one of pair_peer.py with some bytes changed, signed anew.
 */
#ifndef VERIFIER_TEST_MADE_TOKEN_H
#define VERIFIER_TEST_MADE_TOKEN_H

#include "corpus.h"

struct made_token {
	const char *template;     /* "pair-realm.cbor" */
	const uint8_t *challenge; /* 64 bytes */
	const uint8_t *rid;       /* 16; NULL: the template's */
	bool other_image;
};

/* At `to`, which has room for the template; its size. */
size_t make_token(const struct made_token *made, uint8_t *to);

#endif
