/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fuzz target's one function, as libFuzzer calls it. It aborts if something is wrong.
 */
#ifndef FUZZ_VERIFY_H
#define FUZZ_VERIFY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
