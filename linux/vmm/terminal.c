/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal of a realm (terminal.h).
 */
#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "state.h"

#define CTRL_A 1
#define CONSOLE "console"

/* --- Bytes ----------------------------------------------------------------------------------------------- */

static void keep(struct terminal *t, uint8_t byte)
{
	if (t->backlog_count == TERMINAL_BACKLOG) {
		t->backlog_count -= TERMINAL_BACKLOG / 4;
		memmove(t->backlog, t->backlog + TERMINAL_BACKLOG / 4, t->backlog_count);
	}
	t->backlog[t->backlog_count++] = byte;
}

static void put(struct terminal *t, uint8_t byte)
{
	t->output[(t->output_first + t->output_count++) % TERMINAL_OUTPUT] = byte;
}

static void drop(struct terminal *t, size_t count)
{
	t->output_first = (t->output_first + count) % TERMINAL_OUTPUT;
	t->output_count -= count;
}

/* As much as goes in one piece; what could not be written stays. */
static ssize_t write_some(struct terminal *t)
{
	size_t straight = TERMINAL_OUTPUT - t->output_first;
	ssize_t done;

	if (straight > t->output_count)
		straight = t->output_count;
	done = write(t->out, t->output + t->output_first, straight);
	if (done > 0)
		drop(t, (size_t)done);
	return done;
}

void terminal_output(struct terminal *t, uint8_t byte)
{
	bool first;

	pthread_mutex_lock(&t->lock);
	/* A pipe or terminal of the user's has time; who comes and goes by a socket may lose the oldest. */
	while (t->output_count == TERMINAL_OUTPUT && t->kind == CONFIG_STDIO && t->out >= 0)
		if (write_some(t) < 0 && errno != EINTR)
			break;
	if (t->output_count == TERMINAL_OUTPUT)
		drop(t, 1);
	if (t->kind == CONFIG_SOCKET)
		keep(t, byte);
	first = t->output_count == 0;
	if (t->kind != CONFIG_SOCKET || t->out >= 0)
		put(t, byte);
	pthread_mutex_unlock(&t->lock);
	if (first)
		eventfd_write(t->wake_fd, 1);
}

bool terminal_peek(struct terminal *t, uint8_t *byte)
{
	bool there;

	pthread_mutex_lock(&t->lock);
	there = t->typed_count != 0;
	*byte = t->typed[t->typed_first];
	pthread_mutex_unlock(&t->lock);
	return there;
}

void terminal_take(struct terminal *t)
{
	bool last;

	pthread_mutex_lock(&t->lock);
	t->typed_first = (t->typed_first + 1) % TERMINAL_TYPED;
	last = --t->typed_count == 0;
	pthread_mutex_unlock(&t->lock);
	if (last)
		eventfd_write(t->wake_fd, 1);
}

static void typed(struct terminal *t, uint8_t byte)
{
	t->typed[(t->typed_first + t->typed_count++) % TERMINAL_TYPED] = byte;
}

/* --- The loop -------------------------------------------------------------------------------------------- */

/* Input is asked for only when all that came before has been taken: then there is room. */
static bool wants_input(struct terminal *t)
{
	return t->in >= 0 && t->typed_count == 0;
}

unsigned int terminal_prepare(struct terminal *t, struct pollfd *fds)
{
	unsigned int count = 0;

	pthread_mutex_lock(&t->lock);
	fds[count++] = (struct pollfd){ .fd = t->wake_fd, .events = POLLIN };
	fds[count++] = (struct pollfd){ .fd = wants_input(t) ? t->in : -1, .events = POLLIN };
	fds[count++] = (struct pollfd){ .fd = t->output_count != 0 ? t->out : -1, .events = POLLOUT };
	fds[count++] = (struct pollfd){ .fd = t->in < 0 ? t->listener : -1, .events = POLLIN };
	pthread_mutex_unlock(&t->lock);
	return count;
}

/* Nobody is there any more. A pseudo-terminal waits for the next one by itself. */
static void hang_up(struct terminal *t)
{
	if (t->kind == CONFIG_SOCKET && t->in >= 0)
		close(t->in);
	if (t->kind != CONFIG_PTY)
		t->in = -1;
	if (t->kind == CONFIG_SOCKET) {
		t->out = -1;
		t->output_count = 0;
	}
}

/* Ctrl-A X on a terminal ends it all, Ctrl-A Ctrl-A is one. */
static bool take_key(struct terminal *t, uint8_t byte)
{
	if (t->is_tty && t->escape) {
		t->escape = false;
		if (byte == 'x' || byte == 'X')
			return false;
		typed(t, byte);
	} else if (t->is_tty && byte == CTRL_A) {
		t->escape = true;
	} else {
		typed(t, byte);
	}
	return true;
}

