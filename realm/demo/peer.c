/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_PEER: realms that share with their own kind, and need nobody to tell them who that is. A realm can't have the
 * measurement of its peer in its own image if the peer has its: each would have to be known first. But it can read its own,
 * and ask for a peer that has the same: the same program, with the same parameters.
 */
#include "puppet/doorbell.h"
#include "lib/csm.h"
#include "lib/rsi.h"
#include "bare/program.h"
#include "common/string.h"

#define INDEX_RIM 0

static void share(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[1], a[2] };
	uint8_t rim[RSI_MEASUREMENT_SIZE];

	r[0] = realm_rsi_measurement_read(INDEX_RIM, rim);
	if (r[0] == RSI_SUCCESS)
		r[0] = realm_csm_share_measured(a[0], &peer, (enum csm_permission)a[3], rim, &r[1]);
}

static void check(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[0], a[1] };
	uint8_t own[RSI_MEASUREMENT_SIZE], its[RSI_MEASUREMENT_SIZE];
	uint64_t algorithm;

	r[0] = realm_rsi_measurement_read(INDEX_RIM, own);
	if (r[0] == RSI_SUCCESS)
		r[0] = realm_csm_peer_measurement(&peer, INDEX_RIM, its, &algorithm);
	r[1] = r[0] == RSI_SUCCESS && memcmp(own, its, sizeof(own)) == 0;
	memcpy(&r[2], own, sizeof(r[2]));
	if (r[0] == RSI_SUCCESS)
		memcpy(&r[3], its, sizeof(r[3]));
}

static void create(const uint64_t a[6], uint64_t r[6])
{
	r[0] = realm_csm_create(a[0], a[1], &r[1]);
}

static void share_with_anybody(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[1], a[2] };

	r[0] = realm_csm_share(a[0], &peer, (enum csm_permission)a[3], &r[1]);
}

static void destroy(const uint64_t a[6], uint64_t r[6])
{
	r[0] = realm_csm_destroy(a[0]);
}

static void notify(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[0], a[1] };

	r[0] = realm_csm_notify(&peer, a[2], CSM_ROLE_SHARE);
}

static const struct program_step steps[] = {
	{ SCRIPT_READ64, step_read64 },
	{ SCRIPT_WRITE64, step_write64 },
	{ SCRIPT_AWAIT_DOORBELL, doorbell_await },
	{ DEMO_IDENTIFY, step_identify },
	{ DEMO_CREATE, create },
	{ DEMO_SHARE, share_with_anybody },
	{ DEMO_SHARE_OWN_KIND, share },
	{ DEMO_CHECK_PEER, check },
	{ DEMO_ATTACH, step_attach },
	{ DEMO_DETACH, step_detach },
	{ DEMO_DESTROY, destroy },
	{ DEMO_NOTIFY, notify },
};
const struct program peer_program = PROGRAM(steps);
