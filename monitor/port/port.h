/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port: everything the model and the calls need from the machine. Two implementations:
 * port/aarch64 (the firmware) and tests/sim (a simulated machine, for unit tests). port/native is the little of it that
 * native programs need which use some of the monitor's rules (measure/).
 *
 * Nothing above this interface knows a register, an SMC or an address map.
 */
#ifndef PORT_H
#define PORT_H

#include "model/types.h"

/* Provides port_mem(): the address at which the monitor sees a granule in the Realm PAS. */
#include "port_mem.h"

/* --- Memory ------------------------------------------------------------------------------- */

/* Fills the 4 KiB granule at `granule` (port_mem address, 4 KiB aligned) with zeroes. */
void port_wipe(void *granule);

/*
 * What the granule holds now is what every PE fetches from it as instructions, whatever an earlier owner had there; and
 * all writes so far are published (port_publish()). Before a realm can reach it.
 */
void port_sync_code(const void *granule);

/*
 * Copy between the monitor and Non-secure memory. The Non-secure side is read or written exactly once.
 * The range lies inside one granule that the granule table tracks; all of `ns`, the other address and
 * `size` are multiples of 8. A granule protection fault anywhere in the range gives false; the
 * destination is then partly written.
 */
bool port_ns_read(void *to, struct pa ns, size_t size);
bool port_ns_write(struct pa ns, const void *from, size_t size);

/* Zeroes Non-secure memory inside one granule; `ns` and `size` are multiples of 512. False as above. */
bool port_ns_zero(struct pa ns, size_t size);

/* --- Granule protection table (EL3) ---------------------------------------------------------- */

/* Moves a granule from the Non-secure to the Realm PAS. False: it was not Non-secure; no change. */
bool port_gpt_delegate(struct pa granule);

/* Moves a granule from the Realm to the Non-secure PAS. Cannot fail for a granule that was delegated. */
void port_gpt_undelegate(struct pa granule);

/* --- Stage 2 TLB maintenance ------------------------------------------------------------------ */

/*
 * A batch: begin, any number of the others, end. `vttbr` is the VTTBR_EL2 value of the realm concerned
 * (root address and VMID). port_tlb_end() returns when no PE can use a translation that was invalidated
 * in the batch: stage 2 entries, walk caches and combined stage 1+2 entries, Inner Shareable domain.
 */
void port_tlb_begin(uint64_t vttbr);
void port_tlb_leaf(struct ipa ipa);  /* the leaf entry (page or block) that translates `ipa` */
void port_tlb_table(struct ipa ipa); /* walk caches for the table entries above `ipa` */
void port_tlb_realm(void);           /* everything with the realm's VMID */
void port_tlb_end(void);

/* Makes table writes so far visible to the walkers of all PEs before any later write. */
void port_publish(void);

/* --- The rest ---------------------------------------------------------------------------------- */

/* True if a physical interrupt is pending on this PE: long commands stop and return. */
bool port_irq_pending(void);

/* Fills `to` with entropy of the platform. False: none available. */
bool port_entropy(void *to, size_t size);

/* What the machine offers to realms; constant after boot. */
struct port_features {
	uint8_t pa_bits;   /* implemented PA width, at most 48 */
	uint8_t vmid_bits; /* 8 or 16 */
	uint8_t num_bps;   /* breakpoints minus one */
	uint8_t num_wps;   /* watchpoints minus one */
	uint8_t num_lrs;   /* GIC list registers minus one */
	bool has_sve;
	uint8_t sve_vl; /* longest vector, as ZCR_ELx.LEN */
	bool has_pmu;
	uint8_t pmu_num_ctrs; /* event counters */
	bool has_hpmn0;       /* a realm may have none of them (FEAT_HPMN0) */
};
const struct port_features *port_features(void);

/* Spins politely for one step of a lock's wait loop. */
void port_relax(void);

#ifdef CAEC_DEBUG
/* This PE's record of the granule locks that it holds (model/granule.c checks the order). */
struct held_locks *port_held_locks(void);
#endif

/*
 * Around several hashes in a row, to get ready for them once. Pairs nest. In between only what this file declares for
 * hashing, and code without vector registers, is run, and nothing that leaves the command: a realm is not entered.
 */
void port_hash_begin(void);
void port_hash_end(void);

/* SHA-2 of `size` bytes at `data`: 32 bytes (SHA-256) or 64 bytes (SHA-512) to `digest`. */
void port_sha256(const void *data, size_t size, uint8_t digest[32]);
void port_sha512(const void *data, size_t size, uint8_t digest[64]);

/* AES-128 encryption of one block. */
void port_aes128(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);

/*
 * A fault of the monitor itself: reports and stops. For conditions that no input from outside
 * can bring about; everything else has an error code.
 */
_Noreturn void port_panic(const char *file, int line, const char *what);

#define PANIC(what) port_panic(__FILE__, __LINE__, (what))

/* A condition that must hold; checked in every build (the cost is a compare). */
#define REQUIRE(condition) ((condition) ? (void)0 : PANIC(#condition))

/* The same where the check costs more than it should in a release build. */
#ifdef CAEC_DEBUG
#define ASSERT(condition) REQUIRE(condition)
#else
#define ASSERT(condition) ((void)sizeof(condition))
#endif

#endif
