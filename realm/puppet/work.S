/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For endurance tests: registers that must not change while time passes.
 */
	.text

	/*
	 * uint64_t work_registers(uint64_t seed, uint64_t spins): a value in each of x2-x28 derived from the seed,
	 * `spins` turns of nothing, then how many of them are no longer what they were.
	 */
	.global work_registers
work_registers:
	stp	x19, x20, [sp, #-80]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
	add	x\n, x0, #(\n * 64)
	.endr
1:	subs	x1, x1, #1
	b.hi	1b
	mov	x1, #0
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
	sub	x\n, x\n, x0
	cmp	x\n, #(\n * 64)
	cinc	x1, x1, ne
	.endr
	mov	x0, x1
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x19, x20, [sp], #80
	ret
