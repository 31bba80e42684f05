/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cold.c and port/aarch64/manifest.c: cold boot on machines that QEMU is not. Each that does not fit is refused with a line
 * that says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "attest/keys.h"
#include "model/realm.h"
#include "port/aarch64/attest.h"
#include "cold.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/log.h"
#include "port/aarch64/machine.h"
#include "port/aarch64/mmu.h"
#include "run/aarch64/init.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define MAPS_MAX 32

/* As TF-A has it on QEMU: DRAM from 1 GiB on, the monitor's 24 MiB from the second MiB on, the shared page at their end. */
#define DRAM UINT64_C(0x40000000)
#define IMAGE_PA (DRAM + MIB)
#define IMAGE_SIZE UINT64_C(0x288000)
#define SHARED_PA (IMAGE_PA + LAYOUT_MEMORY)
#define UART UINT64_C(0x09000000)

struct granule granule_table[LAYOUT_MEMORY / sizeof(struct granule)] __attribute__((aligned(GRANULE_SIZE)));

/* The manifest, version 0.3 (RMM-EL3 interface), with room for one bank too many. */
static struct {
	uint32_t version, padding;
	uint64_t plat_data;
	struct {
		uint64_t count, pa, checksum;
	} dram, consoles;
	struct {
		uint64_t base, size;
	} bank[GRANULE_MAX_BANKS + 1];
	struct {
		uint64_t base, pages;
		char name[8];
		uint64_t clock, baud, flags;
	} console;
	uint8_t rest[GRANULE_SIZE];
} page __attribute__((aligned(GRANULE_SIZE)));

static struct cold_args args;

/* --- What the port does --------------------------------------------------------------------------------------- */

static struct {
	uint64_t va, pa, size;
	enum mmu_kind kind;
} maps[MAPS_MAX];
static size_t num_maps, max_maps;
static char lines[1024];
static bool has_console;
static const char *machine_lacks, *realms_lack;
static bool random_works;
static enum attest_boot attest_result;

uint64_t mmu_image_pa(void)
{
	return IMAGE_PA;
}

uint64_t mmu_image_size(void)
{
	return IMAGE_SIZE;
}

bool mmu_map(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind)
{
	assert_true(is_aligned(va | pa | size, GRANULE_SIZE) && size != 0);
	for (size_t i = 0; i < num_maps; i++)
		assert_true(va >= maps[i].va + maps[i].size || maps[i].va >= va + size);
	if (num_maps == max_maps)
		return false;
	maps[num_maps].va = va;
	maps[num_maps].pa = pa;
	maps[num_maps].size = size;
	maps[num_maps++].kind = kind;
	return true;
}

/* Whether [pa, pa + size) is mapped at va, by one mapping. */
static bool is_mapped(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind)
{
	for (size_t i = 0; i < num_maps; i++)
		if (maps[i].kind == kind && va >= maps[i].va && va + size <= maps[i].va + maps[i].size &&
		    pa - maps[i].pa == va - maps[i].va)
			return true;
	return false;
}

/* Whether any of it is in either direct map. */
static bool has_alias(uint64_t base, uint64_t top)
{
	for (size_t i = 0; i < num_maps; i++)
		if (maps[i].va >= PORT_MEM_REALM_BASE && maps[i].va < LAYOUT_IMAGE && maps[i].pa < top &&
		    maps[i].pa + maps[i].size > base)
			return true;
	return false;
}

void log_init(uint64_t base)
{
	assert_int_equal(base, LAYOUT_CONSOLE);
	assert_true(is_mapped(LAYOUT_CONSOLE, UART, GRANULE_SIZE, MMU_DEVICE));
	has_console = true;
}

void log_line(enum log_level level, const char *format, ...)
{
	size_t used = strlen(lines);
	va_list list;

	if (!has_console)
		return;
	used += (size_t)snprintf(lines + used, sizeof(lines) - used, level == LOG_ERROR ? "error: " : "");
	va_start(list, format);
	used += (size_t)vsnprintf(lines + used, sizeof(lines) - used, format, list);
	va_end(list);
	assert_true(used + 2 < sizeof(lines));
	strcat(lines, "\n");
}

