/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The front end: takes requests, here from a list, and has the model answer them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agents.h"

static const char *const requests[] = {
	"abcd efgh",
	"what is a realm",
	"who may read it",
	"tell me of granules",
};
#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

struct round {
	uint64_t took;
	char answers[REQUESTS][MESSAGE_TEXT + 1];
};

/* Under -icount a nanosecond is an instruction, of whoever runs. */
static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int ask(struct transport *model, uint32_t number, const char *text, char answer[MESSAGE_TEXT + 1])
{
	struct message message;
	int error;

	message_make(&message, MESSAGE_REQUEST, number, text);
	error = transport_say(model, &message);
	if (error == 0)
		error = transport_hear(model, MESSAGE_ANSWER, &message);
	if (error == 0 && message.number != number)
		error = -EPROTO;
	if (error == 0)
		memcpy(answer, message.text, sizeof(message.text));
	return error;
}

static int one_round(struct transport *model, struct round *round)
{
	uint64_t start = now();
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < REQUESTS; i++)
		error = ask(model, i, requests[i], round->answers[i]);
	round->took = now() - start;
	return error;
}

static void print(const struct round *rounds, unsigned int count)
{
	for (unsigned int n = 0; n < count; n++) {
		for (size_t i = 0; i < REQUESTS; i++)
			printf("ANSWER %u %zu %s\n", n, i, rounds[n].answers[i]);
		printf("ROUND %u %" PRIu64 "\n", n, rounds[n].took);
	}
	printf("REQUESTS %zu\n", REQUESTS);
}

int agent_front(struct transport *model, unsigned int rounds)
{
	struct round *all = calloc(rounds + 1, sizeof(*all));
	struct message end;
	int error = all == NULL ? -ENOMEM : 0;

	for (unsigned int n = 0; error == 0 && n <= rounds; n++)
		error = one_round(model, &all[n]);
	message_make(&end, MESSAGE_END, 0, "");
	if (error == 0)
		error = transport_say(model, &end);
	if (error == 0)
		print(all, rounds + 1);
	free(all);
	return error;
}
