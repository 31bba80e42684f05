/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What carries the agents' messages: whole, in order, both ways, at most MESSAGE_MAX bytes each. Confidential shared memory, TLS,
 * or a local socket; the agents don't know which. Functions return 0, or an error of errno(3) with a minus: -EPIPE, the peer is
 * gone; -EPROTO, it sent what can't be.
 */
#ifndef AGENTS_TRANSPORT_H
#define AGENTS_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

struct transport {
	int (*send)(struct transport *transport, const uint8_t *bytes, size_t size);
	int (*receive)(struct transport *transport, uint8_t bytes[MESSAGE_MAX], size_t *size);
	void (*close)(struct transport *transport);
};

/*
 * By name:
 *	csm:REGION,PEER,N,THEIRS    this realm's region, shared with PEER as N, which shares its own with this realm as THEIRS
 *	tls-server:PATH, tls-client:PATH    over a stream as csm-pair(1) has them: vsock:PORT, vsock:CID:PORT
 */
int transport_open(const char *name, struct transport **transport);

/* Each of them. A socket that keeps messages apart (SOCK_SEQPACKET); a stream of bytes. Descriptors are theirs from then on. */
int transport_csm(const char *text, struct transport **transport);
int transport_tls(int fd, bool serves, struct transport **transport);
int transport_socket(int fd, struct transport **transport);

/* A message there; the next one, of this kind (any: 0): -EPROTO if it is another. */
int transport_say(struct transport *transport, const struct message *message);
int transport_hear(struct transport *transport, enum message_kind kind, struct message *message);

#endif
