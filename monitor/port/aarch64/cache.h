/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What instruction fetches see of memory that was written (DDI0487 D7.5): single operations (cache.S), and
 * which of them CTR_EL0 asks for (cache.c).
 */
#ifndef PORT_CACHE_H
#define PORT_CACHE_H

#include <stdint.h>

uint64_t cache_type(void);          /* CTR_EL0 */
void cache_clean_line(uint64_t va); /* DC CVAU: data, to the point of unification */
void cache_drop_line(uint64_t va);  /* IC IVAU: instructions, on all PEs */
void cache_drop_all(void);          /* IC IALLUIS */
void cache_wait(void);              /* DSB ISH */

#endif
