/* SPDX-License-Identifier: BSD-3-Clause */

#include "smc.h"

	.text
	/* void el3_call(uint64_t x[8]): registers as SMCCC 1.2; x8-x17 count as changed. */
	.globl el3_call
el3_call:
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x0, [sp, #16]
	mov	x16, x0
	ldp	x0, x1, [x16]
	ldp	x2, x3, [x16, #16]
	ldp	x4, x5, [x16, #32]
	ldp	x6, x7, [x16, #48]
	smc	#0
	ldr	x16, [sp, #16]
	stp	x0, x1, [x16]
	stp	x2, x3, [x16, #16]
	stp	x4, x5, [x16, #32]
	stp	x6, x7, [x16, #48]
	ldp	x29, x30, [sp], #32
	ret

	/* void el3_reply(struct smc_regs *regs): RMM_RMI_REQ_COMPLETE; EL3 keeps our registers but x0-x7. */
	.globl el3_reply
el3_reply:
	mov	x16, x0
	str	x0, [sp, #-16]!
	ldp	x1, x2, [x16]
	ldp	x3, x4, [x16, #16]
	ldr	x5, [x16, #32]
	ldr	x0, =EL3_REQ_COMPLETE
	smc	#0
	ldr	x16, [sp], #16
	stp	x0, x1, [x16]
	stp	x2, x3, [x16, #16]
	stp	x4, x5, [x16, #32]
	stp	x6, x7, [x16, #48]
	ret
	.ltorg