const char *machine_init(void)
{
	return machine_lacks;
}

const char *run_machine_init(void)
{
	return realms_lack;
}

bool registry_init(void)
{
	return random_works;
}

void attest_port_init(uint64_t shared_pa, void *mapped_at)
{
	assert_int_equal(shared_pa, SHARED_PA);
	assert_ptr_equal(mapped_at, &page);
}

enum attest_boot attest_boot(void)
{
	return attest_result;
}

void port_wipe(void *granule)
{
	(void)granule;
	fail();
}

void port_relax(void)
{
	fail();
}

struct held_locks *port_held_locks(void)
{
	static struct held_locks held;

	return &held;
}

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	mock_assert(0, what, file, line);
	__builtin_unreachable();
}

/* --- Machines -------------------------------------------------------------------------------------------------- */

static uint64_t sum(const void *words, size_t bytes)
{
	uint64_t total = 0;

	for (size_t i = 0; i < bytes / sizeof(uint64_t); i++)
		total += ((const uint64_t *)words)[i];
	return total;
}

/* The lists' sums, after a change of what they name. */
static void seal(void)
{
	page.dram.checksum =
		-(page.dram.count + page.dram.pa + sum(page.bank, page.dram.count * sizeof(page.bank[0])));
	page.consoles.checksum =
		-(page.consoles.count + page.consoles.pa + sum(&page.console, sizeof(page.console)));
}

static int setup(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	page.version = 3;
	page.dram.count = 1;
	page.dram.pa = SHARED_PA + offsetof(__typeof__(page), bank);
	page.bank[0].base = DRAM;
	page.bank[0].size = 3 * GIB;
	page.consoles.count = 1;
	page.consoles.pa = SHARED_PA + offsetof(__typeof__(page), console);
	page.console.base = UART;
	page.console.pages = 1;
	memcpy(page.console.name, "pl011", sizeof("pl011"));
	seal();
	args = (struct cold_args){ .version = 4, .cpus = 32, .shared_pa = SHARED_PA };
	memset(granule_table, 0xee, sizeof(granule_table));
	num_maps = 0;
	max_maps = MAPS_MAX;
	lines[0] = '\0';
	has_console = false;
	machine_lacks = realms_lack = NULL;
	random_works = true;
	attest_result = ATTEST_BOOT_OK;
	return 0;
}

static void boots(void)
{
	seal();
	assert_int_equal(cold_boot(&args, &page), BOOT_SUCCESS);
	assert_non_null(strstr(lines, "CAEC monitor"));
	assert_null(strstr(lines, "error: "));
}

static void refused(enum boot_error error, const char *line)
{
	seal();
	assert_int_equal(cold_boot(&args, &page), error);
	if (strstr(lines, line) == NULL || strncmp(strstr(lines, "error: "), "error: ", 7) != 0)
		fail_msg("no line with \"%s\" but: %s", line, lines);
	assert_null(strstr(lines, "CAEC monitor"));
}

/* Every granule of [base, base + size) is tracked and in both maps, but for what the monitor keeps. */
static void check_tracked(uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size; at += 16 * MIB) {
		struct granule *g = granule_find(pa(at));

		assert_non_null(g);
		assert_int_equal(granule_pa(g).v, at);
		assert_int_equal(granule_state(g), GRANULE_UNDELEGATED);
		assert_int_equal(granule_refs(g), 0);
	}
	assert_non_null(granule_find(pa(base + size - GRANULE_SIZE)));
	assert_int_equal(granule_state(granule_find(pa(base + size - GRANULE_SIZE))), GRANULE_UNDELEGATED);
	assert_null(granule_find(pa(base + size)));
}

static void check_mapped(uint64_t at, uint64_t size)
{
	assert_true(is_mapped(PORT_MEM_REALM_BASE + at, at, size, MMU_DATA));
	assert_true(is_mapped(LAYOUT_NS_BASE + at, at, size, MMU_NS));
}

