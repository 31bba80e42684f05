/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of the port that all proofs have: what the monitor says can't happen must not. The rest is each harness's.
 */
#include "prove.h"

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	(void)file;
	(void)line;
	(void)what;
#ifndef STOPS /* a proof about what is so unless the monitor stops */
	__CPROVER_assert(false, "no REQUIRE fails");
#endif
	ASSUME(false);
}
