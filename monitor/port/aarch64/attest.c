/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm attestation key and the platform token, from EL3 (RMM-EL3 interface 0.4:
 * RMM_ATTEST_GET_REALM_KEY, RMM_ATTEST_GET_PLAT_TOKEN). They come through the shared page, which is wiped
 * after each call: it is the monitor's and EL3's alone, but nothing says for how long.
 */
#include "port/aarch64/attest.h"

#include <string.h>

#include "port/aarch64/layout.h"
#include "port/aarch64/percpu.h"
#include "port/aarch64/smc.h"
#include "port/attest.h"
#include "port/port.h"

#define CURVE_P384 0U

/* "Busy": how often we ask again. EL3 waits for other hardware meanwhile; boot can't wait for ever. */
#define TRIES_MAX 10000U

static uint64_t shared;
static struct arena *current_arena[PORT_MAX_CPUS];

void attest_port_init(uint64_t shared_pa)
{
	shared = shared_pa;
}

struct arena **port_current_arena(void)
{
	return &current_arena[this_cpu()->index];
}

static uint8_t *shared_page(void)
{
	return (uint8_t *)LAYOUT_SHARED;
}

bool port_attest_key(uint8_t key[PORT_P384_SIZE])
{
	uint64_t x[8] = { EL3_ATTEST_GET_REALM_KEY, shared, GRANULE_SIZE, CURVE_P384 };
	bool good;

	el3_call(x);
	good = x[0] == EL3_OK && x[1] == PORT_P384_SIZE;
	if (good)
		memcpy(key, shared_page(), PORT_P384_SIZE);
	port_wipe(shared_page());
	return good;
}

/* One part: `*size` bytes in the shared page, `*left` in parts to come. `challenge` with the first only. */
static bool get_part(const uint8_t *challenge, uint64_t *size, uint64_t *left)
{
	uint64_t x[8];

	for (unsigned int i = 0; i < TRIES_MAX; i++) {
		if (challenge != NULL)
			memcpy(shared_page(), challenge, PORT_CHALLENGE_SIZE);
		memset(x, 0, sizeof(x));
		x[0] = EL3_ATTEST_GET_PLAT_TOKEN;
		x[1] = shared;
		x[2] = GRANULE_SIZE;
		x[3] = challenge != NULL ? PORT_CHALLENGE_SIZE : 0;
		el3_call(x);
		if (x[0] != (uint64_t)EL3_AGAIN)
			break;
		port_relax();
	}
	*size = x[1];
	*left = x[2];
	return x[0] == EL3_OK && x[1] <= GRANULE_SIZE;
}

bool port_platform_token(const uint8_t challenge[PORT_CHALLENGE_SIZE], uint8_t *token, size_t size,
			 size_t *length)
{
	uint64_t part, left;
	bool good = get_part(challenge, &part, &left);

	*length = 0;
	while (good && part <= size - *length) {
		memcpy(token + *length, shared_page(), part);
		*length += part;
		port_wipe(shared_page());
		if (left == 0)
			return true;
		good = part > 0 && get_part(NULL, &part, &left);
	}
	port_wipe(shared_page());
	return false;
}
