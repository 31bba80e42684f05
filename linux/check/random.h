/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers for hostile programs, the same ones in each run.
 */
#ifndef LINUX_CHECK_RANDOM_H
#define LINUX_CHECK_RANDOM_H

#include <stdint.h>

/* A sequence that `seed` determines. */
void seed_random(uint64_t seed);
uint64_t random_word(void);

/* A number of the kind that goes wrong, or any. */
uint64_t random_value(void);

#endif
