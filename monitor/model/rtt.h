/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm Translation Tables of one realm: geometry, walks, and changes of single entries
 * (DEN0137 A5.5). Addresses are 48 bits, the granule 4 KiB; levels run from `start` to 3.
 */
#ifndef MODEL_RTT_H
#define MODEL_RTT_H

#include "model/granule.h"
#include "model/rtte.h"

/* The stage 2 translation of a realm; constant from REALM_CREATE on. */
struct s2 {
	struct pa root;       /* first starting-level table */
	struct granule *lock; /* its granule */
	uint32_t num_roots;   /* concatenated starting tables, 1-16 */
	int8_t start;         /* starting level, 0-2 */
	uint8_t ipa_bits;
	uint16_t vmid;
};

/* Where a walk ended: `table`[`index`] is the entry for the IPA, at `level`. */
struct rtt_walk {
	struct pa table_pa;
	struct rtte *table;
	struct rtte entry; /* as read */
	uint64_t addr;     /* that was asked for */
	unsigned int index;
	int level;
};

/* True if (ipa_bits, start, num_roots) is one of the legal geometries (DEN0137 A5.2.1; Arm ARM D8.2). */
bool s2_geometry_is_valid(unsigned int ipa_bits, int64_t start, uint64_t num_roots);

static inline uint64_t s2_size(const struct s2 *s2)
{
	return UINT64_C(1) << s2->ipa_bits;
}

/* The lower half of the IPA space is protected (DEN0137 A5.2.1). */
static inline bool s2_is_protected(const struct s2 *s2, uint64_t addr)
{
	return addr < s2_size(s2) / 2;
}

/* [base, top) is inside the protected half, not empty, and does not wrap. */
static inline bool s2_range_is_protected(const struct s2 *s2, uint64_t base, uint64_t top)
{
	return base < top && top <= s2_size(s2) / 2;
}

/* The value of VTTBR_EL2. */
uint64_t s2_vttbr(const struct s2 *s2);

/* Locks and unlocks the realm's tables: the lock of the first starting-level RTT. */
void rtt_lock(const struct s2 *s2);
void rtt_unlock(const struct s2 *s2);

/* Fills the starting tables of a new realm: protected UNASSIGNED/EMPTY, unprotected UNASSIGNED_NS. */
void rtt_init_roots(const struct s2 *s2);

/* True if a starting table holds an ASSIGNED, CSM or TABLE entry. */
bool rtt_roots_are_live(const struct s2 *s2);

/* Walks to `level`, or to the first entry above it that is not a table. `addr` is below s2_size(). */
struct rtt_walk rtt_walk(const struct s2 *s2, struct ipa addr, int level);

/*
 * Takes a walk to page level on to another address: one load, if the same table has it. A zeroed walk has been
 * nowhere yet. Table entries above must not have changed since.
 */
void rtt_walk_on(const struct s2 *s2, struct rtt_walk *w, struct ipa addr);

/* The IPA of the first live entry from `addr` on in the walk's table, or the table's end (RttSkipNonLiveEntries). */
uint64_t rtt_skip_non_live(const struct s2 *s2, const struct rtt_walk *w, struct ipa addr);

/* The IPA just after the last byte that the walk's table translates. */
uint64_t rtt_table_end(const struct s2 *s2, const struct rtt_walk *w, struct ipa addr);

/*
 * Replaces the entry of a walk, and keeps the table's count of live entries. Does no TLB maintenance:
 * a mapped entry goes through rtt_break(). Updates w->entry.
 */
void rtt_set(struct rtt_walk *w, struct rtte e);

/* Break-before-make: writes `e` (not mapped) over a mapped leaf and completes the TLB maintenance. */
void rtt_break(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct rtte e);

#endif
