/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIMD registers. The monitor is built without them; what uses them all the same (hashing) borrows them from the
 * host or the realm whose they are.
 */
#ifndef PORT_SIMD_H
#define PORT_SIMD_H

#include <caec/arm.h>

#include "port/aarch64/percpu.h"

#define SIMD_MAX_VL 256U /* bytes */
#define SIMD_HALF (16 * SIMD_MAX_VL)

static inline bool simd_has_sve(void)
{
	return id_field(read_sysreg("id_aa64pfr0_el1"), PFR0_SVE) != 0;
}

/* Opens the registers to the monitor, SVE's too where there is SVE. Returns CPTR_EL2 as it was. */
static inline uint64_t simd_open(bool sve)
{
	uint64_t cptr = read_sysreg("cptr_el2");

	write_sysreg("cptr_el2", cptr | CPTR_FPEN | (sve ? CPTR_ZEN : 0));
	isb();
	return cptr;
}

/* Q0-Q31: 512 bytes, 16-byte aligned. */
void simd_q_save(void *to);
void simd_q_load(const void *from);

/* Z0-Z15 and Z16-Z31 of the current vector length. */
void simd_z_save(void *low, void *high);
void simd_z_load(const void *low, const void *high);

/* The current vector length in bytes. */
unsigned int simd_vl(void);

/* P0-P15 and FFR; saving changes P0. */
void simd_p_save(void *to);
void simd_p_load(const void *from);

/* Between these two calls vector registers may be used on this PE; then they are as before. Pairs nest. */
void port_simd_begin(void);
void port_simd_end(void);

#endif
