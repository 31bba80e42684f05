/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule table (granule.h).
 */
#include "model/granule.h"

#include <stdatomic.h>

#define LOCK_BIT UINT32_C(1)
#define STATE_SHIFT 1
#define STATE_MASK (UINT32_C(7) << STATE_SHIFT)
#define REF_SHIFT 4

static struct {
	struct granule_bank bank[GRANULE_MAX_BANKS];
	struct granule *first[GRANULE_MAX_BANKS]; /* the granule at the bank's base */
	size_t num_banks;
	struct granule *storage;
} table;

static inline uint32_t word_state(uint32_t word)
{
	return (word & STATE_MASK) >> STATE_SHIFT;
}

/* By address: granules then have the order of their addresses, which is that of their locks. */
static void sort_banks(const struct granule_bank *banks, size_t num_banks)
{
	for (size_t i = 0; i < num_banks; i++) {
		size_t at = i;

		for (; at > 0 && table.bank[at - 1].base.v > banks[i].base.v; at--)
			table.bank[at] = table.bank[at - 1];
		table.bank[at] = banks[i];
	}
}

bool granule_init(const struct granule_bank *banks, size_t num_banks, struct granule *storage,
		  size_t capacity)
{
	size_t used = 0;
	uint64_t end = 0; /* of the bank before */

	if (num_banks == 0 || num_banks > GRANULE_MAX_BANKS)
		return false;
	sort_banks(banks, num_banks);
	for (size_t i = 0; i < num_banks; i++) {
		uint64_t base = table.bank[i].base.v;
		uint64_t size = table.bank[i].size;

		if (size == 0 || !is_aligned(base | size, GRANULE_SIZE) || base + size < base || base < end)
			return false;
		if (size / GRANULE_SIZE > capacity - used)
			return false;
		table.first[i] = storage + used;
		used += (size_t)(size / GRANULE_SIZE);
		end = base + size;
	}
	table.num_banks = num_banks;
	table.storage = storage;
	return true;
}

struct granule *granule_find(struct pa addr)
{
	if (!is_aligned(addr.v, GRANULE_SIZE))
		return NULL;
	for (size_t i = 0; i < table.num_banks; i++) {
		uint64_t offset = addr.v - table.bank[i].base.v;

		if (offset < table.bank[i].size)
			return table.first[i] + offset / GRANULE_SIZE;
	}
	return NULL;
}

struct granule *granule_find_delegated(struct pa addr)
{
	struct granule *g = granule_find(addr);

	return g != NULL && granule_state(g) == GRANULE_DELEGATED ? g : NULL;
}

struct pa granule_pa(const struct granule *g)
{
	size_t i = 0;

	/* Banks lie one behind the other in the storage. */
	while (i + 1 < table.num_banks && g >= table.first[i + 1])
		i++;
	return pa(table.bank[i].base.v + (uint64_t)(g - table.first[i]) * GRANULE_SIZE);
}

uint32_t granule_index(const struct granule *g)
{
	return (uint32_t)(g - table.storage);
}

struct granule *granule_at(uint32_t index)
{
	return table.storage + index;
}

enum granule_state granule_state(const struct granule *g)
{
	return word_state(atomic_load_explicit(&g->word, memory_order_acquire));
}

/* --- Order of locks (debug builds) --------------------------------------------------------------- */

#ifdef CAEC_DEBUG

static uint8_t lock_class(enum granule_state state)
{
	switch (state) {
	case GRANULE_RD:
		return 0;
	case GRANULE_REC:
		return 1;
	case GRANULE_RTT:
		return 2;
	default:
		return 3;
	}
}

/* Before waiting, which could be for ever: the lock must come after every lock that this PE holds. */
static void check_order(const struct granule *g, enum granule_state state)
{
	const struct held_locks *held = port_held_locks();
	uint8_t class = lock_class(state);

	REQUIRE(held->count < HELD_LOCKS_MAX);
	for (uint32_t i = 0; i < held->count; i++) {
		if (held->lock[i].class == class)
			REQUIRE(class != lock_class(GRANULE_RTT) && held->lock[i].granule < g);
		else
			REQUIRE(held->lock[i].class < class);
	}
}

