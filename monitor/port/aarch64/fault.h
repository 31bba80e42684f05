/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults of the monitor (fault.c).
 */
#ifndef PORT_FAULT_H
#define PORT_FAULT_H

#include <stdint.h>

/* Does not return if any PE has stopped the monitor. */
void fault_check_stopped(void);

/* An exception taken from the monitor itself (vectors.S): its number in the table, and x0-x30. */
_Noreturn void monitor_fault(uint64_t vector, const uint64_t *gprs);

#endif
