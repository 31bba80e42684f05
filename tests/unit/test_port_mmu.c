/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's own translation tables (port/aarch64/mmu.c), walked as the hardware does: what of its image is reached, with
 * which attributes, what is not; and ranges that are mapped later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <caec/arm.h>

#include "pe_registers.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/mmu.h"
#include "port/aarch64/percpu.h"

void mmu_build(uint64_t loaded_at, uint64_t shared_pa);
extern uint64_t mmu_table[], mmu_low_table[];

/* An image as monitor.ld lays it out. It is where it was loaded, so that addresses are physical ones. */
#define TEXT 0x5000
#define RODATA 0x3000
#define DATA 0x9000
#define STACKS_AT (0x18000) /* aligned to a slot */
#define IMAGE (STACKS_AT + STACK_SLOT * PORT_MAX_CPUS)

__asm__(".pushsection .bss\n"
	"	.balign 0x200000\n"
	"	.globl image_begin, text_end, rodata_end, bss_end, stacks, image_end\n"
	"image_begin:\n"
	"	.set text_end, image_begin + 0x5000\n"
	"	.set rodata_end, image_begin + 0x8000\n"
	"	.set bss_end, image_begin + 0x11000\n"
	"	.set stacks, image_begin + 0x18000\n"
	"	.set image_end, image_begin + 0x118000\n"
	"	.zero 0x118000\n"
	"	.popsection\n");
extern uint8_t image_begin[], text_end[], rodata_end[], bss_end[], image_end[], stacks[];
_Static_assert(TEXT + RODATA + DATA == 0x11000 && IMAGE == 0x118000, "as the assembler has it");

#define SHARED UINT64_C(0x8fff0000)

static uint64_t image_pa(void)
{
	return (uintptr_t)image_begin;
}

/* --- The hardware's walk ---------------------------------------------------------------------------------------------- */

struct found {
	uint64_t pa; /* all ones: nothing */
	uint64_t attributes;
	uint64_t size;
};

static struct found look_up(const uint64_t *root, uint64_t va)
{
	const uint64_t *t = root;

	for (unsigned int level = 0; level < 4; level++) {
		uint64_t size = UINT64_C(1) << (12 + 9 * (3 - level)), e = t[va / size % 512];

		if (!(e & 1))
			break;
		if (level == 3 || (e & 3) == 1) {
			assert_true(level > 0 && (level < 3 || (e & 3) == 3));
			assert_int_equal(e & DESC_ADDR & (size - 1), 0);
			return (struct found){ (e & DESC_ADDR) | (va & (size - 1)), e & ~(DESC_ADDR | 3),
					       size };
		}
		t = (const uint64_t *)(uintptr_t)(e & DESC_ADDR);
	}
	return (struct found){ .pa = UINT64_MAX };
}

static void check_there(const uint64_t *root, uint64_t va, uint64_t pa, uint64_t attributes)
{
	struct found found = look_up(root, va);

	if (found.pa != pa || found.attributes != attributes)
		fail_msg("0x%lx is at 0x%lx (0x%lx), not at 0x%lx (0x%lx)", (unsigned long)va,
			 (unsigned long)found.pa, (unsigned long)found.attributes, (unsigned long)pa,
			 (unsigned long)attributes);
}

static void check_absent(const uint64_t *root, uint64_t va)
{
	assert_int_equal(look_up(root, va).pa, UINT64_MAX);
}

/* Access flag, Inner Shareable, never executed at EL0: and by kind. */
#define NORMAL (DESC_AF | DESC_SH_INNER | DESC_UXN)
#define IS_TEXT (NORMAL | DESC_READ_ONLY)
#define IS_RODATA (NORMAL | DESC_READ_ONLY | DESC_PXN)
#define IS_DATA (NORMAL | DESC_PXN)
#define IS_DEVICE (NORMAL | DESC_PXN | DESC_ATTR_1)
#define IS_NS (NORMAL | DESC_PXN | DESC_NS)

/* --- The image -------------------------------------------------------------------------------------------------------- */

static uint64_t attributes_of(uint64_t offset)
{
	if (offset < TEXT)
		return IS_TEXT;
	return offset < TEXT + RODATA ? IS_RODATA : IS_DATA;
}

