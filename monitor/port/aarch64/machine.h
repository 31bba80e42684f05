/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the CPU offers (machine.c).
 */
#ifndef PORT_MACHINE_H
#define PORT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the ID registers. NULL, or what the monitor relies on and the CPU lacks. Once, at cold boot. */
const char *machine_init(void);

/* FEAT_RNG is there. And one try for 64 random bits; false: none at this moment. */
bool machine_has_random(void);
bool machine_random(uint64_t *word);

#endif
