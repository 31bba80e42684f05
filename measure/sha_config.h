/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mbed TLS for this program: what monitor/port/crypto_mbedtls.c refers to, and nothing of the monitor's own
 * configuration, which has memory and signatures of its own.
 */
#ifndef MEASURE_SHA_CONFIG_H
#define MEASURE_SHA_CONFIG_H

#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_AES_C

#endif
