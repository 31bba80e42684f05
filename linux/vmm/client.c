/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands about realms that run (client.h).
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "plain.h"
#include "realm.h"
#include "state.h"

#define LEAVE 0x1d /* Ctrl-] */
#define MIB 1048576

/* --- Realms ---------------------------------------------------------------------------------------------- */

static int not_there(const char *name)
{
	struct fault fault;

	fault_set(&fault, VMM_NOT_FOUND, "no realm '%s' runs here", name);
	return fault_report(&fault);
}

static int failed(const char *what)
{
	struct fault fault;

	fault_set(&fault, VMM_FAILURE, "%s: %s", what, strerror(errno));
	return fault_report(&fault);
}

/* Connects to a socket in a realm's folder, whatever the length of its path. */
static int connect_to(const struct client *client, const char *name, const char *socket_name, int flags)
{
	char path[4096];
	int folder, s;

	snprintf(path, sizeof(path), "%s/%s", client->state, name);
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	s = state_connect(folder, socket_name, flags);
	close(folder);
	return s;
}

/* What a realm tells of itself. NULL: it does not answer, or takes nobody who calls. */
static json_t *ask(const struct client *client, const char *name)
{
	int s = connect_to(client, name, "info", SOCK_NONBLOCK);
	json_t *object;

	if (s < 0)
		return NULL;
	object = answer_read(s);
	close(s);
	return object;
}

/* --- list, info ------------------------------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "?";
}

static long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_value(const char *text)
{
	plain_print(text);
	putchar('\n');
}

static void print_line(const char *name, pid_t pid, const json_t *object)
{
	char state[16];

	snprintf(state, sizeof(state), "%s", text_of(object, "state"));
	plain_make(state);
	printf("%-20s %8ld %-8s %4lld %8lld ", name, (long)pid, state, number_of(object, "cpus"),
	       number_of(object, "memory") / MIB);
	print_value(text_of(object, "console"));
}

int client_list(const struct client *client)
{
	struct fault fault = { VMM_OK, "" };
	json_t *all = json_array();
	char **names;
	size_t count = state_names(client->state, &names, &fault);

	if (!client->json && count > 0)
		printf("%-20s %8s %-8s %4s %8s %s\n", "NAME", "PROCESS", "STATE", "CPUS", "MIB", "CONSOLE");
	for (size_t i = 0; i < count; i++) {
		json_t *object = ask(client, names[i]);

		if (!client->json)
			print_line(names[i], state_owner(client->state, names[i]), object);
		json_array_append_new(all, object != NULL ? object : json_pack("{s:s}", "name", names[i]));
	}
	if (client->json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	state_free_names(names, count);
	return fault.status == VMM_OK ? 0 : fault_report(&fault);
}

/* "key: value", and what is inside of a value with its key in front. */
/* NOLINTNEXTLINE(misc-no-recursion): jansson has refused what is deeper than 2,048 */
static void print_text(const char *prefix, json_t *value)
{
	char inner[128];
	const char *key;
	json_t *member;
	size_t index;

	if (json_is_object(value)) {
		json_object_foreach(value, key, member)
		{
			snprintf(inner, sizeof(inner), "%s%s%s", prefix, *prefix != '\0' ? "." : "", key);
			plain_make(inner);
			print_text(inner, member);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, index, member)
		{
			snprintf(inner, sizeof(inner), "%s.%zu", prefix, index);
			print_text(inner, member);
		}
	} else if (json_is_string(value)) {
		printf("%s: ", prefix);
		print_value(json_string_value(value));
	} else if (json_is_integer(value)) {
		printf("%s: %lld\n", prefix, (long long)json_integer_value(value));
	} else {
		printf("%s: %s\n", prefix, json_is_true(value) ? "yes" : "no");
	}
}

