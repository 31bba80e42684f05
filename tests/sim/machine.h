/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the simulated machine consists of, for the files of this room (sim.h is what tests see).
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <stdatomic.h>

#include "sim/sim.h"

struct sim_machine {
	uint8_t *dram; /* as tests and the hardware see it */
	uint8_t *view; /* the same memory, as the monitor sees it: ASan faults where nothing is mapped */
	struct granule *granules;
	atomic_bool *used; /* of each granule: it has been filled since the machine began */
	uint8_t *world;    /* of each granule: 'n', 'r', or '-' for neither */
	bool *walked;      /* it is a table that a walk has come to (tlb.c) */
	bool *mapped;      /* the monitor has asked for it since it was last wiped or Non-secure */
	uint8_t *unified;  /* what a fetch finds where no instruction cache has it */
	uint8_t *fetched;  /* what the instruction cache has */
	bool *is_fetched;
	uint8_t *lookers; /* of each granule: a bit for each PE that looked at it under a lock */
	size_t count;
	long ns_fault;
	long irq;
	uint64_t entropy;
	bool no_entropy;
	bool threads;
};

extern struct sim_machine sim_machine;

/* The number of the granule; fails if it is not in DRAM. */
size_t sim_number_of(struct pa addr);

/* The granule's content, or what is kept of it, may change (snapshot.c). */
void sim_touch_first(size_t number);
void sim_snapshot_reset(void);
extern bool *sim_touched; /* of each granule; NULL: nobody wants to know */

/* What Non-secure memory holds that nobody has written to is written when somebody asks for its address. */
void sim_fill(size_t number);
void sim_fill_all(void);

static inline void sim_touch(size_t number)
{
	if (!atomic_load_explicit(&sim_machine.used[number], memory_order_relaxed))
		sim_fill(number);
	if (sim_touched != NULL && !sim_touched[number])
		sim_touch_first(number);
}

/* Nothing of the monitor's may use an address of the granule that it got before. */
void sim_unmap(size_t number);

/* --- What locks protect (locks.c) ---------------------------------------------------------------------------- */

/* The monitor asks for the granule's content: it holds what keeps that as it is. */
void sim_look(size_t number);
/* It is to be somebody's: nobody has it before what is done to it now. */
void sim_not_yet(size_t number);
/* What the granule is from here on, those who looked at it do not know. */
void sim_overlook(size_t number);

/* --- TLBs (tlb.c) -------------------------------------------------------------------------------------------- */

/* What is cached of the table in a granule. */
#define SIM_TABLE_ENTRIES 512U
struct sim_tlb_table {
	uint64_t entry[SIM_TABLE_ENTRIES]; /* 0: not cached */
	uint64_t base;                     /* IPA of the first */
	uint32_t filled;                   /* entries that are cached */
	uint16_t realm;
	bool is_new; /* it may have changed since it was looked at */
	int level;
};

void sim_tlb_reset(void);
/* Nobody has looked for a while: PEs walk all realms there are, anew. */
void sim_tlb_renew(void);
/* The monitor may write to the table. */
void sim_tlb_opened(size_t number);
/* The granule is about to be wiped: nobody may reach it. */
void sim_tlb_wiped(size_t number);

/* The PE has made a table, and writes a descriptor to one: both must be published before it is too late (tlb.c). */
void sim_table_made(struct pa table);
void sim_written(uint64_t descriptor, int level);

/* The first starting table of the realm whose table the granule is; NULL: no walk has come to it. */
struct granule *sim_tlb_root(size_t table);

/* For snapshots: what is of a table; of all granules; the realms that are walked, in one piece; between two commands. */
struct sim_tlb_table *sim_tlb_table(size_t number);
uint32_t *sim_tlb_leads_to(void);
void *sim_tlb_realms(size_t *size);

#endif
