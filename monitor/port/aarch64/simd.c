/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Borrowing the vector registers (simd.h). Their owner is the host, or a realm that runs on this PE. Predicates are left
 * alone: nothing here uses them.
 */
#include "port/aarch64/simd.h"

struct borrowed {
	_Alignas(16) uint8_t vectors[32 * SIMD_MAX_VL];
	uint64_t fpcr, fpsr;
	uint64_t zcr;
	uint64_t cptr;
	unsigned int depth; /* pairs of begin and end */
};

static struct borrowed borrowed[PORT_MAX_CPUS];

void port_simd_begin(void)
{
	struct borrowed *b = &borrowed[this_cpu()->index];
	bool sve;

	if (b->depth++ != 0)
		return;
	sve = simd_has_sve();
	b->cptr = simd_open(sve);
	b->fpcr = read_sysreg("fpcr");
	b->fpsr = read_sysreg("fpsr");
	if (!sve) {
		simd_q_save(b->vectors);
		return;
	}
	/* Writing a Q register clears the rest of its Z register: all that the hardware has is put away. */
	b->zcr = read_sysreg(ZCR_EL2);
	write_sysreg(ZCR_EL2, ZCR_LEN_MAX);
	isb();
	simd_z_save(b->vectors, b->vectors + SIMD_HALF);
}

void port_simd_end(void)
{
	struct borrowed *b = &borrowed[this_cpu()->index];

	if (--b->depth != 0)
		return;
	if (simd_has_sve()) {
		simd_z_load(b->vectors, b->vectors + SIMD_HALF);
		write_sysreg(ZCR_EL2, b->zcr);
	} else {
		simd_q_load(b->vectors);
	}
	write_sysreg("fpcr", b->fpcr);
	write_sysreg("fpsr", b->fpsr);
	write_sysreg("cptr_el2", b->cptr);
	isb();
}
