/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Benchmarks of the monitor, run by the NS-EL2 program (`bench`). Under `-icount shift=0` a tick of the
 * counter stands for a fixed number of instructions, so the figures are instruction counts, the same
 * on every run and machine.
 *
 * bench_rmi.c and bench_exit.c use the standard RMI only and can be run against any RMM; the others need CSM.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <caec/csm.h>

#include "puppet/script.h"

/* Instructions since an arbitrary point. */
uint64_t bench_now(void);

/* One row: instructions in all, for `count` times. `reference`: of the other monitor, 0 if there is none. */
void bench_row(const char *name, uint64_t instructions, uint64_t count, uint64_t reference);

/* The same with a number in the name: "csm_attach", 512, "pages" is csm_attach_512_pages. */
void bench_row_n(const char *name, uint64_t number, const char *suffix, uint64_t instructions,
		 uint64_t count);

/* Instructions of `ticks` of a realm's counter, which counts as fast as ours. */
uint64_t bench_instructions(uint64_t ticks);

/* Runs `statement` `count` times; the loop's own instructions are measured and taken off. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a statement takes none */
#define MEASURE(count, statement)                          \
	({                                                 \
		uint64_t start_, empty_;                   \
		start_ = bench_now();                      \
		for (unsigned int i = 0; i < (count); i++) \
			__asm__ volatile("" : : "r"(i));   \
		empty_ = bench_now() - start_;             \
		start_ = bench_now();                      \
		for (unsigned int i = 0; i < (count); i++) \
			statement;                         \
		bench_now() - start_ - empty_;             \
	})
/* NOLINTEND(bugprone-macro-parentheses) */

/* A realm that runs REALM_PROGRAM_BENCH, with an APT; its host serves its exits for CSM. `name` may be NULL. */
struct test_realm *bench_realm(const char *name, unsigned int apt_granules);
/* Its host has done before what they ask for, and only answers. */
struct test_realm *bench_realm_at_once(const char *name, unsigned int apt_granules);

/* The identifier of a realm that runs REALM_PROGRAM_BENCH. */
struct csm_rid bench_rid(struct test_realm *realm);

/* tools/profile knows it by name: what is executed between two calls of it belongs to one operation. */
void bench_mark(void);

#define BENCH_MARKED(name, statement)     \
	do {                              \
		print("MARK %s\n", name); \
		bench_mark();             \
		statement;                \
		bench_mark();             \
	} while (0)

void bench_profile(void);
void bench_profile_notify(void);
void bench_calls(void);
void bench_calls_csm(void);
void bench_known(void);
void bench_rmi(void);
void bench_exit(void);
void bench_message(void);
void bench_notify(void);
void bench_csm(void);
void bench_token(void);
void bench_token_csm(void);
void bench_masked(void);
void bench_masked_csm(void);
void bench_scale(void);
void bench_cpus(void);
void bench_realms(void);

#endif
