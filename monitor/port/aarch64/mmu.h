/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's own translation tables (stage 1 of EL2&0).
 */
#ifndef PORT_MMU_H
#define PORT_MMU_H

#include "model/types.h"

enum mmu_kind {
	MMU_TEXT,   /* read, execute */
	MMU_RODATA, /* read */
	MMU_DATA,   /* read, write */
	MMU_DEVICE, /* read, write, Device-nGnRnE */
	MMU_NS,     /* read, write; Non-secure PAS */
};

/*
 * Maps [va, va + size) to the physical range at `pa`, which was not mapped before. False: out of tables,
 * or misaligned. Bigger blocks are used where they fit.
 */
bool mmu_map(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind);

/* The image's first physical address and its size. */
uint64_t mmu_image_pa(void);
uint64_t mmu_image_size(void);

/* The physical address of an object of the image. */
uint64_t mmu_pa_of(const void *object);

#endif
