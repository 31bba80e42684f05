/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What kind of instruction an A64 word is, as far as a model of costs cares.
 */
#ifndef BENCH_CYCLES_DECODE_H
#define BENCH_CYCLES_DECODE_H

#include <stdint.h>

enum kind {
	ORDINARY,
	BRANCH,
	MULTIPLY,
	DIVIDE,
	SIMD,   /* and floating point */
	CRYPTO, /* AES rounds, polynomial multiplication */
	MEMORY, /* loads, stores, atomics */
	BARRIER,
	SYSTEM, /* system registers, calls of other levels */
	KINDS,
	/* Such as end and begin what is counted; they are never counted. */
	CLOCK_BARRIER = KINDS, /* ISB */
	CLOCK,                 /* a counter is read */
	FIRST_MARK,            /* MARK_FIRST, and those that follow */
};

unsigned int decode(uint32_t word);

#endif
