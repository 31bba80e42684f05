/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions at EL1. A synchronous one during a probe ends the probe (probe.S); any other ends the realm.
 */
#include "rec.h"

	.macro	slot number
	.balign	128
	mov	x0, #\number
	b	fatal
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
	slot	5
	slot	6
	slot	7
	slot	8
	slot	9
	slot	10
	slot	11
	slot	12
	slot	13
	slot	14
	slot	15
	.balign	128

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
