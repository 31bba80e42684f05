/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

/* Hashing uses the Armv8 SHA instructions, and so vector registers. */
#include "port/aarch64/simd.h"

/* PSTATE.DIT is on: the time that instructions take does not depend on data. */
static inline bool port_timing_is_constant(void)
{
	return read_sysreg("dit") != 0;
}

#endif
