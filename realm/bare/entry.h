/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A REC's registers at its first instruction, MMU off, as entry.S wrote them down. Shared with assembly.
 */
#ifndef REALM_BARE_ENTRY_H
#define REALM_BARE_ENTRY_H

#define ENTRY_SHIFT 9

#ifndef __ASSEMBLER__
#include "common/hostcall.h"
#include "rec.h"

/* A struct conform_entry for each REC, REC 0's since boot. */
extern const uint8_t entry_records[REC_MAX][1 << ENTRY_SHIFT];
_Static_assert(sizeof(struct conform_entry) <= 1 << ENTRY_SHIFT, "assembly makes room for it");

/* An address to hand to PSCI_CPU_ON: there the registers are written down, too. */
extern const uint8_t entry_secondary_recorded[];
#endif

#endif
