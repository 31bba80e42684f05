/* SPDX-License-Identifier: BSD-3-Clause */
/* The realm programs (realm/main.c) and the tenant realm (realm/tenant), to be loaded into realms. */
	.section realm_image, "a"
	.balign	4096
	.global realm_image_begin, realm_image_end
realm_image_begin:
	.incbin	"realm.bin"
realm_image_end:
	.balign	4096
	.global tenant_image_begin, tenant_image_end
tenant_image_begin:
	.incbin	"tenant.bin"
tenant_image_end:
	/* The last page of an image that is said to be a byte longer (owners.c). */
	.byte	1
