/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mailbox of one slot in shared memory, one direction. It stands up to a peer that writes anything at any
 * time to the slot: each shared word is read once, lengths are checked before they are used, and what is
 * handed out is a private copy whose checksum was right. (The checksum is there to notice mistakes; a peer
 * that is out to deceive can compute one. So can nobody else: they have no access.)
 */
#ifndef REALM_BARE_MAILBOX_H
#define REALM_BARE_MAILBOX_H

#include <caec/abi.h>

/* In shared memory. Each side writes its own half of the header only; zero is "empty". */
struct mailbox_slot {
	uint64_t sequence; /* sender: messages sent so far */
	uint64_t length;
	uint64_t checksum;
	uint64_t unused0[5];
	uint64_t taken; /* receiver: messages taken so far */
	uint64_t unused1[7];
	uint8_t data[];
};

/* One end of it, private. */
struct mailbox {
	struct mailbox_slot *slot;
	size_t capacity;
	uint64_t sequence; /* messages sent, or taken, so far by this end */
};

enum mailbox_result {
	MAILBOX_OK,
	MAILBOX_WAIT,         /* send: the last message is still there; receive: there is none */
	MAILBOX_TOO_LONG,     /* send: more than the slot holds */
	MAILBOX_BAD_SEQUENCE, /* receive: the peer's count makes no sense. Nothing is taken */
	MAILBOX_BAD_LENGTH,   /* receive: more than the slot or our buffer holds; the message is dropped */
	MAILBOX_BAD_CHECKSUM, /* receive: the message is dropped */
};

/* A slot of `size` bytes at `base` that has not been used yet (a new region is zero). */
void mailbox_open(struct mailbox *mailbox, uint64_t base, uint64_t size);

enum mailbox_result mailbox_send(struct mailbox *mailbox, const void *message, size_t length);

/* Into `message`, at most `size` bytes. */
enum mailbox_result mailbox_receive(struct mailbox *mailbox, void *message, size_t size, size_t *length);

#endif
