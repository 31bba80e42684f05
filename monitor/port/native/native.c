/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port of programs for the build machine that use the monitor's rules and have no machine: a fault of those ends
 * the program.
 */
#include <stdio.h>
#include <stdlib.h>

#include "port/port.h"

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s does not hold\n", file, line, what);
	abort();
}
