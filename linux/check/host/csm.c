/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential shared memory between the realms of two processes, and the host's policy.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define SIZE (4 * MIB)

/* The two processes' words for each other; each side reads its own end. */
struct talk {
	int in, out;
};

static void say(const struct talk *talk, uint64_t word)
{
	if (write(talk->out, &word, sizeof(word)) != sizeof(word))
		exit(1);
}

static uint64_t hear(const struct talk *talk)
{
	uint64_t word;

	if (read(talk->in, &word, sizeof(word)) != sizeof(word))
		exit(1);
	return word;
}

static void set_names(const struct test_realm *realm, const char *name)
{
	struct caec_host_csm_policy policy = {
		.version = CAEC_HOST_VERSION,
		.mode = CAEC_HOST_CSM_NAMES,
		.max_pages = SIZE / PAGE,
		.max_entries = 1,
		.count = 1,
	};

	strcpy(policy.names[0], name);
	expect("a policy by names", ioctl(realm->fd, CAEC_HOST_CSM_POLICY, &policy) == 0);
}

/* Both realms begin with their identifiers, which the processes pass on. */
static void meet(struct test_realm *realm, const struct talk *talk, uint64_t peer[3])
{
	expect("it says who it is", realm_run_until(realm, 4));
	expect_eq("CSM is there", realm->out[0] | realm->out[1], 0);
	say(talk, realm->out[2]);
	say(talk, realm->out[3]);
	peer[0] = hear(talk);
	peer[1] = hear(talk);
	realm->in = peer;
}

static unsigned int entries(const struct test_realm *realm, uint32_t role, uint32_t state, uint64_t base)
{
	struct caec_host_csm_entry entry = { .version = CAEC_HOST_VERSION };
	unsigned int found = 0;

	while (ioctl(realm->fd, CAEC_HOST_CSM_ENTRY, &entry) == 0)
		found += entry.role == role && entry.state == state && entry.base == base &&
			 entry.size == SIZE;
	expect("the entries have an end", errno == ENOENT);
	return found;
}

