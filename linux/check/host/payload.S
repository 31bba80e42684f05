/* SPDX-License-Identifier: BSD-3-Clause */
/* The realm's image. */
	.section .rodata
	.balign	4096
	.globl	payload, payload_end
payload:
	.incbin	"payload.bin"
payload_end:
	.section .note.GNU-stack, "", %progbits
