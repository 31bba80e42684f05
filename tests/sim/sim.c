/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated machine (sim.h).
 */
#include "sim/sim.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NS_PATTERN 0xa5
#define TLB_MAX 65536U

static struct {
	uint8_t *dram;
	struct granule *granules;
	uint8_t *world;   /* of each granule: 'n', 'r', or '-' for neither */
	uint8_t *unified; /* what a fetch finds where no instruction cache has it */
	uint8_t *fetched; /* what the instruction cache has */
	bool *is_fetched;
	size_t count;
	long ns_fault;
	long irq;
	unsigned long wipes;
	uint64_t entropy;
	bool no_entropy;
	bool threads;
} machine;

static struct port_features features;

/* Translations that PEs have cached (sim_tlb_note()). */
static struct {
	uint64_t vttbr;
	uint64_t ipa; /* of the page */
	bool cached;
} tlb[TLB_MAX];
static size_t tlb_count;
static _Thread_local uint64_t tlb_batch; /* VTTBR of the PE's open batch; 0: none */
static void (*tlb_watcher)(uint64_t vttbr, uint64_t base, uint64_t size);

void sim_reset(size_t granules)
{
	struct granule_bank bank = { pa(SIM_DRAM_BASE), granules * GRANULE_SIZE };

	free(machine.dram);
	free(machine.granules);
	free(machine.world);
	free(machine.unified);
	free(machine.fetched);
	free(machine.is_fetched);
	machine.dram = aligned_alloc(GRANULE_SIZE, granules * GRANULE_SIZE);
	machine.granules = calloc(granules, sizeof(*machine.granules));
	machine.world = malloc(granules);
	machine.unified = calloc(granules, GRANULE_SIZE);
	machine.fetched = calloc(granules, GRANULE_SIZE);
	machine.is_fetched = calloc(granules, sizeof(*machine.is_fetched));
	assert_true(machine.dram != NULL && machine.granules != NULL && machine.world != NULL);
	assert_true(machine.unified != NULL && machine.fetched != NULL && machine.is_fetched != NULL);
	memset(machine.dram, NS_PATTERN, granules * GRANULE_SIZE);
	memset(machine.world, 'n', granules);
	machine.count = granules;
	machine.ns_fault = -1;
	machine.irq = -1;
	machine.wipes = 0;
	machine.no_entropy = false;
	machine.threads = false;
	tlb_count = 0;
	tlb_watcher = NULL;
	tlb_batch = 0;
	*port_held_locks() = (struct held_locks){ 0 };
	features = (struct port_features){
		.pa_bits = 48,
		.vmid_bits = 16,
		.num_bps = 5,
		.num_wps = 3,
		.num_lrs = 3,
		.has_sve = true,
		.sve_vl = 3,
		.has_pmu = true,
		.pmu_num_ctrs = 6,
	};
	assert_true(granule_init(&bank, 1, machine.granules, granules));
}

static size_t number_of(struct pa addr)
{
	size_t n = (size_t)((addr.v - SIM_DRAM_BASE) / GRANULE_SIZE);

	assert_true(addr.v >= SIM_DRAM_BASE && n < machine.count);
	return n;
}

void *sim_mem(struct pa addr)
{
	number_of(addr);
	return machine.dram + (addr.v - SIM_DRAM_BASE);
}

/* The monitor touches only what is in the Realm PAS: anything else would fault. */
void *port_mem(struct pa addr)
{
	assert_int_equal(machine.world[number_of(addr)], 'r');
	return sim_mem(addr);
}

void port_wipe(void *granule)
{
	assert_true(is_aligned((uintptr_t)granule, GRANULE_SIZE));
	__atomic_fetch_add(&machine.wipes, 1, __ATOMIC_RELAXED);
	memset(granule, 0, GRANULE_SIZE);
}

unsigned long sim_wipes(void)
{
	return machine.wipes;
}

/* --- Instruction fetches ---------------------------------------------------------------------------------- */

void port_sync_code(const void *granule)
{
	size_t offset = (size_t)((const uint8_t *)granule - machine.dram);

	assert_true(is_aligned((uintptr_t)granule, GRANULE_SIZE));
	memcpy(machine.unified + offset, granule, GRANULE_SIZE);
	machine.is_fetched[offset / GRANULE_SIZE] = false;
}

const void *sim_fetch(struct pa granule)
{
	size_t n = number_of(granule);
	uint8_t *cached = machine.fetched + n * GRANULE_SIZE;

	if (!machine.is_fetched[n])
		memcpy(cached, machine.unified + n * GRANULE_SIZE, GRANULE_SIZE);
	machine.is_fetched[n] = true;
	return cached;
}

/* --- Vector registers: port_crypto.h ------------------------------------------------------------------------ */

_Thread_local unsigned int sim_simd_depth;

unsigned int sim_open_hashes(void)
{
	return sim_simd_depth;
}

/* --- Non-secure memory ------------------------------------------------------------------------------------- */

void sim_fault_ns_after(long bytes)
{
	machine.ns_fault = bytes;
}

