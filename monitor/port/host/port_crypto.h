/* SPDX-License-Identifier: BSD-3-Clause */
/* On the build machine the vector registers are the program's own; that they are given back is counted. */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include "port/port.h"

extern _Thread_local unsigned int host_simd_depth; /* port_host.c */

static inline void port_simd_begin(void)
{
	host_simd_depth++;
}

static inline void port_simd_end(void)
{
	REQUIRE(host_simd_depth != 0);
	host_simd_depth--;
}

#endif
