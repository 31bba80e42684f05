/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cold boot (cold.c): what EL3 says about the machine is checked, mapped and taken over.
 */
#ifndef COLD_H
#define COLD_H

#include "port/aarch64/manifest.h"

/* What comes in registers (RMM-EL3 boot interface). */
struct cold_args {
	uint64_t version;   /* x1 */
	uint64_t cpus;      /* x2 */
	uint64_t shared_pa; /* x3: of the page that has the manifest */
};

/* `page`: where that page is mapped. What is not SUCCESS has been logged, if the manifest's console can be found. */
enum boot_error cold_boot(const struct cold_args *args, void *page);

#endif