/* Of each page of the image and beyond: once, as it is to be used; between stacks nothing. */
static void test_image(void **state)
{
	(void)state;
	for (uint64_t offset = 0; offset < IMAGE + 0x10000; offset += GRANULE_SIZE) {
		bool in_stack = offset >= STACKS_AT && offset < IMAGE &&
				(offset - STACKS_AT) % STACK_SLOT >= STACK_SIZE;

		if (offset < TEXT + RODATA + DATA || in_stack)
			check_there(mmu_table, LAYOUT_IMAGE + offset, image_pa() + offset,
				    attributes_of(offset));
		else
			check_absent(mmu_table, LAYOUT_IMAGE + offset);
	}
	check_absent(mmu_table, LAYOUT_IMAGE - GRANULE_SIZE);
	assert_int_equal(mmu_image_pa(), image_pa());
	assert_int_equal(mmu_image_size(), IMAGE);
	assert_int_equal(mmu_pa_of(stacks), image_pa() + STACKS_AT);
}

/* Of what the host or a realm could have: nothing before it is mapped. */
static void test_rest(void **state)
{
	(void)state;
	check_there(mmu_table, LAYOUT_SHARED, SHARED, IS_DATA);
	check_absent(mmu_table, LAYOUT_SHARED + GRANULE_SIZE);
	check_absent(mmu_table, LAYOUT_SHARED - GRANULE_SIZE);
	check_absent(mmu_table, LAYOUT_CONSOLE);
	check_absent(mmu_table, PORT_MEM_REALM_BASE + SHARED);
	check_absent(mmu_table, LAYOUT_NS_BASE + SHARED);
	/* The lower half, which boot leaves, has the text alone. */
	check_there(mmu_low_table, image_pa(), image_pa(), IS_TEXT);
	check_there(mmu_low_table, image_pa() + TEXT - GRANULE_SIZE, image_pa() + TEXT - GRANULE_SIZE,
		    IS_TEXT);
	check_absent(mmu_low_table, image_pa() + TEXT);
}

/* --- Later ------------------------------------------------------------------------------------------------------------ */

#define GIB (UINT64_C(1) << 30)
#define MIB2 (UINT64_C(1) << 21)

static void check_range(uint64_t va, uint64_t pa, uint64_t size, uint64_t attributes)
{
	check_absent(mmu_table, va - GRANULE_SIZE);
	for (uint64_t at = 0; at < size; at += size >= GIB ? MIB2 : GRANULE_SIZE)
		check_there(mmu_table, va + at, pa + at, attributes);
	check_there(mmu_table, va + size - GRANULE_SIZE, pa + size - GRANULE_SIZE, attributes);
	check_absent(mmu_table, va + size);
}

static void test_kinds(void **state)
{
	static const struct {
		enum mmu_kind kind;
		uint64_t attributes;
	} rows[] = { { MMU_TEXT, IS_TEXT },
		     { MMU_RODATA, IS_RODATA },
		     { MMU_DATA, IS_DATA },
		     { MMU_DEVICE, IS_DEVICE },
		     { MMU_NS, IS_NS } };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t va = LAYOUT_CONSOLE + i * UINT64_C(0x10000);

		assert_true(mmu_map(va, 0x9000000, 2 * GRANULE_SIZE, rows[i].kind));
		check_range(va, 0x9000000, 2 * GRANULE_SIZE, rows[i].attributes);
	}
}

/* Entries are in memory before the walker is told of them, and before they are used. */
static void test_published(void **state)
{
	(void)state;
	pe_forget_events();
	assert_true(mmu_map(LAYOUT_NS_BASE + 100 * GIB, 100 * GIB, GRANULE_SIZE, MMU_NS));
	assert_int_equal(pe_event_count, 5); /* three new tables, then the end */
	for (unsigned int i = 0; i < 4; i++)
		assert_string_equal(pe_events[i].what, "dsb ishst");
	assert_string_equal(pe_events[4].what, "isb");
}

