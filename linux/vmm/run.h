/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `caec-vmm run` and `caec-vmm measure`: a realm, and what it would be. Exit statuses.
 */
#ifndef LINUX_VMM_RUN_H
#define LINUX_VMM_RUN_H

#include "config.h"

int run_realm(const struct config *config, bool quiet);

/* `save`: a folder for the device tree and a description that caec-measure takes; may be NULL. */
int run_measure(const struct config *config, bool json, const char *save);

#endif
