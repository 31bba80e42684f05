/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes that end at any moment, ioctls with anything in them, realms that come and go on all CPUs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "random.h"

#define SHARED (4 * MIB)

static struct wish any_wish(char name[32])
{
	static const struct wish kinds[] = {
		{ .task = TASK_TOUCH, .arguments = { 8 * MIB, PAGE, 1 } },
		{ .task = TASK_TOUCH, .arguments = { 8 * MIB, 512, 1 }, .csm = true },
		{ .task = TASK_SPIN },
		{ .task = TASK_SPI, .arguments = { 1 } },
		{ .task = TASK_TIMER, .arguments = { 100000, 1000 } },
		{ .task = TASK_CPUS, .recs = 3, .arguments = { 3 } },
		{ .task = TASK_RIPAS },
		{ .task = TASK_OFF, .recs = 2 },
		{ .task = TASK_SHARED, .arguments = { SHARED / PAGE } },
	};
	struct wish wish = kinds[random_word() % (sizeof(kinds) / sizeof(kinds[0]))];

	snprintf(name, 32, "r%d", (int)getpid());
	wish.name = name;
	return wish;
}

/* --- Kill -------------------------------------------------------------------------------------------------- */

/* Memory that a realm shares goes with both. */
static bool share(const struct test_realm *realm, uint64_t size)
{
	struct caec_host_shared shared = { .version = CAEC_HOST_VERSION,
					   .ipa = PAYLOAD_SHARED,
					   .size = size,
					   .fd = memfd_create("shared", MFD_CLOEXEC) };

	return ftruncate(shared.fd, (off_t)size) == 0 && ioctl(realm->fd, CAEC_HOST_SET_SHARED, &shared) == 0;
}

static void live(uint64_t seed)
{
	char name[32];
	struct test_realm realm;
	struct wish wish;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	seed_random(seed);
	wish = any_wish(name);
	if (!realm_try(&realm, &wish) || !share(&realm, SHARED))
		_exit(1);
	realm_run_others(&realm);
	realm_run(&realm);
	pause();
	_exit(0);
}

/* In the middle of anything: half of them early, while they build their realm, the others up to half a second later. */
static void kill_some_time(pid_t child)
{
	usleep((useconds_t)(random_word() % (1000U << (random_word() % 10))));
	kill(child, SIGKILL);
}

