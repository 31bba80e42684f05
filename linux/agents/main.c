/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-agents: a pipeline of agents, each in a realm of its own, or all in one (docs/agents.md).
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents.h"
#include "csm-tool/tool.h"

int csm = -1;

struct options {
	const char *model, *database;
	unsigned int tokens, rounds;
};

static const char usage[] = "usage: csm-agents front LINK [--rounds N]\n"
			    "       csm-agents model LINK LINK --model FILE [--tokens N]\n"
			    "       csm-agents tool LINK --database FILE\n"
			    "       csm-agents alone --model FILE --database FILE [--tokens N] [--rounds N]\n"
			    "A link is csm:REGION,PEER,N,THEIRS or tls-server:STREAM or tls-client:STREAM\n";

static _Noreturn void misuse(const char *what)
{
	fprintf(stderr, "csm-agents: %s\n%s", what, usage);
	exit(STATUS_USAGE);
}

static unsigned int small_number(const char *text, unsigned int most)
{
	unsigned int value;

	if (!take_number(&text, &value) || *text != '\0' || value == 0 || value > most)
		misuse("a number that can't be");
	return value;
}

static void read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "model", required_argument, NULL, 'm' },
		{ "database", required_argument, NULL, 'd' },
		{ "tokens", required_argument, NULL, 't' },
		{ "rounds", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'm')
			o->model = optarg;
		else if (option == 'd')
			o->database = optarg;
		else if (option == 't')
			o->tokens = small_number(optarg, TOKENS_MAX);
		else if (option == 'r')
			o->rounds = small_number(optarg, 1000);
		else
			misuse("an option that there is not, or that wants a value");
	}
}

/* How it ended. */
static int report(const char *who, int error)
{
	if (error != 0)
		fprintf(stderr, "csm-agents: %s: %s\n", who, csm_error_text(error));
	return status_of(error);
}

static struct transport *connected(const char *name)
{
	struct transport *transport;
	int error = transport_open(name, &transport);

	if (error == -EINVAL)
		misuse("a link that is none");
	if (error != 0)
		exit(report(name, error));
	return transport;
}

static struct infer *loaded(const struct options *o)
{
	struct infer *infer = o->model != NULL ? infer_open(o->model) : NULL;

	if (infer == NULL)
		fail(STATUS_FAILED, "agents: there is no model, or it can't be used (--model)");
	return infer;
}

static struct database *opened(const struct options *o)
{
	struct database *database = o->database != NULL ? database_open(o->database) : NULL;

	if (database == NULL)
		fail(STATUS_FAILED, "agents: there is no database, or it can't be used (--database)");
	return database;
}

/* --- One agent -------------------------------------------------------------------------------------------- */

static int run_front(const struct options *o, struct transport *model)
{
	int error = agent_front(model, o->rounds);

	model->close(model);
	return report("front", error);
}

static int run_model(const struct options *o, struct infer *infer, struct transport *front,
		     struct transport *tool)
{
	int error = agent_model(front, tool, infer, o->tokens);

	front->close(front);
	tool->close(tool);
	infer_close(infer);
	return report("model", error);
}

static int run_tool(const struct options *o, struct transport *model)
{
	struct database *database = opened(o);
	int error = agent_tool(model, database);

	model->close(model);
	database_close(database);
	return report("tool", error);
}

/* --- All of them in one realm ----------------------------------------------------------------------------- */

static struct transport *by_socket(int fd)
{
	struct transport *transport;
	int error = transport_socket(fd, &transport);

	if (error != 0)
		exit(report("socket", error));
	return transport;
}

/* Two ends; those of other processes are closed in each. */
static void make_pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		fail(STATUS_FAILED, "agents: %s", strerror(errno));
}

static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail(STATUS_FAILED, "agents: %s", strerror(errno));
	return pid;
}

static bool ended_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int run_alone(const struct options *o)
{
	int front[2], tool[2], status;
	pid_t pids[2];

	make_pair(front);
	make_pair(tool);
	pids[0] = child();
	if (pids[0] == 0) {
		close(front[0]);
		close(tool[1]);
		exit(run_model(o, loaded(o), by_socket(front[1]), by_socket(tool[0])));
	}
	close(front[1]);
	close(tool[0]);
	pids[1] = child();
	if (pids[1] == 0) {
		close(front[0]);
		exit(run_tool(o, by_socket(tool[1])));
	}
	close(tool[1]);
	status = run_front(o, by_socket(front[0]));
	for (unsigned int i = 0; i < 2; i++)
		if (!ended_well(pids[i]) && status == STATUS_OK)
			status = STATUS_FAILED;
	return status;
}

int main(int argc, char **argv)
{
	struct options o = { .tokens = 4, .rounds = 5 };
	const char *role;
	struct infer *infer;
	struct transport *front;

	signal(SIGPIPE, SIG_IGN);
	read_options(argc, argv, &o);
	role = optind < argc ? argv[optind++] : "";
	argc -= optind;
	argv += optind;
	if (strcmp(role, "front") == 0 && argc == 1)
		return run_front(&o, connected(argv[0]));
	if (strcmp(role, "tool") == 0 && argc == 1)
		return run_tool(&o, connected(argv[0]));
	if (strcmp(role, "alone") == 0 && argc == 0)
		return run_alone(&o);
	if (strcmp(role, "model") != 0 || argc != 2)
		misuse("a role is front, model, tool or alone");
	infer = loaded(&o);
	front = connected(argv[0]); /* first: C leaves the order of arguments open, and a server waits here */
	return run_model(&o, infer, front, connected(argv[1]));
}
