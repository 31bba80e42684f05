/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers by name, the barriers that go with them, and the maintenance that run/ does.
 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H

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

/* A field of an ID register. */
static inline unsigned int id_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift) & 0xfU;
}

#endif
