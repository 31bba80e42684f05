/* SPDX-License-Identifier: BSD-3-Clause */
/* Entry of both kinds of REC, MMU off; an exception is told to the device, and the end. */
#include "payload.h"

	.section .text.entry, "ax"
	.global	entry
entry:
	mrs	x9, mpidr_el1
	and	x9, x9, #15
	ldr	x10, =PAYLOAD_STACKS
	add	x10, x10, x9, lsl #14
	mov	sp, x10
	adr	x10, vectors
	msr	vbar_el1, x10
	isb
	cbnz	x9, 1f
	bl	payload_main
1:	bl	payload_secondary

	.balign	2048
vectors:
	.rept	16
	.balign	128
	ldr	x1, =PAYLOAD_DEVICE
	mrs	x0, esr_el1
	str	x0, [x1, #PAYLOAD_PANIC]
	ldr	x0, =0x84000008
	smc	#0
	b	.
	.endr
	.ltorg
