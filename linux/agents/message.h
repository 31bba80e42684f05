/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the agents say to each other: one of these in each message of a transport. In bytes: kind (1), number (4, big-endian),
 * text (the rest: printable ASCII). Whoever sends is hostile: a message is decoded from a copy, and refused whole.
 */
#ifndef AGENTS_MESSAGE_H
#define AGENTS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_TEXT 1024U /* the longest */
#define MESSAGE_HEADER 5U
#define MESSAGE_MAX (MESSAGE_HEADER + MESSAGE_TEXT)

enum message_kind {
	MESSAGE_REQUEST = 1, /* front end to model */
	MESSAGE_QUESTION,    /* model to tool */
	MESSAGE_FACT,        /* tool to model */
	MESSAGE_ANSWER,      /* model to front end */
	MESSAGE_END,         /* there is nothing more to come; no text */
};

struct message {
	enum message_kind kind;
	uint32_t number; /* of the request that it belongs to */
	char text[MESSAGE_TEXT + 1];
};

/* False: the text is too long. What is not printable becomes '?'. */
bool message_make(struct message *message, enum message_kind kind, uint32_t number, const char *text);

/* How many bytes it is. */
size_t message_encode(const struct message *message, uint8_t bytes[MESSAGE_MAX]);

/* False: it is none. */
bool message_decode(const uint8_t *bytes, size_t size, struct message *message);

#endif
