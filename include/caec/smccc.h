/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SMC Calling Convention (Arm DEN0028): the parts that CAEC's interfaces use.
 */
#ifndef CAEC_SMCCC_H
#define CAEC_SMCCC_H

#include <caec/abi.h>

#define SMCCC_VERSION 0x80000000
#define SMCCC_VERSION_1_2 0x10002
#define SMCCC_VERSION_1_3 0x10003
#define SMCCC_VERSION_1_4 0x10004

/* Bit 16 of a function id: the caller has no live SVE state (SMCCC 1.3). Not part of the id. */
#define SMCCC_SVE_HINT 0x10000

/* The answer to an unknown function id, all 64 bits set. */
#define SMCCC_NOT_SUPPORTED ABI_U64(0xffffffffffffffff)

/* Revision numbers of RMI, RSI and CSM: minor in [15:0], major in [30:16]. */
#define ABI_VERSION(major, minor) (((major) << 16) | (minor))

#ifndef __ASSEMBLER__
/* The registers that an SMC carries in either direction (SMCCC 1.2: x0-x17). */
struct smc_regs {
	uint64_t x[18];
};
#endif

#endif
