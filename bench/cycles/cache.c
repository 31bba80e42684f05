/* SPDX-License-Identifier: BSD-3-Clause */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#define NO_LINE UINT64_MAX

void cache_begin(struct cache *c, uint64_t bytes, unsigned int ways)
{
	uint64_t count = bytes / LINE_SIZE;

	c->ways = ways;
	c->sets = (unsigned int)(count / ways);
	c->lines = malloc(count * sizeof(*c->lines));
	if (c->lines == NULL || c->sets == 0)
		abort();
	memset(c->lines, 0xff, count * sizeof(*c->lines));
}

void cache_end(struct cache *c)
{
	free(c->lines);
	c->lines = NULL;
}

static uint64_t *set_of(const struct cache *c, uint64_t line)
{
	return &c->lines[line % c->sets * c->ways];
}

/* The place of the line in its set; the number of ways if it is not there. */
static unsigned int place(const struct cache *c, uint64_t line)
{
	const uint64_t *set = set_of(c, line);
	unsigned int i = 0;

	while (i < c->ways && set[i] != line)
		i++;
	return i;
}

bool cache_has(const struct cache *c, uint64_t line)
{
	return place(c, line) < c->ways;
}

bool cache_use(struct cache *c, uint64_t line)
{
	uint64_t *set = set_of(c, line);
	unsigned int at = place(c, line);
	bool hit = at < c->ways;

	if (!hit)
		at = c->ways - 1;
	memmove(&set[1], &set[0], at * sizeof(*set));
	set[0] = line;
	return hit;
}

bool cache_drop(struct cache *c, uint64_t line)
{
	uint64_t *set = set_of(c, line);
	unsigned int at = place(c, line);

	if (at == c->ways)
		return false;
	memmove(&set[at], &set[at + 1], (c->ways - 1 - at) * sizeof(*set));
	set[c->ways - 1] = NO_LINE;
	return true;
}

void hierarchy_begin(struct hierarchy *h, const struct sizes *sizes)
{
	for (unsigned int i = 0; i < CORES; i++) {
		cache_begin(&h->cores[i].code, sizes->l1, sizes->l1_ways);
		cache_begin(&h->cores[i].data, sizes->l1, sizes->l1_ways);
		cache_begin(&h->cores[i].l2, sizes->l2, sizes->l2_ways);
	}
	cache_begin(&h->llc, sizes->llc, sizes->llc_ways);
}

void hierarchy_end(struct hierarchy *h)
{
	for (unsigned int i = 0; i < CORES; i++) {
		cache_end(&h->cores[i].code);
		cache_end(&h->cores[i].data);
		cache_end(&h->cores[i].l2);
	}
	cache_end(&h->llc);
}

static bool other_has(const struct hierarchy *h, unsigned int core, uint64_t line)
{
	return cache_has(&h->cores[!core].data, line) || cache_has(&h->cores[!core].l2, line);
}

static bool take_from_other(struct hierarchy *h, unsigned int core, uint64_t line)
{
	bool data = cache_drop(&h->cores[!core].data, line), l2 = cache_drop(&h->cores[!core].l2, line);

	return data || l2;
}

/* Each level is asked only when the one before does not have the line. */
static enum level find(struct hierarchy *h, struct cache *l1, unsigned int core, uint64_t line)
{
	bool other;

	if (cache_use(l1, line))
		return IN_L1;
	if (cache_use(&h->cores[core].l2, line))
		return IN_L2;
	other = other_has(h, core, line);
	if (cache_use(&h->llc, line) && !other)
		return IN_LLC;
	return other ? IN_OTHER : IN_MEMORY;
}

enum level hierarchy_fetch(struct hierarchy *h, unsigned int core, uint64_t line)
{
	return find(h, &h->cores[core].code, core, line);
}

enum level hierarchy_load(struct hierarchy *h, unsigned int core, uint64_t line)
{
	return find(h, &h->cores[core].data, core, line);
}

enum level hierarchy_store(struct hierarchy *h, unsigned int core, uint64_t line)
{
	enum level level = find(h, &h->cores[core].data, core, line);

	return take_from_other(h, core, line) ? IN_OTHER : level;
}
