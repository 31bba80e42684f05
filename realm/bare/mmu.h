/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's own address space (stage 1): VA is IPA, all of it Normal Write-Back, readable, writable and
 * executable. What an IPA really allows is stage 2's decision, and these programs are here to find out.
 */
#ifndef REALM_BARE_MMU_H
#define REALM_BARE_MMU_H

#include <stdbool.h>
#include <stdint.h>

/* The same for EL0, at addresses of its own: MMU_USER + IPA. */
#define MMU_USER (UINT64_C(0x80) << 40)

/* Maps the unprotected half too. False: that is no IPA width that RMM 1.0 has. */
bool mmu_init(unsigned long ipa_bits);

/* Maps all of it for EL0 too. Before the first use of MMU_USER; once. */
void mmu_add_user(void);

#endif
