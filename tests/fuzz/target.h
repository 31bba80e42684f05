/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What fuzz targets have in common. A target is one function, as libFuzzer calls it, which ends the program if something is
 * wrong with what it was given. In the preset `fuzz` libFuzzer is around it; in the others replay.c, which has it take what is
 * kept in a folder of its name.
 */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(condition)                                                                    \
	do {                                                                                 \
		if (!(condition)) {                                                          \
			fprintf(stderr, "%s:%d: %s\n", __FILE_NAME__, __LINE__, #condition); \
			abort();                                                             \
		}                                                                            \
	} while (0)

#endif
