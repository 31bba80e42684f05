/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulated machine below the monitor: DRAM, a granule protection table, TLBs that keep what nobody invalidates,
 * and faults to order. For tests of the model and the calls.
 *
 * It notices what hardware punishes, or lets pass: stale TLB entries (tlb.c), the monitor's use of an address that it got
 * before the granule was wiped or left the Realm PAS (under ASan: port_mem() maps, port_wipe() and undelegation unmap),
 * a second read of Non-secure memory by one command, a look at what another PE may change at that moment, and caches told of a
 * page that a realm has already (locks.c).
 */
#ifndef SIM_H
#define SIM_H

#include "model/granule.h"

#include "port/port.h"

#define SIM_DRAM_BASE UINT64_C(0x80000000)

/* A fresh machine with `granules` of DRAM, all Non-secure, filled with a pattern (never zero). */
void sim_reset(size_t granules);

/* --- Faults to order ------------------------------------------------------------------------------------ */

/* EL3 answers so from now on: the granule is Non-secure, or (false) something else. */
void sim_set_ns(struct pa granule, bool ns);

/* The next access to Non-secure memory faults after that many bytes; -1: none does. */
void sim_fault_ns_after(long bytes);

/* An interrupt is pending from the n-th question on (0: at once); -1: never. */
void sim_irq_after(long questions);

/* Whether there is any entropy from now on; a fresh machine has some. */
void sim_set_entropy(bool works);

/* From now on, to the reset, each thread is a PE: locks are waited for, and what does not hold ends the program. */
void sim_threads(bool on);
bool sim_has_threads(void);

bool sim_is_realm(struct pa granule);

/* --- PEs ------------------------------------------------------------------------------------------------------ */

#define SIM_FETCHES_MAX 32U
#define SIM_LOOKS_MAX 64U

/* What a PE has of its own in the monitor. */
struct sim_pe {
	struct held_locks held;
	struct arena *arena;
	unsigned int hashes; /* pairs of port_hash_begin() and port_hash_end() that are open */
	uint64_t vttbr;      /* of the open batch of TLB maintenance; 0: none */
	bool unpublished;    /* it has written a valid descriptor, and walkers may not see it yet */
	uint64_t table;      /* that it has made, and walkers may not see what is in it yet; 0: none */
	bool in_command;     /* and what of Non-secure memory it has read: */
	unsigned int num_fetches;
	struct {
		uint64_t base, size;
	} fetch[SIM_FETCHES_MAX];
	unsigned int number;    /* of those that take turns in one thread */
	unsigned int num_looks; /* granules that it has looked at since it took its first lock */
	uint32_t look[SIM_LOOKS_MAX];
};

/* The PE that runs: that of sim_run_as(), else the thread's own (NULL: that again). */
struct sim_pe *sim_pe(void);
void sim_run_as(struct sim_pe *pe);

/*
 * For who plays several PEs in one thread: `point` is called before what other PEs can notice (an access to Non-secure
 * memory, a wipe, a change of the granule protection table, TLB maintenance), `wait` in each turn of a lock's wait loop.
 */
void sim_at_points(void (*point)(void), void (*wait)(void));
void sim_point(void);

/*
 * Around each command: none may read Non-secure memory twice, nor leave in TLBs what its tables have not. world_rmi()
 * does that.
 */
void sim_command_begin(void);
void sim_command_end(void);

/*
 * The PE has let go of a lock: if that was its last, addresses of tables, APTs and pages that it got under any are good for
 * nothing more. For who wraps the functions that unlock.
 */
void sim_unlocked(void);

/* --- What a PE could still reach --------------------------------------------------------------------------- */

/*
 * The realm with this RD may run from now on: PEs walk its tables and keep what they find until it is invalidated
 * (tlb.c). world_rmi() does that after RMI_REALM_CREATE.
 */
void sim_tlb_watch(uint64_t rd);
/* Nothing is cached that the tables have not, and all that they have is. */
void sim_tlb_check(void);
/* What this PE has written is seen by walkers: before its command is over, and before a realm runs there. */
void sim_check_published(void);
/* The leaf descriptor that a TLB may have for the address; 0: none. */
uint64_t sim_tlb_entry(uint64_t vttbr, struct ipa addr);

/*
 * The granule as a PE fetches it: what was there at the last fetch, or where nobody has fetched since, at the last
 * port_sync_code(). Caches that do nothing by themselves.
 */
const void *sim_fetch(struct pa granule);

/* Pairs of port_hash_begin() and port_hash_end() that are open: none between two commands. */
unsigned int sim_open_hashes(void);

/* The features that port_features() reports; tests may change them. */
struct port_features *sim_features(void);

/* --- Snapshots (snapshot.c): of one thread, between commands ---------------------------------------------------- */

/* What comes is measured against, and goes back to, this. To the next sim_reset(). */
void sim_save(void);
void sim_restore(void);
/*
 * A hash of what is different in granules now: states, references, PAS, and what RDs, tables and APTs hold. 0: nothing is.
 */
uint64_t sim_changes(void);

/* Content of a granule in either world. */
void *sim_mem(struct pa addr);

#endif