/* And frees it. */
static void print_object(const struct client *client, json_t *object)
{
	if (client->json) {
		json_dumpf(object, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_text("", object);
	}
	json_decref(object);
}

int client_info(const struct client *client)
{
	json_t *object;

	if (state_owner(client->state, client->name) == 0)
		return not_there(client->name);
	object = ask(client, client->name);
	if (object == NULL)
		return failed("the realm's process does not answer (it may still be loading)");
	print_object(client, object);
	return 0;
}

int client_host(const struct client *client)
{
	struct fault fault = { VMM_OK, "" };
	struct caec_host_info info;
	json_t *object;

	if (!realm_host(&info, &fault))
		return fault_report(&fault);
	object = json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "rmi-version",
			   json_sprintf("%u.%u", (unsigned int)(info.rmi_version >> 16),
					(unsigned int)(info.rmi_version & 0xffff)),
			   "rmi-features", json_sprintf("0x%llx", (unsigned long long)info.rmi_features),
			   "csm-features", json_sprintf("0x%llx", (unsigned long long)info.csm_features),
			   "realms", (json_int_t)info.realms, "realm-cpus", (json_int_t)info.max_recs,
			   "pages", (json_int_t)info.granules, "lost", (json_int_t)info.lost);
	print_object(client, object);
	return 0;
}

/* --- stop ------------------------------------------------------------------------------------------------ */

/* Until nobody holds the realm's lock; false: time ran out. */
static bool await_end(const struct client *client, unsigned int tenths)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };

	for (; state_owner(client->state, client->name) != 0; tenths--) {
		if (tenths == 0)
			return false;
		nanosleep(&tenth, NULL);
	}
	return true;
}

int client_stop(const struct client *client)
{
	pid_t owner = state_owner(client->state, client->name);
	struct fault fault;

	if (owner == 0)
		return not_there(client->name);
	if (kill(owner, SIGTERM) != 0 && errno != ESRCH)
		return failed("it can't be stopped");
	if (await_end(client, client->timeout * 10))
		return 0;
	owner = state_owner(client->state, client->name);
	if (client->force && owner != 0 && kill(owner, SIGKILL) == 0 &&
	    await_end(client, client->timeout * 10))
		return 0;
	fault_set(&fault, VMM_FAILURE, "realm '%s' did not end within %u s%s", client->name, client->timeout,
		  client->force ? "" : ": --force");
	return fault_report(&fault);
}

/* --- console --------------------------------------------------------------------------------------------- */

static int open_console(const struct client *client)
{
	char path[4096];
	int fd = connect_to(client, client->name, "console", 0);

	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/%s/console", client->state, client->name);
	return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* All of it, or false: nobody is there any more. */
static bool send_all(int fd, const char *bytes, ssize_t count)
{
	while (count > 0) {
		ssize_t done = write(fd, bytes, (size_t)count);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			bytes += done;
			count -= done;
		}
	}
	return true;
}

void client_copy(int stream, bool leaves, bool closes)
{
	struct pollfd fds[] = { { .fd = stream, .events = POLLIN },
				{ .fd = STDIN_FILENO, .events = POLLIN } };
	char bytes[4096];
	ssize_t count;

	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents != 0) {
			count = read(stream, bytes, sizeof(bytes));
			if (count <= 0 || !send_all(STDOUT_FILENO, bytes, count))
				return;
		}
		if (fds[1].revents != 0) {
			count = read(STDIN_FILENO, bytes, sizeof(bytes));
			if (count <= 0) {
				fds[1].fd = -1;
				if (closes)
					shutdown(stream, SHUT_WR);
			} else if ((leaves && memchr(bytes, LEAVE, (size_t)count) != NULL) ||
				   !send_all(stream, bytes, count)) {
				return;
			}
		}
	}
}

int client_console(const struct client *client)
{
	struct termios before, raw;
	bool is_tty = tcgetattr(STDIN_FILENO, &before) == 0;
	int console;

	if (state_owner(client->state, client->name) == 0)
		return not_there(client->name);
	console = open_console(client);
	if (console < 0)
		return failed("the realm has no console of its own (--console pty or socket)");
	signal(SIGPIPE, SIG_IGN);
	if (is_tty) {
		fprintf(stderr, "Realm %s. Ctrl-] leaves it.\r\n", client->name);
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	client_copy(console, is_tty, false);
	if (is_tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	close(console);
	return 0;
}
