/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What belongs to one PE. TPIDR_EL2 points to it while the monitor or a realm runs.
 */
#ifndef PORT_PERCPU_H
#define PORT_PERCPU_H

#define PERCPU_REC 0 /* offsets for assembly */
#define PERCPU_SCRATCH 8

#define PORT_MAX_CPUS 32

#ifndef __ASSEMBLER__

#include "model/granule.h"
#include "port/aarch64/sysreg.h"

struct percpu {
	void *rec;           /* the struct rec that this PE runs */
	uint64_t scratch[2]; /* for the vectors */
	uint32_t index;
	uint64_t vttbr; /* saved over a batch of TLB maintenance */
	struct held_locks held;
};
_Static_assert(offsetof(struct percpu, rec) == PERCPU_REC, "assembly uses it");
_Static_assert(offsetof(struct percpu, scratch) == PERCPU_SCRATCH, "assembly uses it");

static inline struct percpu *this_cpu(void)
{
	return (struct percpu *)read_sysreg("tpidr_el2");
}

#endif

#endif
