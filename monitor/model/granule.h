/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The granule table: state, lock and reference count of every 4 KiB of memory that the monitor tracks
 * (DEN0137 A2.2).
 *
 * Invariant: a granule in state DELEGATED is all zeroes. It is wiped when it is delegated and again
 * whenever it returns to DELEGATED, so commands that take a DELEGATED granule find it zero.
 *
 * Locks. Each granule has one. They are taken in the order of the classes below and, within a class,
 * by ascending address; at most one RTT lock is held at a time. A wait for a lock names the state that
 * the granule must have and gives up as soon as it has another, so a hostile host can't make two
 * commands wait for each other by passing one granule in two roles. See docs/architecture.md "Locks".
 *
 *   RD          the realm's state, its APT, and the structure of its tables
 *   REC         a REC that is not running
 *   RTT         (first starting-level RTT only) all translation tables of the realm
 *   DELEGATED, UNDELEGATED, DATA, ...   the granule that a command moves from state to state
 */
#ifndef MODEL_GRANULE_H
#define MODEL_GRANULE_H

#include "model/types.h"

#include "port/port.h"

enum granule_state {
	GRANULE_UNDELEGATED = 0,
	GRANULE_DELEGATED = 1,
	GRANULE_RD = 2,
	GRANULE_REC = 3,
	GRANULE_REC_AUX = 4,
	GRANULE_RTT = 5,
	GRANULE_DATA = 6,
	GRANULE_APT = 7,
};

/*
 * The references counted:
 *   REC   1 while it runs (the lock is not held then)
 *   RTT   live entries: ASSIGNED, CSM mappings and TABLE
 *   DATA  CSM mappings of this granule in consumer realms; a block of them counts in its first granule alone
 */
struct granule {
	_Atomic uint32_t word; /* [0] lock, [3:1] state, [31:4] references */
};

/* The granule locks that one PE holds; kept by debug builds to check the order on every take. */
#define HELD_LOCKS_MAX 24

struct held_locks {
	uint32_t count;
	struct {
		const struct granule *granule;
		uint8_t class;
	} lock[HELD_LOCKS_MAX];
};

struct granule_bank {
	struct pa base;
	uint64_t size; /* bytes */
};

#define GRANULE_MAX_BANKS 4

/*
 * Sets the table up for `banks` of memory; `storage` has room for `capacity` granules and is zero.
 * False: a bank is misaligned, overlaps another, or there are too many granules or banks.
 */
bool granule_init(const struct granule_bank *banks, size_t num_banks, struct granule *storage,
		  size_t capacity);

/* The granule at `addr`; NULL if the address is not granule aligned or not tracked. */
struct granule *granule_find(struct pa addr);

/* The same of a granule that is DELEGATED at this moment (locking it decides); NULL if it is not. */
struct granule *granule_find_delegated(struct pa addr);

/* The inverse of granule_find(). */
struct pa granule_pa(const struct granule *g);

/* A dense number of the granule and back; for tables that refer to granules in 32 bits. */
uint32_t granule_index(const struct granule *g);
struct granule *granule_at(uint32_t index);

/* Where the monitor sees the granule's content. Only for granules in the Realm PAS. */
static inline void *granule_mem(const struct granule *g)
{
	return port_mem(granule_pa(g));
}

enum granule_state granule_state(const struct granule *g);

/* Takes the lock if the granule has (or, after waiting, still has) the state. */
bool granule_lock(struct granule *g, enum granule_state expected);
void granule_unlock(struct granule *g);

/* Changes the state and unlocks. The reference count must be zero. */
void granule_unlock_as(struct granule *g, enum granule_state state);

/* Wipes the granule, makes it DELEGATED and unlocks. The reference count must be zero. */
void granule_unlock_wiped(struct granule *g);

/*
 * Wipes a granule that another lock protects (an RTT below the starting level, an auxiliary granule, an
 * APT extension) and makes it DELEGATED. The reference count must be zero.
 */
void granule_retire(struct granule *g);

/* granule_find() and granule_lock(): NULL if there is no such granule in that state. */
struct granule *granule_find_lock(struct pa addr, enum granule_state expected);

/* References: atomic, so that they may be read without the lock. Changing them needs the owner's lock. */
uint32_t granule_refs(const struct granule *g);
void granule_get(struct granule *g, uint32_t count);
void granule_put(struct granule *g, uint32_t count);

/* True if `pa` is a granule that the host may name as a Non-secure buffer at this moment. */
bool granule_is_ns(struct pa pa);

#endif
