/* SPDX-License-Identifier: BSD-3-Clause */
/* Hashing uses the Armv8 SHA instructions, and so vector registers. */
#include "port/aarch64/simd.h"
