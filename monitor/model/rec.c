/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPIDR values and REC indexes (rec.h).
 */
#include "model/rec.h"

#define MPIDR_RES1 (UINT64_C(1) << 31)
#define MPIDR_FLAGS UINT64_C(0xff000000) /* of MPIDR_EL1, should a realm pass that as it reads it */

static uint64_t index_of(uint64_t aff0, uint64_t aff1, uint64_t aff2, uint64_t aff3)
{
	return (aff0 & 0xf) | (aff1 & 0xff) << 4 | (aff2 & 0xff) << 12 | (aff3 & 0xff) << 20;
}

uint64_t rec_index_of_rmi_mpidr(uint64_t mpidr)
{
	return index_of(mpidr, mpidr >> 8, mpidr >> 16, mpidr >> 24);
}

uint64_t rec_index_of_mpidr(uint64_t mpidr)
{
	return index_of(mpidr, mpidr >> 8, mpidr >> 16, mpidr >> 32);
}

bool rec_mpidr_is_used(const struct realm *realm, uint64_t mpidr)
{
	return (mpidr & ~(REC_MPIDR_AFFINITY | MPIDR_FLAGS)) == 0 &&
	       rec_index_of_mpidr(mpidr) < atomic_load(&realm->rec_index);
}

uint64_t rec_mpidr(uint64_t rmi_mpidr)
{
	return (rmi_mpidr & 0xffff0f) | (rmi_mpidr >> 24 & 0xff) << 32 | MPIDR_RES1;
}
