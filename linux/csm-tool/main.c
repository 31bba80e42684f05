/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm: confidential shared memory from the command line (csm(1)).
 */
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int csm = -1;

static const char *const roles[] = { "region", "share", "attachment" };
static const char *const states[] = { "creating", "created", "offered", "reserved",
				      "attached", "revoked", "broken",  "destroying" };

#define NAME(names, value) ((value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] : "?")

/* --- Commands --------------------------------------------------------------------------------------------- */

static int command_id(int argc, char **argv)
{
	struct caec_csm_info info;

	(void)argc;
	(void)argv;
	check(csm_info(csm, &info), "id");
	row("rid", rid_text(&info.rid), NULL);
	return STATUS_OK;
}

static int command_list(int argc, char **argv)
{
	struct caec_csm_entry e = { 0 };
	int error;

	(void)argc;
	(void)argv;
	while ((error = csm_query(csm, &e)) == 0)
		row("role", NAME(roles, e.role), "state", NAME(states, e.state), "id", number_text(e.id),
		    "peer", rid_text(&e.peer), "n", number_text(e.n), "permission",
		    permission_text(e.permission), "base", number_text(e.base), "size", number_text(e.size),
		    NULL);
	check(error == -ENOENT ? 0 : error, "list");
	return STATUS_OK;
}

/* Options of what makes an object stand behind the other arguments. */
static uint32_t flags_of(int argc, char **argv)
{
	uint32_t flags = CAEC_CSM_KEEP;

	for (int i = 0; i < argc; i++) {
		if (!object_flag(argv[i], &flags))
			fail(STATUS_USAGE, "what is '%s'?", argv[i]);
	}
	return flags;
}

static int command_create(int argc, char **argv)
{
	struct csm o;

	check(csm_create(csm, number_argument(argv[0]), flags_of(argc - 1, argv + 1), &o), "create");
	row("id", number_text(o.id), "size", number_text(o.size), NULL);
	return STATUS_OK;
}

static void rim_argument(const char *text, uint8_t rim[64])
{
	size_t length = strlen(text);

	if (length > 128 || length % 2 != 0 || strspn(text, "0123456789abcdefABCDEF") != length)
		fail(STATUS_USAGE, "'%s' is no measurement: up to 128 hex digits", text);
	memset(rim, 0, 64);
	for (size_t i = 0; i < length / 2; i++)
		rim[i] = (uint8_t)strtoul((const char[]){ text[2 * i], text[2 * i + 1], '\0' }, NULL, 16);
}

static int command_share(int argc, char **argv)
{
	struct caec_csm_rid peer = rid_argument(argv[1]);
	uint32_t permission = permission_argument(argv[2]);
	uint8_t rim[64];
	struct csm o;
	uint64_t n;

	if (argc == 4)
		rim_argument(argv[3], rim);
	check(csm_find_region(csm, number_argument(argv[0]), &o), "share");
	check(csm_share(&o, &peer, permission, argc == 4 ? rim : NULL, &n), "share");
	row("n", number_text(n), "size", number_text(o.size), NULL);
	return STATUS_OK;
}

static int command_revoke(int argc, char **argv)
{
	struct caec_csm_rid peer = rid_argument(argv[1]);
	struct csm o;

	(void)argc;
	check(csm_find_region(csm, number_argument(argv[0]), &o), "revoke");
	check(csm_revoke(&o, &peer, number_argument(argv[2])), "revoke");
	return STATUS_OK;
}

static int command_attach(int argc, char **argv)
{
	struct caec_csm_rid provider = rid_argument(argv[0]);
	struct csm o;

	check(csm_attach(csm, &provider, number_argument(argv[1]), number_argument(argv[2]),
			 flags_of(argc - 3, argv + 3), &o),
	      "attach");
	row("permission", permission_text(o.permission), "size", number_text(o.size), NULL);
	return STATUS_OK;
}

static int command_drop(int argc, char **argv)
{
	struct csm o;

	object_argument(argc, argv, &o);
	check(csm_keep(&o, false), "drop");
	csm_close(&o);
	return STATUS_OK;
}

static int command_notify(int argc, char **argv)
{
	struct caec_csm_rid peer = { 0, 0 };
	struct csm o;
	uint64_t n = 0;

	if (argc == 3) {
		peer = rid_argument(argv[1]);
		n = number_argument(argv[2]);
		argc = 1;
	}
	object_argument(argc, argv, &o);
	check(csm_notify(&o, &peer, n), "notify");
	return STATUS_OK;
}

static int command_watch(int argc, char **argv)
{
	struct caec_csm_event event;
	struct csm o;
	int error;

	object_argument(argc, argv, &o);
	while ((error = csm_wait(&o, -1, &event)) == 0) {
		static const char *const names[] = { "rung", "attached", "gone" };

		for (unsigned int bit = 0; bit < 3; bit++)
			if ((event.events >> bit & 1) != 0)
				row("event", names[bit], "peer", rid_text(&event.peer), "n",
				    number_text(event.n), NULL);
	}
	check(error, "watch");
	return STATUS_OK;
}

