/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals that come at any moment; a memory cgroup that has nothing left, at any moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "random.h"

/* --- Signals ----------------------------------------------------------------------------------------------- */

static void on_alarm(int signal)
{
	(void)signal;
}

/* The next ones come when they come: in ioctls that build, in RUN, in the taking apart. Pipes go on by themselves. */
static void begin_storm(bool restarts)
{
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = restarts ? SA_RESTART : 0 };
	suseconds_t period = (suseconds_t)(300 + random_word() % 4000);
	const struct itimerval timer = { .it_value = { .tv_usec = period },
					 .it_interval = { .tv_usec = period } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void begin_storm_on_pipes(void)
{
	begin_storm(true);
}

static void end_storm(void)
{
	const struct itimerval none = { 0 };

	setitimer(ITIMER_REAL, &none, NULL);
}

/* What the realm says in a storm is what it says in any weather. */
static void expect_words(const struct wish *wish, uint64_t first)
{
	struct test_realm realm = realm_make(wish);

	realm_run_others(&realm);
	expect_eq("it runs to its end", run_to_end(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	realm_join_others(&realm);
	expect_eq("and has done what it was to do", realm.out[0], first);
	realm_close(&realm);
}

static void storm_over_one(unsigned int kind)
{
	static const struct {
		struct wish wish;
		uint64_t first;
	} kinds[] = {
		{ { .name = "storm", .task = TASK_TOUCH, .arguments = { 8 * MIB, PAGE } }, 8 * MIB },
		{ { .name = "storm", .recs = 3, .task = TASK_CPUS, .arguments = { 3 } }, 2000 },
		{ { .name = "storm", .task = TASK_EXITS, .arguments = { EXIT_READ, 200, 1 } },
		  PAYLOAD_BEGIN },
		{ { .name = "storm", .task = TASK_EXITS, .arguments = { EXIT_GIC, 200, 1 } }, PAYLOAD_BEGIN },
	};

	begin_storm(false);
	expect_words(&kinds[kind % 4].wish, kinds[kind % 4].first);
	end_storm();
}

static void storm(unsigned int kind, uint64_t seed)
{
	seed_random(seed);
	failures = 0;
	if (kind % 5 < 4) {
		storm_over_one(kind % 5);
	} else {
		check_couple("realms share in a storm", begin_storm_on_pipes);
	}
	_exit((int)failures);
}

void check_storms(unsigned int times, unsigned int seed)
{
	int status;

	for (unsigned int i = 0; i < times; i++) {
		pid_t child = fork();

		if (child == 0)
			storm(i, seed + i);
		expect("a realm does not mind signals",
		       waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	printf("       %u realms\n", times);
}

/* --- A memory cgroup --------------------------------------------------------------------------------------- */

enum outcome { REFUSED, ENDED, DONE, KILLED, OUTCOMES, WRONG = 99 };

static void write_to(const char *group, const char *file, uint64_t number)
{
	char path[256], text[32];
	int fd, size = snprintf(text, sizeof(text), "%llu", (unsigned long long)number);

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	expect(file, fd >= 0 && write(fd, text, (size_t)size) == size);
	if (fd >= 0)
		close(fd);
}

/* The number behind `key` in a file of the group's; the file's only one if it is empty. */
static uint64_t read_from(const char *group, const char *file, const char *key)
{
	char path[256], line[128], format[64];
	unsigned long long value = UINT64_MAX;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	snprintf(format, sizeof(format), "%s%%llu", key);
	in = fopen(path, "re");
	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		if (sscanf(line, format, &value) == 1)
			break;
	if (in != NULL)
		fclose(in);
	return value;
}

/* It touches 8 MiB, or makes a region of 4 MiB. */
static enum outcome grow(const char *group, bool csm)
{
	const struct wish touch = { .name = "grow", .task = TASK_TOUCH, .arguments = { 8 * MIB, PAGE } },
			  region = {
				  .name = "grow", .csm = true, .task = TASK_PROVIDER, .arguments = { 4 * MIB }
			  };
	struct test_realm realm;
	uint32_t why;

	/* Its own memory is there before: what fails is the realm's. */
	if (mlockall(MCL_CURRENT) != 0)
		return WRONG;
	write_to(group, "cgroup.procs", 0);
	if (!realm_try(&realm, csm ? &region : &touch))
		return errno == ENOMEM ? REFUSED : WRONG;
	if (csm && realm_run_until(&realm, 5))
		return realm.out[4] == 0 ? DONE : realm.out[4] == 0x12 ? ENDED : WRONG;
	why = csm ? realm.runs[0]->exit_reason : run_to_end(&realm);
	if (why == CAEC_HOST_EXIT_SYSTEM_OFF)
		return DONE;
	return why == CAEC_HOST_EXIT_ERROR && realm.runs[0]->error.why == CAEC_HOST_ERROR_MEMORY ? ENDED
												 : WRONG;
}

/*
 * What a realm takes before it runs. With less, what has no room may as well be the kernel's own part of a system call, a
 * descriptor or a mapping, and for that the process is killed, as any would be.
 */
#define BUILT (512 << 10)

static enum outcome outcome_of(int status, uint64_t limit)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && limit < BUILT)
		return KILLED;
	if (WIFEXITED(status) && WEXITSTATUS(status) < KILLED)
		return (enum outcome)WEXITSTATUS(status);
	printf("       status 0x%x at %llu KiB\n", status, (unsigned long long)limit >> 10);
	return WRONG;
}

static enum outcome grow_within(const char *group, uint64_t limit, bool csm)
{
	pid_t child;
	int status = -1;

	write_to(group, "memory.max", limit);
	child = fork();
	if (child == 0)
		_exit((int)grow(group, csm));
	waitpid(child, &status, 0);
	return outcome_of(status, limit);
}

/* What the kernel keeps for the next one of the group: it charges in advance, 64 pages for each CPU. */
#define KEPT MIB

void check_group(const char *group, unsigned int times, unsigned int seed)
{
	unsigned int seen[OUTCOMES] = { 0 };

	seed_random(seed);
	for (unsigned int i = 0; i < times; i++) {
		uint64_t step = UINT64_C(1) << (14 + random_word() % 10);
		uint64_t limit = step + random_word() % step / PAGE * PAGE;
		enum outcome outcome = grow_within(group, limit, i % 3 == 2);

		expect("a clean error, or none", outcome < OUTCOMES);
		if (outcome < OUTCOMES)
			seen[outcome]++;
		expect("and nothing stays charged", read_from(group, "memory.current", "") < KEPT);
		settle();
	}
	printf("       not made %u, ended %u, not limited %u, killed before %u\n", seen[REFUSED], seen[ENDED],
	       seen[DONE], seen[KILLED]);
	expect("each of them was seen", seen[REFUSED] && seen[ENDED] && seen[DONE]);
	expect("who has no room is told so", seen[KILLED] * 12 <= seen[REFUSED]);
	expect_eq("nobody else was killed", read_from(group, "memory.events", "oom_kill "), seen[KILLED]);
}