static bool read_input(struct terminal *t)
{
	uint8_t bytes[TERMINAL_TYPED];
	ssize_t count = read(t->in, bytes, sizeof(bytes));
	bool goes_on = true;

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (count <= 0) {
		hang_up(t);
		return true;
	}
	for (ssize_t i = 0; i < count && goes_on; i++)
		goes_on = take_key(t, bytes[i]);
	return goes_on;
}

/* A user comes, and sees what was said before. */
static void welcome(struct terminal *t)
{
	int user = accept4(t->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (user < 0)
		return;
	t->in = t->out = user;
	t->output_first = t->output_count = 0;
	for (size_t i = 0; i < t->backlog_count; i++)
		put(t, t->backlog[i]);
}

/* On standard output waiting is right: a slow pipe slows the realm, and nothing is lost. */
static void write_output(struct terminal *t)
{
	if (t->output_count != 0 && write_some(t) < 0 && errno != EAGAIN && errno != EINTR) {
		if (t->kind == CONFIG_STDIO)
			t->out = -1;
		hang_up(t);
		t->output_count = 0;
	}
}

bool terminal_serve(struct terminal *t, const struct pollfd *fds, unsigned int count)
{
	bool goes_on = true;
	eventfd_t news;

	if (count != TERMINAL_FDS)
		return true;
	if (fds[0].revents != 0)
		eventfd_read(t->wake_fd, &news);
	pthread_mutex_lock(&t->lock);
	if (fds[2].revents != 0)
		write_output(t);
	if (fds[1].revents != 0 && t->in >= 0)
		goes_on = read_input(t);
	if (fds[3].revents != 0 && t->in < 0)
		welcome(t);
	pthread_mutex_unlock(&t->lock);
	return goes_on;
}

void terminal_flush(struct terminal *t)
{
	pthread_mutex_lock(&t->lock);
	while (t->out >= 0 && t->output_count != 0)
		if (write_some(t) < 0 && errno != EINTR)
			break;
	pthread_mutex_unlock(&t->lock);
}

/* --- Opening --------------------------------------------------------------------------------------------- */

static bool open_stdio(struct terminal *t)
{
	struct termios raw;

	t->in = STDIN_FILENO;
	t->out = STDOUT_FILENO;
	t->is_tty = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &t->before) == 0;
	if (t->is_tty) {
		raw = t->before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	return true;
}

static bool open_pty(struct terminal *t, int folder, struct fault *fault)
{
	int pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	struct termios raw;
	const char *name;

	if (pty < 0 || grantpt(pty) != 0 || unlockpt(pty) != 0 || tcgetattr(pty, &raw) != 0)
		return fault_set(fault, VMM_FAILURE, "console: no pseudo-terminal: %s", strerror(errno));
	cfmakeraw(&raw);
	tcsetattr(pty, TCSANOW, &raw);
	t->in = t->out = pty;
	name = ptsname(pty);
	unlinkat(folder, CONSOLE, 0);
	if (symlinkat(name, folder, CONSOLE) != 0)
		return fault_set(fault, VMM_FAILURE, "console: %s", strerror(errno));
	/* One end of it stays open here: without any the other would hang up. */
	t->listener = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return true;
}

static bool open_socket(struct terminal *t, int folder, struct fault *fault)
{
	t->listener = state_listen(folder, CONSOLE, 1);
	if (t->listener < 0)
		return fault_set(fault, VMM_FAILURE, "console: no socket: %s", strerror(errno));
	return true;
}

void terminal_init(struct terminal *t)
{
	*t = (struct terminal){
		.in = -1, .out = -1, .listener = -1, .wake_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER
	};
}

bool terminal_open(struct terminal *t, enum config_console kind, int folder, struct fault *fault)
{
	t->kind = kind;
	t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->wake_fd < 0)
		return fault_set(fault, VMM_FAILURE, "console: %s", strerror(errno));
	switch (kind) {
	case CONFIG_PTY:
		return open_pty(t, folder, fault);
	case CONFIG_SOCKET:
		return open_socket(t, folder, fault);
	default:
		return open_stdio(t);
	}
}

void terminal_close(struct terminal *t)
{
	if (t->is_tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
	if (t->kind != CONFIG_STDIO && t->in >= 0)
		close(t->in);
	if (t->listener >= 0)
		close(t->listener);
	if (t->wake_fd >= 0)
		close(t->wake_fd);
	terminal_init(t);
}
