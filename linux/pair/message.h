/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of `csm pair` (docs/pairing.md): lines of ASCII, so that they pass a terminal, and can be told from what else is
 * said there.
 *
 *	csm-pair 1 NAME HEX
 *
 * The host carries them: what comes is a stranger's.
 */
#ifndef PAIR_MESSAGE_H
#define PAIR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAIR_RID_SIZE 16U
#define PAIR_NONCE_SIZE 32U
#define PAIR_TOKEN_MAX 65536U

/* Bodies. Numbers are big-endian. */
#define PAIR_HELLO_SIZE (1U + PAIR_RID_SIZE + PAIR_NONCE_SIZE) /* role, RID, nonce */
#define PAIR_OFFER_SIZE (8U + 8U + 1U)                         /* n, size, permission; the token follows */
#define PAIR_BODY_MAX (PAIR_OFFER_SIZE + PAIR_TOKEN_MAX)

enum pair_kind {
	PAIR_HELLO,
	PAIR_EVIDENCE, /* a token */
	PAIR_OFFER,
	PAIR_END, /* one byte: an exit status; 0: all is well */
	PAIR_KINDS
};

const char *pair_kind_name(enum pair_kind kind);

struct pair_message {
	enum pair_kind kind;
	size_t size;
	uint8_t body[PAIR_BODY_MAX];
};

#define PAIR_LINE_MAX (32U + 2U * PAIR_BODY_MAX)

/* What else may be said on the line in one session, before somebody is taken to be wasting our time. */
#define PAIR_NOISE_MAX 65536U

struct pair_reader {
	size_t length, noise;
	char line[PAIR_LINE_MAX];
};

enum pair_taken { PAIR_MORE, PAIR_MESSAGE, PAIR_BAD };

/* One byte more. PAIR_MESSAGE: `message` is whole. PAIR_BAD: `why` says what is wrong with it. */
enum pair_taken pair_take(struct pair_reader *reader, char c, struct pair_message *message, const char **why);

/* The message as a line of its own; returns its length. */
size_t pair_format(const struct pair_message *message, char line[PAIR_LINE_MAX]);

#endif
