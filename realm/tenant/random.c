/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random numbers of the CPU (random.h). RNDR (FEAT_RNG) clears Z when it has one.
 */
#include "random.h"

#include <stdint.h>

#define ATTEMPTS 1000

int tenant_random(void *context, unsigned char *bytes, size_t count)
{
	uint64_t word = 0, ok = 0;

	(void)context;
	for (size_t i = 0; i < count; i++) {
		for (unsigned int n = 0; i % sizeof(word) == 0 && (n == 0 || !ok); n++) {
			if (n == ATTEMPTS)
				return -1;
			__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %1, ne"
					 : "=r"(word), "=r"(ok)
					 :
					 : "cc");
		}
		bytes[i] = (uint8_t)(word >> (i % sizeof(word) * 8));
	}
	return 0;
}