/* The largest blocks that fit both addresses. */
static void test_blocks(void **state)
{
	const uint64_t base = PORT_MEM_REALM_BASE;

	(void)state;
	assert_true(mmu_map(base + GIB - MIB2 - GRANULE_SIZE, GIB - MIB2 - GRANULE_SIZE,
			    GRANULE_SIZE + MIB2 + 2 * GIB + 3 * MIB2 + GRANULE_SIZE, MMU_DATA));
	check_range(base + GIB - MIB2 - GRANULE_SIZE, GIB - MIB2 - GRANULE_SIZE,
		    GRANULE_SIZE + MIB2 + 2 * GIB + 3 * MIB2 + GRANULE_SIZE, IS_DATA);
	assert_int_equal(look_up(mmu_table, base + GIB - MIB2 - GRANULE_SIZE).size, GRANULE_SIZE);
	assert_int_equal(look_up(mmu_table, base + GIB - MIB2).size, MIB2);
	assert_int_equal(look_up(mmu_table, base + GIB).size, GIB);
	assert_int_equal(look_up(mmu_table, base + 2 * GIB).size, GIB);
	assert_int_equal(look_up(mmu_table, base + 3 * GIB).size, MIB2);
	assert_int_equal(look_up(mmu_table, base + 3 * GIB + 3 * MIB2).size, GRANULE_SIZE);
	/* Not aligned alike: pages. */
	assert_true(mmu_map(base + 8 * GIB, 8 * GIB + GRANULE_SIZE, MIB2, MMU_DATA));
	assert_int_equal(look_up(mmu_table, base + 8 * GIB).size, GRANULE_SIZE);
	check_range(base + 8 * GIB, 8 * GIB + GRANULE_SIZE, MIB2, IS_DATA);
}

/* What is mapped stays as it is. */
static void test_refused(void **state)
{
	const uint64_t va = PORT_MEM_REALM_BASE + 16 * GIB;

	(void)state;
	assert_false(mmu_map(va + 1, 16 * GIB, GRANULE_SIZE, MMU_DATA));
	assert_false(mmu_map(va, 16 * GIB + 0x800, GRANULE_SIZE, MMU_DATA));
	assert_false(mmu_map(va, 16 * GIB, GRANULE_SIZE + 8, MMU_DATA));
	check_absent(mmu_table, va);
	assert_true(mmu_map(va, 16 * GIB, GRANULE_SIZE, MMU_DATA));
	assert_false(mmu_map(va, 17 * GIB, GRANULE_SIZE, MMU_TEXT));
	check_there(mmu_table, va, 16 * GIB, IS_DATA);
	assert_true(mmu_map(va + MIB2, 16 * GIB + MIB2, MIB2, MMU_DATA));
	assert_false(mmu_map(va + MIB2 + GRANULE_SIZE, 17 * GIB, GRANULE_SIZE, MMU_DATA)); /* in a block */
	check_there(mmu_table, va + MIB2 + GRANULE_SIZE, 16 * GIB + MIB2 + GRANULE_SIZE, IS_DATA);
}

/* The last: there is an end of tables, and it is said. */
static void test_exhausted(void **state)
{
	unsigned int n = 0;

	(void)state;
	while (n < 256 &&
	       mmu_map(PORT_MEM_REALM_BASE + (32 + n) * GIB, (32 + n) * GIB, GRANULE_SIZE, MMU_DATA))
		n++;
	assert_in_range(n, 8, 64);
	check_absent(mmu_table, PORT_MEM_REALM_BASE + (32 + n) * GIB);
	check_there(mmu_table, PORT_MEM_REALM_BASE + 32 * GIB, 32 * GIB, IS_DATA);
	check_there(mmu_table, LAYOUT_IMAGE, image_pa(), IS_TEXT);
}

/* As EL3 has it: the shared page is named by any address in it. */
static int build(void **state)
{
	(void)state;
	pe_registers_reset();
	mmu_build(image_pa(), SHARED + 0x123);
	return 0;
}

int main(void)
{
	/* In this order: entries are only added. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),     cmocka_unit_test(test_rest),
		cmocka_unit_test(test_kinds),     cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_published), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_exhausted),
	};

	return cmocka_run_group_tests(tests, build, NULL);
}
