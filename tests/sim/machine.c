/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated machine (sim.h): PEs, memory, the granule protection table.
 */
#define _GNU_SOURCE /* memfd_create() */
#include "sim/machine.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

#include <cmocka.h>

#include "port/attest.h"

#define NS_PATTERN 0xa5

struct sim_machine sim_machine;
#define machine sim_machine

static struct port_features features;

/* The same memory at two addresses: the monitor's own can be taken away from it. */
static uint8_t *map(int file, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	assert_true(at != MAP_FAILED);
	return at;
}

static void make_dram(size_t granules)
{
	int file = memfd_create("dram", 0);
	size_t size = granules * GRANULE_SIZE;

	if (machine.dram != NULL) {
		ASAN_UNPOISON_MEMORY_REGION(machine.view, machine.count * GRANULE_SIZE);
		munmap(machine.dram, machine.count * GRANULE_SIZE);
		munmap(machine.view, machine.count * GRANULE_SIZE);
	}
	assert_true(file >= 0 && ftruncate(file, (off_t)size) == 0);
	machine.dram = map(file, size);
	machine.view = map(file, size);
	close(file);
	free(machine.used);
	machine.used = calloc(granules, sizeof(*machine.used));
	assert_non_null(machine.used);
}

void sim_fill(size_t number)
{
	memset(machine.dram + number * GRANULE_SIZE, NS_PATTERN, GRANULE_SIZE);
	machine.used[number] = true;
}

void sim_fill_all(void)
{
	for (size_t n = 0; n < machine.count; n++) {
		if (!machine.used[n])
			sim_fill(n);
	}
}

