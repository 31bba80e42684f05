/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that takes pages away from a running realm (DATA_DESTROY), at random. It may: memory is its own to give. All
 * that the realm can notice is that it does not come back from touching such a page.
 */
#ifndef HOST_LINUX_LINUX_YANK_H
#define HOST_LINUX_LINUX_YANK_H

#include "linux_machine.h"

struct linux_yank {
	uint64_t next; /* when the next page goes (CNTPCT_EL0) */
	unsigned int count;
	uint8_t taken[LINUX_RAM_MAX / GRANULE_SIZE / 8]; /* a bit for each page */
};

/* Between two runs of a vCPU, with no lock held: takes a page if it is time. One thread at a time. */
void linux_yank(struct linux_yank *yank, struct linux_machine *machine);

bool linux_yank_took(const struct linux_yank *yank, uint64_t ipa);

#endif
