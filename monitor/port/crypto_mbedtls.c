/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cryptography of port.h, by Mbed TLS; the same on both ports.
 */
#include <mbedtls/aes.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "port/port.h"

/* Per port: where hashing uses vector registers, they are borrowed from whoever has state in them. */
#include "port_crypto.h"

void port_hash_begin(void)
{
	port_simd_begin();
}

void port_hash_end(void)
{
	port_simd_end();
}

void port_sha256(const void *data, size_t size, uint8_t digest[32])
{
	int error;

	port_simd_begin();
	error = mbedtls_sha256(data, size, digest, 0);
	port_simd_end();
	REQUIRE(error == 0);
}

void port_sha512(const void *data, size_t size, uint8_t digest[64])
{
	int error;

	port_simd_begin();
	error = mbedtls_sha512(data, size, digest, 0);
	port_simd_end();
	REQUIRE(error == 0);
}

void port_aes128(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
	mbedtls_aes_context aes;

	REQUIRE(port_timing_is_constant());
	mbedtls_aes_init(&aes);
	REQUIRE(mbedtls_aes_setkey_enc(&aes, key, 128) == 0);
	REQUIRE(mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, in, out) == 0);
	mbedtls_aes_free(&aes);
}
