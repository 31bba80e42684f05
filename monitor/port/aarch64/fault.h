/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults of the monitor (fault.c).
 */
#ifndef PORT_FAULT_H
#define PORT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* Set for good when any PE has stopped the monitor: no PE serves a call any more. */
extern _Atomic bool fault_stopped;
_Noreturn void fault_park(void);

/* An exception taken from the monitor itself (vectors.S): its number in the table, and x0-x30. */
_Noreturn void monitor_fault(uint64_t vector, const uint64_t *gprs);

#endif
