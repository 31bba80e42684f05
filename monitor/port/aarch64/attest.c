/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm attestation key and the platform token, from EL3 (RMM-EL3 interface 0.4:
 * RMM_ATTEST_GET_REALM_KEY, RMM_ATTEST_GET_PLAT_TOKEN). They come through the shared page, which is wiped
 * after each call: it is the monitor's and EL3's alone, but nothing says for how long.
 */
#include "port/aarch64/attest.h"

#include <string.h>

#include "port/aarch64/smc.h"
#include "port/attest.h"
#include "port/port.h"

#define CURVE_P384 0U

static uint64_t shared;
static uint8_t *page; /* where it is mapped */

void attest_port_init(uint64_t shared_pa, void *mapped_at)
{
	shared = shared_pa;
	page = mapped_at;
}

bool port_attest_key(uint8_t key[PORT_P384_SIZE])
{
	uint64_t x[8] = { EL3_ATTEST_GET_REALM_KEY, shared, GRANULE_SIZE, CURVE_P384 };
	bool good;

	el3_call(x);
	good = x[0] == EL3_OK && x[1] == PORT_P384_SIZE;
	if (good)
		memcpy(key, page, PORT_P384_SIZE);
	port_wipe(page);
	return good;
}

enum port_token port_platform_token(const uint8_t *challenge, struct port_bytes *part, uint64_t *left)
{
	uint64_t x[8] = { EL3_ATTEST_GET_PLAT_TOKEN, shared, GRANULE_SIZE };

	if (challenge != NULL) {
		memcpy(page, challenge, PORT_CHALLENGE_SIZE);
		x[3] = PORT_CHALLENGE_SIZE;
	}
	el3_call(x);
	if ((int32_t)x[0] == EL3_AGAIN) { /* results have 32 bits */
		port_relax();
		return PORT_TOKEN_BUSY;
	}
	if (x[0] != EL3_OK || x[1] > GRANULE_SIZE)
		return PORT_TOKEN_NONE;
	*part = (struct port_bytes){ page, x[1] };
	*left = x[2];
	return PORT_TOKEN_PART;
}

void port_platform_token_end(void)
{
	port_wipe(page);
}
