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

	/*
	 * Undefined instructions in every state of PSTATE: one of the CPU's own (UDF) and, in the same state, one that the
	 * monitor injects (HVC). Returns in x0 how many states there were, and in its upper half in how many the two left
	 * other values of SPSR_EL1, ESR_EL1, the vector, or PSTATE. Of that NZCV and DIT are not compared: an exception leaves
	 * them as they are, and QEMU's own clear them. At a page; vectors at its second half.
	 */
	code	code_exceptions
	mrs	x15, vbar_el1
	mrs	x14, sctlr_el1
	adr	x1, code_exceptions
	add	x1, x1, #2048
	msr	vbar_el1, x1
	mov	x0, #0
	mov	x13, #0			/* the state's number: PAN, UAO, DIT, SSBS, TCO, BTYPE, N, C, SP, SPAN, DSSBS */
1:	ubfx	x2, x13, #10, #1
	bfi	x14, x2, #23, #1	/* SPAN */
	ubfx	x2, x13, #11, #1
	bfi	x14, x2, #44, #1	/* DSSBS */
	msr	sctlr_el1, x14
	isb
	mov	x4, #0x3c4		/* all masked, EL1t or EL1h */
	ubfx	x2, x13, #9, #1
	orr	x4, x4, x2
	ubfx	x2, x13, #0, #3
	bfi	x4, x2, #22, #3		/* PAN, UAO, DIT: bits 22-24 */
	ubfx	x2, x13, #3, #1
	bfi	x4, x2, #12, #1		/* SSBS */
	ubfx	x2, x13, #4, #1
	bfi	x4, x2, #25, #1		/* TCO */
	ubfx	x2, x13, #5, #2
	bfi	x4, x2, #10, #2		/* BTYPE */
	ubfx	x2, x13, #7, #1
	bfi	x4, x2, #31, #1		/* N */
	ubfx	x2, x13, #8, #1
	bfi	x4, x2, #29, #1		/* C */
	adr	x5, 5f
	adr	x10, 2f
	b	4f
2:	mov	x20, x6			/* what UDF left */
	mov	x21, x7
	mov	x22, x8
	mov	x23, x9
	adr	x5, 6f
	adr	x10, 3f
	b	4f
3:	cmp	x20, x6
	ccmp	x21, x7, #0, eq
	ccmp	x22, x8, #0, eq
	ccmp	x23, x9, #0, eq
	mov	x2, #0x100000000
	csel	x2, xzr, x2, eq
	add	x0, x0, x2
	add	x0, x0, #1
	add	x13, x13, #1
	tbz	x13, #12, 1b
	msr	daifset, #15
	mov	x2, #1
	bfi	x14, x2, #23, #1
	bfi	x14, xzr, #44, #1
	msr	sctlr_el1, x14
	msr	vbar_el1, x15
	isb
	ret
	/* To the instruction at x5 in the state x4. */
4:	msr	elr_el1, x5
	msr	spsr_el1, x4
	isb
	eret
5:	udf	#0
6:	hvc	#0

	/* x6 SPSR_EL1, x7 ESR_EL1, x8 vector and address, x9 PSTATE as the exception left it; back to x10 in EL1h. */
	.macro	exception_slot number
	.balign	128
	mrs	x9, daif
	mov	x8, #\number
	b	7f
	.endm
	.balign	2048
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	exception_slot \n
	.endr
	.balign	128
7:	mrs	x2, s3_0_c4_c2_3	/* PAN */
	orr	x9, x9, x2
	mrs	x2, s3_0_c4_c2_4	/* UAO */
	orr	x9, x9, x2
	mrs	x2, ssbs
	orr	x9, x9, x2
	mrs	x2, s3_3_c4_c2_7	/* TCO */
	orr	x9, x9, x2
	mrs	x2, spsel
	orr	x9, x9, x2
	mrs	x6, spsr_el1
	mrs	x7, esr_el1
	mrs	x2, elr_el1
	sub	x2, x2, x5		/* where it was: at the instruction */
	orr	x8, x8, x2, lsl #8
	br	x10
	end	code_exceptions

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
