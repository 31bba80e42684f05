/* SPDX-License-Identifier: BSD-3-Clause */
/* The realm programs (realm/bare), to be loaded into realms. */
	.section realm_image, "a"
	.balign	4096
	.global realm_image_begin, realm_image_end
realm_image_begin:
	.incbin	"realm.bin"
realm_image_end:
