/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions at EL1. A synchronous one during a probe ends the probe (probe.S); an interrupt is written down
 * (they are masked, but while conform.c waits for one); any other ends the realm.
 */
#include <caec/arm.h>

#include "rec.h"

	.macro	slot number
	.balign	128
	mov	x0, #\number
	b	fatal
	.endm

#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1

	/* Acknowledges, and leaves the rest to `note` with x0 the INTID, x1 the group. */
	.macro	interrupt group, iar
	.balign	128
	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	mrs	x0, \iar
	mov	x1, #\group
	b	note
	.endm

	.text
	.balign	2048
	.global vectors
vectors:
	slot	0
	slot	1
	slot	2
	slot	3
	/* Current EL, SP_EL1, synchronous. No register needs saving: neither way out goes back. */
	.balign	128
	mrs	x9, tpidr_el1
	ldr	x10, [x9, #REC_PROBE_SP]
	mov	x0, #4
	cbz	x10, fatal
	mov	sp, x10
	mrs	x0, esr_el1
	b	probe_end
	interrupt 1, ICC_IAR1_EL1
	interrupt 0, ICC_IAR0_EL1
	slot	7
	/* EL0, AArch64, synchronous: an SVC is the end of the probe, anything else what it found. */
	.balign	128
	mrs	x9, tpidr_el1
	str	x0, [x9, #REC_USER_RESULT]
	ldr	x10, [x9, #REC_PROBE_SP]
	mov	x0, #8
	cbz	x10, fatal
	mov	sp, x10
	mrs	x0, esr_el1
	lsr	x10, x0, #ESR_EC_SHIFT
	cmp	x10, #EC_SVC64
	csel	x0, xzr, x0, eq
	b	probe_end
	slot	9
	slot	10
	slot	11
	slot	12
	slot	13
	slot	14
	slot	15
	.balign	128

	/*
	 * x0 INTID, x1 group; x0-x3 are on the stack. A timer's condition must go before its interrupt ends, or
	 * it comes again at once: its IMASK is set.
	 */
note:
	mrs	x2, tpidr_el1
	ldr	x3, [x2, #REC_IRQ_COUNT]
	cmp	x3, #REC_IRQ_MAX
	b.hs	1f
	add	x2, x2, x3, lsl #2
	str	w0, [x2, #REC_IRQ_IDS]
	mrs	x2, tpidr_el1
1:	add	x3, x3, #1
	str	x3, [x2, #REC_IRQ_COUNT]
	mov	x3, #3			/* ENABLE, IMASK */
	cmp	x0, #INTID_VIRTUAL_TIMER
	b.ne	2f
	msr	cntv_ctl_el0, x3
2:	cmp	x0, #INTID_PHYSICAL_TIMER
	b.ne	3f
	msr	cntp_ctl_el0, x3
3:	isb
	ldr	x3, [x2, #REC_IRQ_KEEP]
	cbnz	x3, 5f
	cbz	x1, 4f
	msr	ICC_EOIR1_EL1, x0
	b	5f
4:	msr	ICC_EOIR0_EL1, x0
5:	isb
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	eret

	/* x0: number of the vector. From the top of the stack: where it points now may be the very problem. */
fatal:
	mrs	x9, tpidr_el1
	ldr	x10, [x9, #REC_STACK_TOP]
	mov	sp, x10
	str	xzr, [x9, #REC_PROBE_SP]
	mrs	x1, esr_el1
	mrs	x2, elr_el1
	mrs	x3, far_el1
	b	exception_fatal
