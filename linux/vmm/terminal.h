/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal of a realm, on this process's own standard input and output, a pseudo-terminal, or a Unix socket that a user
 * comes to and leaves. Output that nobody is there for is kept, the last of it, and shown to who comes.
 *
 * The vCPUs put and take bytes; the loop moves them to and from descriptors.
 */
#ifndef LINUX_VMM_TERMINAL_H
#define LINUX_VMM_TERMINAL_H

#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <termios.h>

#include "config.h"

#define TERMINAL_OUTPUT 65536
#define TERMINAL_BACKLOG 16384
#define TERMINAL_TYPED 256

struct terminal {
	enum config_console kind;
	int in, out;  /* -1: nobody is there */
	int listener; /* SOCKET: where users come; -1: none */
	int wake_fd;  /* an eventfd: there is output, or room for input */
	bool is_tty;  /* STDIO: it is one, and in raw mode */
	bool escape;  /* Ctrl-A was typed */
	struct termios before;

	/* All below is under `lock`, which is taken with the devices' lock held or without. */
	pthread_mutex_t lock;
	uint8_t output[TERMINAL_OUTPUT], typed[TERMINAL_TYPED], backlog[TERMINAL_BACKLOG];
	size_t output_first, output_count, typed_first, typed_count, backlog_count;
};

void terminal_init(struct terminal *terminal);

/* `folder` is the realm's own, for a socket or a link to the pseudo-terminal called "console". */
bool terminal_open(struct terminal *terminal, enum config_console kind, int folder, struct fault *fault);
void terminal_close(struct terminal *terminal);

/* vCPUs: a byte of the realm's goes out. */
void terminal_output(struct terminal *terminal, uint8_t byte);

/* vCPUs: the next byte that was typed; take it. False: there is none. */
bool terminal_peek(struct terminal *terminal, uint8_t *byte);
void terminal_take(struct terminal *terminal);

/* The loop: what to wait for (at most TERMINAL_FDS), and what to do when it is there. False: the user wants an end of it all. */
#define TERMINAL_FDS 4
unsigned int terminal_prepare(struct terminal *terminal, struct pollfd *fds);
bool terminal_serve(struct terminal *terminal, const struct pollfd *fds, unsigned int count);

/* The loop, at the end: what is left goes out, as far as somebody takes it. */
void terminal_flush(struct terminal *terminal);

#endif
