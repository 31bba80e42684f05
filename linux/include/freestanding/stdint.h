/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ABI headers need of <stdint.h>, in the kernel. */
#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/limits.h>

#define UINT16_MAX U16_MAX
#define UINT32_MAX U32_MAX
#define UINT64_MAX U64_MAX
#define UINT32_C(value) value##U
#define UINT64_C(value) value##ULL
