/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the generator have in common: the host's steps (generate.c), the realms' (generate_realm.c).
 */
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "oracle/model/model.h"
#include "oracle/trial.h"

#define PAGE ((uint64_t)GRANULE_SIZE)

/* Granules that are delegated; behind them the host's own pages, and memory in one piece for a block. */
#define POOL 480U
#define HOST_PAGE (ORACLE_BASE + 490U * PAGE)
#define SOURCE_PAGE (ORACLE_BASE + 491U * PAGE)
#define SPARE_PAGE (ORACLE_BASE + 492U * PAGE)
#define RUN 512U

/* Where ranges are: around an end of tables, and (BLOCK_AT) where blocks may be. */
#define NEAR UINT64_C(0x40000000)
#define BLOCK_AT UINT64_C(0x40400000)

#define STEP(fid, ...)                                                             \
	step_of(fid, sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
		(const uint64_t[]){ __VA_ARGS__ })
struct step step_of(uint64_t fid, unsigned int num, const uint64_t *arg);

unsigned int pick(unsigned int limit);
bool one_in(unsigned int n);
uint64_t any_granule(void);
uint64_t granule_in(enum oracle_state state);
uint64_t any_ipa(int realm);
/* A realm in this state; -1: in any. ORACLE_NONE: there is none. */
int any_realm(int state);
uint64_t rd_of(int realm);
/* Of the realm's (ORACLE_NONE: of anybody's), of this role, in this state (-1: in any). NULL: there is none. */
const struct oracle_item *any_item(int realm, enum csm_role role, int state);
struct step create_table(int realm, uint64_t ipa);
struct step create_data(int realm, uint64_t ipa);

/* A realm calls, or the host serves a realm that waits. */
struct step realm_step(void);

#endif
