/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A model of caches: two cores, each with an L1 for instructions, an L1 for data and an L2, and one last-level cache (LLC) for
 * both. Lines of 64 bytes, the least recently used one goes. What reaches the LLC is filled into all levels on the way; no level
 * takes a line from another one when it loses it. Nothing is prefetched.
 *
 * A line is in both cores' caches only if neither wrote it: a store takes it from the other core.
 */
#ifndef BENCH_CYCLES_CACHE_H
#define BENCH_CYCLES_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_SIZE 64U
#define CORES 2U

/* A set's lines, the one that was used last in front. A line that is not there is NO_LINE. */
struct cache {
	unsigned int sets, ways;
	uint64_t *lines;
};

void cache_begin(struct cache *c, uint64_t bytes, unsigned int ways);
void cache_end(struct cache *c);
/* True: it was there. Afterwards it is. */
bool cache_use(struct cache *c, uint64_t line);
bool cache_has(const struct cache *c, uint64_t line);
/* True: it was there. Afterwards it is not. */
bool cache_drop(struct cache *c, uint64_t line);

/* Where an access found its line. */
enum level {
	IN_L1,
	IN_L2,
	IN_LLC,
	IN_OTHER, /* the other core's caches; also a store to a line that it had, too */
	IN_MEMORY,
	LEVELS
};

struct hierarchy {
	struct {
		struct cache code, data, l2;
	} cores[CORES];
	struct cache llc;
};

struct sizes {
	uint64_t l1, l2, llc;
	unsigned int l1_ways, l2_ways, llc_ways;
};

void hierarchy_begin(struct hierarchy *h, const struct sizes *sizes);
void hierarchy_end(struct hierarchy *h);
enum level hierarchy_fetch(struct hierarchy *h, unsigned int core, uint64_t line);
enum level hierarchy_load(struct hierarchy *h, unsigned int core, uint64_t line);
enum level hierarchy_store(struct hierarchy *h, unsigned int core, uint64_t line);

#endif
