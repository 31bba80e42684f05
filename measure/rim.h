/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm Initial Measurement that a realm of a given configuration gets (DEN0137 A7.1.1): the host's plan
 * (host/lib/plan.h) under the monitor's rules (monitor/model/measurement.h).
 */
#ifndef MEASURE_RIM_H
#define MEASURE_RIM_H

#include "lib/plan.h"

#define RIM_MAX_SIZE 64

/* What an RMM on QEMU's `virt` machine offers, with `-cpu max`; tests/check/measure compares. */
#define RIM_DEFAULT_NUM_BPS 5
#define RIM_DEFAULT_NUM_WPS 3

struct rim {
	uint8_t value[RIM_MAX_SIZE];
	size_t size; /* bytes of the digest: 32 or 64 */
	uint64_t extensions;
};

/* Called after REALM_CREATE (`step` is NULL) and after each step, with the RIM as it is then. */
typedef void (*rim_trace)(const struct host_step *step, const struct rim *rim);

/* `config` is complete and without fault (host_plan_fault()). `trace` may be NULL. */
struct rim rim_compute(const struct host_realm_config *config, rim_trace trace);

#endif
