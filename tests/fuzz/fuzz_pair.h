/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef FUZZ_PAIR_H
#define FUZZ_PAIR_H

#include <stddef.h>
#include <stdint.h>

int fuzz_pair(const uint8_t *data, size_t size);

#endif
