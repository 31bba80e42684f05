/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL2's exception vectors. From a realm: to run/aarch64/enter.S. From the monitor itself: only a fault in a copy
 * of Non-secure memory is expected; everything else is reported and stops (fault.c).
 */
#include <caec/arm.h>

#include "layout.h"

	.macro	slot to
	.balign	128
	b	\to
	.endm

	/*
	 * Pushes x0 and x1, unless the stack is used up: then there is nowhere to go on from. The pointer is tested
	 * without a register to spare, by adding and taking away.
	 */
	.macro	push_or_overflow
	sub	sp, sp, #16
	add	sp, sp, x0
	sub	x0, sp, x0
	tbz	x0, #STACK_BIT, overflow
	sub	x0, sp, x0
	sub	sp, sp, x0
	stp	x0, x1, [sp]
	.endm

	.macro	stop kind
	.balign	128
	push_or_overflow
	mov	x0, #\kind
	b	save_and_stop
	.endm

	.section .text.vectors, "ax"
	.balign	2048
	.globl vectors
vectors:
	stop	0		/* from EL2 with SP_EL0: the monitor does not use it */
	stop	1
	stop	2
	stop	3
	slot	el2_sync
	stop	5
	stop	6
	stop	7
	slot	run_exit_sync
	slot	run_exit_irq
	slot	run_exit_fiq
	slot	run_exit_serror
	stop	12		/* AArch32: realms have none */
	stop	13
	stop	14
	stop	15

	/* Only x0-x1 and the flags of a copy routine are at stake: it is a leaf, and returns at once. */
el2_sync:
	push_or_overflow
	mrs	x0, elr_el2
	adr	x1, ns_copy
	cmp	x0, x1
	b.lo	1f
	adr	x1, ns_copy_end
	cmp	x0, x1
	b.hs	1f
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #EC_DATA_ABORT	/* from EL2 itself */
	b.ne	1f
	mrs	x0, far_el2
	lsr	x0, x0, #LAYOUT_PA_BITS
	ldr	x1, =LAYOUT_NS_PREFIX
	cmp	x0, x1			/* on the Non-secure side of the copy */
	b.ne	1f
	adr	x0, ns_copy_fault
	msr	elr_el2, x0
	ldp	x0, x1, [sp], #16
	eret
1:	mov	x0, #4
	b	save_and_stop

	/* The stack is used up: what can be said is said from another. x0 is lost. */
overflow:
	ldr	x0, =fault_stack_top
	mov	sp, x0
	stp	xzr, x1, [sp, #-16]!
	mov	x0, #16
	b	save_and_stop

	.ltorg

	/* x0 = vector (16: stack overflow), the old x0 and x1 on the stack: all registers to the stack, then C. */
save_and_stop:
	sub	sp, sp, #256
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	ldp	x2, x3, [sp, #256]
	stp	x2, x3, [sp]
	mov	x1, sp
	bl	monitor_fault

	.section .bss.fault_stack, "aw", %nobits
	.balign 16
	.space	4096
fault_stack_top:
