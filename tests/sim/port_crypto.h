/* SPDX-License-Identifier: BSD-3-Clause */
/* Here the vector registers are the program's own; that they are given back is counted. */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include "port/port.h"

extern _Thread_local unsigned int sim_simd_depth; /* sim.c */

/* A matter of the real machine. */
static inline bool port_timing_is_constant(void)
{
	return true;
}

static inline void port_simd_begin(void)
{
	sim_simd_depth++;
}

static inline void port_simd_end(void)
{
	REQUIRE(sim_simd_depth != 0);
	sim_simd_depth--;
}

#endif
