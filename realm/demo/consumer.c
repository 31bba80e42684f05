/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_CONSUMER: the demo's C.
 */
#include "bare/probe.h"
#include "bare/program.h"
#include "talk.h"

/* Seconds after which DEMO_USE gives up being stopped. */
#define PATIENCE 10

static void talk(const uint64_t a[6], uint64_t r[6])
{
	struct talk result;

	talk_as_consumer(a[0], a[1], a[2], &result);
	r[0] = result.good;
	r[1] = result.bad;
	r[2] = result.bytes;
	r[3] = result.ticks;
	r[4] = ticks_per_second();
}

/* `last` is private: it has what the word was when the access to it failed. */
static uint64_t count_up(uint64_t address, uint64_t last, uint64_t end)
{
	volatile uint64_t *word = (volatile uint64_t *)address, *private = (volatile uint64_t *)last;

	while (ticks() < end) {
		*word = *private + 1;
		*private += 1;
	}
	return 0;
}

static void use(const uint64_t a[6], uint64_t r[6])
{
	uint64_t last = 0, nothing;

	r[1] = probe(count_up, a[0], (uintptr_t)&last, ticks() + PATIENCE * ticks_per_second(), &nothing);
	r[0] = last;
}

static const struct program_step steps[] = {
	{ SCRIPT_READ64, step_read64 },
	{ SCRIPT_WRITE64, step_write64 },
	{ DEMO_IDENTIFY, step_identify },
	{ DEMO_ATTACH, step_attach },
	{ DEMO_DETACH, step_detach },
	{ DEMO_TALK, talk },
	{ DEMO_USE, use },
};
const struct program consumer_program = PROGRAM(steps);
