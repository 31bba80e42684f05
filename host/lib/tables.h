/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 tables, for the other files of this library: the caller holds the realm's lock.
 */
#ifndef HOST_LIB_TABLES_H
#define HOST_LIB_TABLES_H

#include "memory.h"
#include "rmi_call.h"

/* Gives the realm the table at `level` that covers `ipa`. */
uint64_t host_add_table(struct host_realm *realm, uint64_t ipa, int64_t level);

/*
 * A command failed with `result`. True: it did so for want of a table under `ipa`, which is there now;
 * try again. False: *result is what to report (the reason why no table could be made, or as it was).
 */
bool host_table_was_missing(struct host_realm *realm, uint64_t ipa, uint64_t *result);

/* As host_make_tables(). */
uint64_t host_make_tables_locked(struct host_realm *realm, uint64_t base, uint64_t size, int64_t level);

static inline void host_lock_realm(struct host_realm *realm)
{
	realm->host->ops->lock(realm->host->context, &realm->lock);
}

static inline void host_unlock_realm(struct host_realm *realm)
{
	realm->host->ops->unlock(realm->host->context, &realm->lock);
}

static inline bool host_range_is_protected(const struct host_realm *realm, uint64_t base, uint64_t size)
{
	return host_range_is_valid(base, size, host_unprotected_base(realm));
}

#endif
