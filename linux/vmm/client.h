/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands about realms that run: list, info, host, stop, console, vsock. Each returns an exit status.
 */
#ifndef LINUX_VMM_CLIENT_H
#define LINUX_VMM_CLIENT_H

#include <stdbool.h>

struct client {
	const char *state; /* folder of all realms */
	const char *name;  /* NULL for list */
	bool json;
	bool force;           /* stop: kill what does not end by itself */
	unsigned int timeout; /* stop: seconds */
	unsigned int port;    /* vsock */
	bool listens;         /* vsock: the port is the host's */
};

int client_list(const struct client *client);
int client_info(const struct client *client);
int client_host(const struct client *client); /* and what the module tells of the host itself */
int client_stop(const struct client *client);
int client_console(const struct client *client);
int client_vsock(const struct client *client); /* client_vsock.c */

/* Between standard input and output and a stream, until that ends; leaves: Ctrl-] is an end; closes: so says that of input. */
void client_copy(int stream, bool leaves, bool closes);

#endif
