/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages as lines (message.h).
 */
#include "message.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "csm-pair 1 "
#define PREFIX_SIZE (sizeof(PREFIX) - 1)

static const struct form {
	const char *name;
	size_t least, most; /* bytes of the body */
} forms[PAIR_KINDS] = {
	[PAIR_HELLO] = { "hello", PAIR_HELLO_SIZE, PAIR_HELLO_SIZE },
	[PAIR_EVIDENCE] = { "evidence", 1, PAIR_TOKEN_MAX },
	[PAIR_OFFER] = { "offer", PAIR_OFFER_SIZE + 1, PAIR_BODY_MAX },
	[PAIR_END] = { "end", 1, 1 },
};

const char *pair_kind_name(enum pair_kind kind)
{
	return forms[kind].name;
}

/* One way to write each message: lower case only. -1: no digit. */
static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum pair_taken take_body(const char *hex, size_t digits, struct pair_message *message,
				 const char **why)
{
	const struct form *form = &forms[message->kind];

	*why = digits / 2 < form->least ? "a message that is too short" : "a message that is too long";
	if (digits % 2 != 0 || digits / 2 < form->least || digits / 2 > form->most)
		return PAIR_BAD;
	message->size = digits / 2;
	for (size_t i = 0; i < message->size; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		*why = "a message that is not all hex digits";
		if (high < 0 || low < 0)
			return PAIR_BAD;
		message->body[i] = (uint8_t)(high << 4 | low);
	}
	return PAIR_MESSAGE;
}

static bool is_ours(const struct pair_reader *reader)
{
	return reader->length >= PREFIX_SIZE && memcmp(reader->line, PREFIX, PREFIX_SIZE) == 0;
}

static enum pair_taken take_message(const struct pair_reader *reader, struct pair_message *message,
				    const char **why)
{
	const char *name = reader->line + PREFIX_SIZE, *end = reader->line + reader->length;
	const char *blank = memchr(name, ' ', (size_t)(end - name));

	*why = "a message of an unknown kind";
	for (unsigned int kind = 0; blank != NULL && kind < PAIR_KINDS; kind++) {
		size_t length = strlen(forms[kind].name);

		if ((size_t)(blank - name) == length && memcmp(name, forms[kind].name, length) == 0) {
			message->kind = (enum pair_kind)kind;
			return take_body(blank + 1, (size_t)(end - blank - 1), message, why);
		}
	}
	return PAIR_BAD;
}

/* A terminal may put a carriage return in front of a newline. */
static enum pair_taken take_line(struct pair_reader *reader, struct pair_message *message, const char **why)
{
	enum pair_taken taken = PAIR_MORE;

	if (reader->length != 0 && reader->line[reader->length - 1] == '\r')
		reader->length--;
	if (is_ours(reader))
		taken = take_message(reader, message, why);
	else
		reader->noise += reader->length + 1;
	reader->length = 0;
	return taken;
}

enum pair_taken pair_take(struct pair_reader *reader, char c, struct pair_message *message, const char **why)
{
	enum pair_taken taken = PAIR_MORE;

	if (c == '\n') {
		taken = take_line(reader, message, why);
	} else if (reader->length < PAIR_LINE_MAX) {
		reader->line[reader->length++] = c;
	} else {
		*why = "a line that is too long";
		return PAIR_BAD;
	}
	if (reader->noise + (is_ours(reader) ? 0 : reader->length) > PAIR_NOISE_MAX) {
		*why = "too much that is no message";
		return PAIR_BAD;
	}
	return taken;
}

/* It begins a line of its own, whatever was said before it. */
size_t pair_format(const struct pair_message *message, char line[PAIR_LINE_MAX])
{
	static const char digits[] = "0123456789abcdef";
	size_t length = (size_t)sprintf(line, "\n" PREFIX "%s ", forms[message->kind].name);

	for (size_t i = 0; i < message->size; i++) {
		line[length++] = digits[message->body[i] >> 4];
		line[length++] = digits[message->body[i] & 15];
	}
	line[length++] = '\n';
	return length;
}
