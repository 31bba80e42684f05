/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages (message.h).
 */
#include "message.h"

#include <string.h>

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

bool message_make(struct message *message, enum message_kind kind, uint32_t number, const char *text)
{
	size_t length = strnlen(text, MESSAGE_TEXT + 1);

	if (length > MESSAGE_TEXT)
		return false;
	*message = (struct message){ .kind = kind, .number = number };
	memcpy(message->text, text, length);
	for (size_t i = 0; i < length; i++)
		if (!is_printable((uint8_t)text[i]))
			message->text[i] = '?';
	return true;
}

size_t message_encode(const struct message *message, uint8_t bytes[MESSAGE_MAX])
{
	size_t length = strlen(message->text);

	bytes[0] = (uint8_t)message->kind;
	for (unsigned int i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(message->number >> (24 - 8 * i));
	memcpy(bytes + MESSAGE_HEADER, message->text, length);
	return MESSAGE_HEADER + length;
}

bool message_decode(const uint8_t *bytes, size_t size, struct message *message)
{
	*message = (struct message){ 0 };
	if (size < MESSAGE_HEADER || size > MESSAGE_MAX)
		return false;
	if (bytes[0] < MESSAGE_REQUEST || bytes[0] > MESSAGE_END)
		return false;
	if (bytes[0] == MESSAGE_END && size != MESSAGE_HEADER)
		return false;
	for (size_t i = MESSAGE_HEADER; i < size; i++)
		if (!is_printable(bytes[i]))
			return false;
	message->kind = (enum message_kind)bytes[0];
	for (unsigned int i = 0; i < 4; i++)
		message->number = message->number << 8 | bytes[1 + i];
	memcpy(message->text, bytes + MESSAGE_HEADER, size - MESSAGE_HEADER);
	return true;
}
