/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accesses that may be refused. probe() calls a function; an exception that it takes ends it there, and is
 * the answer: 0, or the ESR_EL1 of what was taken (never 0: its IL bit is set). One at a time per REC.
 */
#ifndef REALM_BARE_PROBE_H
#define REALM_BARE_PROBE_H

#include <stdint.h>

typedef uint64_t probe_function(uint64_t a, uint64_t b, uint64_t c);

/* *result is what the function returned; it keeps its value if there was an exception. */
uint64_t probe(probe_function *function, uint64_t a, uint64_t b, uint64_t c, uint64_t *result);

uint64_t probe_read64(uint64_t address, uint64_t *value);
uint64_t probe_write64(uint64_t address, uint64_t value);

/* Calls the code at `address`; *result is its x0. */
uint64_t probe_execute(uint64_t address, uint64_t *result);

#endif
