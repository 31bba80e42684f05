/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Single instructions for the conformance suite, and the registers around them (conform.h).
 */
#include "conform.h"
#include "bare/rec.h"

	.arch	armv8.7-a+sve

	.text

	/* --- Accesses ---------------------------------------------------------------------------------- */

	/*
	 * uint64_t access(uint64_t value, uint64_t address, uint64_t *x1): enum conform_access in order. The access is
	 * the first instruction; x0 and x1 after it are the result and *x1.
	 */
	.macro	access instruction:vararg
	.balign	CONFORM_ACCESS_STRIDE
	\instruction
	str	x1, [x2]
	ret
	.endm

	.balign	CONFORM_ACCESS_STRIDE
	.global	conform_accesses
conform_accesses:
	access	ldrb w0, [x1]
	access	ldrsb w0, [x1]
	access	ldrsb x0, [x1]
	access	ldrh w0, [x1]
	access	ldrsh w0, [x1]
	access	ldrsh x0, [x1]
	access	ldr w0, [x1]
	access	ldrsw x0, [x1]
	access	ldr x0, [x1]
	access	ldar w0, [x1]
	access	ldr xzr, [x1]
	access	strb w0, [x1]
	access	strh w0, [x1]
	access	str w0, [x1]
	access	str x0, [x1]
	access	str xzr, [x1]
	access	ldr x0, [x1], #8
	access	str x0, [x1, #8]!
	access	ldp x0, x3, [x1]
	access	stp x0, x0, [x1]
	access	ldr q0, [x1]
	access	ldadd x0, x0, [x1]
	access	dc zva, x1

	/*
	 * uint64_t conform_read_mmu_off(uint64_t value, uint64_t address, uint64_t *x1): the same with stage 1 off, which
	 * the caller turns on again after an exception. Nothing is written meanwhile: caches are not looked at.
	 */
	.global	conform_read_mmu_off, conform_read_mmu_off_access
conform_read_mmu_off:
	mrs	x9, sctlr_el1
	bic	x10, x9, #1
	dsb	sy
	msr	sctlr_el1, x10
	isb
conform_read_mmu_off_access:
	ldr	x0, [x1]
	msr	sctlr_el1, x9
	isb
	str	x1, [x2]
	ret

	/* --- EL0 --------------------------------------------------------------------------------------- */

	/*
	 * uint64_t conform_user(struct user_call *call, uint64_t, uint64_t): to EL0, by probe(). It comes back by an
	 * exception only: the vectors end the probe.
	 */
	.global	conform_user
conform_user:
	ldp	x9, x30, [x0]
	msr	elr_el1, x9
	mov	x9, #0x3c0		/* EL0t, all masked */
	msr	spsr_el1, x9
	ldp	x1, x2, [x0, #24]
	ldr	x0, [x0, #16]
	isb
	eret

	/* Where code at EL0 returns to. */
	.global	conform_user_return
conform_user_return:
	svc	#0

	/* --- All registers ----------------------------------------------------------------------------- */

	.macro	general op, base
	\op	x0, x1, [sp, #\base]
	\op	x2, x3, [sp, #\base + 16]
	\op	x4, x5, [sp, #\base + 32]
	\op	x6, x7, [sp, #\base + 48]
	\op	x8, x9, [sp, #\base + 64]
	\op	x10, x11, [sp, #\base + 80]
	\op	x12, x13, [sp, #\base + 96]
	\op	x14, x15, [sp, #\base + 112]
	\op	x16, x17, [sp, #\base + 128]
	\op	x18, x19, [sp, #\base + 144]
	\op	x20, x21, [sp, #\base + 160]
	\op	x22, x23, [sp, #\base + 176]
	\op	x24, x25, [sp, #\base + 192]
	\op	x26, x27, [sp, #\base + 208]
	\op	x28, x29, [sp, #\base + 224]
	.endm

	/*
	 * uint64_t across(uint64_t buffer, uint64_t, uint64_t): words 0-30 and 31 of the buffer to x0-x30 and NZCV, the
	 * instruction, those to words 32-63. SP is the buffer meanwhile.
	 */
	.macro	across name, instruction:vararg
\name:
	mrs	x9, tpidr_el1
	mov	x10, sp
	str	x10, [x9, #REC_HELD_SP]
	str	x30, [x9, #REC_HELD_LR]
	mov	sp, x0
	ldr	x1, [sp, #248]
	msr	nzcv, x1
	general	ldp, 0
	ldr	x30, [sp, #240]
	\instruction
	b	across_end
	.endm

	across	across_wfi, wfi
	across	across_wfe, wfe
	across	across_wfit, wfit x3
	across	across_wfet, wfet x3
	across	across_store, str x0, [x1]
	across	across_load, ldr x0, [x1]
	across	across_smc, smc #0
	across	across_hvc, hvc #0
	across	across_sgi, msr S3_0_C12_C11_5, x2

	/* Without touching the flags. */
across_spin_wait:
	ldr	x0, [x1]
	cbz	x0, across_spin_wait
	b	across_end
	across	across_spin, b across_spin_wait

across_end:
	general	stp, 256
	str	x30, [sp, #496]
	mrs	x9, nzcv
	str	x9, [sp, #504]
	mrs	x9, tpidr_el1
	ldr	x10, [x9, #REC_HELD_SP]
	ldr	x30, [x9, #REC_HELD_LR]
	mov	sp, x10
	mov	x0, xzr
	ret

	/* enum conform_instruction in order. */
	.section .rodata.conform, "a"
	.balign	8
	.global	conform_instructions
conform_instructions:
	.quad	across_wfi, across_wfe, across_wfit, across_wfet
	.quad	across_store, across_load, across_spin, across_smc, across_hvc, across_sgi

	/* --- SVE --------------------------------------------------------------------------------------- */

	/* uint64_t conform_sve_length(uint64_t, uint64_t, uint64_t) */
	.global	conform_sve_length
conform_sve_length:
	rdvl	x0, #1
	ret

	.macro	z_registers op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	addvl	x0, x0, #31
	addvl	x0, x0, #1
	.endm
	.macro	p_registers op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\op	p\n, [x0, #\n, mul vl]
	.endr
	.endm

	/* uint64_t conform_sve_load(uint64_t buffer, uint64_t, uint64_t): FFR is behind p15. */
	.global	conform_sve_load
conform_sve_load:
	z_registers ldr
	ldr	p0, [x0, #16, mul vl]
	wrffr	p0.b
	p_registers ldr
	ret

	.global	conform_sve_store
conform_sve_store:
	z_registers str
	p_registers str
	rdffr	p0.b
	str	p0, [x0, #16, mul vl]
	ldr	p0, [x0]
	ret
