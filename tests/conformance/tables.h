/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For the groups about tables: tables full of one kind of entry, and looking at all of a table's entries.
 */
#ifndef TESTS_CONFORMANCE_TABLES_H
#define TESTS_CONFORMANCE_TABLES_H

#include "commands.h"

#define TABLE_ENTRIES 512

/* Levels that are none for RTT_CREATE, DESTROY and FOLD in a realm that starts at 0. */
#define CONF_NO_TABLE_LEVELS 12
extern const int64_t conf_no_table_levels[CONF_NO_TABLE_LEVELS];

/* The states of an RTTE that no TABLE is (A5.5.4, A5.2.2), by how READ_ENTRY shows them. */
enum conf_kind {
	KIND_EMPTY, /* UNASSIGNED */
	KIND_RAM,
	KIND_DESTROYED,
	KIND_ASSIGNED_EMPTY, /* ASSIGNED */
	KIND_ASSIGNED_RAM,
	KIND_ASSIGNED_DESTROYED,
	KIND_NS, /* UNASSIGNED_NS */
	KIND_ASSIGNED_NS,
	CONF_KINDS
};
const char *kind_name(enum conf_kind kind);
bool kind_is_assigned(enum conf_kind kind);
bool kind_is_unprotected(enum conf_kind kind);
uint64_t kind_state(enum conf_kind kind); /* enum rmi_rtt_entry_state */
uint64_t kind_ripas(enum conf_kind kind);

/* Where conf_fill() maps Non-secure memory to, and how: Normal Write-Back, read and write (A5.5.11). */
#define CONF_NS_PA ABI_U64(0x80000000)
#define CONF_NS_ATTRIBUTES ABI_U64(0xd8)
/* As READ_ENTRY shows them: the fields that the host controls. */
#define CONF_NS_FIELDS ABI_U64(0xdc)

/*
 * The table at `level` for `ipa`, made with what is above it, with all entries of one kind, contiguous where they
 * have an output address, and aligned to all of the table. Its first output address (0 if none).
 * Protected kinds that are ASSIGNED: level 3.
 */
uint64_t conf_fill(struct conf_realm *realm, uint64_t ipa, int64_t level, enum conf_kind kind);

/* RIPAS DESTROYED for what a table at `level` covers: the table is made and destroyed, if it isn't there. */
void conf_destroyed(struct conf_realm *realm, uint64_t ipa, int64_t level);

/*
 * A check: all entries of the table at `level` for `ipa` are of this kind, with contiguous output addresses
 * from `pa`.
 */
bool conf_check_table(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		      int64_t level, enum conf_kind kind, uint64_t pa);

/* A check: the entry for `ipa` at `level` is there, not a table, of this kind. */
bool conf_check_kind(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		     int64_t level, enum conf_kind kind, uint64_t pa);

/* A check: a granule is DELEGATED, seen by its being undelegated and delegated again; or is in use. */
bool conf_check_delegated(const char *rule, const char *text, uint64_t pa);
bool conf_check_in_use(const char *rule, const char *text, uint64_t pa);

#endif