static void note_locked(const struct granule *g, enum granule_state state)
{
	struct held_locks *held = port_held_locks();

	held->lock[held->count].granule = g;
	held->lock[held->count].class = lock_class(state);
	held->count++;
}

static void note_unlocked(const struct granule *g)
{
	struct held_locks *held = port_held_locks();
	uint32_t i = 0;

	while (i < held->count && held->lock[i].granule != g)
		i++;
	REQUIRE(i < held->count); /* unlocked by the PE that locked it */
	held->count--;
	held->lock[i] = held->lock[held->count];
}

#else

static void check_order(const struct granule *g, enum granule_state state)
{
	(void)g;
	(void)state;
}

static void note_locked(const struct granule *g, enum granule_state state)
{
	(void)g;
	(void)state;
}

static void note_unlocked(const struct granule *g)
{
	(void)g;
}

#endif

/* --- Locks ------------------------------------------------------------------------------------------ */

bool granule_lock(struct granule *g, enum granule_state expected)
{
	uint32_t seen = atomic_load_explicit(&g->word, memory_order_relaxed);

	for (;;) {
		if (word_state(seen) != (uint32_t)expected)
			return false;
		check_order(g, expected);
		if (seen & LOCK_BIT) {
			port_relax();
			seen = atomic_load_explicit(&g->word, memory_order_relaxed);
			continue;
		}
		if (atomic_compare_exchange_weak_explicit(&g->word, &seen, seen | LOCK_BIT,
							  memory_order_acquire, memory_order_relaxed))
			break;
	}
	note_locked(g, expected);
	return true;
}

void granule_unlock(struct granule *g)
{
	note_unlocked(g);
	atomic_fetch_and_explicit(&g->word, ~LOCK_BIT, memory_order_release);
}

void granule_unlock_as(struct granule *g, enum granule_state state)
{
	uint32_t word = atomic_load_explicit(&g->word, memory_order_relaxed);

	REQUIRE(word >> REF_SHIFT == 0);
	note_unlocked(g);
	atomic_store_explicit(&g->word, (uint32_t)state << STATE_SHIFT, memory_order_release);
}

void granule_unlock_wiped(struct granule *g)
{
	port_wipe(granule_mem(g));
	granule_unlock_as(g, GRANULE_DELEGATED);
}

void granule_retire(struct granule *g)
{
	REQUIRE(atomic_load_explicit(&g->word, memory_order_relaxed) >> REF_SHIFT == 0);
	port_wipe(granule_mem(g));
	/* Nobody waits for this lock: waiting takes a state that only starting-level RTTs, RDs and RECs have. */
	atomic_store_explicit(&g->word, (uint32_t)GRANULE_DELEGATED << STATE_SHIFT, memory_order_release);
}

struct granule *granule_find_lock(struct pa addr, enum granule_state expected)
{
	struct granule *g = granule_find(addr);

	if (g == NULL || !granule_lock(g, expected))
		return NULL;
	return g;
}

/* --- References --------------------------------------------------------------------------------------- */

uint32_t granule_refs(const struct granule *g)
{
	return atomic_load_explicit(&g->word, memory_order_acquire) >> REF_SHIFT;
}

void granule_get(struct granule *g, uint32_t count)
{
	uint32_t old = atomic_fetch_add_explicit(&g->word, count << REF_SHIFT, memory_order_acq_rel);

	REQUIRE((old >> REF_SHIFT) + count < (UINT32_C(1) << (32 - REF_SHIFT)));
}

void granule_put(struct granule *g, uint32_t count)
{
	uint32_t old = atomic_fetch_sub_explicit(&g->word, count << REF_SHIFT, memory_order_acq_rel);

	REQUIRE(old >> REF_SHIFT >= count);
}

bool granule_is_ns(struct pa addr)
{
	const struct granule *g = granule_find(addr);

	return g != NULL && granule_state(g) == GRANULE_UNDELEGATED;
}
