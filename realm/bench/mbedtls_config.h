/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The little of Mbed TLS that the benchmarks use: AES-256-GCM with the AES and polynomial multiply instructions; in portable.c
 * without.
 */
#ifndef REALM_BENCH_MBEDTLS_CONFIG_H
#define REALM_BENCH_MBEDTLS_CONFIG_H

#define MBEDTLS_AES_C
#ifndef BENCH_PORTABLE
#define MBEDTLS_AESCE_C
#define MBEDTLS_AES_USE_HARDWARE_ONLY
#endif
#define MBEDTLS_GCM_C

#endif
