/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's memory: tables, protected and unprotected pages, RIPAS. All take the realm's lock; none may
 * be called with it held. Addresses and sizes are multiples of a granule.
 */
#ifndef HOST_LIB_MEMORY_H
#define HOST_LIB_MEMORY_H

#include "plan.h"

/* Attributes of unprotected pages (DEN0137 A5.5.4): Normal Write-Back, read and write, or read only. */
#define HOST_UNPROTECTED_WB_RW ((ABI_U64(6) << 2) | (ABI_U64(3) << 6))
#define HOST_UNPROTECTED_WB_RO ((ABI_U64(6) << 2) | (ABI_U64(1) << 6))

/* [base, base + size) is made of granules, of the unprotected half of the realm's addresses. */
static inline bool host_range_is_unprotected(const struct host_realm *realm, uint64_t base, uint64_t size)
{
	return base >= host_unprotected_base(realm) &&
	       host_range_is_valid(base, size, host_unprotected_base(realm) * 2);
}

/* Makes tables until [base, base + size) has them at `level`. */
uint64_t host_make_tables(struct host_realm *realm, uint64_t base, uint64_t size, int64_t level);

/* Protected pages with undefined content where there are none yet, and tables for them. */
uint64_t host_populate(struct host_realm *realm, uint64_t base, uint64_t size);

/* The same, in blocks of 2 MiB wherever nothing of one is there yet: what is shared is mapped with far less ado then. */
uint64_t host_populate_in_blocks(struct host_realm *realm, uint64_t base, uint64_t size);

/* Before activation: a copy of `size` bytes at any `base`, measured or not. The rest of its pages is zero. */
uint64_t host_load(struct host_realm *realm, uint64_t base, const void *content, size_t size, bool measure);

/* Takes all data back from [base, base + size), of a provider's regions too. What the realm maps as a
 * consumer stays: see host_csm_unmap(). Blocks at the ends are split. */
uint64_t host_reclaim(struct host_realm *realm, uint64_t base, uint64_t size);

/* Takes back all tables but the starting ones; needs the realm to be empty of data. */
uint64_t host_destroy_tables(struct host_realm *realm);

/*
 * Before activation: RIPAS RAM for [base, base + size), by the entries that plan.h says; where there are finer tables
 * already, by theirs.
 */
uint64_t host_init_ripas(struct host_realm *realm, uint64_t base, uint64_t size);

/* What the last exit of `rec`, a RIPAS change, asked for, as far as the RMM allows. */
uint64_t host_set_ripas(struct host_rec *rec, uint64_t base, uint64_t top);

/* Non-secure memory at unprotected IPAs; `attributes` as HOST_UNPROTECTED_WB_RW. */
uint64_t host_map_unprotected(struct host_realm *realm, uint64_t ipa, uint64_t pa, uint64_t size,
			      uint64_t attributes);
uint64_t host_unmap_unprotected(struct host_realm *realm, uint64_t ipa, uint64_t size);

/* Where the realm's page at `ipa` lies, own or attached. HOST_ERROR_ARGUMENT: nothing is mapped there. */
uint64_t host_translate(struct host_realm *realm, uint64_t ipa, uint64_t *pa);

/*
 * Serves an access to a protected page that is not there: populates it, or fills a consumer's hole. Success if there is
 * nothing left to serve: another REC's fault was first, or the page is the realm's no more (its next access is the
 * monitor's matter). HOST_ERROR_STATE: there is nothing that the host could do about it (RIPAS DESTROYED, or the provider has
 * nothing there).
 */
uint64_t host_serve_fault(struct host_realm *realm, uint64_t ipa);

#endif
