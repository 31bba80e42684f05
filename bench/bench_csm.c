/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CSM, as the calling realm sees it: the call, the exits to the host that it takes and the way back. Tables and
 * pages are there beforehand and the host answers at once, so what is counted is the monitor's work and EL3's.
 */
#include "bench.h"

#include "puppet/csm_realms.h"

#define MODEL UINT64_C(65536) /* 256 MiB */

static const struct {
	uint64_t pages;
	bool blocks; /* the provider's pages are folded to blocks of 2 MiB, and the consumer has no finer tables */
} sizes[] = { { 1, false }, { 512, false }, { 4096, false }, { MODEL, false }, { MODEL, true } };

static bool answer_at_once(struct test_realm *realm, const struct host_csm_request *request)
{
	(void)realm;
	(void)request;
	return true;
}

struct test_realm *bench_realm(const char *name, unsigned int apt_granules)
{
	return realm_start(REALM_PROGRAM_BENCH,
			   &(struct realm_options){ .name = name, .apt_granules = apt_granules });
}

struct test_realm *bench_realm_at_once(const char *name, unsigned int apt_granules)
{
	struct test_realm *realm = bench_realm(name, apt_granules);

	realm->csm = answer_at_once;
	return realm;
}

struct csm_rid bench_rid(struct test_realm *realm)
{
	struct script_result r = script(realm, BENCH_SMC, RSI_CSM_REALM_ID);

	CHECK_EQ(r.x[1], RSI_SUCCESS);
	return (struct csm_rid){ r.x[2], r.x[3] };
}

static void rows(const char *name, uint64_t pages, bool blocks, uint64_t instructions)
{
	bench_row_n(name, pages, blocks ? "pages_in_blocks" : "pages", instructions, 1);
	if (pages > 1 && !blocks)
		bench_row_n(name, pages, "per_page", instructions, pages);
}

/* Does the call; a row for it, and one per page. */
#define CALL(realm, name, pages, blocks, ...)                                    \
	({                                                                       \
		struct script_result r_ = script(realm, BENCH_SMC, __VA_ARGS__); \
		CHECK_EQ(r_.x[1], RSI_SUCCESS);                                  \
		rows(name, pages, blocks, bench_instructions(r_.x[0]));          \
		r_;                                                              \
	})

static void bench_life(struct test_realm *p, struct test_realm *c, uint64_t pages, bool blocks)
{
	struct csm_rid p_rid = bench_rid(p), c_rid = bench_rid(c);
	uint64_t size = pages * GRANULE_SIZE;
	struct script_result r;
	uint64_t id, n;

	if (blocks)
		CHECK_OK(host_populate_in_blocks(&p->realm, CSM_WINDOW, size));
	else
		CHECK_OK(host_populate(&p->realm, CSM_WINDOW, size));
	CHECK_OK(host_make_tables(&c->realm, CSM_WINDOW, size, blocks ? 2 : 3));
	r = CALL(p, "csm_create", pages, blocks, RSI_CSM_CREATE, CSM_WINDOW, size, 0);
	id = r.x[2];
	r = script(p, BENCH_SMC, RSI_CSM_SHARE, id, c_rid.lo, c_rid.hi, CSM_PERM_RW, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	n = r.x[2];
	if (pages == 1)
		bench_row("csm_share", bench_instructions(r.x[0]), 1, 0);
	CALL(c, "csm_reserve", pages, blocks, RSI_CSM_RESERVE, p_rid.lo, p_rid.hi, n, CSM_WINDOW, size);
	r = CALL(c, "csm_attach", pages, blocks, RSI_CSM_ATTACH, p_rid.lo, p_rid.hi, n);
	CHECK_EQ(r.x[3], pages);
	if (pages == MODEL) { /* given up while attached, and taken again */
		CALL(c, "csm_detach_attached", pages, blocks, RSI_CSM_DETACH, p_rid.lo, p_rid.hi, n);
		script(c, BENCH_SMC, RSI_CSM_RESERVE, p_rid.lo, p_rid.hi, n, CSM_WINDOW, size);
		r = script(c, BENCH_SMC, RSI_CSM_ATTACH, p_rid.lo, p_rid.hi, n);
		CHECK_EQ(r.x[3], pages);
	}
	CALL(p, "csm_revoke", pages, blocks, RSI_CSM_REVOKE, c_rid.lo, c_rid.hi, n);
	CALL(c, "csm_detach", pages, blocks, RSI_CSM_DETACH, p_rid.lo, p_rid.hi, n);
	CALL(p, "csm_destroy", pages, blocks, RSI_CSM_DESTROY, id);
	CHECK_OK(host_reclaim(&p->realm, CSM_WINDOW, size));
}

/* A look-up that finds nothing, in tables of different size: REVOKE of a share that isn't there. */
static void bench_lookup(void)
{
	static const uint64_t entries[] = { 10, 1000 };
	struct test_realm *c = bench_realm("C", 1);
	uint64_t made = 0;

	for (unsigned int i = 0; i < 2; i++) {
		struct script_result r;

		for (; made < entries[i]; made++) {
			r = script(c, BENCH_SMC, RSI_CSM_RESERVE, made * 0x9e3779b97f4a7c15, made, 0,
				   CSM_WINDOW + made * GRANULE_SIZE, GRANULE_SIZE);
			CHECK_EQ(r.x[1], RSI_SUCCESS);
		}
		r = script(c, BENCH_SMC_LOOP, RSI_CSM_REVOKE, 0x5555555555555555, 100);
		CHECK_EQ(r.x[1], RSI_CSM_ERROR_DENIED);
		bench_row_n("csm_lookup", entries[i], "entries", bench_instructions(r.x[0]), 100);
	}
	realm_end(c);
}

void bench_csm(void)
{
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct test_realm *p = bench_realm_at_once("P", 1), *c = bench_realm_at_once("C", 1);

		bench_life(p, c, sizes[i].pages, sizes[i].blocks);
		realm_end(c);
		realm_end(p);
	}
	bench_lookup();
}
