/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What realms of this host cost, without Linux in them. Each row is "TICKS name ticks count", the least of some rounds: in the
 * others a tick of the kernel got in.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

#define ROUNDS 12U
#define COUNT 64U

uint64_t bench_ticks(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}

uint64_t bench_frequency(void)
{
	uint64_t value;

	__asm__("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

void bench_row(const char *name, uint64_t ticks, uint64_t count)
{
	printf("TICKS hosted_%s %llu %llu\n", name, (unsigned long long)ticks, (unsigned long long)count);
	fflush(stdout);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void broken(const char *what)
{
	perror(what);
	exit(1);
}

/* --- Exits ------------------------------------------------------------------------------------------------- */

/* Until it says the word. */
static void run_to(struct test_realm *realm, uint64_t word)
{
	unsigned int said;

	do {
		said = realm->said;
		if (rec_run(realm, 0) != 0) {
			if (errno != EINTR)
				broken("bench: RUN");
		} else if (realm->runs[0]->exit_reason != CAEC_HOST_EXIT_HOST_CALL &&
			   !device_serve(realm, 0)) {
			errno = EPROTO;
			broken("bench: an exit");
		}
	} while (realm->said == said || realm->out[(realm->said - 1) % 64] != word);
}

struct cost {
	uint64_t all;    /* as its VMM sees it */
	uint64_t inside; /* from RMI_REC_ENTER to its return, as the module sees it */
};

/* The least of a round of so many. A doorbell is nobody's: it is only added to. */
static struct cost round_of(enum payload_exit kind, unsigned int count)
{
	const struct wish wish = { .name = "exits",
				   .task = TASK_EXITS,
				   .arguments = { kind, count, ROUNDS } };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_ioeventfd bell = { .version = CAEC_HOST_VERSION,
					    .fd = eventfd(0, EFD_NONBLOCK),
					    .ipa = PAYLOAD_DEVICE + PAYLOAD_BELL };
	struct cost cost = { UINT64_MAX, UINT64_MAX };

	if (ioctl(realm.fd, CAEC_HOST_IOEVENTFD, &bell) != 0)
		broken("bench: a doorbell");
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t begin, inside;

		run_to(&realm, PAYLOAD_BEGIN);
		inside = stats_of(&realm).counts[CAEC_HOST_COUNT_TICKS];
		begin = bench_ticks();
		run_to(&realm, PAYLOAD_END);
		cost.all = least(cost.all, bench_ticks() - begin);
		cost.inside = least(cost.inside, stats_of(&realm).counts[CAEC_HOST_COUNT_TICKS] - inside);
	}
	realm_close(&realm);
	close(bell.fd);
	return cost;
}

static void bench_exits(void)
{
	static const struct {
		const char *name;
		enum payload_exit kind;
	} exits[] = {
		{ "mmio_read", EXIT_READ },           { "mmio_write", EXIT_WRITE },
		{ "host_call", EXIT_CALL },           { "gic_read_in_kernel", EXIT_GIC },
		{ "ioeventfd_in_kernel", EXIT_BELL },
	};
	struct cost empty = round_of(EXIT_NONE, 0);
	char name[64];

	for (unsigned int i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		struct cost cost = round_of(exits[i].kind, COUNT);

		snprintf(name, sizeof(name), "exit_%s", exits[i].name);
		bench_row(name, cost.all - empty.all, COUNT);
		snprintf(name, sizeof(name), "rec_enter_%s", exits[i].name);
		bench_row(name, cost.inside - empty.inside, COUNT);
	}
}

/* --- Interrupts -------------------------------------------------------------------------------------------- */

static void pulse(struct test_realm *realm)
{
	struct caec_host_irq irq = { .version = CAEC_HOST_VERSION,
				     .intid = PAYLOAD_SPI,
				     .level = CAEC_HOST_IRQ_PULSE };

	if (ioctl(realm->fd, CAEC_HOST_IRQ_LINE, &irq) != 0)
		broken("bench: an interrupt");
}

/* The VMM raises one, the realm takes it and says so: there and back. */
static void bench_interrupts(void)
{
	const struct wish wish = { .name = "spi", .task = TASK_SPI, .arguments = { ROUNDS * COUNT } };
	struct test_realm realm = realm_make(&wish);
	uint64_t best = UINT64_MAX;

	realm.heard = pulse;
	run_to(&realm, 0);
	for (unsigned int i = 0; i < ROUNDS - 1; i++) {
		uint64_t begin = bench_ticks();

		for (unsigned int j = 0; j < COUNT; j++)
			run_to(&realm, PAYLOAD_SPI);
		best = least(best, bench_ticks() - begin);
	}
	bench_row("interrupt_and_answer", best, COUNT);
	realm_close(&realm);
}

/* --- Realms and memory ------------------------------------------------------------------------------------- */

static void bench_realms(void)
{
	const struct wish wish = { .name = "short", .task = TASK_SPIN };
	uint64_t made = UINT64_MAX, closed = UINT64_MAX;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t begin = bench_ticks(), middle;
		struct test_realm realm = realm_make(&wish);

		run_to(&realm, 0);
		middle = bench_ticks();
		realm_close(&realm);
		made = least(made, middle - begin);
		closed = least(closed, bench_ticks() - middle);
	}
	bench_row("realm_create_to_first_exit", made, 1);
	bench_row("realm_close", closed, 1);
}

#define TOUCHED (32 * MIB)

static void bench_touch(void)
{
	const struct wish wish = {
		.name = "touch", .memory = 40 * MIB, .task = TASK_TOUCH, .arguments = { TOUCHED, PAGE }
	};
	uint64_t best = UINT64_MAX;

	for (unsigned int i = 0; i < 4; i++) {
		struct test_realm realm = realm_make(&wish);
		uint64_t begin = bench_ticks();

		run_to(&realm, TOUCHED);
		best = least(best, bench_ticks() - begin);
		realm_close(&realm);
	}
	bench_row("first_touch_per_page", best, TOUCHED / PAGE);
}

void bench(void)
{
	bench_exits();
	bench_interrupts();
	bench_realms();
	bench_touch();
	printf("FREQUENCY %llu\n", (unsigned long long)bench_frequency());
}
