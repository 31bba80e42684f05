/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs, each a thread, that run the RECs of a few realms, which share memory with each other and make whatever calls they
 * like; and the host of them all, with a pool of granules.
 */
#ifndef TESTS_UNIT_THREADS_WORLD_H
#define TESTS_UNIT_THREADS_WORLD_H

#include <stdatomic.h>

#include "chance.h"
#include "world.h"

#include "model/rec.h"

#define PES 4U
#define REALMS_MAX 4U
#define RECS 2U
#define WINDOW 48U /* pages in which ranges lie */

/* Where realms have ranges of 2 MiB, if the test wants some. */
#define BLOCK_AT (WORLD_CSM + UINT64_C(0x400000))
#define BLOCK_SIZE UINT64_C(0x200000)

/* A PE, and its page for REC_ENTER. */
struct pe {
	struct chance chance;
	uint64_t run;
};
extern _Thread_local struct pe *pe;
unsigned int pick(unsigned int limit);

/* One of them; its RID is another in each of its lives. */
struct threads_realm {
	struct world_realm r;
	_Atomic uint64_t rid_lo, rid_hi;
};
extern struct threads_realm realms[REALMS_MAX];
extern unsigned int num_realms;
extern bool threads_have_blocks;

/* Calls that succeeded: ATTACH, REVOKE, ATTACH of 2 MiB. */
extern _Atomic unsigned int attached, revoked, blocks;

/* What a realm calls next (world_set_program()). */
bool threads_next_call(struct rec *rec);
/* Of a realm that begins: nothing of the one before it is known. */
void threads_forget(unsigned int r);
void threads_note_rid(unsigned int r, struct csm_rid rid);
struct csm_rid threads_rid(unsigned int r);

/* --- PEs -------------------------------------------------------------------------------------------------- */

/* One seed for each; the caller is the first, until they run. */
void threads_take_pes(void);
/* Each of them is a thread that does this, with `pe` its own; until the last is done. */
void threads_run(void (*work)(void));
void threads_give_pes(void);

/* --- The host --------------------------------------------------------------------------------------------- */

void threads_fill_pool(unsigned int count);
void threads_empty_pool(void);

/* A granule from the pool, delegated; 0: there is none. And back. */
uint64_t lend(void);
void take(uint64_t granule);
/* A command whose x1 is a granule that comes back; true: it did. */
bool take_by(uint64_t fid, uint64_t rd, uint64_t at, uint64_t level);
/* A command that takes one. */
void lend_to(uint64_t fid, uint64_t a, uint64_t b, uint64_t c);

void make_tables(unsigned int r);
/* Enters a REC of a realm with these flags, and does what it exits for. False: it can't be entered. */
bool enter_and_serve(unsigned int r, unsigned int i, uint64_t flags);

#endif
