/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule table (model/granule.c): up to BANKS banks anywhere in 64 bits of address, GRANULES granules in all.
 */
#include "prove.h"

#include "model/granule.c"

static struct granule storage[GRANULES];
static uint64_t content[GRANULE_SIZE / 8]; /* of any one granule */
static struct granule *waited_for;

void *port_mem(struct pa addr)
{
	CLAIM(granule_find(addr) != NULL);
	return content;
}

void port_wipe(void *granule)
{
	CLAIM(granule == content);
	content[0] = 0;
}

/* Another processor gives the lock up, and the granule is anything then. */
void port_relax(void)
{
	uint32_t word = any_u32();

	ASSUME(!(word & LOCK_BIT));
	waited_for->word = word;
}

static size_t num_banks;
static struct granule_bank banks[BANKS];

static void any_banks(void)
{
	num_banks = (size_t)any_from_to(0, BANKS);
	for (size_t i = 0; i < BANKS; i++)
		banks[i] = (struct granule_bank){ pa(any_u64()), any_u64() };
}

/* Any banks that granule_init() accepts. */
static void any_table(void)
{
	any_banks();
	ASSUME(granule_init(banks, num_banks, storage, GRANULES));
}

/* The bank, as it was given, that has the address. */
static bool is_tracked(uint64_t addr)
{
	for (size_t i = 0; i < num_banks; i++) {
		if (addr >= banks[i].base.v && addr - banks[i].base.v < banks[i].size)
			return true;
	}
	return false;
}

/* Every address has its granule, or none; and the other way round. */
void prove_find(void)
{
	struct pa addr = pa(any_u64());
	struct granule *g;

	any_table();
	g = granule_find(addr);
	CLAIM((g != NULL) == (is_aligned(addr.v, GRANULE_SIZE) && is_tracked(addr.v)));
	if (g == NULL)
		return;
	CLAIM(g >= storage && g < storage + GRANULES);
	CLAIM(granule_pa(g).v == addr.v);
	CLAIM(granule_at(granule_index(g)) == g && granule_index(g) < GRANULES);
	CLAIM(granule_is_ns(addr) == (granule_state(g) == GRANULE_UNDELEGATED));
}

/* No two addresses have one granule, and addresses have the order of their granules: that of locks. */
void prove_order(void)
{
	struct pa a = pa(any_u64()), b = pa(any_u64());
	struct granule *first, *second;

	any_table();
	first = granule_find(a);
	second = granule_find(b);
	if (first == NULL || second == NULL)
		return;
	CLAIM((first < second) == (a.v < b.v));
	CLAIM((first == second) == (a.v == b.v));
}

/* The banks are aligned, none is empty, wraps or overlaps another, and there are granules for all. */
static bool banks_are_good(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < num_banks; i++) {
		const struct granule_bank *a = &banks[i];

		if (a->size == 0 || !is_aligned(a->base.v | a->size, GRANULE_SIZE) ||
		    a->base.v + a->size < a->base.v)
			return false;
		for (size_t j = 0; j < i; j++) {
			if (a->base.v < banks[j].base.v + banks[j].size &&
			    banks[j].base.v < a->base.v + a->size)
				return false;
		}
		sum += a->size / GRANULE_SIZE;
	}
	return num_banks > 0 && sum <= GRANULES;
}

/* Exactly those are taken, in any order. */
void prove_init(void)
{
	any_banks();
	CLAIM(granule_init(banks, num_banks, storage, GRANULES) == banks_are_good());
}

static struct granule *any_granule(void)
{
	struct granule *g = &storage[any_u32() % GRANULES];

	granule_init(&(struct granule_bank){ pa(any_u32() * GRANULE_SIZE), GRANULES * GRANULE_SIZE }, 1,
		     storage, GRANULES);
	g->word = any_u32();
	waited_for = g;
	return g;
}

static enum granule_state any_state(void)
{
	return (enum granule_state)any_from_to(GRANULE_UNDELEGATED, GRANULE_APT);
}

/* A lock that is had has the state that was asked for; one that is not had changes nothing. */
void prove_lock(void)
{
	struct granule *g = any_granule();
	uint32_t before = g->word;
	enum granule_state wanted = any_state();
	bool had = granule_lock(g, wanted);

	if (!had && !(before & LOCK_BIT))
		CLAIM(word_state(before) != (uint32_t)wanted && g->word == before);
	if (!had)
		return;
	CLAIM(granule_state(g) == wanted && (g->word & LOCK_BIT));
	if (!(before & LOCK_BIT))
		CLAIM(g->word == (before | LOCK_BIT));
	before = g->word;
	granule_unlock(g);
	CLAIM(g->word == (before & ~LOCK_BIT));
}

/* Whatever state follows, nobody refers to the granule, and one that is DELEGATED is zero. */
void prove_transitions(void)
{
	struct granule *g = any_granule();
	enum granule_state next = any_state();

	ASSUME(granule_refs(g) == 0);
	content[0] = any_u64();
	switch (any_from_to(0, 2)) {
	case 0:
		granule_unlock_as(g, next);
		CLAIM(granule_state(g) == next);
		break;
	case 1:
		granule_unlock_wiped(g);
		CLAIM(granule_state(g) == GRANULE_DELEGATED && content[0] == 0);
		break;
	default:
		granule_retire(g);
		CLAIM(granule_state(g) == GRANULE_DELEGATED && content[0] == 0);
	}
	CLAIM(granule_refs(g) == 0 && !(g->word & LOCK_BIT));
}

/* Up to 2^28 - 1 references are counted exactly, whatever else the word holds; beyond, the monitor stops. */
void prove_references(void)
{
	struct granule *g = any_granule();
	uint32_t before = granule_refs(g), count = any_u32(), low = g->word & (LOCK_BIT | STATE_MASK);

	ASSUME(count < UINT32_C(1) << 28);
	if (any_bool()) {
		ASSUME(before + count < UINT32_C(1) << 28);
		granule_get(g, count);
		CLAIM(granule_refs(g) == before + count);
	} else {
		ASSUME(before >= count);
		granule_put(g, count);
		CLAIM(granule_refs(g) == before - count);
	}
	CLAIM((g->word & (LOCK_BIT | STATE_MASK)) == low);
}

/* Never more references, nor fewer, than there are, with any count: no wrap goes on unseen. */
void prove_no_wrap(void)
{
	struct granule *g = any_granule();
	uint32_t before = granule_refs(g), count = any_u32();
	bool get = any_bool();

	ASSUME(count < UINT32_C(1) << 28);
	if (get)
		granule_get(g, count);
	else
		granule_put(g, count);
	/* Here nothing stopped. */
	CLAIM(get ? granule_refs(g) >= before : granule_refs(g) <= before);
}
