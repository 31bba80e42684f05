/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_PROVIDER: the demo's P, which owns the regions.
 */
#include "lib/console.h"
#include "lib/csm.h"
#include "bare/program.h"
#include "talk.h"

/* Seconds to wait for C to use what it attached. */
#define PATIENCE 5

static void create(const uint64_t a[6], uint64_t r[6])
{
	r[0] = realm_csm_create(a[0], a[1], &r[1]);
	print("create 0x%lx + 0x%lx: %s\n", a[0], a[1], realm_csm_error_name((enum csm_error)r[0]));
}

static void share(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid peer = { a[1], a[2] };

	r[0] = realm_csm_share(a[0], &peer, (enum csm_permission)a[3], &r[1]);
	print("share: %s\n", realm_csm_error_name((enum csm_error)r[0]));
}

static void destroy(const uint64_t a[6], uint64_t r[6])
{
	r[0] = realm_csm_destroy(a[0]);
}

static void talk(const uint64_t a[6], uint64_t r[6])
{
	struct talk result;

	talk_as_provider(a[0], a[1], a[2], &result);
	r[0] = result.good;
	r[1] = result.bad;
	r[2] = result.bytes;
	r[3] = result.ticks;
	r[4] = ticks_per_second();
}

/* How far the peer moves the word on in between tells whether it is at work. */
static bool await_change(const volatile uint64_t *word, uint64_t distance)
{
	uint64_t end = ticks() + PATIENCE * ticks_per_second(), first = *word;

	while (*word - first < distance)
		if (ticks() > end)
			return false;
	return true;
}

/* The word is the region's, and ours: we go on reading it when C no longer can. */
static void revoke_used(const uint64_t a[6], uint64_t r[6])
{
	const volatile uint64_t *word = (const volatile uint64_t *)a[3];
	struct csm_rid peer = { a[0], a[1] };
	uint64_t end;

	if (!await_change(word, 1000))
		print("the peer does not use the region\n");
	r[0] = *word;
	r[1] = realm_csm_revoke(&peer, a[2]);
	r[2] = *word;
	end = ticks() + ticks_per_second() / 20;
	while (ticks() < end)
		;
	r[3] = *word;
}

static const struct program_step steps[] = {
	{ SCRIPT_READ64, step_read64 },
	{ SCRIPT_WRITE64, step_write64 },
	{ DEMO_IDENTIFY, step_identify },
	{ DEMO_CREATE, create },
	{ DEMO_SHARE, share },
	{ DEMO_DESTROY, destroy },
	{ DEMO_TALK, talk },
	{ DEMO_REVOKE_USED, revoke_used },
};
const struct program provider_program = PROGRAM(steps);
