/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's configuration on the console, in the format that caec-measure reads (docs/measurement.md).
 */
#ifndef HOST_BOARD_DESCRIBE_H
#define HOST_BOARD_DESCRIBE_H

#include "lib/plan.h"

/*
 * Prints a line `DESCRIPTION key value` for all that is measured. `config` is complete (host_complete()); `files` names
 * the pieces, the image first if there is one.
 */
void describe(const struct host_realm_config *config, const char *const *files);

#endif
