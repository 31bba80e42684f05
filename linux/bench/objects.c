/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A region's life, as programs see it: made, attached, touched, revoked, given up.
 */
#include "bench.h"

#define SIZE (UINT64_C(64) << 20)
#define BLOCK (UINT64_C(2) << 20)

/* The first access to each block of a mapping. */
static void touch(const struct csm *o, const char *name)
{
	const volatile uint8_t *p = o->base;
	uint64_t start = ticks();

	for (uint64_t at = 0; at < SIZE; at += BLOCK)
		(void)p[at];
	row(name, 0, ticks() - start, SIZE / BLOCK);
}

static void provide(struct side *s)
{
	volatile uint64_t *told = s->o.base;
	struct csm o;
	uint64_t start = ticks(), n;

	need(csm_create(s->csm, SIZE, 0, &o), "create");
	row("linux_csm_create_64_mib", 0, ticks() - start, 1);
	need(csm_map(&o), "map");
	touch(&o, "linux_first_touch_own_2_mib");
	need(csm_share(&o, &s->peer, CAEC_CSM_RO, NULL, &n), "share");
	*told = n;
	pass(s);
	take_turn(s);
	start = ticks();
	need(csm_revoke(&o, &s->peer, n), "revoke");
	row("linux_csm_revoke_64_mib", 0, ticks() - start, 1);
	pass(s);
	take_turn(s);
	start = ticks();
	csm_close(&o);
	row("linux_csm_destroy_64_mib", 0, ticks() - start, 1);
}

static void consume(struct side *s)
{
	const volatile uint64_t *told = s->o.base;
	struct csm o;
	uint64_t start;

	take_turn(s);
	start = ticks();
	need(csm_attach(s->csm, &s->peer, *told, SIZE, 0, &o), "attach");
	row("linux_csm_attach_64_mib", 0, ticks() - start, 1);
	need(csm_map(&o), "map");
	touch(&o, "linux_first_touch_2_mib");
	pass(s);
	take_turn(s);
	start = ticks();
	csm_close(&o);
	row("linux_csm_close_revoked_64_mib", 0, ticks() - start, 1);
	pass(s);
}

void bench_objects(struct side *s)
{
	if (s->provides)
		provide(s);
	else
		consume(s);
}
