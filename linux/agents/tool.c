/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent that looks things up.
 */
#include <errno.h>
#include <stdio.h>

#include "agents.h"

static int serve(struct transport *model, struct database *database, const struct message *question)
{
	char fact[256], text[sizeof(fact) + 16];
	unsigned int asked;
	struct message message;

	if (!database_find(database, question->text, fact, sizeof(fact), &asked))
		return -EIO;
	snprintf(text, sizeof(text), "%u:%s", asked, fact);
	return message_make(&message, MESSAGE_FACT, question->number, text) ? transport_say(model, &message)
									    : -EIO;
}

int agent_tool(struct transport *model, struct database *database)
{
	struct message question;
	int error;

	for (;;) {
		error = transport_hear(model, 0, &question);
		if (error != 0)
			return error;
		if (question.kind == MESSAGE_END)
			return 0;
		if (question.kind != MESSAGE_QUESTION)
			return -EPROTO;
		error = serve(model, database, &question);
		if (error != 0)
			return error;
	}
}