static bool ns_copy(uint8_t *to, const uint8_t *from, struct pa ns, size_t size)
{
	size_t good = machine.world[number_of(ns)] == 'n' ? size : 0;

	assert_true(is_aligned(ns.v | size, 8) && (ns.v & (GRANULE_SIZE - 1)) + size <= GRANULE_SIZE);
	if (machine.ns_fault >= 0 && (size_t)machine.ns_fault < good)
		good = (size_t)machine.ns_fault;
	else if (machine.ns_fault >= 0)
		machine.ns_fault -= (long)size;
	memcpy(to, from, good);
	return good == size;
}

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	return ns_copy(to, sim_mem(ns), ns, size);
}

bool port_ns_write(struct pa ns, const void *from, size_t size)
{
	return ns_copy(sim_mem(ns), from, ns, size);
}

bool port_ns_zero(struct pa ns, size_t size)
{
	static const uint8_t zero[GRANULE_SIZE];

	return ns_copy(sim_mem(ns), zero, ns, size);
}

/* --- Granule protection table --------------------------------------------------------------------------------- */

void sim_set_ns(struct pa granule, bool ns)
{
	machine.world[number_of(granule)] = ns ? 'n' : '-';
}

bool sim_is_realm(struct pa granule)
{
	return machine.world[number_of(granule)] == 'r';
}

bool port_gpt_delegate(struct pa granule)
{
	if (machine.world[number_of(granule)] != 'n')
		return false;
	machine.world[number_of(granule)] = 'r';
	return true;
}

void port_gpt_undelegate(struct pa granule)
{
	assert_true(sim_is_realm(granule));
	machine.world[number_of(granule)] = 'n';
}

/* --- TLBs ------------------------------------------------------------------------------------------------------- */

void sim_tlb_note(uint64_t vttbr, struct ipa addr)
{
	assert_true(tlb_count < TLB_MAX);
	tlb[tlb_count].vttbr = vttbr;
	tlb[tlb_count].ipa = align_down(addr.v, GRANULE_SIZE);
	tlb[tlb_count++].cached = true;
}

bool sim_tlb_holds(uint64_t vttbr, struct ipa addr)
{
	assert_int_equal(tlb_batch, 0); /* a batch that was not ended has cleaned nothing */
	for (size_t i = 0; i < tlb_count; i++) {
		if (tlb[i].cached && tlb[i].vttbr == vttbr && tlb[i].ipa == align_down(addr.v, GRANULE_SIZE))
			return true;
	}
	return false;
}

void sim_tlb_watch(void (*invalidated)(uint64_t vttbr, uint64_t base, uint64_t size))
{
	tlb_watcher = invalidated;
}

void port_tlb_begin(uint64_t vttbr)
{
	assert_int_equal(tlb_batch, 0);
	assert_int_not_equal(vttbr, 0);
	tlb_batch = vttbr;
}

static void invalidate(uint64_t base, uint64_t size)
{
	assert_int_not_equal(tlb_batch, 0);
	if (tlb_watcher != NULL)
		tlb_watcher(tlb_batch, base, size);
	for (size_t i = 0; i < tlb_count; i++) {
		if (tlb[i].vttbr == tlb_batch && tlb[i].ipa - base < size)
			tlb[i].cached = false;
	}
}

void port_tlb_leaf(struct ipa addr)
{
	/* One address reaches the whole block: the tests that use blocks ask for its first page. */
	invalidate(align_down(addr.v, GRANULE_SIZE), GRANULE_SIZE);
}

void port_tlb_table(struct ipa addr)
{
	(void)addr;
	assert_int_not_equal(tlb_batch, 0);
}

void port_tlb_realm(void)
{
	invalidate(0, UINT64_MAX);
}

void port_tlb_end(void)
{
	assert_int_not_equal(tlb_batch, 0);
	tlb_batch = 0;
}

void port_publish(void)
{
}

/* --- The rest ------------------------------------------------------------------------------------------------------ */

void sim_irq_after(long questions)
{
	machine.irq = questions;
}

bool port_irq_pending(void)
{
	if (machine.irq > 0)
		machine.irq--;
	return machine.irq == 0;
}

void sim_set_entropy(bool works)
{
	machine.no_entropy = !works;
}

/* A reproducible stream (an LCG's high halves): the tests must not depend on chance. */
bool port_entropy(void *to, size_t size)
{
	uint8_t *bytes = to;

	if (machine.no_entropy)
		return false;
	for (size_t i = 0; i < size; i++) {
		machine.entropy = machine.entropy * UINT64_C(6364136223846793005) + 1;
		bytes[i] = (uint8_t)(machine.entropy >> 56);
	}
	return true;
}

const struct port_features *port_features(void)
{
	return &features;
}

struct port_features *sim_features(void)
{
	return &features;
}

void sim_threads(bool on)
{
	machine.threads = on;
}

void port_relax(void)
{
	/* Nobody else runs: a lock that is not free never will be. */
	if (!machine.threads)
		fail_msg("waiting for a lock that this test holds");
	sched_yield();
}

struct held_locks *port_held_locks(void)
{
	static _Thread_local struct held_locks held;

	return &held;
}

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	/* cmocka's way back is the first thread's. */
	if (machine.threads)
		fprintf(stderr, "%s:%d: %s does not hold\n", file, line, what);
	else
		mock_assert(0, what, file, line);
	abort();
}
