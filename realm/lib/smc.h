/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SMC of a realm: x0-x17 go in and come out (SMCCC 1.2). CSM calls and token calls use registers
 * that SMCCC 1.1's short form would let the compiler keep live, so all of them are always declared.
 */
#ifndef REALM_LIB_SMC_H
#define REALM_LIB_SMC_H

#include <caec/smccc.h>

/* Loads and stores stand in the assembly because gcc allows no more than 30 operands. */
static inline void smc(struct smc_regs *regs)
{
	__asm__ volatile("ldp x0, x1, [%0, #0]\n\t"
			 "ldp x2, x3, [%0, #16]\n\t"
			 "ldp x4, x5, [%0, #32]\n\t"
			 "ldp x6, x7, [%0, #48]\n\t"
			 "ldp x8, x9, [%0, #64]\n\t"
			 "ldp x10, x11, [%0, #80]\n\t"
			 "ldp x12, x13, [%0, #96]\n\t"
			 "ldp x14, x15, [%0, #112]\n\t"
			 "ldp x16, x17, [%0, #128]\n\t"
			 "smc #0\n\t"
			 "stp x0, x1, [%0, #0]\n\t"
			 "stp x2, x3, [%0, #16]\n\t"
			 "stp x4, x5, [%0, #32]\n\t"
			 "stp x6, x7, [%0, #48]\n\t"
			 "stp x8, x9, [%0, #64]\n\t"
			 "stp x10, x11, [%0, #80]\n\t"
			 "stp x12, x13, [%0, #96]\n\t"
			 "stp x14, x15, [%0, #112]\n\t"
			 "stp x16, x17, [%0, #128]\n\t"
			 :
			 : "r"(regs->x)
			 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
			   "x13", "x14", "x15", "x16", "x17", "memory", "cc");
}

/* The common case: up to five arguments. */
static inline struct smc_regs smc_call(uint64_t fid, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4,
				       uint64_t x5)
{
	struct smc_regs regs = { { fid, x1, x2, x3, x4, x5 } };

	smc(&regs);
	return regs;
}

#endif