static void provide(const struct talk *talk)
{
	const struct wish wish = {
		.name = "provider", .csm = true, .task = TASK_PROVIDER, .arguments = { SIZE }
	};
	struct test_realm realm = realm_make(&wish);
	struct caec_host_stats stats;
	uint64_t peer[3] = { 0 };

	set_names(&realm, "consumer");
	meet(&realm, talk, peer);
	expect("P shares", realm_run_until(&realm, 7));
	expect_eq("P: create, share, number", realm.out[4] | realm.out[5] | realm.out[6], 0);
	stats = stats_of(&realm);
	expect_eq("P: the region's pages", stats.csm_pages, SIZE / PAGE);
	expect_eq("P: one region", stats.csm_entries, 1);
	say(talk, 1);
	expect("P hears of C's answer", realm_run_until(&realm, 10));
	expect_eq("P: by its doorbell", realm.out[7], 40);
	expect_eq("P: the answer", realm.out[9], 0xa2525e2);
	expect_eq("P: its region", entries(&realm, 0, 1, PAYLOAD_WINDOW), 1);
	hear(talk); /* C has looked at its attachment, which will be another's remains */
	expect_eq("P: destroys", run_to_end(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq("P: destroyed", realm.out[10], 0);
	say(talk, 2);
	realm_close(&realm);
}

static void consume(const struct talk *talk)
{
	const struct wish wish = {
		.name = "consumer", .csm = true, .task = TASK_CONSUMER, .arguments = { SIZE }
	};
	struct test_realm realm = realm_make(&wish);
	uint64_t peer[3] = { 0 };

	set_names(&realm, "provider");
	meet(&realm, talk, peer);
	hear(talk);
	expect("C attaches", realm_run_until(&realm, 9));
	expect_eq("C: reserve, attach", realm.out[4] | realm.out[5], 0);
	expect_eq("C: all pages", realm.out[6], SIZE / PAGE);
	expect_eq("C: P's secret", realm.out[7], 0x5ec2e7);
	expect_eq("C: notify", realm.out[8], 0);
	expect_eq("C: its attachment", entries(&realm, 2, 4, PAYLOAD_WINDOW + 0x40000000), 1);
	say(talk, 1);
	hear(talk);
	expect_eq("C goes on without P", run_to_end(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq("C: zeros where P's were", realm.out[9], 0);
	expect_eq("C: detach", realm.out[10], 0);
	realm_close(&realm);
}

/* --- Apart ------------------------------------------------------------------------------------------------- */

/* One of the two shares with nobody: what they share is broken before the consumer has seen anything of it. */
static void provide_apart(const struct talk *talk, bool with_nobody)
{
	const struct wish wish = {
		.name = "giver", .csm = true, .task = TASK_PROVIDER, .arguments = { SIZE }
	};
	struct test_realm realm = realm_make(&wish);
	uint64_t peer[3] = { 0 };

	if (with_nobody)
		set_names(&realm, "nobody");
	meet(&realm, talk, peer);
	expect("P shares", realm_run_until(&realm, 7));
	say(talk, 1);
	hear(talk);
	realm_close(&realm);
}

static void consume_apart(const struct talk *talk, bool with_nobody)
{
	const struct wish wish = {
		.name = "taker", .csm = true, .task = TASK_CONSUMER, .arguments = { SIZE }
	};
	struct test_realm realm = realm_make(&wish);
	uint64_t peer[3] = { 0 };

	if (with_nobody)
		set_names(&realm, "nobody");
	meet(&realm, talk, peer);
	hear(talk);
	expect("C attaches, unwanted", realm_run_until(&realm, 7));
	expect_eq("C: reserve, attach", realm.out[4] | realm.out[5], 0);
	expect_eq("C: it sees nothing of it", realm_run(&realm), CAEC_HOST_EXIT_ERROR);
	expect_eq("C: there", realm.runs[0]->error.ipa, PAYLOAD_WINDOW + 0x40000000 + SIZE - PAGE);
	expect_eq("C: which is gone", realm.runs[0]->error.why, CAEC_HOST_ERROR_FAULT);
	expect_eq("C: it is broken", entries(&realm, 2, 6, PAYLOAD_WINDOW + 0x40000000), 1);
	say(talk, 2);
	realm_close(&realm);
}

static void provide_unwillingly(const struct talk *talk)
{
	provide_apart(talk, true);
}

static void provide_willingly(const struct talk *talk)
{
	provide_apart(talk, false);
}

static void consume_unwillingly(const struct talk *talk)
{
	consume_apart(talk, true);
}

static void consume_willingly(const struct talk *talk)
{
	consume_apart(talk, false);
}

/* --- Two processes ----------------------------------------------------------------------------------------- */

typedef void side(const struct talk *talk);

/* What two processes do: once, or again and again; and what each of them does before. */
struct play {
	side *provider, *consumer;
	void (*prepare)(void); /* NULL: nothing */
	bool again;
};

/* A child's failures are its exit status. */
static pid_t in_child(const struct play *play, side *what, const struct talk *talk)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	failures = 0;
	if (play->prepare != NULL)
		play->prepare();
	do {
		what(talk);
	} while (play->again);
	_exit((int)failures);
}

static struct couple begin(const struct play *play)
{
	struct couple couple = { 0 };

	expect("pipes", pipe(couple.to_consumer) == 0 && pipe(couple.to_provider) == 0);
	couple.provider = in_child(play, play->provider,
				   &(struct talk){ couple.to_provider[0], couple.to_consumer[1] });
	couple.consumer = in_child(play, play->consumer,
				   &(struct talk){ couple.to_consumer[0], couple.to_provider[1] });
	return couple;
}

void couple_end(struct couple *couple)
{
	for (unsigned int i = 0; i < 2; i++) {
		close(couple->to_consumer[i]);
		close(couple->to_provider[i]);
	}
}

/* Nobody hears of the failures of who is killed, or whose peer is. */
static void be_silent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (freopen("/dev/null", "w", stdout) == NULL)
		exit(1);
}

struct couple couple_for_ever(void)
{
	return begin(&(struct play){ provide, consume, be_silent, true });
}

static void check_play(const char *name, const struct play *play)
{
	struct couple couple = begin(play);
	int status;

	for (unsigned int i = 0; i < 2; i++)
		expect(name, wait(&status) > 0 && status == 0);
	couple_end(&couple);
}

void check_couple(const char *name, void (*prepare)(void))
{
	check_play(name, &(struct play){ provide, consume, prepare, false });
}

static void check_apart(const char *name, side *provider, side *consumer)
{
	check_play(name, &(struct play){ provider, consumer, NULL, false });
}

/* --- Policy ------------------------------------------------------------------------------------------------ */

static void expect_refused(const char *what, struct caec_host_csm_policy policy)
{
	const struct wish wish = {
		.name = "refused", .csm = true, .task = TASK_PROVIDER, .arguments = { SIZE }
	};
	struct test_realm realm = realm_make(&wish);

	policy.version = CAEC_HOST_VERSION;
	expect(what, ioctl(realm.fd, CAEC_HOST_CSM_POLICY, &policy) == 0);
	expect(what, realm_run_until(&realm, 5));
	expect_eq(what, realm.out[4], 0x12);
	realm_close(&realm);
}

static void check_policy(void)
{
	const struct wish without = { .name = "without" };
	struct test_realm realm = realm_make(&without);
	struct caec_host_csm_policy policy = { .version = CAEC_HOST_VERSION };
	struct caec_host_csm_entry entry = { .version = CAEC_HOST_VERSION };

	expect_error("a policy without CSM", ioctl(realm.fd, CAEC_HOST_CSM_POLICY, &policy), EOPNOTSUPP);
	expect_error("entries without CSM", ioctl(realm.fd, CAEC_HOST_CSM_ENTRY, &entry), EOPNOTSUPP);
	realm_close(&realm);
	expect_refused("the host refuses", (struct caec_host_csm_policy){ .mode = CAEC_HOST_CSM_REFUSE });
	expect_refused("fewer pages", (struct caec_host_csm_policy){ .mode = CAEC_HOST_CSM_SERVE,
								     .max_pages = SIZE / PAGE - 1,
								     .max_entries = 1 });
	expect_refused("no regions", (struct caec_host_csm_policy){ .mode = CAEC_HOST_CSM_SERVE,
								    .max_pages = SIZE / PAGE });
}

void check_csm(void)
{
	pid_t stuck = stuck_begin();

	check_couple("realms of two processes share", NULL);
	check_apart("realms that the provider's policy keeps apart", provide_unwillingly, consume_willingly);
	check_apart("realms that the consumer's policy keeps apart", provide_willingly, consume_unwillingly);
	stuck_end(stuck);
	check_policy();
}
