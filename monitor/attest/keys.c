/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RAK and the platform token (keys.h).
 */
#include "attest/keys.h"

#include <string.h>

#include "port/port.h"

/* DEN0137 A7.2.3. */
#define TAG_CCA_TOKEN 399U
#define KEY_PLATFORM_TOKEN 44234U
#define KEY_REALM_TOKEN 44241U

/* How often EL3 may say that it is busy. It waits for other hardware then, but boot can't wait for ever. */
#define TRIES_MAX 10000U

#define HEAD_FRAME 16U /* the tag, the map, two keys, the head of a byte string: 13 */

static struct {
	bool ready;
	uint8_t public_key[COSE_KEY_SIZE];
	uint8_t head[HEAD_FRAME + ATTEST_PLATFORM_MAX];
	size_t head_size;
} keys;

/* The private half goes to the port's signature, and nowhere else. */
static enum attest_boot take_key(void)
{
	uint8_t key[PORT_P384_SIZE], x[PORT_P384_SIZE], y[PORT_P384_SIZE];
	bool good;

	if (!port_attest_key(key))
		return ATTEST_BOOT_NO_KEY;
	good = sign_init(key, x, y);
	secret_wipe(key, sizeof(key));
	if (!good)
		return ATTEST_BOOT_BAD_KEY;
	cose_key(x, y, keys.public_key);
	return ATTEST_BOOT_OK;
}

/* One part, asked for until EL3 is no longer busy or has been for too long. */
static enum port_token next_part(const uint8_t *challenge, struct port_bytes *part, uint64_t *left)
{
	enum port_token result = PORT_TOKEN_BUSY;

	for (unsigned int i = 0; result == PORT_TOKEN_BUSY && i < TRIES_MAX; i++)
		result = port_platform_token(challenge, part, left);
	return result;
}

/* The whole token to `token`. False: there is none, or it is too long, or its parts never end. */
static bool get_platform_token(const uint8_t *challenge, uint8_t token[ATTEST_PLATFORM_MAX], size_t *size)
{
	const uint8_t *begins = challenge;
	struct port_bytes part;
	uint64_t left = 1;

	*size = 0;
	while (left != 0) {
		if (next_part(begins, &part, &left) != PORT_TOKEN_PART || part.size == 0 ||
		    part.size > ATTEST_PLATFORM_MAX - *size)
			return false;
		memcpy(token + *size, part.data, part.size);
		*size += part.size;
		begins = NULL;
	}
	return true;
}

/* The platform vouches for the RAK: its token has the key's hash as challenge (A7.2.3.2.2). */
static enum attest_boot take_platform_token(void)
{
	static uint8_t token[ATTEST_PLATFORM_MAX];
	struct cbor c = { .part = { { keys.head, sizeof(keys.head) } } };
	uint8_t challenge[PORT_CHALLENGE_SIZE];
	size_t size;
	bool good;

	port_sha256(keys.public_key, sizeof(keys.public_key), challenge);
	good = get_platform_token(challenge, token, &size);
	port_platform_token_end();
	if (!good)
		return ATTEST_BOOT_NO_TOKEN;
	cbor_tag(&c, TAG_CCA_TOKEN);
	cbor_map(&c, 2);
	cbor_uint(&c, KEY_PLATFORM_TOKEN);
	cbor_bytes(&c, token, size);
	cbor_uint(&c, KEY_REALM_TOKEN);
	REQUIRE(cbor_fits(&c));
	keys.head_size = c.length;
	return ATTEST_BOOT_OK;
}

enum attest_boot attest_boot(void)
{
	enum attest_boot result;

	memset(&keys, 0, sizeof(keys));
	result = take_key();
	if (result == ATTEST_BOOT_OK)
		result = take_platform_token();
	keys.ready = result == ATTEST_BOOT_OK;
	return result;
}

bool attest_is_ready(void)
{
	return keys.ready;
}

const uint8_t *attest_public_key(void)
{
	return keys.public_key;
}

struct port_bytes attest_head(void)
{
	return (struct port_bytes){ keys.head, keys.head_size };
}
