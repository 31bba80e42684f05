/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process's answer, bounded in size and time (answer.h).
 */
#include "answer.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define BYTES_MAX (1U << 20)
#define FAILED ((size_t)-1)

struct answer {
	int socket;
	size_t left;   /* bytes that it may yet have */
	int64_t until; /* milliseconds, of the monotonic clock */
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* jansson's: the number of bytes, 0 at the end. */
static size_t read_more(void *buffer, size_t size, void *context)
{
	struct answer *answer = context;
	struct pollfd wait = { .fd = answer->socket, .events = POLLIN };
	int64_t patience = answer->until - now();
	ssize_t count;

	if (patience <= 0 || answer->left == 0 || poll(&wait, 1, (int)patience) <= 0)
		return FAILED;
	count = read(answer->socket, buffer, size < answer->left ? size : answer->left);
	if (count < 0)
		return FAILED;
	answer->left -= (size_t)count;
	return (size_t)count;
}

json_t *answer_read(int socket)
{
	struct answer answer = { .socket = socket, .left = BYTES_MAX, .until = now() + PATIENCE_MS };

	return json_load_callback(read_more, &answer, 0, NULL);
}
