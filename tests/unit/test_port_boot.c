/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cold.c and port/aarch64/manifest.c: cold boot on machines that QEMU is not. Each that does not fit is refused with a line
 * that says why.
 */
#include "boot_world.h"

/* What a boot does not clear is seen. */
static void fresh(void)
{
	boot_reset();
	memset(granule_table, 0xee, sizeof(granule_table));
}

static int setup(void **state)
{
	(void)state;
	fresh();
	return 0;
}

static void boots(void)
{
	boot_seal();
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_SUCCESS);
	assert_non_null(strstr(boot.lines, "CAEC monitor"));
	assert_null(strstr(boot.lines, "error: "));
	assert_int_equal(boot.console, UART);
}

static void refused(enum boot_error error, const char *line)
{
	boot_seal();
	assert_int_equal(cold_boot(&boot.args, &page), error);
	if (strstr(boot.lines, line) == NULL || strstr(boot.lines, "error: ") == NULL)
		fail_msg("no line with \"%s\" but: %s", line, boot.lines);
	assert_null(strstr(boot.lines, "CAEC monitor"));
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

	fresh();
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
	(void)state;
	page.bank[0].size = 24 * GIB;
	refused(BOOT_MANIFEST_DATA_ERROR,
		"the manifest has 24576 MiB of DRAM; this monitor's memory can track 21");
	fresh();
	page.bank[0].size = UINT64_C(0xfffffffffffff000);
	refused(BOOT_MANIFEST_DATA_ERROR, "MiB of DRAM; this monitor's memory can track");
	fresh();
	page.dram.count = 2;
	page.bank[1].base = 8 * GIB;
	page.bank[1].size = 20 * GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "the manifest has 23552 MiB of DRAM");
}

static void test_wrong_memory(void **state)
{
	(void)state;
	page.bank[0].size = 0;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	fresh();
	page.bank[0].base += 8;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	fresh();
	page.dram.count = 2;
	page.bank[1].base = DRAM + GIB;
	page.bank[1].size = GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "misaligned, empty, or overlaps itself");
	fresh();
	page.bank[0].base = (UINT64_C(1) << LAYOUT_PA_BITS) - GIB;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the DRAM at 3fffc0000000");
	fresh();
	boot.max_maps = 3;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the DRAM at 40000000");
	fresh();
	boot.max_maps = 1;
	refused(BOOT_MANIFEST_DATA_ERROR, "no room to map the granule table");
}

/* A platform that reserves less than the table takes: the page lies where the table would. */
static void test_shared_page_in_the_way(void **state)
{
	(void)state;
	boot.args.shared_pa = IMAGE_PA + 4 * MIB;
	page.dram.pa = boot.args.shared_pa + offsetof(__typeof__(page), bank);
	page.consoles.pa = boot.args.shared_pa + offsetof(__typeof__(page), console);
	refused(BOOT_MANIFEST_DATA_ERROR,
		"the page shared with EL3, at 40500000, lies in the monitor's memory");
}

static void test_versions(void **state)
{
	(void)state;
	boot.args.version = 7;
	boots();
	assert_non_null(strstr(boot.lines, "EL3's interface is of version 0.7, used as 0.4"));
	fresh();
	page.version = 5;
	boots();
	assert_non_null(strstr(boot.lines, "the boot manifest is of version 0.5, used as 0.3"));
	fresh();
	boot.args.version = 3;
	refused(BOOT_VERSION_NOT_VALID, "EL3's interface is of version 0.3; this monitor knows 0.4");
	fresh();
	boot.args.version = UINT64_C(2) << 16;
	refused(BOOT_VERSION_NOT_VALID, "EL3's interface is of version 2.0; this monitor knows 0.4");
	fresh();
	page.version = 1U << 16;
	refused(BOOT_MANIFEST_VERSION_NOT_SUPPORTED,
		"the boot manifest is of version 1.0; this monitor knows 0.3");
	fresh();
	page.version = 2;
	refused(BOOT_MANIFEST_VERSION_NOT_SUPPORTED,
		"the boot manifest is of version 0.2; this monitor knows 0.3");
}

static void test_arguments(void **state)
{
	const uint64_t pages[] = { 0, SHARED_PA + 8, UINT64_C(1) << LAYOUT_PA_BITS };

	(void)state;
	boot.args.cpus = 33;
	refused(BOOT_CPUS_OUT_OF_RANGE, "EL3 may start 33 PEs; this monitor has room for 32");
	fresh();
	boot.args.cpus = 0;
	refused(BOOT_CPUS_OUT_OF_RANGE, "EL3 may start 0 PEs");
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		fresh();
		boot.args.shared_pa = pages[i];
		assert_int_equal(cold_boot(&boot.args, &page), BOOT_INVALID_SHARED_BUFFER);
		assert_int_equal(boot.num_maps, 0);
	}
}

static void damaged(const char *line)
{
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_MANIFEST_DATA_ERROR);
	if (strstr(boot.lines, line) == NULL)
		fail_msg("no line with \"%s\" but: %s", line, boot.lines);
}

static void test_damaged_manifest(void **state)
{
	uint64_t *end;

	(void)state;
	page.bank[0].size += GRANULE_SIZE;
	damaged("error: the boot manifest has a list of DRAM that is damaged");
	fresh();
	/* Its end is behind the page, where the sum would be right. */
	page.dram.pa = SHARED_PA + GRANULE_SIZE - 8;
	end = (uint64_t *)&page + GRANULE_SIZE / 8;
	end[-1] = page.bank[0].base;
	end[0] = page.bank[0].size;
	boot_seal();
	damaged("error: the boot manifest has a list of DRAM that is damaged");
	fresh();
	page.dram.count = 0;
	boot_seal();
	damaged("error: the boot manifest names no DRAM");
	fresh();
	page.dram.count = GRANULE_MAX_BANKS + 1;
	boot_seal();
	damaged("error: the boot manifest has more than 4 banks of DRAM");
}

/* Consoles: one that is not there, is none of ours, or is damaged gets nothing written to. */
static void test_consoles(void **state)
{
	(void)state;
	page.consoles.count = 0;
	boot_seal();
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_SUCCESS);
	assert_false(boot.has_console);
	fresh();
	memcpy(page.console.name, "uart16", sizeof("uart16"));
	boot_seal();
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_SUCCESS);
	assert_false(boot.has_console);
	/* TF-A 2.12 has a port that leaves the name out of the sum. */
	fresh();
	page.consoles.checksum += boot_sum(page.console.name, sizeof(page.console.name));
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_SUCCESS);
	assert_true(boot.has_console);
	assert_int_equal(boot.console, UART);
	fresh();
	page.console.base += GRANULE_SIZE;
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_MANIFEST_DATA_ERROR);
	assert_false(boot.has_console);
}

static void test_machine_lacks(void **state)
{
	(void)state;
	boot.machine_lacks = "the CPU lacks A";
	refused(BOOT_UNKNOWN, "error: the CPU lacks A");
	fresh();
	boot.realms_lack = "the CPU has B";
	refused(BOOT_UNKNOWN, "error: the CPU has B");
	fresh();
	boot.random_works = false;
	refused(BOOT_UNKNOWN, "error: the CPU has no random numbers");
	/* No reason to stop, but one for a line. */
	fresh();
	boot.attest_result = ATTEST_BOOT_NO_KEY;
	assert_int_equal(cold_boot(&boot.args, &page), BOOT_SUCCESS);
	assert_non_null(
		strstr(boot.lines, "error: EL3 gave no realm attestation key: no attestation tokens"));
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
