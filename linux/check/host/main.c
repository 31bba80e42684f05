/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	host-check SECTION...      arguments, tasks, devices, recs, memory, csm
 *	host-check kill N SEED     makes and kills N processes with realms
 *	host-check fuzz N SEED     N rounds of hostile ioctls
 *	host-check load N SEED     realms come and go on all CPUs for N seconds
 *	host-check signals N SEED  N realms whose processes get signals all the time
 *	host-check group N SEED DIR   N realms in the memory cgroup DIR, which has too little for them
 *	host-check bench           counts what realms cost (tools/bench)
 *	host-check stamp TEXT      copies standard input to standard output; says when it began, and when TEXT came
 *	host-check touch MIB       a realm that touches so much of its memory, again and again: until it is killed, or ends
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

unsigned int failures;

void expect(const char *what, bool holds)
{
	failures += !holds;
	if (!holds)
		printf("NOT OK %s\n", what);
	fflush(stdout);
}

void expect_eq(const char *what, uint64_t is, uint64_t wanted)
{
	if (is != wanted)
		printf("       %s: 0x%llx, not 0x%llx\n", what, (unsigned long long)is,
		       (unsigned long long)wanted);
	expect(what, is == wanted);
}

void expect_error(const char *what, long result, int wanted)
{
	int is = result == -1 ? errno : 0;

	if (is != wanted)
		printf("       %s: %s, not %s\n", what, strerror(is), strerror(wanted));
	expect(what, result == -1 && is == wanted);
}

/* For who limits or kills it from outside. */
static int touch(uint64_t mib)
{
	const struct wish wish = { .name = "touch",
				   .memory = (mib + 8) * MIB,
				   .task = TASK_TOUCH,
				   .arguments = { mib * MIB, PAGE, 1 } };
	struct test_realm realm;
	uint32_t why;

	if (!realm_try(&realm, &wish)) {
		printf("touch: %s\n", strerror(errno));
		return 2;
	}
	printf("touch: runs\n");
	fflush(stdout);
	why = realm_run(&realm);
	printf("touch: exit %u, why %u\n", why, why == CAEC_HOST_EXIT_ERROR ? realm.runs[0]->error.why : 0);
	return why == CAEC_HOST_EXIT_ERROR && realm.runs[0]->error.why == CAEC_HOST_ERROR_MEMORY ? 3 : 4;
}

static const struct {
	const char *name;
	void (*run)(void);
} sections[] = {
	{ "arguments", check_arguments }, { "tasks", check_tasks },   { "devices", check_devices },
	{ "recs", check_recs },           { "memory", check_memory }, { "csm", check_csm },
};

static bool run_section(const char *name)
{
	for (unsigned int i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strcmp(sections[i].name, name) == 0) {
			unsigned int before = failures;

			sections[i].run();
			settle();
			printf("%s %s\n", failures == before ? "ok    " : "NOT OK", name);
			fflush(stdout);
			return true;
		}
	}
	return false;
}

/* For the bench: how long it takes until another program says something. */
static int stamp(const char *text)
{
	uint64_t begin = bench_ticks();
	size_t seen = 0;
	int byte;

	while ((byte = getchar()) != EOF) {
		putchar(byte);
		fflush(stdout);
		seen = byte == text[seen] ? seen + 1 : byte == text[0];
		if (text[seen] != 0)
			continue;
		printf("\n");
		bench_row("stamp", bench_ticks() - begin, 1);
		seen = 0;
	}
	return 0;
}

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

/* What is done N times, from a seed. */
static bool run_many(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(unsigned int times, unsigned int seed);
	} many[] = { { "kill", check_kill },
		     { "fuzz", check_fuzz },
		     { "load", check_load },
		     { "signals", check_storms } };

	for (unsigned int i = 0; argc == 4 && i < sizeof(many) / sizeof(many[0]); i++) {
		if (strcmp(argv[1], many[i].name) == 0) {
			many[i].run(number(argv[2]), number(argv[3]));
			return true;
		}
	}
	return false;
}

static bool run_sections(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!run_section(argv[i])) {
			fprintf(stderr, "host-check: there is no section %s\n", argv[i]);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "stamp") == 0)
		return stamp(argv[2]);
	caec = open("/dev/caec", O_RDWR | O_CLOEXEC);
	if (caec < 0) {
		perror("/dev/caec");
		return 2;
	}
	if (argc == 3 && strcmp(argv[1], "touch") == 0)
		return touch(number(argv[2]));
	if (argc == 2 && strcmp(argv[1], "bench") == 0)
		bench();
	else if (argc == 5 && strcmp(argv[1], "group") == 0)
		check_group(argv[4], number(argv[2]), number(argv[3]));
	else if (!run_many(argc, argv) && !run_sections(argc, argv))
		return 2;
	settle();
	printf("%u expectations not met\n", failures);
	return failures != 0;
}
