/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent with the model.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "agents.h"

#define TEXT 256 /* of TOKENS_MAX tokens */

static int ask_tool(struct transport *tool, uint32_t number, const char *text, struct message *fact)
{
	struct message question;
	int error = message_make(&question, MESSAGE_QUESTION, number, text) ? 0 : -EIO;

	if (error == 0)
		error = transport_say(tool, &question);
	if (error == 0)
		error = transport_hear(tool, MESSAGE_FACT, fact);
	return error == 0 && fact->number != number ? -EPROTO : error;
}

/* The tool says how often it was asked, a colon, the fact: of that the model hears no more than the fact. */
static const char *fact_of(const struct message *message)
{
	const char *text = message->text;

	while (*text >= '0' && *text <= '9')
		text++;
	return text != message->text && *text == ':' ? text + 1 : NULL;
}

static int think_again(struct infer *infer, unsigned int tokens, const struct message *request,
		       const char *fact, char text[TEXT], uint64_t *digest)
{
	char prompt[2 * MESSAGE_TEXT + 2];

	snprintf(prompt, sizeof(prompt), "%s %s", request->text, fact);
	return infer_text(infer, prompt, tokens, text, TEXT, digest) ? 0 : -EIO;
}

static int serve(struct transport *front, struct transport *tool, struct infer *infer, unsigned int tokens,
		 const struct message *request)
{
	char first[TEXT], second[TEXT], text[MESSAGE_TEXT + 1];
	uint64_t digest = UINT64_C(0xcbf29ce484222325);
	struct message fact, answer;
	int error;

	if (!infer_text(infer, request->text, tokens, first, TEXT, &digest))
		return -EIO;
	error = ask_tool(tool, request->number, first, &fact);
	if (error != 0)
		return error;
	if (fact_of(&fact) == NULL)
		return -EPROTO;
	error = think_again(infer, tokens, request, fact_of(&fact), second, &digest);
	if (error != 0)
		return error;
	snprintf(text, sizeof(text), "%s / %.200s / %s / %016" PRIx64, first, fact.text, second, digest);
	return message_make(&answer, MESSAGE_ANSWER, request->number, text) ? transport_say(front, &answer)
									    : -EIO;
}

int agent_model(struct transport *front, struct transport *tool, struct infer *infer, unsigned int tokens)
{
	struct message request;
	int error;

	for (;;) {
		error = transport_hear(front, 0, &request);
		if (error != 0)
			return error;
		if (request.kind == MESSAGE_END)
			return transport_say(tool, &request);
		if (request.kind != MESSAGE_REQUEST)
			return -EPROTO;
		error = serve(front, tool, infer, tokens, &request);
		if (error != 0)
			return error;
	}
}
