/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agents, each a loop over its transports: front end, model, tool. 0 when the front end has said that all is done; else an
 * error of errno(3) with a minus: -EPROTO, somebody sent what can't be; -EIO, its own part failed.
 */
#ifndef AGENTS_AGENTS_H
#define AGENTS_AGENTS_H

#include "database.h"
#include "infer.h"
#include "transport.h"

#define TOKENS_MAX 32U

/*
 * The requests of the list, over and over: `rounds` times after one that warms up. Says each answer ("ANSWER round number text")
 * and what each round took ("ROUND round nanoseconds"), when all of them are over.
 */
int agent_front(struct transport *model, unsigned int rounds);

/* Each request: so many tokens, a question to the tool about them, so many tokens with the fact. */
int agent_model(struct transport *front, struct transport *tool, struct infer *infer, unsigned int tokens);

int agent_tool(struct transport *model, struct database *database);

#endif
