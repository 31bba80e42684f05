/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of realms that run on this host: a folder for each below one of all (/run/caec). It holds
 *
 *   lock     locked by the realm's process as long as it is there, however it ends
 *   info     a socket: who connects gets a JSON object
 *   console  a socket, or a link to a pseudo-terminal; with --console stdio it is not there
 *   vsock.sock, vsock.sock_PORT   with --vsock (vsock.h); those with a port are other programs'
 */
#ifndef LINUX_VMM_STATE_H
#define LINUX_VMM_STATE_H

#include <sys/types.h>

#include "fault.h"

struct state {
	int folder; /* -1: none */
	int lock;
};

void state_init(struct state *state);

/* Makes a realm's folder and locks it, or says who has it. */
bool state_claim(struct state *state, const char *root, const char *name, struct fault *fault);

/* The folder and all that is in it becomes this user's. */
bool state_give(const struct state *state, uid_t uid, gid_t gid, struct fault *fault);

/* What is in the folder goes, and the folder if this process may. */
void state_release(struct state *state, const char *root, const char *name);

/*
 * A socket called `name` in a realm's folder: one to accept from, or one that is connected (flags: SOCK_NONBLOCK). -1: errno says
 * why.
 */
int state_listen(int folder, const char *name, int backlog);
int state_connect(int folder, const char *name, int flags);

/* The process that runs the realm; 0: there is none. */
pid_t state_owner(const char *root, const char *name);

/* The names of all realms that run, sorted; returns how many. Freed by state_free_names(). Folders of realms that are no more go. */
size_t state_names(const char *root, char ***names, struct fault *fault);
void state_free_names(char **names, size_t count);

#endif
