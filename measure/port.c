/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the monitor's measurement code needs of a port beside the hashes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "port/port.h"

#include "port_crypto.h"

_Thread_local unsigned int host_simd_depth;

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	fprintf(stderr, "caec-measure: %s:%d: %s\n", file, line, what);
	abort();
}
