/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Instructions that tests have realms execute (realm_execute()): position-independent, copied to the start of the realm's
 * free RAM. Their data is a page further on.
 */
	.arch	armv8.5-a+sve

	.macro	code name
	.section .rodata.\name, "a"
	.balign	8
	.globl	\name, \name\()_end
\name:
	.endm

	.macro	end name
	ret
	.balign	8
\name\()_end:
	.endm

	.macro	z_pattern n
	add	w2, w2, #7
	index	z\n\().b, w2, #5
	str	z\n, [x1, #\n, mul vl]
	.endm

	.macro	p_pattern n
	add	x3, x3, #1
	whilelo	p\n\().b, xzr, x3
	.endm

	.macro	p_store n
	str	p\n, [x1, #\n, mul vl]
	.endm

	/* A pattern in Z0-Z31, P0-P15 and FFR, and the same in memory; returns the vector length. */
	code	code_sve_fill
	adr	x1, code_sve_fill
	add	x1, x1, #4096
	mov	w2, #3
	mov	x3, #2
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	z_pattern \n
	.endr
	ptrue	p0.s
	wrffr	p0.b
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	p_pattern \n
	.endr
	addvl	x1, x1, #31
	addvl	x1, x1, #1
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	p_store	\n
	.endr
	rdvl	x0, #1
	end	code_sve_fill

	/* RSI_VERSION, but for the immediate. */
	code	code_smc_1
	movz	x0, #0xc400, lsl #16
	movk	x0, #0x0190
	mov	x1, #0x10000
	smc	#1
	end	code_smc_1

	/* ICC_SGI1R_EL1, from a register that no caller would use. */
	code	code_sgi_x17
	mov	x17, #1
	movk	x17, #0x500, lsl #16
	msr	s3_0_c12_c11_5, x17
	end	code_sgi_x17

	.macro	z_store n
	str	z\n, [x1, #\n, mul vl]
	.endm

	/* What is in Z0-Z31 and P0-P15 now, where the pattern was; returns FFR's first bits. */
	code	code_sve_store
	adr	x1, code_sve_store
	add	x1, x1, #4096
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	z_store	\n
	.endr
	addvl	x1, x1, #31
	addvl	x1, x1, #1
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	p_store	\n
	.endr
	rdffr	p0.b
	str	p0, [x1, #16, mul vl]
	addpl	x2, x1, #16
	ldrb	w0, [x2]
	ldr	p0, [x1]
	end	code_sve_store

	/* Passes a breakpoint at the second-last instruction with debug exceptions unmasked. */
	code	code_breakpoint
	msr	daifclr, #8
	isb
	mov	x0, #42
	msr	daifset, #8
	end	code_breakpoint

	/* The same on a load from the data page. */
	code	code_watchpoint
	adr	x1, code_watchpoint
	add	x1, x1, #4096
	msr	daifclr, #8
	isb
	ldr	x0, [x1]
	msr	daifset, #8
	end	code_watchpoint

	/* An access to [x1], of x2 and x3, x0 with an expectation; these from the data page. */
	.macro	access name, instruction:vararg
	code	\name
	adr	x9, \name
	add	x9, x9, #4096
	ldp	x1, x2, [x9]
	ldp	x3, x0, [x9, #16]
	\instruction
	dsb	sy
	end	\name
	.endm

	access	code_str, str x2, [x1]
	access	code_stp, stp x2, x3, [x1]
	access	code_cas, cas x0, x2, [x1]
	access	code_dc_zva, dc zva, x1
