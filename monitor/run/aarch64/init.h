/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What run/ sets up at boot.
 */
#ifndef RUN_INIT_H
#define RUN_INIT_H

/* Once, at cold boot. NULL, or why realms can't run on this CPU. */
const char *run_machine_init(void);

/* On each PE: control registers that stay the same for all realms. */
void run_cpu_init(void);

#endif
