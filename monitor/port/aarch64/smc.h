/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls to EL3 (RMM-EL3 interface 0.4).
 */
#ifndef PORT_SMC_H
#define PORT_SMC_H

#include <caec/smccc.h>

/* Results, in x0. */
#define EL3_OK 0
#define EL3_AGAIN (-6)

#define EL3_REQ_COMPLETE 0xc400018f
#define EL3_GTSI_DELEGATE 0xc40001b0
#define EL3_GTSI_UNDELEGATE 0xc40001b1
#define EL3_ATTEST_GET_REALM_KEY 0xc40001b2
#define EL3_ATTEST_GET_PLAT_TOKEN 0xc40001b3
#define EL3_BOOT_COMPLETE 0xc40001cf

#ifndef __ASSEMBLER__

/*
 * Answers the host's call with regs->x[0-4] and returns with the next one in regs->x[0-7].
 */
void el3_reply(struct smc_regs *regs);

/* x0-x7 in and out. Registers beyond may change (SMCCC). */
void el3_call(uint64_t x[8]);

#endif

#endif
