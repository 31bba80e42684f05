/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port for proofs: what it reports is anything that port/port.h allows. What the monitor says can't happen must not.
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

bool port_irq_pending(void)
{
	return any_bool();
}

bool port_gpt_delegate(struct pa granule)
{
	CLAIM(is_aligned(granule.v, GRANULE_SIZE));
	return any_bool();
}

void port_gpt_undelegate(struct pa granule)
{
	CLAIM(is_aligned(granule.v, GRANULE_SIZE));
}
