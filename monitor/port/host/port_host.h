/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The build-machine port: simulated DRAM, a granule protection table, TLBs that keep what nobody invalidates,
 * and faults to order. For tests of the model and the calls.
 */
#ifndef PORT_HOST_H
#define PORT_HOST_H

#include "model/granule.h"

#include "port/port.h"

#define HOST_DRAM_BASE UINT64_C(0x80000000)

/* A fresh machine with `granules` of DRAM, all Non-secure, filled with a pattern (never zero). */
void host_reset(size_t granules);

/* --- Faults to order ------------------------------------------------------------------------------------ */

/* EL3 answers so from now on: the granule is Non-secure, or (false) something else. */
void host_set_ns(struct pa granule, bool ns);

/* The next access to Non-secure memory faults after that many bytes; -1: none does. */
void host_fault_ns_after(long bytes);

/* An interrupt is pending from the n-th question on (0: at once); -1: never. */
void host_irq_after(long questions);

/* Whether there is any entropy from now on; a fresh machine has some. */
void host_set_entropy(bool works);

/* From now on, to the reset, each thread is a PE: locks are waited for, and what does not hold ends the program. */
void host_threads(bool on);

bool host_is_realm(struct pa granule);

/* --- What a PE could still reach --------------------------------------------------------------------------- */

/*
 * Every PE caches a translation as soon as it exists and uses it until it is invalidated. The tests note what a realm
 * may have cached, then ask whether it is gone: host_tlb_note() after mapping, host_tlb_holds() after.
 */
void host_tlb_note(uint64_t vttbr, struct ipa ipa);
bool host_tlb_holds(uint64_t vttbr, struct ipa ipa);

/* For a test with a model of its own: `invalidated` is told of each address (or all, size UINT64_MAX), until the reset. */
void host_tlb_watch(void (*invalidated)(uint64_t vttbr, uint64_t base, uint64_t size));

/* Wipes so far: to see that something was wiped, or was not again. */
unsigned long host_wipes(void);

/* Pairs of port_hash_begin() and port_hash_end() that are open: none between two commands. */
unsigned int host_open_hashes(void);

/* The features that port_features() reports; tests may change them. */
struct port_features *host_features(void);

/* Content of a granule in either world. */
void *host_mem(struct pa pa);

#endif
