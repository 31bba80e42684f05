/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine for cold.c to boot on, with a manifest, and the port played.
 */
#ifndef TESTS_UNIT_BOOT_WORLD_H
#define TESTS_UNIT_BOOT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attest/keys.h"
#include "cold.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/mmu.h"
#include "port/port.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define BOOT_MAPS_MAX 32

/* As TF-A has it on QEMU: DRAM from 1 GiB on, the monitor's 24 MiB from the second MiB on, the shared page at their end. */
#define DRAM UINT64_C(0x40000000)
#define IMAGE_PA (DRAM + MIB)
#define IMAGE_SIZE UINT64_C(0x288000)
#define SHARED_PA (IMAGE_PA + LAYOUT_MEMORY)
#define UART UINT64_C(0x09000000)

/* The manifest, version 0.3 (RMM-EL3 interface), with room for one bank too many. */
struct boot_page {
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
} __attribute__((aligned(GRANULE_SIZE)));
extern struct boot_page page;
extern struct granule granule_table[LAYOUT_MEMORY / sizeof(struct granule)];

/* What the port has been asked for, and what it answers. */
struct boot_world {
	struct cold_args args;
	struct {
		uint64_t va, pa, size;
		enum mmu_kind kind;
	} maps[BOOT_MAPS_MAX];
	size_t num_maps, max_maps;
	char lines[1024];
	bool has_console;
	uint64_t console; /* where it is */
	const char *machine_lacks, *realms_lack;
	bool random_works;
	enum attest_boot attest_result;
};
extern struct boot_world boot;

/* As TF-A has it on QEMU, and everything works. */
void boot_reset(void);

/* The lists' sums, after a change of what they name. */
void boot_seal(void);
uint64_t boot_sum(const void *words, size_t bytes);

/* Whether [pa, pa + size) is mapped at va, by one mapping. */
bool is_mapped(uint64_t va, uint64_t pa, uint64_t size, enum mmu_kind kind);

/* Whether any of it is in either direct map. */
bool has_alias(uint64_t base, uint64_t top);

#endif
