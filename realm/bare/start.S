/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the first instruction to C, for the first REC and for those that PSCI_CPU_ON starts: MMU and caches
 * on, stack, TPIDR_EL1, vectors. Until the MMU is on nothing is written to memory.
 */
#include <caec/arm.h>

#include "rec.h"

/* TCR_EL1: 48-bit VAs by TTBR0 alone, 4 KiB granule, Inner Shareable Write-Back walks, 48-bit PAs (where
 * there are fewer, the largest size counts: DDI0487 D8.2). */
#define TCR ((16 << TCR_T0SZ_SHIFT) | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER | TCR_EPD1 | (5 << TCR_IPS_SHIFT))

#define SCTLR (SCTLR_RES1 | SCTLR_TSCXT | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I)

#define MAIR MAIR_ATTR(0, MAIR_NORMAL_WB)

	/* Contract: x0 program, x1 argument, x2 IPA width. The registers are written down first (entry.S). */
	.section .text.entry, "ax"
	.global entry
entry:
	msr	tpidr_el0, x0
	adr	x0, entry
	msr	tpidrro_el0, x0
	adr	x0, primary_entry
	b	entry_record
primary_entry:
	bl	mmu_on
	bl	zero_bss
	bl	rec_init
	b	primary_main

	/* Contract: x0 the context of PSCI_CPU_ON; a REC whose Aff0 is less than REC_MAX. */
	.text
	.global secondary_entry
secondary_entry:
	bl	mmu_on
	bl	rec_init
	b	secondary_main

	/* Keeps x0-x2. The tables are part of the image, so the walks find them whatever is cached. */
mmu_on:
	msr	dit, #1			/* tenants handle keys: no instruction's time tells of its data */
	ldr	x9, =MAIR
	msr	mair_el1, x9
	ldr	x9, =TCR
	msr	tcr_el1, x9
	adrp	x9, mmu_level0
	msr	ttbr0_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	ldr	x9, =SCTLR
	msr	sctlr_el1, x9
	isb
	ret

	/* Keeps x0-x2. */
zero_bss:
	adrp	x9, bss_begin
	ldr	x10, =bss_end
1:	cmp	x9, x10
	b.hs	2f
	stp	xzr, xzr, [x9], #16
	b	1b
2:	ret

	/* Keeps x0-x2. The REC's number is Aff0: no realm here has more than REC_MAX. */
rec_init:
	mrs	x9, mpidr_el1
	and	x9, x9, #(REC_MAX - 1)
	adrp	x10, stacks
	add	x11, x9, #1
	add	x10, x10, x11, lsl #REC_STACK_SHIFT
	mov	sp, x10
	adrp	x11, recs
	add	x11, x11, :lo12:recs
	add	x11, x11, x9, lsl #REC_SIZE_SHIFT
	str	xzr, [x11, #REC_PROBE_SP]
	str	x10, [x11, #REC_STACK_TOP]
	msr	tpidr_el1, x11
	ldr	x9, =vectors
	msr	vbar_el1, x9
	mov	x9, #CPACR_FPEN
	msr	cpacr_el1, x9
	isb
	mov	x29, xzr
	ret
	.ltorg

	.section .noinit, "aw", %nobits
	.balign	4096
stacks:
	.space	REC_MAX << REC_STACK_SHIFT
