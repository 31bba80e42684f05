/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all files of the verifier use: a run of bytes, and how a check says no.
 */
#ifndef VERIFIER_COMMON_H
#define VERIFIER_COMMON_H

#include <string.h>

#include "caec_verify.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes that belong to somebody else. data is never NULL in a span that means something. */
struct span {
	const uint8_t *data;
	size_t size;
};

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static inline struct span span_of_text(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

#define REASON_SIZE 256U

/* The first refusal; a later one does not replace it. Starts as all zero: CAEC_ACCEPTED, no reason. */
struct refusal {
	enum caec_verdict verdict;
	char reason[REASON_SIZE];
};

/* Notes the refusal. Returns false, for `return refuse(...)`. The reason is cut to its room and made printable. */
bool refuse(struct refusal *refusal, enum caec_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Text that a stranger wrote, for a terminal: printable ASCII stays, but for the backslash, all else becomes \xNN.
 * Cut to the room, with "..." at the end. Returns `to`; size >= 8.
 */
const char *printable(char *to, size_t size, struct span text);

/* Lower case hex with a NUL, cut to the room in the same way. Returns `to`; size >= 8. */
const char *hex(char *to, size_t size, struct span bytes);

/* The value of hex digits, any case. False: not an even number of hex digits, or more than `max` bytes. */
bool unhex(struct span digits, uint8_t *to, size_t max, size_t *size);

#endif
