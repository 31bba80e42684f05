/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers as they are at a REC's first instruction: written down for whoever asks (the conformance suite).
 */
#include "entry.h"
#include "rec.h"

	/* Writes struct conform_entry of this REC, MMU off, and goes on as if it had not. x0-x2 stay. */
	.text
	.global	entry_secondary_recorded
entry_secondary_recorded:
	msr	tpidr_el0, x0
	adr	x0, entry_secondary_recorded
	msr	tpidrro_el0, x0
	adrp	x0, secondary_entry
	add	x0, x0, :lo12:secondary_entry
	b	entry_record

	/* x0: where to go on. The entry's x0 is in TPIDR_EL0, its address in TPIDRRO_EL0. */
	.global	entry_record
entry_record:
	msr	elr_el1, x0
	adrp	x0, entry_records
	add	x0, x0, :lo12:entry_records
	msr	far_el1, x1
	mrs	x1, mpidr_el1
	and	x1, x1, #(REC_MAX - 1)
	add	x0, x0, x1, lsl #ENTRY_SHIFT
	mrs	x1, far_el1
	stp	x1, x2, [x0, #8]
	stp	x3, x4, [x0, #24]
	stp	x5, x6, [x0, #40]
	stp	x7, x8, [x0, #56]
	stp	x9, x10, [x0, #72]
	stp	x11, x12, [x0, #88]
	stp	x13, x14, [x0, #104]
	stp	x15, x16, [x0, #120]
	stp	x17, x18, [x0, #136]
	stp	x19, x20, [x0, #152]
	stp	x21, x22, [x0, #168]
	stp	x23, x24, [x0, #184]
	stp	x25, x26, [x0, #200]
	stp	x27, x28, [x0, #216]
	stp	x29, x30, [x0, #232]
	mrs	x3, tpidr_el0
	str	x3, [x0]
	mrs	x3, tpidrro_el0
	mrs	x4, currentel
	stp	x3, x4, [x0, #248]
	mrs	x3, daif
	mrs	x4, spsel
	stp	x3, x4, [x0, #264]
	mrs	x3, sctlr_el1
	mrs	x4, mpidr_el1
	stp	x3, x4, [x0, #280]
	mrs	x0, tpidr_el0
	mrs	x3, elr_el1
	br	x3

	.section .noinit, "aw", %nobits
	.balign	4096
	.global	entry_records
entry_records:
	.space	REC_MAX << ENTRY_SHIFT
