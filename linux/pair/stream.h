/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stream to the peer: whatever the host offers. Nothing waits longer than until the deadline.
 */
#ifndef PAIR_STREAM_H
#define PAIR_STREAM_H

#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct stream {
	int in, out;
	pid_t child; /* 0: none */
	int is_terminal;
	struct termios before;
};

/* Each returns 0, or an error of errno(3) with a minus. */
int stream_descriptor(struct stream *stream, int in, int out);
int stream_path(struct stream *stream, const char *path);       /* as csm-pair(1) has them */
int stream_command(struct stream *stream, const char *command); /* its standard input and output */

/* The clock runs from here. */
void stream_limit(unsigned int seconds);

/* As struct pair_ops has them; `context` is the stream. -ETIMEDOUT; -EINTR: somebody wants it to end. */
long stream_read(void *context, char *bytes, size_t size);
int stream_write(void *context, const char *bytes, size_t size);

/* A terminal is as it was. */
void stream_close(struct stream *stream);

#endif
