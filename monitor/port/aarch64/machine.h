/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the CPU offers (machine.c).
 */
#ifndef PORT_MACHINE_H
#define PORT_MACHINE_H

#include <stdbool.h>

/* Reads the ID registers. False: the CPU lacks something that the monitor relies on. Once, at cold boot. */
bool machine_init(void);

#endif