static int command_measure(int argc, char **argv)
{
	struct caec_csm_rid peer = rid_argument(argv[0]);
	struct caec_csm_measurement m;
	char text[129];

	check(csm_measurement(csm, &peer, argc > 1 ? (unsigned int)number_argument(argv[1]) : 0, &m),
	      "measure");
	for (int i = 0; i < 64; i++)
		snprintf(&text[2 * i], 3, "%02x", m.value[i]);
	row("algorithm", m.algorithm == 0 ? "sha-256" : "sha-512", "value", text, NULL);
	return STATUS_OK;
}

/* A program of its own, beside this one: it needs libraries that nothing else here does. */
static int command_pair(int argc, char **argv)
{
	static const char name[] = "/csm-pair";
	char path[4096], *words[64 + 3] = { path, NULL };
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(name));
	int count = 1;

	while (length > 0 && path[length - 1] != '/')
		length--;
	strcpy(path + (length > 0 ? length - 1 : 0), name);
	if (json)
		words[count++] = (char[]){ "--json" };
	for (int i = 0; i < argc; i++)
		words[count++] = argv[i];
	execv(path, words);
	fail(STATUS_FAILED, "pair: %s: %s", path, strerror(errno));
}

static const struct command {
	const char *name;
	int least, most; /* arguments */
	int (*run)(int argc, char **argv);
	const char *arguments, *what;
} commands[] = {
	{ "id", 0, 0, command_id, "", "this realm's identifier" },
	{ "list", 0, 0, command_list, "", "regions, shares, attachments" },
	{ "create", 1, 3, command_create, "SIZE [--dax]", "a region; prints its ID" },
	{ "share", 3, 4, command_share, "ID RID ro|rw|rx [RIM]", "let a realm attach it; prints N" },
	{ "revoke", 3, 3, command_revoke, "ID RID N", "take that back" },
	{ "attach", 3, 5, command_attach, "RID N SIZE [--dax] [--sigbus]", "another realm's region" },
	{ "drop", 1, 2, command_drop, "ID | RID N", "a region or an attachment" },
	{ "notify", 2, 3, command_notify, "ID RID N | RID N", "ring at the other end" },
	{ "watch", 1, 2, command_watch, "ID | RID N", "print what peers do" },
	{ "measure", 1, 2, command_measure, "RID [INDEX]", "a peer's measurement, from the monitor" },
	{ "block", 1, 2, command_block, "ID | RID N", "a --dax object as a block device; prints it" },
	{ "unblock", 1, 1, command_unblock, "DEVICE", "remove that" },
	{ "serve", 1, 64, command_serve, "DIR [RID...] [--dax]",
	  "a directory as a read-only image; prints ID, N, SIZE" },
	{ "mount", 4, 4, command_mount, "RID N SIZE DIR", "such an image, in place" },
	{ "umount", 1, 1, command_umount, "DIR", "and give it back" },
	{ "pair", 1, 64, command_pair, "--policy FILE ACTION",
	  "share with a peer by attestation tokens: csm pair --help" },
	{ "send", 1, 2, command_send, "RID [SIZE]", "standard input to a realm; prints N on standard error" },
	{ "recv", 2, 3, command_recv, "RID N [SIZE]", "from a realm to standard output" },
	{ "net", 2, 8, command_net, "up NAME --peer RID [--number N] [--size SIZE]",
	  "a network interface to a realm; prints NAME, RID, N, SIZE" },
	{ "net", 4, 4, command_net, "up NAME --number N", "says which share of the peer it waits for" },
	{ "net", 2, 2, command_net, "down NAME", "remove it" },
	{ "net", 2, 2, command_net, "status NAME", "its link and statistics" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static _Noreturn void usage(int status)
{
	FILE *to = status == STATUS_OK ? stdout : stderr;

	fprintf(to, "usage: csm [--json] COMMAND [argument...]\n       csm --help | --version\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %-30s %s\n", commands[i].name, commands[i].arguments, commands[i].what);
	exit(status);
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc > 1 && strcmp(argv[1], "--json") == 0) {
		json = true;
		argc--;
		argv++;
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
		usage(STATUS_OK);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("csm " CAEC_VERSION);
		return STATUS_OK;
	}
	command = argc > 1 ? command_named(argv[1]) : NULL;
	if (command == NULL || argc - 2 < command->least || argc - 2 > command->most)
		usage(STATUS_USAGE);
	csm = csm_open();
	check(csm, "/dev/csm");
	return command->run(argc - 2, argv + 2);
}
