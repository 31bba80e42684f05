/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 1 tables. The image brings those of the first 512 GiB along (start.S turns the MMU on with them);
 * as much of the unprotected half is added here, when the IPA width is known.
 */
#include "mmu.h"

#include <caec/arm.h>

#define ENTRIES 512
#define LEVEL0_SHIFT 39
#define LEVEL1_SHIFT 30

/* Attribute 0, EL1 read and write. */
#define DESC_NORMAL (DESC_BLOCK | DESC_SH_INNER | DESC_AF | DESC_UXN)

#define BLOCK(n) (((uint64_t)(n) << LEVEL1_SHIFT) | DESC_NORMAL)
#define BLOCK4(n) BLOCK(n), BLOCK((n) + 1), BLOCK((n) + 2), BLOCK((n) + 3)
#define BLOCK16(n) BLOCK4(n), BLOCK4((n) + 4), BLOCK4((n) + 8), BLOCK4((n) + 12)
#define BLOCK64(n) BLOCK16(n), BLOCK16((n) + 16), BLOCK16((n) + 32), BLOCK16((n) + 48)
#define BLOCK256(n) BLOCK64(n), BLOCK64((n) + 64), BLOCK64((n) + 128), BLOCK64((n) + 192)

#define TABLE __attribute__((aligned(GRANULE_SIZE)))

static uint64_t low[ENTRIES] TABLE = { BLOCK256(0), BLOCK256(256) };
static uint64_t high[ENTRIES] TABLE;

extern uint64_t mmu_level0[ENTRIES];
uint64_t mmu_level0[ENTRIES] TABLE = { (uintptr_t)low + DESC_TABLE };

#define USER_INDEX (MMU_USER >> LEVEL0_SHIFT)

static uint64_t user[2][ENTRIES] TABLE; /* of .bss */

/* The tables of the low half and of the unprotected half, with EL0's access (which ends EL1's right to execute). */
void mmu_add_user(void)
{
	unsigned int n = 0;

	for (uint64_t index = 0; index < USER_INDEX && n < 2; index++) {
		const uint64_t *from = (const uint64_t *)(uintptr_t)(mmu_level0[index] & ~ABI_U64(0xfff));

		if (mmu_level0[index] == 0 || mmu_level0[USER_INDEX + index] != 0)
			continue;
		for (unsigned int i = 0; i < ENTRIES; i++)
			user[n][i] = (from[i] & ~DESC_UXN) | DESC_EL0;
		__asm__ volatile("dsb ishst" ::: "memory");
		mmu_level0[USER_INDEX + index] = (uintptr_t)user[n] | DESC_TABLE;
		n++;
	}
	__asm__ volatile("dsb ishst; isb" ::: "memory");
}

bool mmu_init(unsigned long ipa_bits)
{
	uint64_t index;

	if (ipa_bits < 32 || ipa_bits > 48)
		return false;
	index = ABI_U64(1) << (ipa_bits - 1) >> LEVEL0_SHIFT;
	if (index == 0)
		return true;
	for (uint64_t i = 0; i < ENTRIES; i++)
		high[i] = (index << LEVEL0_SHIFT) | BLOCK(i);
	/* The walker must find the table filled in: it was invalid before, so there is nothing to flush. */
	__asm__ volatile("dsb ishst" ::: "memory");
	mmu_level0[index] = (uintptr_t)high | DESC_TABLE;
	__asm__ volatile("dsb ishst; isb" ::: "memory");
	return true;
}
