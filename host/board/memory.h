/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free DRAM. Addresses are physical, and the same in this program's own address space.
 */
#ifndef HOST_BOARD_MEMORY_H
#define HOST_BOARD_MEMORY_H

#include <caec/abi.h>

/* `count` (a power of two, up to 512) granules, aligned to their size; 0: none. Content is undefined. */
uint64_t memory_alloc(unsigned int count);

/* One granule; those of a larger piece are freed one by one. False: it wasn't allocated. */
bool memory_free(uint64_t pa);

/* Any size, in one piece; `bytes` is rounded up to whole granules. All of it is freed by memory_free_run(). */
uint64_t memory_alloc_run(uint64_t bytes);
void memory_free_run(uint64_t pa, uint64_t bytes);

/* What is free at the moment, in however many pieces. */
uint64_t memory_free_bytes(void);

/* Granules allocated at the moment. */
uint64_t memory_in_use(void);

#endif
