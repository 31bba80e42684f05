/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Into a realm and back.
 */
#include "port/aarch64/percpu.h"
#include "run/aarch64/context.h"

	.text

	/*
	 * unsigned int run_enter(struct rec *rec): runs the realm until an exception comes to EL2. Returns
	 * which (RUN_EXIT_*). The monitor's callee-saved registers wait on the stack. The percpu block knows the REC.
	 */
	.globl run_enter
run_enter:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	ldp	x1, x2, [x0, #REC_PC]
	msr	elr_el2, x1
	msr	spsr_el2, x2
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	dsb	nsh		/* no speculation past the return */
	isb

	.macro	exit_slot name, kind
	.globl	\name
\name:
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\kind
	b	run_exit
	.endm

	exit_slot run_exit_sync, RUN_EXIT_SYNC
	exit_slot run_exit_irq, RUN_EXIT_IRQ
	exit_slot run_exit_fiq, RUN_EXIT_FIQ
	exit_slot run_exit_serror, RUN_EXIT_SERROR

	/* x1 = kind; the realm's x0 and x1 on the stack. */
run_exit:
	msr	dit, #1			/* an exception leaves it as the realm had it (boot.S) */
	mrs	x0, tpidr_el2
	ldr	x0, [x0, #PERCPU_REC]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x0, #REC_PC]
	mov	x0, x1
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
