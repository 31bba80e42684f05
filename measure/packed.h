/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a file compressed? No CPU begins in one: some loader unpacks it first, and then measures something else.
 */
#ifndef MEASURE_PACKED_H
#define MEASURE_PACKED_H

#include <stddef.h>

/* How: a name for people. NULL: not in a way that is known here. */
const char *packed_as(const void *content, size_t size);

#endif
