/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two halves of a CCA token, out of either collection: that of DEN0137 1.0 (CBOR tag 399), or that of RMM 2.0 and
 * draft-ffm-rats-cca-token (tag 907), a CMW whose records say what they are (draft-ietf-rats-msg-wrap).
 */
#ifndef VERIFIER_TOKEN_H
#define VERIFIER_TOKEN_H

#include "common.h"

/* Two COSE_Sign1, as encoded. */
struct halves {
	uint64_t tag; /* of the collection */
	struct span platform, realm;
};

bool token_halves(struct span token, struct halves *halves, struct refusal *refusal);

#endif
