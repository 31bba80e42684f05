/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several RECs, a thread each; memory and its limits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

#define RECS 4

static void on_alarm(int signal)
{
	(void)signal;
}

/* Threads are made with it blocked: it is this one's. */
static void block_alarm(int how)
{
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(how, &alarm, NULL);
}

/* Whoever comes before the other thread waits in its place, until the alarm. */
static void expect_one_runner(struct test_realm *realm)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	int result = 0;

	sigaction(SIGALRM, &action, NULL);
	for (unsigned int i = 0; i < 50; i++) {
		ualarm(100000, 100000);
		result = rec_run(realm, 1);
		ualarm(0, 0);
		if (result == -1 && errno == EBUSY)
			break;
		usleep(20000);
	}
	expect_error("a REC has one runner", result, EBUSY);
}

static void check_cpus(void)
{
	const struct wish wish = { .name = "cpus", .recs = RECS, .task = TASK_CPUS, .arguments = { RECS } };
	struct test_realm realm = realm_make(&wish);

	block_alarm(SIG_BLOCK);
	realm_run_others(&realm);
	block_alarm(SIG_UNBLOCK);
	expect_one_runner(&realm);
	expect_eq("all RECs have run", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	realm_join_others(&realm);
	expect_eq("to their end", realm.out[0], 1000 * (RECS - 1));
	for (unsigned int i = 1; i < RECS; i++)
		expect_eq("and heard of the realm's", realm.runs[i]->exit_reason, CAEC_HOST_EXIT_SYSTEM_OFF);
	realm_close(&realm);
}

static void set_online(int cpu, bool online)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	expect("a CPU goes, or comes", fd >= 0 && write(fd, online ? "1" : "0", 1) == 1);
	if (fd >= 0)
		close(fd);
}

static void *run_all(void *argument)
{
	realm_run(argument);
	return NULL;
}

/* The CPU under a running REC goes away. */
static void check_hotplug(void)
{
	const struct wish wish = { .name = "hotplug", .task = TASK_TOUCH, .arguments = { MIB, PAGE, 1 } };
	struct test_realm realm = realm_make(&wish);
	unsigned int said;
	pthread_t thread;

	pthread_create(&thread, NULL, run_all, &realm);
	for (unsigned int i = 0; i < 3; i++) {
		usleep(100000);
		set_online(1, false);
		said = realm.said;
		for (unsigned int j = 0; j < 1000 && *(volatile unsigned int *)&realm.said == said; j++)
			usleep(10000);
		expect("it goes on without", *(volatile unsigned int *)&realm.said != said);
		set_online(1, true);
	}
	realm.runs[0]->immediate_exit = 1;
	pthread_join(thread, NULL);
	realm_close(&realm);
}

void check_recs(void)
{
	check_cpus();
	check_hotplug();
}

/* --- Memory ------------------------------------------------------------------------------------------------ */

static void check_limit(void)
{
	const struct wish wish = { .name = "limit",
				   .memory = 4 * MIB,
				   .ram = 64 * MIB,
				   .task = TASK_TOUCH,
				   .arguments = { 48 * MIB, PAGE } };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_stats stats;

	expect_eq("a realm has its limit", realm_run(&realm), CAEC_HOST_EXIT_ERROR);
	expect_eq("of memory", realm.runs[0]->error.why, CAEC_HOST_ERROR_MEMORY);
	stats = stats_of(&realm);
	expect_eq("it is broken", stats.state, CAEC_HOST_STATE_BROKEN);
	expect("it had not more", stats.granules_peak <= stats.granules_max && stats.granules_max < 2048);
	realm_close(&realm);
}

static void check_blocks(void)
{
	const struct wish wish = {
		.name = "blocks", .memory = 40 * MIB, .task = TASK_TOUCH, .arguments = { 32 * MIB, PAGE }
	};
	struct test_realm realm = realm_make(&wish);
	struct caec_host_stats stats;

	expect_eq("32 MiB are touched", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	stats = stats_of(&realm);
	expect("in blocks of 2 MiB", stats.counts[CAEC_HOST_COUNT_FAULT] < 1024);
	expect("and the realm has them", stats.granules >= 32 * MIB / PAGE);
	printf("       32 MiB: %llu faults\n", (unsigned long long)stats.counts[CAEC_HOST_COUNT_FAULT]);
	realm_close(&realm);
}

#define KCORE (5000 * MIB) /* all of the machine's memory is there, as the kernel's own map has it */

/* Whoever reads all of the kernel's memory reads none of a realm's. */
static void check_kcore(void)
{
	const struct wish wish = {
		.name = "kcore", .memory = 40 * MIB, .task = TASK_TOUCH, .arguments = { 32 * MIB, PAGE }
	};
	struct test_realm realm = realm_make(&wish);
	static char buffer[1 << 20];
	uint64_t read_bytes = 0;
	ssize_t got;
	int fd;

	expect_eq("it has its memory", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	fd = open("/proc/kcore", O_RDONLY);
	expect("/proc/kcore", fd >= 0);
	while (read_bytes < KCORE && (got = read(fd, buffer, sizeof(buffer))) > 0)
		read_bytes += (uint64_t)got;
	close(fd);
	expect("all of it is read", read_bytes >= KCORE);
	printf("       /proc/kcore: %llu MiB read\n", (unsigned long long)(read_bytes / MIB));
	realm_close(&realm);
}

void check_memory(void)
{
	uint64_t before = mem_free(), after;

	check_limit();
	check_blocks();
	check_kcore();
	settle();
	after = mem_free();
	printf("       MemFree: %llu MiB before, %llu after\n", (unsigned long long)(before / MIB),
	       (unsigned long long)(after / MIB));
	expect("MemFree is back", after + 24 * MIB > before);
}