void sim_reset(size_t granules)
{
	struct granule_bank bank = { pa(SIM_DRAM_BASE), granules * GRANULE_SIZE };

	free(machine.granules);
	free(machine.world);
	free(machine.walked);
	free(machine.mapped);
	free(machine.unified);
	free(machine.fetched);
	free(machine.is_fetched);
	free(machine.lookers);
	if (machine.count != granules)
		make_dram(granules);
	for (size_t n = 0; n < granules; n++)
		machine.used[n] = false;
	ASAN_POISON_MEMORY_REGION(machine.view, granules * GRANULE_SIZE);
	machine.granules = calloc(granules, sizeof(*machine.granules));
	machine.world = malloc(granules);
	machine.walked = calloc(granules, sizeof(*machine.walked));
	machine.mapped = calloc(granules, sizeof(*machine.mapped));
	machine.unified = calloc(granules, GRANULE_SIZE);
	machine.fetched = calloc(granules, GRANULE_SIZE);
	machine.is_fetched = calloc(granules, sizeof(*machine.is_fetched));
	machine.lookers = calloc(granules, sizeof(*machine.lookers));
	assert_true(machine.granules != NULL && machine.world != NULL);
	assert_true(machine.walked != NULL && machine.mapped != NULL);
	assert_true(machine.unified != NULL && machine.fetched != NULL && machine.is_fetched != NULL);
	assert_true(machine.lookers != NULL);
	memset(machine.world, 'n', granules);
	machine.count = granules;
	machine.ns_fault = -1;
	machine.irq = -1;
	machine.no_entropy = false;
	machine.threads = false;
	sim_tlb_reset();
	sim_snapshot_reset();
	*sim_pe() = (struct sim_pe){ 0 };
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

/* --- PEs ------------------------------------------------------------------------------------------------------ */

static _Thread_local struct sim_pe *current;
static void (*at_point)(void);
static void (*at_wait)(void);

struct sim_pe *sim_pe(void)
{
	static _Thread_local struct sim_pe own;

	return current != NULL ? current : &own;
}

void sim_run_as(struct sim_pe *pe)
{
	current = pe;
}

void sim_at_points(void (*point)(void), void (*wait)(void))
{
	at_point = point;
	at_wait = wait;
}

void sim_point(void)
{
	if (at_point != NULL)
		at_point();
}

struct held_locks *port_held_locks(void)
{
	return &sim_pe()->held;
}

struct arena **port_current_arena(void)
{
	return &sim_pe()->arena;
}

unsigned int sim_open_hashes(void)
{
	return sim_pe()->hashes;
}

/* --- Realm memory ----------------------------------------------------------------------------------------------- */

size_t sim_number_of(struct pa addr)
{
	size_t n = (size_t)((addr.v - SIM_DRAM_BASE) / GRANULE_SIZE);

	if (addr.v < SIM_DRAM_BASE || n >= machine.count)
		fail_msg("0x%lx is no memory", (unsigned long)addr.v);
	return n;
}

void *sim_mem(struct pa addr)
{
	sim_touch(sim_number_of(addr));
	return machine.dram + (addr.v - SIM_DRAM_BASE);
}

/* The monitor touches only what is in the Realm PAS: anything else would fault. */
void *port_mem(struct pa addr)
{
	size_t n = sim_number_of(addr);

	assert_int_equal(machine.world[n], 'r');
	sim_look(n);
	sim_touch(n);
	if (machine.walked[n])
		sim_tlb_opened(n);
#ifdef __SANITIZE_ADDRESS__
	if (!machine.mapped[n]) {
		machine.mapped[n] = true;
		ASAN_UNPOISON_MEMORY_REGION(machine.view + n * GRANULE_SIZE, GRANULE_SIZE);
	}
#endif
	return machine.view + (addr.v - SIM_DRAM_BASE);
}

void sim_unmap(size_t number)
{
	sim_overlook(number);
#ifdef __SANITIZE_ADDRESS__
	machine.mapped[number] = false;
	ASAN_POISON_MEMORY_REGION(machine.view + number * GRANULE_SIZE, GRANULE_SIZE);
#else
	(void)number;
#endif
}

/* Who wipes a granule is done with it: what it means from here on, whoever takes it must look up again. */
void port_wipe(void *granule)
{
	size_t offset = (size_t)((uint8_t *)granule - machine.view);

	assert_true(is_aligned(offset, GRANULE_SIZE) && offset / GRANULE_SIZE < machine.count);
	sim_point();
	memset(granule, 0, GRANULE_SIZE);
	sim_tlb_wiped(offset / GRANULE_SIZE);
	sim_unmap(offset / GRANULE_SIZE);
}

/* --- Instruction fetches ---------------------------------------------------------------------------------- */

void port_sync_code(const void *granule)
{
	size_t offset = (size_t)((const uint8_t *)granule - machine.view);

	assert_true(is_aligned(offset, GRANULE_SIZE));
	sim_not_yet(offset / GRANULE_SIZE);
	memcpy(machine.unified + offset, granule, GRANULE_SIZE);
	machine.is_fetched[offset / GRANULE_SIZE] = false;
}

const void *sim_fetch(struct pa granule)
{
	size_t n = sim_number_of(granule);
	uint8_t *cached = machine.fetched + n * GRANULE_SIZE;

	if (!machine.is_fetched[n])
		memcpy(cached, machine.unified + n * GRANULE_SIZE, GRANULE_SIZE);
	machine.is_fetched[n] = true;
	return cached;
}

/* --- Non-secure memory ------------------------------------------------------------------------------------- */

void sim_fault_ns_after(long bytes)
{
	machine.ns_fault = bytes;
}

static bool ns_copy(uint8_t *to, const uint8_t *from, struct pa ns, size_t size)
{
	size_t good = machine.world[sim_number_of(ns)] == 'n' ? size : 0;

	assert_true(is_aligned(ns.v | size, 8) && (ns.v & (GRANULE_SIZE - 1)) + size <= GRANULE_SIZE);
	if (machine.ns_fault >= 0 && (size_t)machine.ns_fault < good)
		good = (size_t)machine.ns_fault;
	else if (machine.ns_fault >= 0)
		machine.ns_fault -= (long)size;
	memcpy(to, from, good);
	return good == size;
}

/*
 * Each byte once: what a second read finds, the host may have changed by then. (So it need not be changed here: the
 * second read alone is the fault.)
 */
static void note_fetch(struct pa ns, size_t size)
{
	struct sim_pe *pe = sim_pe();

	if (!pe->in_command)
		return;
	for (unsigned int i = 0; i < pe->num_fetches; i++) {
		if (ns.v < pe->fetch[i].base + pe->fetch[i].size && pe->fetch[i].base < ns.v + size)
			fail_msg("Non-secure memory at 0x%lx is read twice by one command",
				 (unsigned long)ns.v);
	}
	assert_true(pe->num_fetches < SIM_FETCHES_MAX);
	pe->fetch[pe->num_fetches].base = ns.v;
	pe->fetch[pe->num_fetches++].size = size;
}

void sim_command_begin(void)
{
	sim_pe()->in_command = true;
	sim_pe()->num_fetches = 0;
	sim_pe()->unpublished = false;
	sim_pe()->table = 0;
}

void sim_command_end(void)
{
	sim_check_published();
	sim_pe()->in_command = false;
	sim_tlb_check();
}

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	sim_point();
	note_fetch(ns, size);
	return ns_copy(to, sim_mem(ns), ns, size);
}

bool port_ns_write(struct pa ns, const void *from, size_t size)
{
	sim_point();
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
	machine.world[sim_number_of(granule)] = ns ? 'n' : '-';
}

bool sim_is_realm(struct pa granule)
{
	return machine.world[sim_number_of(granule)] == 'r';
}

bool port_gpt_delegate(struct pa granule)
{
	sim_point();
	if (machine.world[sim_number_of(granule)] != 'n')
		return false;
	sim_touch(sim_number_of(granule));
	machine.world[sim_number_of(granule)] = 'r';
	return true;
}

void port_gpt_undelegate(struct pa granule)
{
	assert_true(sim_is_realm(granule));
	sim_point();
	sim_touch(sim_number_of(granule));
	machine.world[sim_number_of(granule)] = 'n';
	sim_unmap(sim_number_of(granule));
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
	sim_fill_all(); /* two at once would not do */
	if (!on)
		sim_tlb_renew();
}

bool sim_has_threads(void)
{
	return machine.threads;
}

void port_relax(void)
{
	if (at_wait != NULL) {
		at_wait();
		return;
	}
	/* Nobody else runs: a lock that is not free never will be. */
	if (!machine.threads)
		fail_msg("waiting for a lock that this test holds");
	sched_yield();
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