/* One bank of `gib` from DRAM on: the table of 1 MiB a GiB, and no alias of it, of the image or of the shared page. */
static void check_size(uint64_t gib)
{
	uint64_t table = IMAGE_PA + IMAGE_SIZE, table_size = gib * MIB;

	setup(NULL);
	page.bank[0].size = gib * GIB;
	boots();
	assert_true(is_mapped((uintptr_t)granule_table, table, table_size, MMU_DATA));
	check_tracked(DRAM, gib * GIB);
	assert_false(has_alias(IMAGE_PA, table + table_size));
	assert_false(has_alias(SHARED_PA, SHARED_PA + GRANULE_SIZE));
	check_mapped(DRAM, MIB);
	if (table + table_size < SHARED_PA)
		check_mapped(table + table_size, SHARED_PA - table - table_size);
	check_mapped(SHARED_PA + GRANULE_SIZE, gib * GIB - MIB - LAYOUT_MEMORY - GRANULE_SIZE);
}

static void test_memory(void **state)
{
	(void)state;
	check_size(3);
	check_size(8);
	check_size(20);
}

static void test_two_banks(void **state)
{
	(void)state;
	page.dram.count = 2;
	page.bank[0].base = UINT64_C(0x8080000000);
	page.bank[0].size = 14 * GIB;
	page.bank[1].base = DRAM;
	page.bank[1].size = 2 * GIB;
	boots();
	check_tracked(DRAM, 2 * GIB);
	check_tracked(UINT64_C(0x8080000000), 14 * GIB);
	check_mapped(UINT64_C(0x8080000000), 14 * GIB);
	assert_true(is_mapped((uintptr_t)granule_table, IMAGE_PA + IMAGE_SIZE, 16 * MIB, MMU_DATA));
}

static void test_too_much_memory(void **state)
{
	page.bank[0].size = 24 * GIB;
	refused(BOOT_MANIFEST_DATA_ERROR,
		"the manifest has 24576 MiB of DRAM; this monitor's memory can track 21");
	setup(state);
	page.bank[0].size = UINT64_C(0xfffffffffffff000);
	refused(BOOT_MANIFEST_DATA_ERROR, "MiB of DRAM; this monitor's memory can track");
	setup(state);
	page.dram.count = 2;
	page.bank[1].base = 8 * GIB;
	page.bank[1].size = 20 * GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "the manifest has 23552 MiB of DRAM");
}

static void test_wrong_memory(void **state)
{
	page.bank[0].size = 0;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	setup(state);
	page.bank[0].base += 8;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	setup(state);
	page.dram.count = 2;
	page.bank[1].base = DRAM + GIB;
	page.bank[1].size = GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	setup(state);
	page.bank[0].base = (UINT64_C(1) << LAYOUT_PA_BITS) - GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the DRAM at 3fffc0000000");
	setup(state);
	max_maps = 3;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the DRAM at 40000000");
	setup(state);
	max_maps = 1;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the granule table");
}

/* A platform that reserves less than the table takes: the page lies where the table would. */
static void test_shared_page_in_the_way(void **state)
{
	(void)state;
	args.shared_pa = IMAGE_PA + 4 * MIB;
	page.dram.pa = args.shared_pa + offsetof(__typeof__(page), bank);
	page.consoles.pa = args.shared_pa + offsetof(__typeof__(page), console);
	refused(BOOT_MANIFEST_DATA_ERROR,
		"the page shared with EL3, at 40500000, lies in the monitor's memory");
}

static void test_versions(void **state)
{
	args.version = 7;
	boots();
	assert_non_null(strstr(lines, "EL3's interface is of version 0.7, used as 0.4"));
	setup(state);
	page.version = 5;
	boots();
	assert_non_null(strstr(lines, "the boot manifest is of version 0.5, used as 0.3"));
	setup(state);
	args.version = 3;
	refused(BOOT_VERSION_NOT_VALID, "EL3's interface is of version 0.3; this monitor knows 0.4");
	setup(state);
	args.version = UINT64_C(2) << 16;
	refused(BOOT_VERSION_NOT_VALID, "EL3's interface is of version 2.0; this monitor knows 0.4");
	setup(state);
	page.version = 1U << 16;
	refused(BOOT_MANIFEST_VERSION_NOT_SUPPORTED,
		"the boot manifest is of version 1.0; this monitor knows 0.3");
	setup(state);
	page.version = 2;
	refused(BOOT_MANIFEST_VERSION_NOT_SUPPORTED,
		"the boot manifest is of version 0.2; this monitor knows 0.3");
}

