/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The little of Mbed TLS that a tenant realm uses: ECDH with P-256, SHA-2, HKDF, AES-256-GCM.
 */
#ifndef TENANT_MBEDTLS_CONFIG_H
#define TENANT_MBEDTLS_CONFIG_H

#define MBEDTLS_HAVE_ASM
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDH_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_AES_C
#ifdef __aarch64__
/* With the AES instructions: no table whose cache lines tell. */
#define MBEDTLS_AESCE_C
#define MBEDTLS_AES_USE_HARDWARE_ONLY
#endif
#define MBEDTLS_GCM_C
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C

/* Its allocator has found its own memory overwritten. */
void session_broken(int status) __attribute__((noreturn));
#define MBEDTLS_PLATFORM_EXIT_MACRO session_broken

#endif
