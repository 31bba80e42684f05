/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's own address space (stage 1): VA is IPA, all of it Normal Write-Back, readable, writable and
 * executable. What an IPA really allows is stage 2's decision, and these programs are here to find out.
 */
#ifndef REALM_BARE_MMU_H
#define REALM_BARE_MMU_H

#include <stdbool.h>

/* Maps the unprotected half too. False: that is no IPA width that RMM 1.0 has. */
bool mmu_init(unsigned long ipa_bits);

#endif
