/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From TF-A to C. Both entries: EL2, MMU off, interrupts masked. The primary comes here with nothing of
 * interest in its registers, a secondary with its CPU number in x0 (the context of PSCI_CPU_ON).
 */
#include <caec/arm.h>

#include "platform.h"

/* Physical interrupts are EL2's; no VHE. */
#define HCR (HCR_RW | HCR_AMO | HCR_IMO | HCR_FMO)
#define MAIR (MAIR_ATTR(0, MAIR_DEVICE_NGNRE) | MAIR_ATTR(1, MAIR_NORMAL_WB))
/* 32 bits of VA, walks Write-Back Inner Shareable, 4 KiB granule. */
#define TCR                                                                                              \
	((64 - 32) << TCR_T0SZ_SHIFT | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER |                     \
	 PARANGE_40_BITS << TCR_EL2_PS_SHIFT | TCR_EL2_RES1)
#define SCTLR (SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I)

	.section .text.entry, "ax"
	.global entry
entry:
	mov	x20, xzr
	ldr	x0, =bss_begin
	ldr	x1, =bss_end
0:	cmp	x0, x1
	b.hs	enable
	stp	xzr, xzr, [x0], #16
	b	0b

	.global secondary_entry
secondary_entry:
	mov	x20, x0

/* x20: CPU number. */
enable:
	ldr	x0, =HCR
	msr	hcr_el2, x0
	ldr	x0, =vectors
	msr	vbar_el2, x0
	ldr	x0, =MAIR
	msr	mair_el2, x0
	ldr	x0, =TCR
	msr	tcr_el2, x0
	ldr	x0, =page_table
	msr	ttbr0_el2, x0
	isb
	tlbi	alle2
	dsb	sy
	isb
	ldr	x0, =SCTLR
	msr	sctlr_el2, x0
	isb

	msr	tpidr_el2, x20
	ldr	x0, =stacks
	mov	x1, #PLATFORM_STACK_SIZE
	madd	x0, x20, x1, x0
	add	sp, x0, x1
	cbnz	x20, 1f
	bl	primary_main
1:	mov	x0, x20
	bl	secondary_main
2:	wfi
	b	2b

/*
 * One level 1 table of 1 GiB blocks, VA = PA: devices, then DRAM. EL2 has one privilege level: AP[1]
 * (EL0's) is RES1, and XN is where UXN is. Granules that are not ours stay mapped: the granule
 * protection check is what keeps us out.
 */
#define BLOCK (DESC_BLOCK | DESC_EL0 | DESC_AF)
#define BLOCK_DEVICE (BLOCK | DESC_UXN)
#define BLOCK_NORMAL (BLOCK | DESC_ATTR_1 | DESC_SH_INNER)

	.section .rodata.page_table, "a"
	.balign	4096
page_table:
	.quad	0x00000000 + BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_NORMAL
	.quad	0x80000000 + BLOCK_NORMAL
	.quad	0xc0000000 + BLOCK_NORMAL

	.section .bss.stacks, "aw", %nobits
	.balign	16
stacks:
	.space	PLATFORM_MAX_CPUS * PLATFORM_STACK_SIZE
