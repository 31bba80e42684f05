/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_sync_code() on this machine (port.h). All PEs have the same CTR_EL0 (docs/porting.md).
 */
#include "port/aarch64/cache.h"

#include <caec/arm.h>

#include "port/port.h"

static void each_line(uint64_t va, uint64_t log2_words, void (*operation)(uint64_t va))
{
	uint64_t line = UINT64_C(4) << log2_words;

	for (uint64_t at = va; at < va + GRANULE_SIZE; at += line)
		operation(at);
}

/* An address finds all copies of a line only where caches go by physical addresses alone. */
static void drop_instructions(uint64_t va, uint64_t ctr)
{
	if (CTR_L1IP(ctr) == CTR_L1IP_PIPT)
		each_line(va, CTR_IMIN(ctr), cache_drop_line);
	else
		cache_drop_all();
}

void port_sync_code(const void *granule)
{
	uint64_t va = (uint64_t)(uintptr_t)granule;
	uint64_t ctr = cache_type();

	if (!(ctr & CTR_IDC))
		each_line(va, CTR_DMIN(ctr), cache_clean_line);
	cache_wait();
	if (ctr & CTR_DIC)
		return;
	drop_instructions(va, ctr);
	cache_wait();
}
