/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many entries of an Access Policy Table a look-up visits, as the table grows. Counted, not timed, so that
 * the figure is the same on every machine.
 */
#include <stdio.h>

#include "csm/apt.h"

#include "sim/sim.h"

#define NUM_GRANULES 4096U

static uint32_t next_granule = 1;

/* A new granule of the Realm PAS, zero. */
static struct granule *delegated(uint32_t number)
{
	struct granule *g = granule_at(number);

	REQUIRE(port_gpt_delegate(granule_pa(g)));
	port_wipe(port_mem(granule_pa(g)));
	return g;
}

/* Adds reservations from the realms 1, 2, ... until there are `count`. */
static void fill(struct apt *apt, uint64_t from, uint64_t count)
{
	for (uint64_t i = from; i < count; i++) {
		struct apt_entry *e;

		while (!apt_has_room(apt, 1)) {
			REQUIRE(next_granule < NUM_GRANULES && apt_extend(apt, delegated(next_granule++)));
		}
		e = apt_alloc(apt, APT_CONSUMER);
		e->peer.lo = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
		e->base = i * UINT64_C(7919) % UINT64_C(1000003) * GRANULE_SIZE;
		e->size = GRANULE_SIZE;
		apt_insert(apt, e);
	}
}

/* Entries from the root of the IPA tree down to the one for `addr`. */
static uint64_t visited(struct apt *apt, uint64_t addr)
{
	const struct apt_entry *e = apt_any_range(apt);
	uint64_t count = 1;

	for (; e->base != addr; count++)
		e = apt_entry(apt, e->link[APT_BY_IPA].child[e->base <= addr]);
	return count;
}

int main(void)
{
	static const uint64_t sizes[] = { 10, 1000, 100000 };
	uint64_t made = 0;
	struct granule *root;
	struct apt *apt;

	sim_reset(NUM_GRANULES);
	root = delegated(0);
	apt_init(root);
	apt = apt_of(root);
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint64_t most = 0;

		fill(apt, made, sizes[s]);
		made = sizes[s];
		for (uint64_t i = 0; i < made; i++) {
			uint64_t addr = i * UINT64_C(7919) % UINT64_C(1000003) * GRANULE_SIZE;
			uint64_t count = visited(apt, addr);

			REQUIRE(apt_find_ipa(apt, addr)->base == addr);
			if (count > most)
				most = count;
		}
		printf("BENCH apt_lookup_%lu_entries_worst %lu visits\n", (unsigned long)made,
		       (unsigned long)most);
	}
	return 0;
}
