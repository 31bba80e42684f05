/* SPDX-License-Identifier: BSD-3-Clause */
#include "count.h"

#include <string.h>

#include "common/marks.h"

/* Code is cached by virtual address, out of the way of data. Each core has its own code. */
#define CODE UINT64_C(0x4000000000000000)
#define CORE_SHIFT 60

void counter_begin(struct counter *c, const struct sizes *sizes, FILE *out)
{
	memset(c, 0, sizeof(*c));
	hierarchy_begin(&c->caches, sizes);
	c->out = out;
}

void counter_end(struct counter *c)
{
	hierarchy_end(&c->caches);
}

bool counter_space(struct counter *c, uint64_t first, uint64_t last)
{
	if (c->space_count == SPACES_MAX)
		return false;
	c->spaces[c->space_count++] = (struct space){ first, last };
	return true;
}

static unsigned int space_of(const struct counter *c, uint64_t address)
{
	unsigned int i = 0;

	while (i < c->space_count && (address < c->spaces[i].first || address > c->spaces[i].last))
		i++;
	return i;
}

static void print_list(FILE *out, const char *name, const uint64_t *values, unsigned int count)
{
	fprintf(out, ", \"%s\": [", name);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)values[i]);
	fputc(']', out);
}

/* A line of JSON; what the numbers in it are, tools/counted.py knows. */
static void print_row(const struct counter *c)
{
	fprintf(c->out, "{\"core\": %u, \"pieces\": %llu", c->core, (unsigned long long)c->counts.pieces);
	print_list(c->out, "kinds", c->counts.kinds, KINDS);
	print_list(c->out, "spaces", c->counts.spaces, c->space_count + 1);
	print_list(c->out, "fetches", c->counts.fetches, LEVELS);
	print_list(c->out, "loads", c->counts.loads, LEVELS);
	print_list(c->out, "stores", c->counts.stores, LEVELS);
	fputs("}\n", c->out);
	fflush(c->out);
}

static void arm(struct counter *c, unsigned int vcpu, unsigned int core, uint64_t address)
{
	c->state = ARMED;
	c->core = core;
	c->vcpu = vcpu;
	c->space = space_of(c, address);
}

static void mark(struct counter *c, unsigned int vcpu, unsigned int number, uint64_t address)
{
	switch (number) {
	case MARK_SENDER:
	case MARK_RECEIVER:
		arm(c, vcpu, number - MARK_SENDER, address);
		break;
	case MARK_ROW:
		print_row(c);
		memset(&c->counts, 0, sizeof(c->counts));
		break;
	case MARK_DROP:
		memset(&c->counts, 0, sizeof(c->counts));
		break;
	default:
		c->all = number == MARK_ALL;
	}
}

/* The clock is read at both ends of a piece, each time after an ISB. An interrupt's own are in another space. */
static void at_clock(struct counter *c, unsigned int kind)
{
	if (kind == CLOCK && c->state == ARMED) {
		c->state = COUNTING;
		c->counts.pieces++;
		c->fetched = UINT64_MAX;
	} else if (kind == CLOCK_BARRIER && c->state == COUNTING) {
		c->state = NOTHING;
	}
}

static void fetch(struct counter *c, uint64_t address)
{
	uint64_t line = (address & (CODE - 1)) / LINE_SIZE | CODE | (uint64_t)c->core << CORE_SHIFT;

	if (line == c->fetched)
		return;
	c->fetched = line;
	c->counts.fetches[hierarchy_fetch(&c->caches, c->core, line)]++;
}

static bool of_piece(const struct counter *c, unsigned int vcpu)
{
	return c->state != NOTHING && vcpu == c->vcpu;
}

static void count(struct counter *c, unsigned int kind, unsigned int space)
{
	c->counts.kinds[kind < KINDS ? kind : kind == CLOCK_BARRIER ? BARRIER : SYSTEM]++;
	c->counts.spaces[space]++;
}

void counter_instruction(struct counter *c, unsigned int vcpu, unsigned int kind, uint64_t address)
{
	unsigned int space;

	if (kind >= FIRST_MARK) {
		mark(c, vcpu, kind - FIRST_MARK + MARK_FIRST, address);
		return;
	}
	if (c->state == NOTHING && !c->all)
		return;
	space = space_of(c, address);
	if (of_piece(c, vcpu)) {
		if (kind >= KINDS && space == c->space) {
			at_clock(c, kind);
			return;
		}
		if (c->state == COUNTING)
			fetch(c, address);
	}
	if (c->all || (c->state == COUNTING && vcpu == c->vcpu))
		count(c, kind, space);
}

void counter_access(struct counter *c, unsigned int vcpu, uint64_t address, unsigned int size, bool store)
{
	uint64_t last = (address + size - 1) / LINE_SIZE;

	if (c->state != COUNTING || vcpu != c->vcpu)
		return;
	for (uint64_t line = address / LINE_SIZE; line <= last; line++) {
		if (store)
			c->counts.stores[hierarchy_store(&c->caches, c->core, line)]++;
		else
			c->counts.loads[hierarchy_load(&c->caches, c->core, line)]++;
	}
}
