/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The boot manifest, version 0.3 and what adds to it, in the page shared with EL3 (RMM-EL3 interface, "Boot Manifest").
 */
#ifndef PORT_MANIFEST_H
#define PORT_MANIFEST_H

#include "model/granule.h"

/* What the monitor takes from it. */
struct manifest {
	struct granule_bank bank[GRANULE_MAX_BANKS];
	size_t num_banks;
};

/* E_RMM_BOOT_*: what RMM_BOOT_COMPLETE reports. */
enum boot_error {
	BOOT_SUCCESS = 0,
	BOOT_UNKNOWN = -1,
	BOOT_VERSION_NOT_VALID = -2,
	BOOT_CPUS_OUT_OF_RANGE = -3,
	BOOT_CPU_ID_OUT_OF_RANGE = -4,
	BOOT_INVALID_SHARED_BUFFER = -5,
	BOOT_MANIFEST_VERSION_NOT_SUPPORTED = -6,
	BOOT_MANIFEST_DATA_ERROR = -7,
};

#define MANIFEST_MAJOR 0U
#define MANIFEST_MINOR 3U

/* The manifest is in the page mapped at `page`, whose physical address is `page_pa`. Its version: major [30:16], minor. */
uint32_t manifest_version(const void *page);

/* The first console, a PL011; 0: none, or the list is not sound. Of a manifest of any version. */
uint64_t manifest_console(const void *page, uint64_t page_pa);

/* Reads and checks a manifest whose version serves. NULL, or what is wrong with it. */
const char *manifest_read(const void *page, uint64_t page_pa, struct manifest *m);

#endif
