/* SPDX-License-Identifier: BSD-3-Clause */
/* Each harness says what memory there is. */
#ifndef PORT_MEM_H
#define PORT_MEM_H

void *port_mem(struct pa pa);

#endif
