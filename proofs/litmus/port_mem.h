/* SPDX-License-Identifier: BSD-3-Clause */
/* A granule is where its address says. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

static inline void *port_mem(struct pa pa)
{
	return (void *)(uintptr_t)pa.v;
}

#endif
