/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What QEMU's command line tells us (QEMU docs/specs/fw_cfg.rst).
 */
#ifndef HOST_BOARD_FW_CFG_H
#define HOST_BOARD_FW_CFG_H

#include <stdbool.h>
#include <stddef.h>

/* -smp */
unsigned int fw_cfg_cpu_count(void);

/* The text of `-fw_cfg name=NAME,string=...`, cut to `size` with its final zero. False: there is none. */
bool fw_cfg_string(const char *name, char *to, size_t size);

/* Finds the file of `-fw_cfg name=NAME,file=...` for fw_cfg_read(). False: there is none. */
bool fw_cfg_open(const char *name, size_t *size);

/* The next `size` bytes of it, by DMA. False: the device reports an error. */
bool fw_cfg_read(void *to, size_t size);

#endif
