/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIMD registers to and from memory. The caller has opened CPTR_EL2.
 */
	.arch	armv8.5-a+sve

	.macro	q_all op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #32]
	\op	q4, q5, [x0, #64]
	\op	q6, q7, [x0, #96]
	\op	q8, q9, [x0, #128]
	\op	q10, q11, [x0, #160]
	\op	q12, q13, [x0, #192]
	\op	q14, q15, [x0, #224]
	\op	q16, q17, [x0, #256]
	\op	q18, q19, [x0, #288]
	\op	q20, q21, [x0, #320]
	\op	q22, q23, [x0, #352]
	\op	q24, q25, [x0, #384]
	\op	q26, q27, [x0, #416]
	\op	q28, q29, [x0, #448]
	\op	q30, q31, [x0, #480]
	.endm

	.macro	z_all op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	z_high	\op, \n
	.endr
	.endm

	.altmacro
	.macro	z_high op, n
	z_numbered \op, %(\n + 16), \n
	.endm
	.macro	z_numbered op, register, n
	\op	z\register, [x1, #\n, mul vl]
	.endm

	.macro	p_all op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\op	p\n, [x0, #\n, mul vl]
	.endr
	.endm

	.text

	/* void simd_q_save(void *to): 512 bytes, 16-byte aligned. And the inverse. */
	.globl simd_q_save, simd_q_load
simd_q_save:
	q_all	stp
	ret
simd_q_load:
	q_all	ldp
	ret

	/*
	 * void simd_z_save(void *low, void *high): Z0-Z15 and Z16-Z31 of the current vector length, each 16-byte
	 * aligned. And the inverse.
	 */
	.globl simd_z_save, simd_z_load
simd_z_save:
	z_all	str
	ret
simd_z_load:
	z_all	ldr
	ret

	/* unsigned int simd_vl(void): the current vector length in bytes. */
	.globl simd_vl
simd_vl:
	rdvl	x0, #1
	ret

	/* void simd_p_save(void *to): P0-P15, then FFR. P0 is changed. And the inverse. */
	.globl simd_p_save, simd_p_load
simd_p_save:
	p_all	str
	rdffr	p0.b
	str	p0, [x0, #16, mul vl]
	ret
simd_p_load:
	ldr	p0, [x0, #16, mul vl]
	wrffr	p0.b
	p_all	ldr
	ret
