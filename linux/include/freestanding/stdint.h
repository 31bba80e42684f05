/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ABI headers need of <stdint.h>, in the kernel. */
#include <linux/types.h>
#include <linux/stddef.h>
