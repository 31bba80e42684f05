/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From EL3's first entry to C, on every PE: cold boot once, warm boot for the others (RMM-EL3 boot
 * interface; x0 PE index, x1 interface version, x2 PEs, x3 shared buffer).
 *
 * Until the MMU is on the code runs where it was loaded: everything is reached relative to the PC.
 */
#include <caec/arm.h>

#include "layout.h"
#include "percpu.h"
#include "smc.h"

#define MAIR (MAIR_ATTR(0, MAIR_NORMAL_WB) | MAIR_ATTR(1, MAIR_DEVICE_NGNRNE))

/*
 * T0SZ = T1SZ = 16; walks cacheable, inner shareable; 4 KiB granules in both halves. IPS is added.
 * EPD0 closes the lower half once it is no longer needed.
 */
#define TCR_COMMON                                                                 \
	((16 << TCR_T0SZ_SHIFT) | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER |    \
	 (16 << TCR_T1SZ_SHIFT) | TCR_IRGN1_WB | TCR_ORGN1_WB | TCR_SH1_INNER | TCR_TG1_4K)

/* DDI0487 D24.2.169. */
#define SCTLR (SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)

	.section .text.boot, "ax"
	.globl boot_entry
boot_entry:
	mov	x19, x0
	mov	x20, x1
	mov	x21, x2
	mov	x22, x3

	msr	daifset, #0xf
	msr	spsel, #1
	msr	dit, #1			/* whatever handles a key takes as long for one as for another */
	mov	x0, #HCR_E2H >> 32
	lsl	x0, x0, #32
	msr	hcr_el2, x0
	isb

	/* Cold or warm? The first PE here finds the flag clear; EL3 lets the others in later. */
	adrp	x1, boot_is_cold_done
	add	x1, x1, :lo12:boot_is_cold_done
	ldr	w23, [x1]
	cbnz	w23, mmu_on

	/* Nobody cached any of this through us yet: clear .bss and build the tables without the MMU. */
	adrp	x0, bss_begin
	add	x0, x0, :lo12:bss_begin
	adrp	x2, bss_end
	add	x2, x2, :lo12:bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x2
	b.lo	1b
	adrp	x0, boot_stack_top
	add	x0, x0, :lo12:boot_stack_top
	mov	sp, x0
	adrp	x0, boot_entry
	mov	x1, x22
	bl	mmu_build
	/* Drop lines that speculation may have brought in before the writes (the MMU was off). */
	adrp	x0, bss_begin
	add	x0, x0, :lo12:bss_begin
	adrp	x2, bss_end
	add	x2, x2, :lo12:bss_end
	mrs	x1, ctr_el0
	ubfx	x1, x1, #16, #4		/* DminLine: log2 of the words of the smallest line */
	mov	x3, #4
	lsl	x3, x3, x1
2:	dc	ivac, x0
	add	x0, x0, x3
	cmp	x0, x2
	b.lo	2b
	dsb	sy

mmu_on:
	mov	x0, #MAIR
	msr	mair_el2, x0
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #7		/* PARange; 52 bits need another layout, so 48 at most */
	mov	x2, #PARANGE_48_BITS
	cmp	x1, x2
	csel	x1, x1, x2, lo
	ldr	x0, =TCR_COMMON
	bfi	x0, x1, #TCR_IPS_SHIFT, #3
	msr	tcr_el2, x0
	adrp	x0, mmu_low_table
	msr	ttbr0_el2, x0
	adrp	x0, mmu_table
	msr	ttbr1_el2, x0
	dsb	sy
	tlbi	alle2
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR
	msr	sctlr_el2, x0
	isb
	ldr	x0, =high
	br	x0

high:
	mrs	x0, tcr_el2
	orr	x0, x0, #TCR_EPD0
	msr	tcr_el2, x0
	isb
	tlbi	alle2
	dsb	nsh
	isb
	ldr	x0, =vectors
	msr	vbar_el2, x0

	/* The index is not checked yet: the boot stack serves until it is. Only cold boot, or EL3, one by one. */
	cmp	x19, #PORT_MAX_CPUS
	b.hs	3f
	ldr	x0, =stacks
	ldr	x1, =STACK_SLOT
	add	x2, x19, #1
	madd	x0, x2, x1, x0
	mov	sp, x0
	ldr	x0, =percpu_size
	ldr	x0, [x0]
	ldr	x1, =percpu
	madd	x1, x0, x19, x1
	msr	tpidr_el2, x1
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x19
	mov	x1, x20
	mov	x2, x21
	mov	x3, x22
	mov	w4, w23
	b	monitor_main

	/* E_RMM_BOOT_CPU_ID_OUT_OF_RANGE */
3:	ldr	x0, =EL3_BOOT_COMPLETE
	mov	x1, #-4
	smc	#0
	b	3b

	.ltorg

	.section .bss.boot_stack, "aw", %nobits
	.balign 16
	.space	4096
boot_stack_top:

	.section .stacks, "aw", %nobits
	.balign STACK_SLOT
	.globl stacks
stacks:
	.space	STACK_SLOT * PORT_MAX_CPUS
