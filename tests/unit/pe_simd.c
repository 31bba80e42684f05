/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vectors of a PE, in place of monitor/port/aarch64/simd.S. What is beyond the length in ZCR_EL2 stays as it is; writing a Q
 * register clears the rest of its Z register.
 */
#include "port/aarch64/simd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "pe_registers.h"

struct pe_vectors pe_vectors[PE_CPUS];

static struct pe_vectors *vectors(uint64_t open)
{
	if ((pe_read("cptr_el2") & open) != open)
		fail_msg("vectors are trapped by CPTR_EL2");
	return &pe_vectors[pe_cpu()];
}

unsigned int simd_vl(void)
{
	unsigned int length = ((unsigned int)(pe_read(ZCR_EL2) & 0xf) + 1) * 16;

	(void)vectors(CPTR_ZEN);
	return length < PE_VL ? length : PE_VL;
}

void simd_q_save(void *to)
{
	const struct pe_vectors *v = vectors(CPTR_FPEN);

	for (unsigned int i = 0; i < 32; i++)
		memcpy((uint8_t *)to + (size_t)i * 16, v->z[i], 16);
}

void simd_q_load(const void *from)
{
	struct pe_vectors *v = vectors(CPTR_FPEN);

	for (unsigned int i = 0; i < 32; i++) {
		memset(v->z[i], 0, PE_VL);
		memcpy(v->z[i], (const uint8_t *)from + (size_t)i * 16, 16);
	}
}

void simd_z_save(void *low, void *high)
{
	const struct pe_vectors *v = vectors(CPTR_ZEN);
	size_t vl = simd_vl();

	for (unsigned int i = 0; i < 16; i++) {
		memcpy((uint8_t *)low + i * vl, v->z[i], vl);
		memcpy((uint8_t *)high + i * vl, v->z[16 + i], vl);
	}
}

void simd_z_load(const void *low, const void *high)
{
	struct pe_vectors *v = vectors(CPTR_ZEN);
	size_t vl = simd_vl();

	for (unsigned int i = 0; i < 16; i++) {
		memcpy(v->z[i], (const uint8_t *)low + i * vl, vl);
		memcpy(v->z[16 + i], (const uint8_t *)high + i * vl, vl);
	}
}

void simd_p_save(void *to)
{
	struct pe_vectors *v = vectors(CPTR_ZEN);
	size_t size = simd_vl() / 8;

	for (unsigned int i = 0; i < 17; i++)
		memcpy((uint8_t *)to + i * size, v->p[i], size);
	memcpy(v->p[0], v->p[16], size);
}

void simd_p_load(const void *from)
{
	struct pe_vectors *v = vectors(CPTR_ZEN);
	size_t size = simd_vl() / 8;

	for (unsigned int i = 0; i < 17; i++)
		memcpy(v->p[i], (const uint8_t *)from + i * size, size);
}
