/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers by name, and every instruction that C uses beside them. Nothing else here and in run/ has assembly in C:
 * tests/unit/pe has another of this header, where registers are a table and instructions are recorded.
 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H

#include <stdbool.h>
#include <stdint.h>

/* The name is a string: read_sysreg("esr_el2"), or "s3_0_c1_c2_6" where the assembler knows none. */
#define read_sysreg(name)                                         \
	({                                                        \
		uint64_t value_;                                  \
		__asm__ volatile("mrs %0, " name : "=r"(value_)); \
		value_;                                           \
	})

#define write_sysreg(name, value)                                                  \
	do {                                                                       \
		uint64_t written_ = (value);                                       \
		__asm__ volatile("msr " name ", %0" : : "r"(written_) : "memory"); \
	} while (0)

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

/* --- Barriers ------------------------------------------------------------------------------------------------- */

static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" : : : "memory");
}

static inline void dsb_ishst(void)
{
	__asm__ volatile("dsb ishst" : : : "memory");
}

/* --- Translations --------------------------------------------------------------------------------------------- */

/* Stage 1 of EL1, as for a read; the answer is in PAR_EL1. */
static inline void at_s1e1r(uint64_t va)
{
	__asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(va) : "memory");
}

/* Forgets this PE's translations of the current VMID's stage 1. */
static inline void tlbi_vmalle1(void)
{
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh" : : : "memory");
}

/* All PEs': of a page of the current VMID's stage 2; of all of it and its stage 1; of its stage 1. */
static inline void tlbi_ipas2e1is(uint64_t page)
{
	__asm__ volatile("tlbi ipas2e1is, %0" : : "r"(page) : "memory");
}

static inline void tlbi_vmalls12e1is(void)
{
	__asm__ volatile("tlbi vmalls12e1is" : : : "memory");
}

static inline void tlbi_vmalle1is(void)
{
	__asm__ volatile("tlbi vmalle1is" : : : "memory");
}

/* --- The rest --------------------------------------------------------------------------------------------------- */

/* What was written here so far is in memory, for who has no caches on. */
static inline void clean_to_memory(const void *at)
{
	__asm__ volatile("dsb sy\n\tdc civac, %0\n\tdsb sy" : : "r"(at) : "memory");
}

static inline void yield(void)
{
	__asm__ volatile("yield" : : : "memory");
}

static inline void wait_interrupt(void)
{
	__asm__ volatile("wfi");
}

/* RNDR clears Z when it has a number. */
static inline bool read_random(uint64_t *word)
{
	uint64_t ok;

	__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %1, ne" : "=r"(*word), "=r"(ok) : : "cc");
	return ok != 0;
}

/* A field of an ID register. */
static inline unsigned int id_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift) & 0xfU;
}

#endif
