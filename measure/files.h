/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole files in memory.
 */
#ifndef MEASURE_FILES_H
#define MEASURE_FILES_H

#include <stddef.h>

#define FILE_MAX ((size_t)1 << 32)

struct file {
	char *bytes; /* a zero byte behind them; free() them. NULL: `fault` says why not */
	size_t size;
	const char *fault;
};

struct file file_read(const char *path);

#endif
