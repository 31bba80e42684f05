/* SPDX-License-Identifier: BSD-3-Clause */
/* The Realm PAS direct map (port/aarch64/mmu.h): granule contents at a fixed offset from the PA. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

#define PORT_MEM_REALM_BASE ABI_U64(0xffff000000000000)

static inline void *port_mem(struct pa pa)
{
	return (void *)(PORT_MEM_REALM_BASE + pa.v);
}

#endif
