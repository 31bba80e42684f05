/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's end of the channel to its owner (include/caec/tenant.h): one session at a time, which a new HELLO
 * replaces. Anybody can say HELLO, and gets a token; only the owner can say what comes after it.
 */
#ifndef REALM_TENANT_SESSION_H
#define REALM_TENANT_SESSION_H

#include <caec/tenant.h>
#include <stddef.h>

/* Once. */
void session_init(const uint8_t owner_key[TENANT_KEY_SIZE]);

/* Answers HELLO: EVIDENCE in `to`, its length in *length. 0, or enum tenant_refusal. */
int session_hello(const uint8_t *message, size_t size, uint8_t *to, size_t room, size_t *length);

/*
 * Takes the seal off a message: the command is `to`, as long as the message at most. What does not open changes
 * nothing. 0, or enum tenant_refusal.
 */
int session_open(const uint8_t *message, size_t size, uint8_t *to, size_t *length);

/* Seals the answer to the last command that was opened. */
int session_seal(const uint8_t *answer, size_t size, uint8_t *to, size_t room, size_t *length);

#endif
