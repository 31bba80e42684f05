/* SPDX-License-Identifier: BSD-3-Clause */
/* Of Mbed TLS: two hashes, in portable C, so not by the instructions that the monitor uses. */
#ifndef TESTS_CONFORMANCE_SUITE_MBEDTLS_CONFIG_H
#define TESTS_CONFORMANCE_SUITE_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA512_C

#endif
