/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls to EL3 (RMM-EL3 interface 0.4).
 */
#ifndef PORT_SMC_H
#define PORT_SMC_H

#include <caec/smccc.h>

#define EL3_RMI_REQ_COMPLETE 0xc400018f
#define EL3_GTSI_DELEGATE 0xc40001b0
#define EL3_GTSI_UNDELEGATE 0xc40001b1
#define EL3_BOOT_COMPLETE 0xc40001cf

/* x0-x7 in and out. Registers beyond may change (SMCCC). */
void el3_call(uint64_t x[8]);

#endif
