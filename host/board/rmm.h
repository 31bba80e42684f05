/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * This machine for host/lib.
 */
#ifndef HOST_BOARD_RMM_H
#define HOST_BOARD_RMM_H

#include "lib/host.h"

/* The one host; ready after rmm_init(). */
extern struct host rmm;

/* Meets the RMM. A failure is fatal. */
void rmm_init(void);

/* The image of the realm programs (realm/main.c), for host_realm_config. */
extern const uint8_t realm_image_begin[], realm_image_end[];

/* The tenant realm (realm/tenant); behind it a byte that is not zero. */
extern const uint8_t tenant_image_begin[], tenant_image_end[];

#endif
