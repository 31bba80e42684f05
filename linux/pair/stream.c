/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams (stream.h).
 */
#define _GNU_SOURCE
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "../csm-tool/tool.h"

static volatile sig_atomic_t interrupted;
static time_t deadline;

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void on_signal(int number)
{
	interrupted |= number != SIGALRM;
}

/* A signal each second: what waits looks at the clock then, also if one came before it began to wait. */
void stream_limit(unsigned int seconds)
{
	static const int numbers[] = { SIGALRM, SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal }; /* waiting ends: no SA_RESTART */
	struct itimerval each_second = { { 1, 0 }, { 1, 0 } };

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	deadline = now() + (time_t)seconds;
	setitimer(ITIMER_REAL, &each_second, NULL);
}

/* What an interrupted wait comes to: 0, wait again. */
static int look_up(void)
{
	return interrupted ? -EINTR : now() >= deadline ? -ETIMEDOUT : 0;
}

/* No echo, no lines, nothing changed on the way; Ctrl-C still ends it. */
static int make_raw(struct stream *stream)
{
	struct termios raw;

	stream->is_terminal = isatty(stream->in);
	if (!stream->is_terminal)
		return 0;
	if (tcgetattr(stream->in, &stream->before) != 0)
		return -errno;
	raw = stream->before;
	cfmakeraw(&raw);
	raw.c_lflag |= ISIG;
	return tcsetattr(stream->in, TCSANOW, &raw) == 0 ? 0 : -errno;
}

int stream_descriptor(struct stream *stream, int in, int out)
{
	*stream = (struct stream){ .in = in, .out = out };
	return fcntl(in, F_GETFL) < 0 || fcntl(out, F_GETFL) < 0 ? -errno : make_raw(stream);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	errno = ENAMETOOLONG;
	if (strlen(path) < sizeof(address.sun_path) &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* One that comes to a port of this realm's, or one to another's port. */
static int open_vsock(unsigned int cid, unsigned int port, bool listens)
{
	struct sockaddr_vm address = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };
	int s = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), fd = -1, error = 0;

	if (s < 0)
		return -errno;
	if (listens && (bind(s, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(s, 1) != 0))
		error = -errno;
	while (error == 0 && fd < 0) {
		if (listens)
			fd = accept4(s, NULL, NULL, SOCK_CLOEXEC);
		else if (connect(s, (struct sockaddr *)&address, sizeof(address)) == 0)
			return s;
		if (fd < 0)
			error = errno == EINTR ? look_up() : -errno;
	}
	close(s);
	return fd >= 0 ? fd : error;
}

/* "vsock:CID:PORT", or "vsock:PORT", where others call: the CID is VMADDR_CID_ANY then. */
static bool is_vsock(const char *path, unsigned int *cid, unsigned int *port)
{
	const size_t length = strlen("vsock:");

	if (strncmp(path, "vsock:", length) != 0)
		return false;
	path += length;
	*cid = VMADDR_CID_ANY;
	if (!take_number(&path, port))
		return false;
	if (*path == ':') {
		path++;
		*cid = *port;
		if (*cid == VMADDR_CID_ANY || !take_number(&path, port))
			return false;
	}
	return *path == '\0';
}

static int open_path(const char *path)
{
	struct stat status;
	unsigned int cid, port;
	int fd;

	if (is_vsock(path, &cid, &port))
		return open_vsock(cid, port, cid == VMADDR_CID_ANY);
	if (stat(path, &status) != 0)
		return -errno;
	if (S_ISSOCK(status.st_mode))
		return connect_to(path);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int stream_path(struct stream *stream, const char *path)
{
	int fd = open_path(path);

	return fd < 0 ? fd : stream_descriptor(stream, fd, fd);
}

int stream_command(struct stream *stream, const char *command)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	*stream = (struct stream){ .in = ends[0], .out = ends[0], .child = fork() };
	if (stream->child == 0) {
		dup2(ends[1], STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	return stream->child < 0 ? -errno : 0;
}

long stream_read(void *context, char *bytes, size_t size)
{
	struct stream *stream = context;
	int error = 0;

	while (error == 0) {
		ssize_t got = read(stream->in, bytes, size);

		if (got >= 0)
			return got;
		error = errno == EINTR ? look_up() : -errno;
	}
	/* The other end of a terminal or a socket has gone. */
	return error == -EIO || error == -ECONNRESET ? 0 : error;
}

int stream_write(void *context, const char *bytes, size_t size)
{
	struct stream *stream = context;
	int error = 0;

	while (error == 0 && size != 0) {
		ssize_t done = write(stream->out, bytes, size);

		if (done < 0)
			error = errno == EINTR ? look_up() : -errno;
		bytes += done > 0 ? done : 0;
		size -= done > 0 ? (size_t)done : 0;
	}
	return error;
}

void stream_close(struct stream *stream)
{
	if (stream->is_terminal)
		tcsetattr(stream->in, TCSADRAIN, &stream->before);
	close(stream->in);
	if (stream->out != stream->in)
		close(stream->out);
	if (stream->child > 0)
		while (waitpid(stream->child, NULL, 0) < 0 && errno == EINTR && look_up() == 0)
			;
}
