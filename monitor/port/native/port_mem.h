/* SPDX-License-Identifier: BSD-3-Clause */
/* A native program has no granules. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

void *port_mem(struct pa pa);

#endif
