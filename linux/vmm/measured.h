/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The measurement that a realm will have, by the same code as caec-measure's.
 */
#ifndef LINUX_VMM_MEASURED_H
#define LINUX_VMM_MEASURED_H

#include "boot.h"
#include "measure/rim.h"

void measured_text(const struct rim *rim, char text[2 * RIM_MAX_SIZE + 1]);

/* False: --expect-rim names another. */
bool measured_as_expected(const struct rim *rim, const struct config *config, struct fault *fault);

#endif