static void test_arguments(void **state)
{
	const uint64_t pages[] = { 0, SHARED_PA + 8, UINT64_C(1) << LAYOUT_PA_BITS };

	args.cpus = 33;
	refused(BOOT_CPUS_OUT_OF_RANGE, "EL3 may start 33 PEs; this monitor has room for 32");
	setup(state);
	args.cpus = 0;
	refused(BOOT_CPUS_OUT_OF_RANGE, "EL3 may start 0 PEs");
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		setup(state);
		args.shared_pa = pages[i];
		assert_int_equal(cold_boot(&args, &page), BOOT_INVALID_SHARED_BUFFER);
		assert_int_equal(num_maps, 0);
	}
}

static void damaged(const char *line)
{
	assert_int_equal(cold_boot(&args, &page), BOOT_MANIFEST_DATA_ERROR);
	if (strstr(lines, line) == NULL)
		fail_msg("no line with \"%s\" but: %s", line, lines);
}

static void test_damaged_manifest(void **state)
{
	page.bank[0].size += GRANULE_SIZE;
	damaged("error: the boot manifest has a list of DRAM that is damaged");
	setup(state);
	page.dram.pa = SHARED_PA + GRANULE_SIZE - 8;
	seal();
	damaged("error: the boot manifest has a list of DRAM that is damaged");
	setup(state);
	page.dram.count = 0;
	seal();
	damaged("error: the boot manifest names no DRAM");
	setup(state);
	page.dram.count = GRANULE_MAX_BANKS + 1;
	seal();
	damaged("error: the boot manifest has more than 4 banks of DRAM");
}

/* Consoles: one that is not there, is none of ours, or is damaged gets nothing written to. */
static void test_consoles(void **state)
{
	page.consoles.count = 0;
	seal();
	assert_int_equal(cold_boot(&args, &page), BOOT_SUCCESS);
	assert_false(has_console);
	setup(state);
	memcpy(page.console.name, "uart16", sizeof("uart16"));
	seal();
	assert_int_equal(cold_boot(&args, &page), BOOT_SUCCESS);
	assert_false(has_console);
	/* TF-A 2.12 has a port that leaves the name out of the sum. */
	setup(state);
	page.consoles.checksum += sum(page.console.name, sizeof(page.console.name));
	assert_int_equal(cold_boot(&args, &page), BOOT_SUCCESS);
	assert_true(has_console);
	setup(state);
	page.console.base += GRANULE_SIZE;
	assert_int_equal(cold_boot(&args, &page), BOOT_MANIFEST_DATA_ERROR);
	assert_false(has_console);
}

static void test_machine_lacks(void **state)
{
	machine_lacks = "the CPU lacks A";
	refused(BOOT_UNKNOWN, "error: the CPU lacks A");
	setup(state);
	realms_lack = "the CPU has B";
	refused(BOOT_UNKNOWN, "error: the CPU has B");
	setup(state);
	random_works = false;
	refused(BOOT_UNKNOWN, "error: the CPU has no random numbers");
	/* No reason to stop, but one for a line. */
	setup(state);
	attest_result = ATTEST_BOOT_NO_KEY;
	assert_int_equal(cold_boot(&args, &page), BOOT_SUCCESS);
	assert_non_null(strstr(lines, "error: EL3 gave no realm attestation key: no attestation tokens"));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_memory),
		TEST(test_two_banks),
		TEST(test_too_much_memory),
		TEST(test_wrong_memory),
		TEST(test_shared_page_in_the_way),
		TEST(test_versions),
		TEST(test_arguments),
		TEST(test_damaged_manifest),
		TEST(test_consoles),
		TEST(test_machine_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
