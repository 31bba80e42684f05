/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a syndrome the host is told, and what an access had in it (DDI0487 D24.2.40; fields: <caec/arm.h>).
 */
#ifndef RUN_ESR_H
#define RUN_ESR_H

#include <caec/arm.h>

/* What the host is told of each kind (DEN0137 A4.3.4, A4.3.10); all else is zero (RPNWZV). */
#define EXIT_ESR_WFX UINT64_C(0xfc000003)
#define EXIT_ESR_INSTRUCTION_ABORT UINT64_C(0xfc001a3f)
#define EXIT_ESR_DATA_ABORT UINT64_C(0xfc001e3f)
#define EXIT_ESR_DATA_ABORT_UNPROTECTED UINT64_C(0xfe001e3f)
#define EXIT_ESR_EMULATABLE UINT64_C(0xfdc09e7f)
#define EXIT_ESR_SERROR UINT64_C(0xfd001e3f)
/* Which register, and the direction: not IL, and not Rt, which is the realm's business. */
#define EXIT_ESR_SYSREG UINT64_C(0xfc3ffc1f)

/* Bytes of the access, as a mask of its value. */
static inline uint64_t esr_access_mask(uint64_t esr)
{
	unsigned int bits = 8U << ESR_SAS(esr);

	return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

#endif