static void expect_killed(pid_t child)
{
	int status;

	expect("it lives until it is killed",
	       waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Two by themselves, two that share; in any order. */
static void kill_four(uint64_t seed)
{
	struct couple couple = couple_for_ever();
	pid_t children[4] = { couple.provider, couple.consumer };
	unsigned int first = (unsigned int)(random_word() % 4);

	for (unsigned int i = 2; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0)
			live(seed + i);
	}
	for (unsigned int i = 0; i < 4; i++)
		kill_some_time(children[(first + i) % 4]);
	for (unsigned int i = 0; i < 4; i++)
		expect_killed(children[i]);
	couple_end(&couple);
}

#define MUCH (48 * MIB) /* more than MemFree may differ */

static _Noreturn void hold(int out)
{
	const struct wish wish = { .name = "holder", .task = TASK_SHARED, .arguments = { MUCH / PAGE } };
	struct test_realm realm;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!realm_try(&realm, &wish) || !share(&realm, MUCH) ||
	    realm_run(&realm) != CAEC_HOST_EXIT_SYSTEM_OFF || write(out, "h", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* When all of what it shares is there. */
static void kill_holder(void)
{
	int words[2];
	pid_t child;
	char word;

	expect("a pipe", pipe(words) == 0);
	child = fork();
	if (child == 0)
		hold(words[1]);
	close(words[1]);
	expect("a realm shares much", read(words[0], &word, 1) == 1);
	close(words[0]);
	kill(child, SIGKILL);
	expect_killed(child);
}

void check_kill(unsigned int times, unsigned int seed)
{
	uint64_t before = mem_free(), after;

	seed_random(seed);
	for (unsigned int i = 0; i < times; i += 4)
		kill_four(seed + UINT64_C(1000) * i);
	kill_holder();
	settle();
	after = mem_free();
	printf("       %u processes killed; MemFree: %llu MiB before, %llu after\n", times,
	       (unsigned long long)(before / MIB), (unsigned long long)(after / MIB));
	expect("MemFree is back", after + 24 * MIB > before);
}

/* --- Fuzz -------------------------------------------------------------------------------------------------- */

static const unsigned long commands[] = {
	CAEC_HOST_INFO,       CAEC_HOST_CREATE_REALM, CAEC_HOST_INIT_RIPAS, CAEC_HOST_POPULATE,
	CAEC_HOST_CREATE_REC, CAEC_HOST_ACTIVATE,     CAEC_HOST_SET_SHARED, CAEC_HOST_IRQ_LINE,
	CAEC_HOST_IRQFD,      CAEC_HOST_IOEVENTFD,    CAEC_HOST_CSM_POLICY, CAEC_HOST_CSM_ENTRY,
	CAEC_HOST_STATS,      CAEC_HOST_RUN,
};

/* What means something to a realm, or goes wrong anywhere. */
static uint64_t interesting(void)
{
	static const uint64_t values[] = { 17,
					   32,
					   45,
					   95,
					   96,
					   PAYLOAD_RAM,
					   PAYLOAD_RAM + MIB,
					   PAYLOAD_ALIAS,
					   PAYLOAD_ALIAS - PAGE,
					   PAYLOAD_SHARED,
					   PAYLOAD_GIC_DIST,
					   PAYLOAD_ALIAS * 2 - PAGE,
					   UINT64_C(1) << 47 };
	uint64_t random = random_word();

	return random % 2 != 0 ? values[random / 2 % (sizeof(values) / sizeof(values[0]))] : random_value();
}

struct prey {
	struct test_realm realms[3];
	int memfd, event;
};

static int any_fd(struct prey *prey)
{
	struct test_realm *realm = &prey->realms[random_word() % 3];

	switch (random_word() % 8) {
	case 0:
		return caec;
	case 1:
		return prey->memfd;
	case 2:
		return prey->event;
	case 3:
		return realm->recs[0];
	case 4:
		return (int)(random_word() % 16);
	default:
		return realm->fd;
	}
}

/* A structure that is nearly right, with hostile words here and there. */
static void fill(struct prey *prey, void *buffer, size_t size)
{
	uint64_t *words = buffer;
	uint32_t *halves = buffer;

	memset(buffer, 0, size);
	halves[0] = random_word() % 16 != 0 ? CAEC_HOST_VERSION : (uint32_t)random_word();
	for (uint64_t i = random_word() % 6; i > 0; i--)
		words[1 + random_word() % (size / 8 - 1)] = interesting();
	if (random_word() % 3 == 0)
		halves[1] = (uint32_t)(random_word() % 4);
	if (random_word() % 2 == 0)
		halves[2 + random_word() % 10] = (uint32_t)any_fd(prey);
	if (random_word() % 2 == 0)
		words[3] = (uintptr_t)buffer;
}

static void one(struct prey *prey)
{
	static uint64_t buffer[128];
	unsigned long command = commands[random_word() % (sizeof(commands) / sizeof(commands[0]))];
	struct test_realm *realm = &prey->realms[random_word() % 3];

	fill(prey, buffer, sizeof(buffer));
	if (command == CAEC_HOST_RUN) {
		for (unsigned int i = 0; i < 8 && realm->runs[0] != NULL; i++)
			((volatile uint64_t *)realm->runs[0])[2 + random_word() % 36] = interesting();
		ualarm((useconds_t)(1000 + random_word() % 3000), 20000); /* it may come before the call */
		ioctl(realm->recs[0], CAEC_HOST_RUN);
		ualarm(0, 0);
		return;
	}
	ioctl(random_word() % 8 != 0 ? realm->fd : any_fd(prey), command,
	      random_word() % 64 != 0 ? (uintptr_t)buffer : interesting());
	ioctl(caec, command == CAEC_HOST_CREATE_REALM ? command : CAEC_HOST_INFO, buffer);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* All descriptors that an ioctl gave away go with the process. */
static void prey_upon(unsigned int round, unsigned int seed)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	struct prey prey = { .memfd = memfd_create("fuzz", 0), .event = eventfd(0, EFD_NONBLOCK) };
	char name[32];

	seed_random(seed + round);
	sigaction(SIGALRM, &action, NULL);
	if (ftruncate(prey.memfd, 4 * MIB) != 0)
		_exit(1);
	for (unsigned int i = 0; i < 3; i++) {
		struct wish wish = any_wish(name);
		struct caec_host_create create;

		snprintf(name, sizeof(name), "f%u.%u", round, i);
		create = creation(&wish);
		if (i == 2 ? ioctl(caec, CAEC_HOST_CREATE_REALM, &create) != 0
			   : !realm_try(&prey.realms[i], &wish))
			_exit(1);
		if (i == 2)
			prey.realms[i].fd = create.fd; /* one that is being built */
	}
	for (unsigned int i = 0; i < 200; i++)
		one(&prey);
	_exit(0);
}

void check_fuzz(unsigned int times, unsigned int seed)
{
	int status;

	for (unsigned int i = 0; i < times; i++) {
		pid_t child = fork();

		if (child == 0)
			prey_upon(i, seed);
		expect("its realms are made, and it ends",
		       waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
		settle();
	}
	printf("       %u ioctls\n", times * 200);
}

/* --- Load -------------------------------------------------------------------------------------------------- */

static void come_and_go(time_t until)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	unsigned int count = 0;
	char name[32];

	sigaction(SIGALRM, &action, NULL);
	while (time(NULL) < until) {
		struct wish wish = any_wish(name);
		struct test_realm realm;
		struct itimerval timer = { .it_value = { .tv_usec =
								 (suseconds_t)(random_word() % 200000) + 1 },
					   .it_interval = { .tv_usec = 20000 } };

		if (!realm_try(&realm, &wish)) {
			perror("load");
			_exit(1);
		}
		setitimer(ITIMER_REAL, &timer, NULL);
		realm_run(&realm);
		realm_close(&realm);
		count++;
	}
	_exit(count == 0);
}

void check_load(unsigned int seconds, unsigned int seed)
{
	time_t until = time(NULL) + seconds;
	int status;

	for (unsigned int i = 0; i < 4; i++) {
		if (fork() == 0) {
			seed_random(seed + i);
			come_and_go(until);
		}
	}
	for (unsigned int i = 0; i < 4; i++)
		expect("it ends", wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	settle();
}
