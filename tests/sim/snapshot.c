/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snapshots of the simulated machine (sim.h): what changed since is put back. Each granule that anybody asked for is taken
 * for changed; so are all RDs, as RECs know theirs by address.
 */
#include "sim/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/el3.h"

struct saved_granule {
	uint8_t content[GRANULE_SIZE];
	struct sim_tlb_table tlb;
	uint8_t world;
	bool mapped;
	uint64_t hash;
};

static struct {
	struct saved_granule *granule;
	struct granule *word;
	uint32_t *leads_to;
	void *realms;
	size_t realms_size;
	struct sim_el3 el3;
	uint64_t entropy;
	bool *walked;
	uint32_t *touched; /* granules, in the order in which they were touched first */
	size_t num_touched;
} s;
bool *sim_touched;

void sim_snapshot_reset(void)
{
	free(s.granule);
	free(s.word);
	free(s.leads_to);
	free(s.walked);
	free(sim_touched);
	sim_touched = NULL;
	free(s.touched);
	free(s.realms);
	memset(&s, 0, sizeof(s));
}

void sim_touch_first(size_t n)
{
	sim_touched[n] = true;
	s.touched[s.num_touched++] = (uint32_t)n;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 32;
}

/* (In two lanes, and not checked, as sim_changes(): much of the time of a test with snapshots is spent here.) */
__attribute__((no_sanitize("address", "undefined"))) static uint64_t hash_words(const uint64_t *word,
										size_t count)
{
	uint64_t a = 1, b = 2;

	for (size_t i = 0; i < count; i += 2) {
		a = (a ^ word[i]) * UINT64_C(0x9fb21c651e98df25);
		b = (b ^ word[i + 1]) * UINT64_C(0xc2b2ae3d27d4eb4f);
		a ^= a >> 32;
		b ^= b >> 32;
	}
	return a ^ b << 1;
}

/* What it holds is the monitor's; else it is a realm's, a REC's or the host's, and nothing else follows from it. */
static bool is_monitors(size_t n)
{
	switch (granule_state(&sim_machine.granules[n])) {
	case GRANULE_RD:
	case GRANULE_RTT:
	case GRANULE_APT:
	case GRANULE_DELEGATED:
		return true;
	default:
		return false;
	}
}

static uint64_t hash_of(size_t n)
{
	const uint64_t *content = (const void *)(sim_machine.dram + n * GRANULE_SIZE);
	uint64_t hash = mix(n + 1, sim_machine.world[n]);

	if (is_monitors(n))
		hash = mix(hash, hash_words(content, GRANULE_SIZE / sizeof(*content)));
	return hash;
}

void sim_save(void)
{
	size_t count = sim_machine.count;
	const void *realms;

	sim_snapshot_reset();
	sim_fill_all();
	s.granule = calloc(count, sizeof(*s.granule));
	s.word = calloc(count, sizeof(*s.word));
	s.leads_to = calloc(count, sizeof(*s.leads_to));
	s.walked = calloc(count, sizeof(*s.walked));
	s.touched = calloc(count, sizeof(*s.touched));
	assert_true(s.granule != NULL && s.word != NULL && s.leads_to != NULL && s.walked != NULL &&
		    s.touched != NULL);
	realms = sim_tlb_realms(&s.realms_size);
	for (size_t n = 0; n < count; n++) {
		struct saved_granule *g = &s.granule[n];

		memcpy(g->content, sim_machine.dram + n * GRANULE_SIZE, GRANULE_SIZE);
		g->tlb = *sim_tlb_table(n);
		g->world = sim_machine.world[n];
		g->mapped = sim_machine.mapped[n];
		g->hash = hash_of(n);
	}
	memcpy(s.walked, sim_machine.walked, count * sizeof(*s.walked));
	memcpy(s.word, sim_machine.granules, count * sizeof(*s.word));
	memcpy(s.leads_to, sim_tlb_leads_to(), count * sizeof(*s.leads_to));
	s.realms = malloc(s.realms_size);
	assert_non_null(s.realms);
	memcpy(s.realms, realms, s.realms_size);
	s.el3 = *sim_el3();
	s.entropy = sim_machine.entropy;
	sim_touched = calloc(count, sizeof(*sim_touched));
	assert_non_null(sim_touched);
}

static void restore_granule(size_t n)
{
	const struct saved_granule *g = &s.granule[n];

	memcpy(sim_machine.dram + n * GRANULE_SIZE, g->content, GRANULE_SIZE);
	if (s.walked[n] || sim_machine.walked[n])
		*sim_tlb_table(n) = g->tlb;
	sim_machine.walked[n] = s.walked[n];
	sim_machine.world[n] = g->world;
	if (sim_machine.mapped[n] && !g->mapped)
		sim_unmap(n);
	else if (g->mapped)
		port_mem(pa(SIM_DRAM_BASE + n * GRANULE_SIZE));
}

void sim_restore(void)
{
	size_t count = s.num_touched, ignored;
	void *realms;

	realms = sim_tlb_realms(&ignored);
	for (size_t i = 0; i < count; i++)
		restore_granule(s.touched[i]);
	for (size_t i = 0; i < count; i++)
		sim_touched[s.touched[i]] = false;
	s.num_touched = 0;
	memcpy(sim_machine.granules, s.word, sim_machine.count * sizeof(*s.word));
	memcpy(sim_tlb_leads_to(), s.leads_to, sim_machine.count * sizeof(*s.leads_to));
	memcpy(realms, s.realms, s.realms_size);
	*sim_el3() = s.el3;
	sim_machine.entropy = s.entropy;
	sim_machine.irq = -1;
	sim_machine.ns_fault = -1;
}

__attribute__((no_sanitize("address", "undefined"))) uint64_t sim_changes(void)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < s.num_touched; i++) {
		uint64_t h = hash_of(s.touched[i]);

		if (h != s.granule[s.touched[i]].hash)
			hash += h; /* in whatever order they were touched */
	}
	for (size_t n = 0; n < sim_machine.count; n++) {
		if (sim_machine.granules[n].word != s.word[n].word)
			hash += mix(mix(n, 1), sim_machine.granules[n].word);
	}
	return hash;
}
