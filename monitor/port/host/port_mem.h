/* SPDX-License-Identifier: BSD-3-Clause */
/* Simulated DRAM of the build-machine port. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

void *port_mem(struct pa pa);

#endif
