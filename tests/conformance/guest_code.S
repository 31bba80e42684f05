/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program of conf_guest (guest.h): one page, wherever it is loaded, with the MMU off. It asks the host with
 * RSI_HOST_CALL what to do, does it, and answers with the next one.
 */
#include <caec/rsi.h>

#define OP_SMC 0
#define OP_LOAD 1
#define OP_STORE 2
#define OP_WAIT 3
#define CODE_VECTORS 0x800
#define CODE_CALL 0xf00 /* RsiHostCall: imm, 31 registers */

	.section .rodata.guest_code, "a"
	.balign	4096
	.global conf_guest_code
conf_guest_code:
	adr	x9, conf_guest_code + CODE_VECTORS
	msr	vbar_el1, x9
	isb
next:
	adr	x29, conf_guest_code + CODE_CALL
	movz	x0, #(RSI_HOST_CALL >> 16), lsl #16
	movk	x0, #(RSI_HOST_CALL & 0xffff)
	mov	x1, x29
	smc	#0
	ldr	x30, [x29, #(8 + 18 * 8)]
	ldp	x0, x1, [x29, #8]
	ldp	x2, x3, [x29, #24]
	ldp	x4, x5, [x29, #40]
	ldp	x6, x7, [x29, #56]
	ldp	x8, x9, [x29, #72]
	ldp	x10, x11, [x29, #88]
	ldp	x12, x13, [x29, #104]
	ldp	x14, x15, [x29, #120]
	ldp	x16, x17, [x29, #136]
	cmp	x30, #OP_LOAD
	b.eq	load
	cmp	x30, #OP_STORE
	b.eq	store
	cmp	x30, #OP_WAIT
	b.eq	wait
	smc	#0
	b	answer
	/* x1: the address. x0: the word; x17: 0, or the ESR_EL1 of the abort that it took. */
load:
	mov	x17, xzr
	ldr	x0, [x1]
	b	answer
	/* x0 to there */
store:
	mov	x17, xzr
	str	x0, [x1]
	dsb	sy
	b	answer
	/* x2: where it says that it runs. x1: where the host says that it may go on. */
wait:
	mov	x17, xzr
	mov	x3, #1
	str	x3, [x2]
1:	ldr	x3, [x1]
	cbz	x3, 1b
answer:
	adr	x29, conf_guest_code + CODE_CALL
	stp	x0, x1, [x29, #8]
	stp	x2, x3, [x29, #24]
	stp	x4, x5, [x29, #40]
	stp	x6, x7, [x29, #56]
	stp	x8, x9, [x29, #72]
	stp	x10, x11, [x29, #88]
	stp	x12, x13, [x29, #104]
	stp	x14, x15, [x29, #120]
	stp	x16, x17, [x29, #136]
	b	next

	/* An exception of its own doing: over the instruction, with the syndrome. */
	.org	conf_guest_code + CODE_VECTORS + 0x200
	mrs	x17, esr_el1
	mrs	x30, elr_el1
	add	x30, x30, #4
	msr	elr_el1, x30
	eret

	.org	conf_guest_code + 0x1000
