/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor's log: lines on the console that the boot manifest names (a PL011), nothing without one.
 * Release builds print errors and notices, debug builds also what is below.
 */
#ifndef PORT_LOG_H
#define PORT_LOG_H

#include "model/types.h"

enum log_level {
	LOG_ERROR,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG,
};

#ifdef CAEC_DEBUG
#define LOG_MAX LOG_INFO
#else
#define LOG_MAX LOG_NOTICE
#endif

/* From now on the log goes to the PL011 mapped at `base`. */
void log_init(uint64_t base);

/* One line. Conversions: %s, %d, %u, %x, %lu, %lx, %%. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
