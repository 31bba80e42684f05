/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exception vectors. Interrupts are never unmasked (they are polled), so whatever comes here is a bug,
 * but for aborts of the two probe functions below.
 */
	.macro	vector number
	.balign	0x80
	stp	x0, x1, [sp, #-16]!
	mov	x0, #\number
	b	exception
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global vectors
vectors:
	.irp	number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector	\number
	.endr

/* x0: vector; the interrupted x0, x1 are on the stack. */
exception:
	cmp	x0, #4			/* synchronous, from EL2h */
	b.ne	0f
	mrs	x1, elr_el2
	stp	x2, x3, [sp, #-16]!
	ldr	x2, =probe_begin
	ldr	x3, =probe_end
	cmp	x1, x2
	ccmp	x1, x3, #2, hs
	ldp	x2, x3, [sp], #16
	b.hs	0f
	/* An abort in a probe: it returns at once, with ESR_EL2. */
	add	sp, sp, #16
	msr	elr_el2, x30
	mrs	x0, esr_el2
	eret
0:	mrs	x1, esr_el2
	mrs	x2, elr_el2
	mrs	x3, far_el2
	b	exception_report

/*
 * uint64_t probe_read64(uint64_t pa, uint64_t *value);
 * uint64_t probe_write64(uint64_t pa, uint64_t value);
 * 0, or the ESR_EL2 of the abort. Leaf functions: x30 is where the handler above returns to.
 */
	.global probe_read64, probe_write64
probe_begin:
probe_read64:
	ldr	x2, [x0]
	str	x2, [x1]
	mov	x0, xzr
	ret
probe_write64:
	str	x1, [x0]
	dsb	sy
	mov	x0, xzr
	ret
probe_end:
