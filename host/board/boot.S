/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From TF-A to C. Both entries: EL2, MMU off, interrupts masked. The primary comes here with nothing of
 * interest in its registers, a secondary with its CPU number in x0 (the context of PSCI_CPU_ON).
 */
#include "platform.h"

/* HCR_EL2: RW, and physical interrupts are EL2's (IMO, FMO, AMO); no VHE. */
#define HCR 0x80000038
/* MAIR_EL2: 0 Device-nGnRE, 1 Normal Write-Back. */
#define MAIR 0xff04
/* TCR_EL2: 32 bits of VA, walks Write-Back inner shareable, 4 KiB granule, 40 bits of PA; RES1. */
#define TCR 0x80823520
/* SCTLR_EL2: RES1, and I, SA, C, M. */
#define SCTLR 0x30c5183d

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
 * One level 1 table of 1 GiB blocks, VA = PA: devices, then DRAM. EL2 has one privilege level, so AP[1] is
 * RES1. Granules that are not ours stay mapped: the granule protection check is what keeps us out.
 */
#define BLOCK_DEVICE 0x0040000000000441
#define BLOCK_NORMAL 0x0000000000000745

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
