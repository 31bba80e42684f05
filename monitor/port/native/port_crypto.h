/* SPDX-License-Identifier: BSD-3-Clause */
/* A native program's vector registers are its own. */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include <stdbool.h>

/* A matter of the real machine. */
static inline bool port_timing_is_constant(void)
{
	return true;
}

static inline void port_simd_begin(void)
{
}

static inline void port_simd_end(void)
{
}

#endif
