/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's process gives up once all is open: root's rights, and every system call that serving the realm does not take.
 */
#ifndef LINUX_VMM_SANDBOX_H
#define LINUX_VMM_SANDBOX_H

#include <sys/types.h>

#include "config.h"

struct sandbox_user {
	bool changes; /* this process is root, and becomes another */
	uid_t uid;
	gid_t gid;
};

/* Whom the process becomes: --user, or else "caec-vmm" or "nobody"; if it is not root it stays who it is. */
bool sandbox_user(const struct config *config, struct sandbox_user *user, struct fault *fault);

/*
 * All threads are there. From here on: no other program, no other process, no file by name (with a network in user mode: to
 * read, for the names of name servers; with vsock: sockets of this host), no executable memory. What is not allowed fails with
 * EPERM; a new program kills.
 */
bool sandbox_enter(const struct config *config, const struct sandbox_user *user, struct fault *fault);

#endif
