/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The CPU: system registers, SMCs, and accesses to devices.
 */
#ifndef HOST_BOARD_CPU_H
#define HOST_BOARD_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define sysreg_read(name)                                          \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

/* The time, in ticks. (A function: clang-tidy takes what a loop waits for to stay as it is, unless it calls one.) */
static inline uint64_t counter_now(void)
{
	return sysreg_read(cntpct_el0);
}

#define sysreg_write(name, value)                                                   \
	do {                                                                        \
		uint64_t written_ = (value);                                        \
		__asm__ volatile("msr " #name ", %0" : : "r"(written_) : "memory"); \
	} while (0)

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}

static inline void wfi(void)
{
	__asm__ volatile("dsb sy; wfi" ::: "memory");
}

/* Which of our CPUs this is, from 0. */
static inline unsigned int cpu_id(void)
{
	return (unsigned int)sysreg_read(tpidr_el2);
}

/* SMC64: x[0-5] in, x[0-4] out. EL3 and the RMM keep the rest to themselves, as far as SMCCC has them. */
static inline void smc(uint64_t x[6])
{
	register uint64_t x0 __asm__("x0") = x[0];
	register uint64_t x1 __asm__("x1") = x[1];
	register uint64_t x2 __asm__("x2") = x[2];
	register uint64_t x3 __asm__("x3") = x[3];
	register uint64_t x4 __asm__("x4") = x[4];
	register uint64_t x5 __asm__("x5") = x[5];

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
			 :
			 : "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			   "memory", "cc");
	x[0] = x0;
	x[1] = x1;
	x[2] = x2;
	x[3] = x3;
	x[4] = x4;
}

/* RNDR (FEAT_RNG, as QEMU's `max` has it) clears Z when it has a number. False: not now. */
static inline bool cpu_random(uint64_t *number)
{
	uint64_t ok;

	__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %1, ne" : "=r"(*number), "=r"(ok) : : "cc");
	return ok != 0;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* An access that may be refused: 0, or the ESR_EL2 of the abort taken (vectors.S). */
uint64_t probe_read64(uint64_t pa, uint64_t *value);
uint64_t probe_write64(uint64_t pa, uint64_t value);

/* A data abort at EL2 for a granule protection fault, as QEMU and TF-A report it. */
#define ESR_GRANULE_PROTECTION_FAULT 0x96000028

#endif
