/* SPDX-License-Identifier: BSD-3-Clause */
/* Simulated DRAM of the simulated machine. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

void *port_mem(struct pa addr);

#endif
