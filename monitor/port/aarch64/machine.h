/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the CPU offers (machine.c).
 */
#ifndef PORT_MACHINE_H
#define PORT_MACHINE_H

/* Reads the ID registers. NULL, or what the monitor relies on and the CPU lacks. Once, at cold boot. */
const char *machine_init(void);

#endif
