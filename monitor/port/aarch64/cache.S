/* SPDX-License-Identifier: BSD-3-Clause */

	.macro	op name, instruction:vararg
	.globl	\name
\name:
	\instruction
	ret
	.endm

	.text
	op	cache_type, mrs x0, ctr_el0
	op	cache_clean_line, dc cvau, x0
	op	cache_drop_line, ic ivau, x0
	op	cache_drop_all, ic ialluis
	op	cache_wait, dsb ish
