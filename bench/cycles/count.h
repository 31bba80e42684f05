/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is counted between marks (common/marks.h), from one instruction and one access after the other. Knows nothing of QEMU.
 */
#ifndef BENCH_CYCLES_COUNT_H
#define BENCH_CYCLES_COUNT_H

#include <stdio.h>

#include "cache.h"
#include "decode.h"

#define SPACES_MAX 8U

/* Programs, by where they run. What is in none of them is counted after the last one. */
struct space {
	uint64_t first, last;
};

struct counts {
	uint64_t kinds[KINDS];
	uint64_t spaces[SPACES_MAX + 1];
	uint64_t fetches[LEVELS], loads[LEVELS], stores[LEVELS]; /* of lines */
	uint64_t pieces;
};

struct counter {
	struct space spaces[SPACES_MAX];
	unsigned int space_count;
	struct hierarchy caches;
	FILE *out;
	/* Of a piece: ended, to begin with the next read of the clock, or counted. */
	enum { NOTHING, ARMED, COUNTING } state;
	bool all;                       /* between MARK_ALL and its end */
	unsigned int core, vcpu, space; /* of the piece */
	uint64_t fetched;               /* the line of the last instruction */
	struct counts counts;
};

void counter_begin(struct counter *c, const struct sizes *sizes, FILE *out);
void counter_end(struct counter *c);
/* In order; false: there are too many. */
bool counter_space(struct counter *c, uint64_t first, uint64_t last);

/* `kind` as decode() says. */
void counter_instruction(struct counter *c, unsigned int vcpu, unsigned int kind, uint64_t address);
/* Of the last instruction on that vCPU, by physical address. */
void counter_access(struct counter *c, unsigned int vcpu, uint64_t address, unsigned int size, bool store);

#endif
