/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ESR_ELx (DDI0487 D24.2.40): exception classes and the fields of the syndromes that the monitor reads.
 */
#ifndef RUN_ESR_H
#define RUN_ESR_H

#define ESR_EC_SHIFT 26
#define ESR_EC_MASK (UINT64_C(0x3f) << ESR_EC_SHIFT)
#define ESR_IL (UINT64_C(1) << 25)

#define EC_WFX 0x01
#define EC_SIMD 0x07
#define EC_HVC64 0x16
#define EC_SMC64 0x17
#define EC_SYSREG 0x18
#define EC_SVE 0x19
#define EC_INSTRUCTION_ABORT_LOWER 0x20
#define EC_INSTRUCTION_ABORT 0x21
#define EC_DATA_ABORT_LOWER 0x24
#define EC_DATA_ABORT 0x25

/* Aborts. */
#define ESR_ISV (UINT64_C(1) << 24)
#define ESR_SAS_SHIFT 22
#define ESR_SSE (UINT64_C(1) << 21)
#define ESR_SRT_SHIFT 16
#define ESR_SF (UINT64_C(1) << 15)
#define ESR_SET_SHIFT 11
#define SET_UNCONTAINABLE 2
#define SET_RESTARTABLE 3
#define ESR_FNV (UINT64_C(1) << 10)
#define ESR_EA (UINT64_C(1) << 9)
#define ESR_S1PTW (UINT64_C(1) << 7)
#define ESR_WNR (UINT64_C(1) << 6)
#define ESR_FSC UINT64_C(0x3f)
#define ESR_FSC_TYPE UINT64_C(0x3c) /* without the level */
#define FSC_ADDRESS_SIZE 0x00
#define FSC_TRANSLATION 0x04
#define FSC_ACCESS_FLAG 0x08
#define FSC_PERMISSION 0x0c
#define FSC_EXTERNAL 0x10

/* What the host is told of each kind (DEN0137 A4.3.4, A4.3.10); all else is zero (RPNWZV). */
#define EXIT_ESR_WFX UINT64_C(0xfc000003)
#define EXIT_ESR_INSTRUCTION_ABORT UINT64_C(0xfc001a3f)
#define EXIT_ESR_DATA_ABORT UINT64_C(0xfc001e3f)
#define EXIT_ESR_DATA_ABORT_UNPROTECTED UINT64_C(0xfe001e3f)
#define EXIT_ESR_EMULATABLE UINT64_C(0xfdc09e7f)
#define EXIT_ESR_SERROR UINT64_C(0xfd001e3f)
/* Which register, and the direction: not IL, and not Rt, which is the realm's business. */
#define EXIT_ESR_SYSREG UINT64_C(0xfc3ffc1f)

static inline unsigned int esr_ec(uint64_t esr)
{
	return (unsigned int)((esr & ESR_EC_MASK) >> ESR_EC_SHIFT);
}

static inline unsigned int esr_srt(uint64_t esr)
{
	return (unsigned int)(esr >> ESR_SRT_SHIFT) & 0x1f;
}

/* Bytes of the access, as a mask of its value. */
static inline uint64_t esr_access_mask(uint64_t esr)
{
	unsigned int bits = 8U << ((esr >> ESR_SAS_SHIFT) & 3);

	return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

#endif
