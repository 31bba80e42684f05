/* SPDX-License-Identifier: BSD-3-Clause */
/* Here the vector registers are the program's own; that they are given back is counted. */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include "sim/sim.h"

/* A matter of the real machine. */
static inline bool port_timing_is_constant(void)
{
	return true;
}

static inline void port_simd_begin(void)
{
	sim_pe()->hashes++;
}

static inline void port_simd_end(void)
{
	REQUIRE(sim_pe()->hashes != 0);
	sim_pe()->hashes--;
}

#endif
