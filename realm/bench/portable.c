/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-256-GCM of Mbed TLS in C alone, with tables in memory, as on a CPU without instructions for it: the library's sources once
 * more, under other names.
 */
#define BENCH_PORTABLE
#define mbedtls_aes_crypt_ecb portable_aes_crypt_ecb
#define mbedtls_aes_free portable_aes_free
#define mbedtls_aes_init portable_aes_init
#define mbedtls_aes_setkey_dec portable_aes_setkey_dec
#define mbedtls_aes_setkey_enc portable_aes_setkey_enc
#define mbedtls_block_cipher_encrypt portable_block_cipher_encrypt
#define mbedtls_block_cipher_free portable_block_cipher_free
#define mbedtls_block_cipher_setkey portable_block_cipher_setkey
#define mbedtls_block_cipher_setup portable_block_cipher_setup
#define mbedtls_gcm_auth_decrypt portable_gcm_auth_decrypt
#define mbedtls_gcm_crypt_and_tag portable_gcm_crypt_and_tag
#define mbedtls_gcm_finish portable_gcm_finish
#define mbedtls_gcm_free portable_gcm_free
#define mbedtls_gcm_init portable_gcm_init
#define mbedtls_gcm_setkey portable_gcm_setkey
#define mbedtls_gcm_starts portable_gcm_starts
#define mbedtls_gcm_update portable_gcm_update
#define mbedtls_gcm_update_ad portable_gcm_update_ad
#define mbedtls_internal_aes_decrypt portable_internal_aes_decrypt
#define mbedtls_internal_aes_encrypt portable_internal_aes_encrypt

/* NOLINTBEGIN(bugprone-suspicious-include): under names of its own, it has to be compiled here */
#include <library/aes.c>
#include <library/block_cipher.c>
#include <library/gcm.c>
/* NOLINTEND(bugprone-suspicious-include) */
