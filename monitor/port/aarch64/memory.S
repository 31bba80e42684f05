/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wiping granules; copies from and to Non-secure memory, in which an access may fault.
 */
	/* 512 bytes from x0 on, and x0 behind them. */
	.macro	zero_512
	dc	zva, x0
	add	x2, x0, #64
	dc	zva, x2
	add	x3, x0, #128
	dc	zva, x3
	add	x4, x0, #192
	dc	zva, x4
	add	x2, x0, #256
	dc	zva, x2
	add	x3, x0, #320
	dc	zva, x3
	add	x4, x0, #384
	dc	zva, x4
	add	x2, x0, #448
	dc	zva, x2
	add	x0, x0, #512
	.endm

	/* x2 bytes, a multiple of 8, from x1 to x0; both move on. */
	.macro	copy_words
	subs	x2, x2, #64
	b.lo	.Ltail\@
.Lblock\@:
	ldp	x3, x4, [x1]
	ldp	x5, x6, [x1, #16]
	ldp	x7, x8, [x1, #32]
	ldp	x9, x10, [x1, #48]
	add	x1, x1, #64
	stp	x3, x4, [x0]
	stp	x5, x6, [x0, #16]
	stp	x7, x8, [x0, #32]
	stp	x9, x10, [x0, #48]
	add	x0, x0, #64
	subs	x2, x2, #64
	b.hs	.Lblock\@
.Ltail\@:				/* what is left is in the low bits still */
	tbz	w2, #5, .Lpair\@
	ldp	x3, x4, [x1], #32
	ldp	x5, x6, [x1, #-16]
	stp	x3, x4, [x0], #32
	stp	x5, x6, [x0, #-16]
.Lpair\@:
	tbz	w2, #4, .Lword\@
	ldp	x3, x4, [x1], #16
	stp	x3, x4, [x0], #16
.Lword\@:
	tbz	w2, #3, .Ldone\@
	ldr	x3, [x1], #8
	str	x3, [x0], #8
.Ldone\@:
	.endm

	.text

	/* void copy_words(void *to, const void *from, size_t size): a multiple of 8, all aligned to 8. */
	.globl copy_words
	.balign 64
copy_words:
	copy_words
	ret

	/* void fill_words(void *to, uint64_t word, size_t size): any size, `to` aligned to 8, with the word's low bytes. */
	.globl fill_words
	.balign 64
fill_words:
	subs	x2, x2, #64
	b.lo	2f
1:	stp	x1, x1, [x0]
	stp	x1, x1, [x0, #16]
	stp	x1, x1, [x0, #32]
	stp	x1, x1, [x0, #48]
	add	x0, x0, #64
	subs	x2, x2, #64
	b.hs	1b
2:	tbz	w2, #5, 3f			/* what is left is in the low bits still */
	stp	x1, x1, [x0], #32
	stp	x1, x1, [x0, #-16]
3:	tbz	w2, #4, 4f
	stp	x1, x1, [x0], #16
4:	tbz	w2, #3, 5f
	str	x1, [x0], #8
5:	tbz	w2, #2, 6f
	str	w1, [x0], #4
6:	tbz	w2, #1, 7f
	strh	w1, [x0], #2
7:	tbz	w2, #0, 8f
	strb	w1, [x0]
8:	ret

	/* void port_wipe(void *granule): 4 KiB, 64 bytes with each DC ZVA (checked at boot). */
	.globl port_wipe
	.balign 64
port_wipe:
	add	x1, x0, #4096
1:	zero_512
	cmp	x0, x1
	b.lo	1b
	ret

	/*
	 * uint32_t ns_copy(void *to, const void *from, size_t size): a multiple of 8. Between
	 * ns_copy and ns_copy_end a data abort goes on at ns_copy_fault (fault.c): 0, and 1 without one. Of a
	 * bool a caller would look at eight bits alone, which costs it an instruction. Each byte is accessed
	 * once.
	 */
	.globl ns_copy, ns_copy_end, ns_copy_fault
	.balign 64
ns_copy:
	copy_words
	mov	w0, #1
	ret

	/* uint32_t ns_zero(void *to, size_t size): multiples of 512 bytes, at least one. The same about faults. */
	.globl ns_zero
	.balign 64
ns_zero:
	add	x1, x0, x1
1:	zero_512
	cmp	x0, x1
	b.lo	1b
	mov	w0, #1
	ret
ns_copy_end:

ns_copy_fault:
	mov	w0, #0
	ret
