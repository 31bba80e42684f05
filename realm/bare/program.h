/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The programs in the image (common/hostcall.h, enum realm_program). All but HELLO do what the host
 * tells them, step by step; which steps a program knows is in its table.
 */
#ifndef REALM_BARE_PROGRAM_H
#define REALM_BARE_PROGRAM_H

#include "common/hostcall.h"

/* Status of HOSTCALL_EXIT, other than 0. */
#define STATUS_NOT_A_REALM 1
#define STATUS_UNKNOWN_PROGRAM 2
#define STATUS_UNKNOWN_STEP 3
#define STATUS_HOST_CALL_REFUSED 4
#define STATUS_EXCEPTION 5

struct program_step {
	uint64_t operation;
	/* a: arguments; r: results, zero to begin with. */
	void (*run)(const uint64_t a[6], uint64_t r[6]);
};

struct program {
	const struct program_step *steps;
	unsigned int count;
};

#define PROGRAM(table)                                    \
	{                                                 \
		table, sizeof(table) / sizeof((table)[0]) \
	}

extern const struct program script_program, provider_program, consumer_program, intruder_program,
	bench_program, peer_program;

/* Asks for a step, does it, reports, until SCRIPT_EXIT. */
void serve_steps(const struct program *program) __attribute__((noreturn));

/* Steps that several programs know. */
void step_read64(const uint64_t a[6], uint64_t r[6]);
void step_write64(const uint64_t a[6], uint64_t r[6]);
void step_identify(const uint64_t a[6], uint64_t r[6]);
void step_attach(const uint64_t a[6], uint64_t r[6]);
void step_detach(const uint64_t a[6], uint64_t r[6]);

/* CNTVCT_EL0, read when all before it has been done. */
static inline uint64_t ticks(void)
{
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t ticks_per_second(void)
{
	uint64_t value;

	__asm__("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

#endif
