/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `caec-vmm vsock`: standard input and output become a stream of a realm's (vsock.h).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "fault.h"
#include "state.h"
#include "vsock.h"

static int failed(const char *what, enum vmm_status status, const struct client *client)
{
	struct fault fault;

	fault_set(&fault, status, "%s: realm '%s', port %u%s%s", what, client->name, client->port,
		  errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	return fault_report(&fault);
}

/* The realm's process says OK, or nothing. */
static bool is_accepted(int s)
{
	char line[VSOCK_LINE] = "";
	unsigned int bytes = 0;

	while (bytes < sizeof(line) - 1 && read(s, &line[bytes], 1) == 1 && line[bytes] != '\n')
		bytes++;
	return strncmp(line, "OK ", 3) == 0 && line[bytes] == '\n';
}

static int call(const struct client *client, int folder)
{
	char line[VSOCK_LINE];
	int s = state_connect(folder, VSOCK_NAME, 0), bytes;

	if (s < 0)
		return failed("it has no sockets (--vsock)", VMM_FAILURE, client);
	bytes = snprintf(line, sizeof(line), "CONNECT %u\n", client->port);
	errno = 0;
	if (write(s, line, (size_t)bytes) != bytes || !is_accepted(s)) {
		close(s);
		return failed("nobody listens there", VMM_NOT_FOUND, client);
	}
	client_copy(s, false, true);
	close(s);
	return VMM_OK;
}

/* The realm's process may be another user's. */
static int wait_for(const struct client *client, int folder)
{
	char name[sizeof(VSOCK_NAME) + 12];
	struct pollfd one = { .events = POLLIN };
	int s = -1;

	snprintf(name, sizeof(name), VSOCK_NAME "_%u", client->port);
	one.fd = state_listen(folder, name, 1);
	if (one.fd < 0 || fchmodat(folder, name, 0666, 0) != 0)
		return failed("cannot listen", VMM_FAILURE, client);
	if (poll(&one, 1, -1) == 1)
		s = accept4(one.fd, NULL, NULL, SOCK_CLOEXEC);
	close(one.fd);
	unlinkat(folder, name, 0);
	if (s < 0)
		return failed("cannot accept", VMM_FAILURE, client);
	client_copy(s, false, true);
	close(s);
	return VMM_OK;
}

int client_vsock(const struct client *client)
{
	char path[4096];
	int folder, status;

	snprintf(path, sizeof(path), "%s/%s", client->state, client->name);
	errno = 0;
	folder = state_owner(client->state, client->name) == 0
			 ? -1
			 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return failed("it does not run here", VMM_NOT_FOUND, client);
	signal(SIGPIPE, SIG_IGN);
	status = client->listens ? wait_for(client, folder) : call(client, folder);
	close(folder);
	return status;
}
