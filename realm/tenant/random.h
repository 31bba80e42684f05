/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random numbers, as Mbed TLS wants them: 0, or not now.
 */
#ifndef REALM_TENANT_RANDOM_H
#define REALM_TENANT_RANDOM_H

#include <stddef.h>

int tenant_random(void *context, unsigned char *bytes, size_t count);

#endif
