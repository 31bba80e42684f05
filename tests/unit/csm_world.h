/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two or three realms that share memory, for tests of CSM (world.h).
 */
#ifndef TESTS_UNIT_CSM_WORLD_H
#define TESTS_UNIT_CSM_WORLD_H

#include "world.h"

/* P, C and X: ACTIVE, with an APT of one granule. P provides `id` to C as share `n`, if set up so. */
struct csm_world {
	struct world_realm p, c, x;
	struct csm_rid p_rid, c_rid, x_rid;
	uint64_t id, n, size;
};

/* Status only. */
#define smc(r, ...) (world_smc(r, __VA_ARGS__).x[0])

static inline uint64_t status_of(struct world_realm *r, struct smc_regs command)
{
	return world_say(r, command).x[0];
}

static inline void csm_new_realms(struct csm_world *w)
{
	const struct world_options options = { .apt = 1 };

	world_reset();
	world_realm(&w->p, &options);
	world_realm(&w->c, &options);
	world_realm(&w->x, &options);
}

static inline void csm_activate(struct csm_world *w)
{
	world_activate(&w->p);
	world_activate(&w->c);
	world_activate(&w->x);
	w->p_rid = rid_of(&w->p);
	w->c_rid = rid_of(&w->c);
	w->x_rid = rid_of(&w->x);
}

static inline void csm_realms(struct csm_world *w)
{
	csm_new_realms(w);
	csm_activate(w);
}

/* P's region, with C. */
static inline void csm_share(struct csm_world *w, enum csm_permission permission)
{
	struct smc_regs out = world_say(&w->p, say_share(w->id, w->c_rid, permission, 0));

	assert_int_equal(out.x[0], RSI_SUCCESS);
	w->n = out.x[1];
}

/* P shares a region of `pages` at WORLD_CSM. */
static inline void csm_offer(struct csm_world *w, uint64_t pages, enum csm_permission permission)
{
	struct smc_regs out;

	w->size = PAGES(pages);
	out = world_smc(&w->p, RSI_CSM_CREATE, WORLD_CSM, w->size, 0);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	w->id = out.x[1];
	csm_share(w, permission);
}

/* A region of w->size at `base`, of what P has there: the host is asked, and gives nothing. Shared with C. */
static inline void csm_offer_as_it_is(struct csm_world *w, uint64_t base)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(&w->p, 0, say(RSI_CSM_CREATE, base, w->size, 0).x, &out, &exit));
	assert_false(world_resume(&w->p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	w->id = out.x[1];
	csm_share(w, CSM_PERM_RO);
}

static inline struct smc_regs csm_attach(struct csm_world *w)
{
	assert_int_equal(status_of(&w->c, say_reserve(w->p_rid, w->n, WORLD_CSM, w->size, 0)), RSI_SUCCESS);
	return world_say(&w->c, say_attach(w->p_rid, w->n));
}

static inline void csm_share_all(struct csm_world *w, uint64_t pages, enum csm_permission permission)
{
	struct smc_regs out;

	csm_realms(w);
	csm_offer(w, pages, permission);
	out = csm_attach(w);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], permission);
	assert_int_equal(out.x[2], pages);
	assert_int_equal(out.x[3], 0);
}

static inline void csm_end(struct csm_world *w)
{
	world_end(&w->x);
	world_end(&w->p);
	world_end(&w->c);
	world_check_all_back();
}

/* P has so many regions of a page. */
static inline void csm_regions(struct csm_world *w, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(smc(&w->p, RSI_CSM_CREATE, WORLD_CSM + PAGES(i), PAGES(1), 0), RSI_SUCCESS);
}

/* C reserves a range for P's share `n`, of what it has there: the host is asked, and does nothing. */
static inline void csm_reserve_as_it_is(struct csm_world *w, uint64_t n, uint64_t base, uint64_t size)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(&w->c, 0, say_reserve(w->p_rid, n, base, size, 0).x, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
	assert_false(world_resume(&w->c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
}

/* One step of the call, for good or until somebody goes on with it. */
static inline void csm_begin(struct world_realm *r, struct smc_regs command)
{
	sim_irq_after(0);
	assert_int_equal(status_of(r, command), RSI_INCOMPLETE);
	sim_irq_after(-1);
}

/* The same of a call for which the host was asked, and says yes. */
static inline void csm_resume_step(struct world_realm *r)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	sim_irq_after(0);
	assert_false(world_resume(r, 0, 0, &out, &exit));
	sim_irq_after(-1);
	assert_int_equal(out.x[0], RSI_INCOMPLETE);
}

/* The host unmaps C's range at WORLD_CSM, call by call: whom it is to ring in one of them, or 0. */
static inline uint64_t csm_unmap_all(struct csm_world *w)
{
	struct smc_regs out;
	uint64_t rung = 0;

	for (uint64_t at = WORLD_CSM; at != WORLD_CSM + w->size; at = out.x[1]) {
		out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w->c.rd, at);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		rung |= out.x[3];
	}
	return rung;
}

/* P has a region of `pages` at WORLD_CSM that is the first of the run, and shares it with nobody yet. */
static inline void contiguous_create(struct csm_world *w, uint64_t pages)
{
	const uint64_t create[18] = { RSI_CSM_CREATE, WORLD_CSM, PAGES(pages), 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	csm_realms(w);
	assert_true(world_smc_exits(&w->p, 0, create, &out, &exit));
	world_tables(&w->p, WORLD_CSM, PAGES(pages));
	world_give_run(&w->p, WORLD_CSM, pages);
	assert_false(world_resume(&w->p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	w->id = out.x[1];
	w->size = PAGES(pages);
}

/* C is attached to a region of one aligned 2 MiB, so that the tables of both can be folded. */
static inline void contiguous_region(struct csm_world *w)
{
	contiguous_create(w, 512);
	csm_share(w, CSM_PERM_RO);
	assert_int_equal(csm_attach(w).x[2], 512);
}

/* csm_end(), behind the granules of the run. */
static inline void contiguous_end(struct csm_world *w)
{
	for (uint64_t at = 0; at < w->size; at += GRANULE_SIZE) {
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, w->p.rd, WORLD_CSM + at);

		if (out.x[0] == RMI_SUCCESS)
			assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, WORLD_RUN + at), RMI_SUCCESS);
	}
	csm_end(w);
}

/* The state of the realm's first entry with this role; CSM_INDEX_NONE: none. */
static inline uint64_t csm_state(struct world_realm *r, enum csm_role role)
{
	for (uint64_t index = 0; index != CSM_INDEX_NONE;) {
		struct smc_regs out = world_smc(r, RSI_CSM_QUERY, index);

		assert_int_equal(out.x[0], RSI_SUCCESS);
		if (out.x[1] == role)
			return out.x[2];
		index = out.x[10];
	}
	return CSM_INDEX_NONE;
}

/* How many pages of [base, base + size) the realm can reach. */
static inline uint64_t pages_reached(struct world_realm *r, uint64_t base, uint64_t size)
{
	uint64_t count = 0, pa, desc;

	for (uint64_t at = base; at < base + size; at += GRANULE_SIZE)
		count += world_translate(r, at, &pa, &desc);
	return count;
}

/* Page i of C is page i of P, wherever C reaches one. */
static inline void check_same_pages(struct csm_world *w)
{
	for (uint64_t at = 0; at < w->size; at += GRANULE_SIZE) {
		uint64_t p, c, desc;

		if (!world_translate(&w->c, WORLD_CSM + at, &c, &desc))
			continue;
		assert_true(world_translate(&w->p, WORLD_CSM + at, &p, &desc));
		assert_int_equal(c, p);
	}
}

#endif
