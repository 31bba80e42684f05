/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a case begins: realms that share memory in every way that the rules allow, and what a host has at hand
 * (scene.c). Names are the same in all scenes; what is behind them differs.
 */
#ifndef BETWEEN_SCENE_H
#define BETWEEN_SCENE_H

#include "between/schedule.h"

struct scene {
	/*
	 * P, C, E: ACTIVE, with an APT and a REC for each PE. D: has no REC any more, but an APT. N: NEW, with a REC and
	 * without an APT. Z: NEW, and has nothing.
	 */
	struct world_realm p, c, e, d, n, z;
	struct csm_rid p_rid, c_rid, e_rid, d_rid;
	uint64_t p_id, c_id; /* regions of P and of C */
	uint64_t p_pages;    /* of P's region */
	uint64_t n_first, n_second, n_to_p;

	uint64_t ns;       /* a host's page */
	uint64_t spare[4]; /* delegated; commands of all PEs take the same */
	uint64_t aux[RMI_MAX_AUX];
	uint64_t realm_params, twin_params, other_params, rec_params, source;
	uint64_t run[PES]; /* RmiRecRun */
	uint64_t pool[PES][POOL];
};

extern struct scene s;

/* IPAs. */
#define AT_SHARED WORLD_CSM                  /* P's region; C and E have it there */
#define AT_BACK (WORLD_CSM + PAGES(0x100))   /* C's region; P has it there */
#define AT_OF_D (WORLD_CSM + PAGES(0x180))   /* in C: D's region */
#define AT_NEW (WORLD_CSM + PAGES(0x1c0))    /* where no range is yet */
#define AT_SECOND (WORLD_CSM + PAGES(512))   /* in C: the second share of P's region, ending as RAM */
#define AT_EMPTY (WORLD_CSM + PAGES(2048))   /* a table of pages without any */
#define AT_NOTHING (WORLD_CSM + PAGES(4096)) /* no table of pages */
#define AT_HOST (UINT64_C(1) << 32)          /* unprotected: a block of the host's; a gigabyte on, none */
#define SHARED_PAGES 20U
#define SECOND_SPARE 2U /* in spare[]: a realm's table; behind it, another's */

struct scene_kind {
	const char *name;
	void (*make)(void);
};

extern const struct scene_kind scene_kinds[];
extern const unsigned int num_scene_kinds;

/* Everything back to the host, whatever there is, by the interface alone; fails if anything can't be had. */
void take_all_apart(void);

/* Does what an exit for CSM asks, as far as others let it. */
void serve(struct pe *pe, struct world_realm *r, const struct rmi_rec_exit *exit);

#endif
