/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages by a transport (transport.h).
 */
#include "transport.h"

#include <errno.h>

int transport_say(struct transport *transport, const struct message *message)
{
	uint8_t bytes[MESSAGE_MAX];

	return transport->send(transport, bytes, message_encode(message, bytes));
}

int transport_hear(struct transport *transport, enum message_kind kind, struct message *message)
{
	uint8_t bytes[MESSAGE_MAX];
	size_t size;
	int error = transport->receive(transport, bytes, &size);

	if (error != 0)
		return error;
	return message_decode(bytes, size, message) && (kind == 0 || message->kind == kind) ? 0 : -EPROTO;
}
