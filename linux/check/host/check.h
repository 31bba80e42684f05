/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host-check: what /dev/caec promises (caec_host(4)), tried by programs of the Linux host. One line per expectation; the last
 * says how many were not met. tests/check/linux-host runs it.
 */
#ifndef LINUX_CHECK_HOST_H
#define LINUX_CHECK_HOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/caec_host.h>

#include "payload.h"

#define MIB (UINT64_C(1) << 20)
#define PAGE UINT64_C(4096)

void expect(const char *what, bool holds);
void expect_eq(const char *what, uint64_t is, uint64_t wanted);
void expect_error(const char *what, long result, int wanted); /* -1 with this errno */
extern unsigned int failures;

/* --- A realm with the payload (realm.c) -------------------------------------------------------------------- */

struct wish {
	const char *name;
	unsigned int recs;
	uint64_t memory, ram; /* 0: 16 MiB; as memory */
	bool csm;
	enum payload_task task;
	uint64_t arguments[3];
};

/* A thread that runs one of its RECs. */
struct runner {
	struct test_realm *realm;
	unsigned int rec;
	pthread_t thread;
};

struct test_realm {
	int fd, recs[CAEC_HOST_MAX_RECS];
	struct caec_host_run *runs[CAEC_HOST_MAX_RECS];
	unsigned int count;
	uint64_t out[64]; /* what the payload said */
	unsigned int said;
	const uint64_t *in;                      /* what it hears when it asks; NULL: 0 */
	void (*heard)(struct test_realm *realm); /* after each word of it; NULL */
	struct runner others[CAEC_HOST_MAX_RECS];
};

extern int caec; /* /dev/caec */

struct caec_host_create creation(const struct wish *wish);
/* Builds it, ACTIVE. False: errno says why; what there is of it is there. */
bool realm_try(struct test_realm *realm, const struct wish *wish);
struct test_realm realm_make(const struct wish *wish); /* expects that it works */
void realm_close(struct test_realm *realm);

/* Runs REC 0, serves its device, until another exit comes: that one. */
uint32_t realm_run(struct test_realm *realm);
/* Likewise, but signals are no end of it. */
uint32_t run_to_end(struct test_realm *realm);
/* Until it has said so much. */
bool realm_run_until(struct test_realm *realm, unsigned int said);
/* A thread for each REC but 0, until the realm ends, or a device is not the payload's. */
void realm_run_others(struct test_realm *realm);
void realm_join_others(struct test_realm *realm);
/* One RUN of any REC, signals included: as the ioctl. */
int rec_run(struct test_realm *realm, unsigned int rec);
/* The device. False: the exit is something else. */
bool device_serve(struct test_realm *realm, unsigned int rec);

struct caec_host_stats stats_of(const struct test_realm *realm);
struct caec_host_info info(void);
uint64_t
mem_free(void);    /* bytes, by /proc/meminfo: free, and what the kernel's lists for each CPU hold back */
void settle(void); /* all is expected to be back */

/* --- A VMM that is stuck in POPULATE (stuck.c) -------------------------------------------------------------- */

pid_t stuck_begin(void); /* expects that other ioctls of its realm go on */
void stuck_end(pid_t child);

/* --- Two processes whose realms share (csm.c) --------------------------------------------------------------- */

struct couple {
	pid_t provider, consumer;
	int to_consumer[2], to_provider[2];
};

void check_couple(const char *name, void (*prepare)(void)); /* all of it, once; each of them prepares */
struct couple couple_for_ever(void); /* again and again, in silence: for who kills them */
void couple_end(struct couple *couple);

/* --- What it costs (bench.c) ------------------------------------------------------------------------------- */

uint64_t bench_ticks(void);     /* of the system counter */
uint64_t bench_frequency(void); /* of it, in Hz */
void bench_row(const char *name, uint64_t ticks, uint64_t count);
void bench(void);

/* --- Sections ---------------------------------------------------------------------------------------------- */

void check_arguments(void);
void check_tasks(void);
void check_devices(void);
void check_recs(void);
void check_memory(void);
void check_csm(void);
void check_kill(unsigned int times, unsigned int seed);
void check_fuzz(unsigned int times, unsigned int seed);
void check_load(unsigned int seconds, unsigned int seed);
void check_storms(unsigned int times, unsigned int seed);
void check_group(const char *group, unsigned int times, unsigned int seed);

#endif
