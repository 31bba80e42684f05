/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What tokens of all realms have in common: the realm attestation key (RAK) and the platform token, which EL3
 * gives once per boot. Written at cold boot, then only read.
 */
#ifndef ATTEST_KEYS_H
#define ATTEST_KEYS_H

#include "attest/cose.h"

/* The longest platform token that there is room for. */
#define ATTEST_PLATFORM_MAX 16384U

enum attest_boot {
	ATTEST_BOOT_OK,
	ATTEST_BOOT_NO_KEY,
	ATTEST_BOOT_BAD_KEY,  /* not a private key of P-384 */
	ATTEST_BOOT_NO_TOKEN, /* or one longer than ATTEST_PLATFORM_MAX */
};

/* Gets both from EL3. Without them the monitor works, but makes no tokens. Once, at cold boot. */
enum attest_boot attest_boot(void);

/* attest_boot() said OK. */
bool attest_is_ready(void);

/* COSE_Key of the RAK's public half; zeroes unless ready. */
const uint8_t *attest_public_key(void);

/*
 * The CCA token up to, but without, the realm token's byte string: tag, map, platform token, key. The same
 * for all realms. Empty unless ready.
 */
struct port_bytes attest_head(void);

#endif
