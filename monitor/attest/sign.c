/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signatures (sign.h), by Mbed TLS. Its elliptic curves can be restarted: they return after a number of
 * operations and keep what they have in memory from the arena.
 */
#include <string.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha512.h>

#include "attest/sign.h"
#include "port/port.h"
#include "port_crypto.h"

/*
 * The library's operations per step. A signature takes about 3,000, of some 1,500 instructions each; what it can't divide,
 * two inversions, is short (inverse.h; docs/attestation.md has the figures).
 */
#define STEP_OPS 60U

/* Read only after boot, by all PEs. */
static struct {
	mbedtls_ecp_group group;
	mbedtls_mpi d;
	_Alignas(ARENA_HEAD) struct arena arena; /* what these two hold */
} key;

/* A signature under way: an arena's root. */
struct signing {
	mbedtls_ecdsa_restart_ctx restart;
	mbedtls_mpi r, s;
};

/* --- The library's memory (mbedtls_config.h) --------------------------------------------------------------- */

void *port_mbedtls_calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(*port_current_arena(), total);
}

void port_mbedtls_free(void *p)
{
	arena_free(*port_current_arena(), p);
}

/* Between these two the library runs: it allocates in `arena`, and may use vector registers for its hashes. */
static void enter(struct arena *arena)
{
	REQUIRE(port_timing_is_constant());
	*port_current_arena() = arena;
	port_simd_begin();
}

static void leave(void)
{
	port_simd_end();
	*port_current_arena() = NULL;
}

/* For blinding. */
static int random_bytes(void *unused, unsigned char *to, size_t size)
{
	(void)unused;
	return port_entropy(to, size) ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

/* --- Hash ---------------------------------------------------------------------------------------------------- */

void sign_sha384(const struct port_bytes *parts, size_t count, uint8_t digest[SHA384_SIZE])
{
	mbedtls_sha512_context sha;
	int error;

	port_simd_begin();
	mbedtls_sha512_init(&sha);
	error = mbedtls_sha512_starts(&sha, 1);
	for (size_t i = 0; error == 0 && i < count; i++)
		error = mbedtls_sha512_update(&sha, parts[i].data, parts[i].size);
	if (error == 0)
		error = mbedtls_sha512_finish(&sha, digest);
	mbedtls_sha512_free(&sha);
	port_simd_end();
	REQUIRE(error == 0);
}

void secret_wipe(void *secret, size_t size)
{
	mbedtls_platform_zeroize(secret, size);
}

/* --- The key ------------------------------------------------------------------------------------------------- */

static int load_key(const uint8_t bytes[PORT_P384_SIZE])
{
	int error = mbedtls_ecp_group_load(&key.group, MBEDTLS_ECP_DP_SECP384R1);

	if (error == 0)
		error = mbedtls_mpi_read_binary(&key.d, bytes, PORT_P384_SIZE);
	return error != 0 ? error : mbedtls_ecp_check_privkey(&key.group, &key.d);
}

static int compute_public(uint8_t x[PORT_P384_SIZE], uint8_t y[PORT_P384_SIZE])
{
	mbedtls_ecp_point q;
	int error;

	mbedtls_ecp_point_init(&q);
	error = mbedtls_ecp_mul(&key.group, &q, &key.d, &key.group.G, random_bytes, NULL);
	if (error == 0)
		error = mbedtls_mpi_write_binary(&q.MBEDTLS_PRIVATE(X), x, PORT_P384_SIZE);
	if (error == 0)
		error = mbedtls_mpi_write_binary(&q.MBEDTLS_PRIVATE(Y), y, PORT_P384_SIZE);
	mbedtls_ecp_point_free(&q);
	return error;
}

bool sign_init(const uint8_t bytes[PORT_P384_SIZE], uint8_t x[PORT_P384_SIZE], uint8_t y[PORT_P384_SIZE])
{
	int error;

	mbedtls_ecp_set_max_ops(STEP_OPS);
	arena_reset(&key.arena);
	mbedtls_ecp_group_init(&key.group);
	mbedtls_mpi_init(&key.d);
	enter(&key.arena);
	error = load_key(bytes);
	if (error == 0)
		error = compute_public(x, y);
	leave();
	if (error != 0)
		arena_reset(&key.arena);
	return error == 0;
}

/* --- Signing --------------------------------------------------------------------------------------------------- */

static struct signing *begin(struct arena *arena)
{
	struct signing *s = arena_alloc(arena, sizeof(*s));

	if (s == NULL)
		return NULL;
	mbedtls_ecdsa_restart_init(&s->restart);
	mbedtls_mpi_init(&s->r);
	mbedtls_mpi_init(&s->s);
	arena->root = s;
	return s;
}

static enum sign step(struct signing *s, const uint8_t *digest, uint8_t *signature)
{
	int error = mbedtls_ecdsa_sign_det_restartable(&key.group, &s->r, &s->s, &key.d, digest, SHA384_SIZE,
						       MBEDTLS_MD_SHA384, random_bytes, NULL, &s->restart);

	if (error == MBEDTLS_ERR_ECP_IN_PROGRESS)
		return SIGN_MORE;
	if (error != 0 || mbedtls_mpi_write_binary(&s->r, signature, PORT_P384_SIZE) != 0 ||
	    mbedtls_mpi_write_binary(&s->s, signature + PORT_P384_SIZE, PORT_P384_SIZE) != 0)
		return SIGN_FAILED;
	return SIGN_DONE;
}

enum sign sign_step(struct arena *arena, const uint8_t digest[SHA384_SIZE], uint8_t signature[SIGNATURE_SIZE])
{
	struct signing *s = arena->root != NULL ? arena->root : begin(arena);
	enum sign result = SIGN_FAILED;

	if (s != NULL) {
		enter(arena);
		result = step(s, digest, signature);
		leave();
	}
	/* The nonce must not outlive its signature. */
	if (result != SIGN_MORE)
		arena_reset(arena);
	return result;
}
