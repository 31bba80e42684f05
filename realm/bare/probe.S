/* SPDX-License-Identifier: BSD-3-Clause */
/* See probe.h. */
#include "rec.h"

	/*
	 * x0 function, x1-x3 its arguments, x4 where its result goes; returns 0 or an ESR_EL1.
	 * The vectors come to probe_end with sp as it was here, x0 the syndrome, and nothing else to rely on.
	 */
	.text
	.global probe
probe:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x4, [sp, #96]
	mrs	x9, tpidr_el1
	mov	x10, sp
	str	x10, [x9, #REC_PROBE_SP]
	mov	x9, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	blr	x9
	ldr	x4, [sp, #96]
	str	x0, [x4]
	mov	x0, #0

	.global probe_end
probe_end:
	mrs	x9, tpidr_el1
	str	xzr, [x9, #REC_PROBE_SP]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
