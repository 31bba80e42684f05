/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a machine's port does at cold boot (boot_world.h).
 */
#include "boot_world.h"

#include <stdio.h>

#include "model/realm.h"
#include "port/aarch64/attest.h"
#include "port/aarch64/log.h"
#include "port/aarch64/machine.h"
#include "run/aarch64/init.h"

struct granule granule_table[LAYOUT_MEMORY / sizeof(struct granule)] __attribute__((aligned(GRANULE_SIZE)));
struct boot_page page;
struct boot_world boot;

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
	for (size_t i = 0; i < boot.num_maps; i++)
		assert_true(va >= boot.maps[i].va + boot.maps[i].size || boot.maps[i].va >= va + size);
	if (boot.num_maps == boot.max_maps)
		return false;
	boot.maps[boot.num_maps].va = va;
	boot.maps[boot.num_maps].pa = pa;
	boot.maps[boot.num_maps].size = size;
	boot.maps[boot.num_maps++].kind = kind;
	return true;
}

bool is_mapped(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind)
{
	for (size_t i = 0; i < boot.num_maps; i++)
		if (boot.maps[i].kind == kind && va >= boot.maps[i].va &&
		    va + size <= boot.maps[i].va + boot.maps[i].size &&
		    pa - boot.maps[i].pa == va - boot.maps[i].va)
			return true;
	return false;
}

bool has_alias(uint64_t base, uint64_t top)
{
	for (size_t i = 0; i < boot.num_maps; i++)
		if (boot.maps[i].va >= PORT_MEM_REALM_BASE && boot.maps[i].va < LAYOUT_IMAGE &&
		    boot.maps[i].pa < top && boot.maps[i].pa + boot.maps[i].size > base)
			return true;
	return false;
}

void log_init(uint64_t base)
{
	assert_int_equal(base, LAYOUT_CONSOLE);
	assert_true(boot.num_maps == 1 && boot.maps[0].va == LAYOUT_CONSOLE &&
		    boot.maps[0].kind == MMU_DEVICE);
	boot.console = boot.maps[0].pa;
	boot.has_console = true;
}

void log_line(enum log_level level, const char *format, ...)
{
	size_t used = strlen(boot.lines);
	va_list list;

	if (!boot.has_console)
		return;
	used += (size_t)snprintf(boot.lines + used, sizeof(boot.lines) - used,
				 level == LOG_ERROR ? "error: " : "");
	va_start(list, format);
	used += (size_t)vsnprintf(boot.lines + used, sizeof(boot.lines) - used, format, list);
	va_end(list);
	assert_true(used + 2 < sizeof(boot.lines));
	strcat(boot.lines, "\n");
}

const char *machine_init(void)
{
	return boot.machine_lacks;
}

const char *run_machine_init(void)
{
	return boot.realms_lack;
}

bool registry_init(void)
{
	return boot.random_works;
}

void attest_port_init(uint64_t shared_pa, void *mapped_at)
{
	assert_int_equal(shared_pa, boot.args.shared_pa);
	assert_ptr_equal(mapped_at, &page);
}

enum attest_boot attest_boot(void)
{
	return boot.attest_result;
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

uint64_t boot_sum(const void *words, size_t bytes)
{
	uint64_t total = 0;

	for (size_t i = 0; i < bytes / sizeof(uint64_t); i++)
		total += ((const uint64_t *)words)[i];
	return total;
}

void boot_seal(void)
{
	page.dram.checksum = -(page.dram.count + page.dram.pa +
			       boot_sum(page.bank, page.dram.count * sizeof(page.bank[0])));
	page.consoles.checksum =
		-(page.consoles.count + page.consoles.pa + boot_sum(&page.console, sizeof(page.console)));
}

void boot_reset(void)
{
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
	boot_seal();
	boot.args = (struct cold_args){ .version = 4, .cpus = 32, .shared_pa = SHARED_PA };
	boot.num_maps = 0;
	boot.max_maps = BOOT_MAPS_MAX;
	boot.lines[0] = '\0';
	boot.has_console = false;
	boot.machine_lacks = boot.realms_lack = NULL;
	boot.random_works = true;
	boot.attest_result = ATTEST_BOOT_OK;
}
