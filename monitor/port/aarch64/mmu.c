/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's translation tables (mmu.h). mmu_build() runs before the MMU is on, at the address where
 * the image was loaded; mmu_map() also later. Entries are only added.
 */
#include "port/aarch64/mmu.h"

#include <caec/arm.h>

#include "port/aarch64/layout.h"
#include "port/aarch64/percpu.h"
#include "port/port.h"

#define ENTRIES 512U
#define NUM_TABLES 64U

typedef uint64_t table[ENTRIES] __attribute__((aligned(GRANULE_SIZE)));

table mmu_table;     /* upper half, level 0 */
table mmu_low_table; /* lower half: where the image was loaded, until boot has left it */
static table pool[NUM_TABLES];
static uint32_t pool_used;
static uint64_t image_pa; /* where the image was loaded */

extern uint8_t image_begin[], text_end[], rodata_end[], bss_end[], image_end[], stacks[];

void mmu_build(uint64_t loaded_at, uint64_t shared_pa);

/* What an address of ours must be reduced by to be physical: nothing before the MMU is on. */
static uint64_t delta(void)
{
	return (uint64_t)image_begin - image_pa;
}

uint64_t mmu_pa_of(const void *object)
{
	return (uint64_t)object - delta();
}

uint64_t mmu_image_pa(void)
{
	return image_pa;
}

uint64_t mmu_image_size(void)
{
	return (uint64_t)(image_end - image_begin);
}

static uint64_t attributes(enum mmu_kind kind)
{
	uint64_t normal = DESC_AF | DESC_SH_INNER | DESC_UXN;

	switch (kind) {
	case MMU_TEXT:
		return normal | DESC_READ_ONLY;
	case MMU_RODATA:
		return normal | DESC_READ_ONLY | DESC_PXN;
	case MMU_DATA:
		return normal | DESC_PXN;
	case MMU_DEVICE:
		return normal | DESC_PXN | DESC_ATTR_1;
	default:
		return normal | DESC_PXN | DESC_NS;
	}
}

static uint64_t level_size(unsigned int level)
{
	return UINT64_C(1) << (GRANULE_SHIFT + 9 * (3 - level));
}

/* The table below entry `e`; a new one if there is none. NULL: none left, or a block is there. */
static uint64_t *next_table(uint64_t *e)
{
	uint64_t *t;

	if (!(*e & DESC_VALID)) {
		if (pool_used == NUM_TABLES)
			return NULL;
		t = pool[pool_used++];
		dsb_ishst();
		*e = mmu_pa_of(t) | DESC_TABLE;
		return t;
	}
	if ((*e & DESC_TABLE) != DESC_TABLE)
		return NULL;
	return (uint64_t *)((*e & DESC_ADDR) + delta());
}

/* Maps as much as one entry takes. 0: it can't be. */
static uint64_t map_one(uint64_t *root, uint64_t va, uint64_t pa, uint64_t size, uint64_t attr)
{
	uint64_t *t = root;

	for (unsigned int level = 0;; level++) {
		uint64_t step = level_size(level);
		uint64_t *e = &t[va / step % ENTRIES];

		if (level > 0 && size >= step && is_aligned(va | pa, step) &&
		    (level == 3 || !(*e & DESC_VALID))) {
			if (*e & DESC_VALID)
				return 0;
			*e = pa | attr | (level == 3 ? DESC_PAGE : DESC_BLOCK);
			return step;
		}
		if (level == 3)
			return 0;
		t = next_table(e);
		if (t == NULL)
			return 0;
	}
}

static bool map(uint64_t *root, uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind)
{
	uint64_t attr = attributes(kind);

	while (size > 0) {
		uint64_t done = map_one(root, va, pa, size, attr);

		if (done == 0)
			return false;
		va += done;
		pa += done;
		size -= done;
	}
	dsb_ishst();
	isb();
	return true;
}

bool mmu_map(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind)
{
	return is_aligned(va | pa | size, GRANULE_SIZE) && map(mmu_table, va, pa, size, kind);
}

/* A part of the image, from one of its addresses to another. */
static bool map_part(const uint8_t *from, const uint8_t *to, enum mmu_kind kind)
{
	uint64_t offset = (uint64_t)(from - image_begin);

	return map(mmu_table, LAYOUT_IMAGE + offset, image_pa + offset, (uint64_t)(to - from), kind);
}

void mmu_build(uint64_t loaded_at, uint64_t shared_pa)
{
	bool ok;

	image_pa = loaded_at;
	ok = map_part(image_begin, text_end, MMU_TEXT) && map_part(text_end, rodata_end, MMU_RODATA) &&
	     map_part(rodata_end, bss_end, MMU_DATA);
	for (unsigned int i = 0; i < PORT_MAX_CPUS; i++) {
		const uint8_t *slot = stacks + i * STACK_SLOT;

		ok = ok && map_part(slot + STACK_SIZE, slot + STACK_SLOT, MMU_DATA);
	}
	ok = ok && map(mmu_table, LAYOUT_SHARED, align_down(shared_pa, GRANULE_SIZE), GRANULE_SIZE, MMU_DATA);
	ok = ok && map(mmu_low_table, image_pa, image_pa, (uint64_t)(text_end - image_begin), MMU_TEXT);
	/* The tables are sized for this; without them there is nobody to report to. */
	if (!ok)
		for (;;)
			wait_interrupt();
}
