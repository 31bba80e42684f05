/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The boot manifest, version 0.3, in the page shared with EL3 (RMM-EL3 interface, "Boot Manifest").
 */
#ifndef PORT_MANIFEST_H
#define PORT_MANIFEST_H

#include "model/granule.h"

/* What the monitor takes from it. */
struct manifest {
	struct granule_bank bank[GRANULE_MAX_BANKS];
	size_t num_banks;
	uint64_t console_pa; /* 0: none */
	uint64_t console_pages;
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

/* Reads and checks the manifest in the page mapped at `page`, whose physical address is `page_pa`. */
enum boot_error manifest_read(const void *page, uint64_t page_pa, struct manifest *m);

#endif
