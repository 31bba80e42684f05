/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expectations of programs in a realm, one line each; the last line of a program says how many were not met.
 */
#ifndef LINUX_CHECK_EXPECT_H
#define LINUX_CHECK_EXPECT_H

#include "libcsm.h"

#define MIB (UINT64_C(1) << 20)
#define PAGE UINT64_C(4096)

extern int csm; /* /dev/csm */

void expect(const char *what, bool holds);

/* What the window has left, in bytes. */
uint64_t window_free(void);

/* The last line; returns the exit status. */
int expect_end(void);

#endif
