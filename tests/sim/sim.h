/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulated machine below the monitor: DRAM, a granule protection table, TLBs that keep what nobody invalidates,
 * and faults to order. For tests of the model and the calls.
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

bool sim_is_realm(struct pa granule);

/* --- What a PE could still reach --------------------------------------------------------------------------- */

/*
 * Every PE caches a translation as soon as it exists and uses it until it is invalidated. The tests note what a realm
 * may have cached, then ask whether it is gone: sim_tlb_note() after mapping, sim_tlb_holds() after.
 */
void sim_tlb_note(uint64_t vttbr, struct ipa ipa);
bool sim_tlb_holds(uint64_t vttbr, struct ipa ipa);

/* For a test with a model of its own: `invalidated` is told of each address (or all, size UINT64_MAX), until the reset. */
void sim_tlb_watch(void (*invalidated)(uint64_t vttbr, uint64_t base, uint64_t size));

/*
 * The granule as a PE fetches it: what was there at the last fetch, or where nobody has fetched since, at the last
 * port_sync_code(). Caches that do nothing by themselves.
 */
const void *sim_fetch(struct pa granule);

/* Wipes so far: to see that something was wiped, or was not again. */
unsigned long sim_wipes(void);

/* Pairs of port_hash_begin() and port_hash_end() that are open: none between two commands. */
unsigned int sim_open_hashes(void);

/* The features that port_features() reports; tests may change them. */
struct port_features *sim_features(void);

/* Content of a granule in either world. */
void *sim_mem(struct pa pa);

#endif
