/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other CPUs: one function at a time each, parked in WFI between them.
 */
#ifndef HOST_BOARD_SMP_H
#define HOST_BOARD_SMP_H

#include <stdbool.h>

/* Turns all CPUs of the machine on. A CPU that doesn't come is fatal. */
void smp_start(void);

/* CPUs of the machine, numbered from 0. */
unsigned int cpu_count(void);

/* Has an idle CPU call `function(argument)`. Fatal if it is busy, or this CPU, or not there. */
void cpu_run(unsigned int cpu, void (*function)(void *argument), void *argument);

/* Until that function has returned, whoever gave it; what it wrote can be seen then. */
void cpu_wait(unsigned int cpu);

bool cpu_is_busy(unsigned int cpu);

#endif
