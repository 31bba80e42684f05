/* SPDX-License-Identifier: BSD-3-Clause */
/* A few granules, of whose content the first and the last word are looked at. */
#ifndef MEMORY_H
#define MEMORY_H

#include "litmus.h"

#include "model/granule.c"

#define GRANULES 4

static struct granule storage[GRANULES];
static uint64_t memory[GRANULES][GRANULE_SIZE / 8] __attribute__((aligned(GRANULE_SIZE)));

static void start_granules(void)
{
	struct granule_bank bank = { pa((uintptr_t)memory), sizeof(memory) };

	granule_init(&bank, 1, storage, GRANULES);
}

static void make(unsigned int i, enum granule_state state, uint32_t refs)
{
	storage[i].word = (uint32_t)state << STATE_SHIFT | refs << REF_SHIFT;
}

void port_relax(void)
{
	__asm__ volatile("yield");
}

/* The monitor stops: no execution may come here. */
_Noreturn void port_panic(const char *file, int line, const char *what)
{
	(void)file;
	(void)line;
	(void)what;
	__builtin_trap();
}

/* What is left of a wipe: the words that are looked at. The order in which it writes is nobody's business. */
void port_wipe(void *granule)
{
	uint64_t *words = granule;

	STORE(words[0], 0);
	STORE(words[GRANULE_SIZE / 8 - 1], 0);
}

#endif
