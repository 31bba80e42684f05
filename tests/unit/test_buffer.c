/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables of all shapes under RSI calls: buffers in blocks, holes above page level, IPA_STATE_GET at the ends of
 * tables, memory that another realm shares (DEN0137 B5.3; docs/csm.md "Realm interface").
 */
#include "csm_world.h"

#include "model/rec.h"

#define BLOCK UINT64_C(0x200000)
#define GIB UINT64_C(0x40000000)

static struct world_realm r;

/* Gives the realm 512 pages that follow one another, and folds their table. Tables down to pages are there. */
static void make_block(uint64_t at)
{
	static uint64_t spare[WORLD_GRANULES];
	uint64_t page = world_ns(), run = 1;
	size_t count = 0;

	/* Addresses go down: a run ends at its lowest one. */
	spare[count++] = page;
	while (run < 512 || !is_aligned(page, BLOCK)) {
		uint64_t next = world_ns();

		run = next + GRANULE_SIZE == page ? run + 1 : 1;
		page = next;
		spare[count++] = page;
	}
	while (count > 512)
		world_free(spare[--count - 512]);
	for (uint64_t i = 0; i < 512; i++) {
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, page + PAGES(i)), RMI_SUCCESS);
		assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, page + PAGES(i), at + PAGES(i)),
				 RMI_SUCCESS);
	}
	world_fold(&r, at);
	assert_int_equal(world_entry(&r, at).level, 2);
}

static void test_block(void **state)
{
	const uint64_t at[] = { WORLD_RAM, WORLD_RAM + PAGES(1), WORLD_RAM + PAGES(300),
				WORLD_RAM + PAGES(511) };

	(void)state;
	world_reset();
	world_realm(&r, NULL);
	world_ram(&r, WORLD_RAM, BLOCK);
	make_block(WORLD_RAM);
	world_activate(&r);
	for (size_t i = 0; i < 4; i++) {
		const uint64_t x[18] = { RSI_HOST_CALL, at[i] + 0x300 };
		struct rsi_host_call *call;
		uint64_t addr, desc;
		struct rmi_rec_exit exit;
		struct smc_regs out;

		assert_true(world_translate(&r, at[i] + 0x300, &addr, &desc));
		call = world_mem(addr);
		call->imm = (uint16_t)(0x1230 + i);
		assert_true(world_smc_exits(&r, 0, x, &out, &exit));
		assert_int_equal(exit.imm, 0x1230 + i);
		world_run(&r)->enter.gprs[30] = i;
		assert_false(world_resume(&r, 0, 0, &out, &exit));
		assert_int_equal(call->gprs[30], i);
		assert_int_equal(smc(&r, RSI_REALM_CONFIG, at[i]), RSI_SUCCESS);
		assert_int_equal(*(const uint64_t *)world_mem(addr - 0x300), 33); /* ipa_width */
	}
	world_end(&r);
	world_check_all_back();
}

/* The record tells the level at which the table is missing: the host must know what to create. */
static void test_fault_level(void **state)
{
	const uint64_t x[18] = { RSI_REALM_CONFIG, WORLD_RAM + PAGES(7) };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	for (uint64_t level = 1; level <= 3; level++) {
		uint64_t size = UINT64_C(1) << (12 + 9 * (3 - level));
		uint64_t base = WORLD_RAM & ~(size - 1);

		world_reset();
		world_realm(&r, NULL);
		if (level == 3)
			world_tables(&r, WORLD_RAM, BLOCK);
		else if (level == 2)
			assert_int_equal(rmi(RMI_RTT_CREATE, r.rd, world_delegated(), 0, 2), RMI_SUCCESS);
		if (level == 3)
			world_ram(&r, base + PAGES(7), GRANULE_SIZE);
		else
			assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, base, base + size), RMI_SUCCESS);
		world_activate(&r);
		assert_true(world_smc_exits(&r, 0, x, &out, &exit));
		assert_int_equal(exit.exit_reason, RMI_EXIT_SYNC);
		assert_int_equal(exit.esr, UINT64_C(0x90000004) + level);
		assert_int_equal(exit.hpfar, x[1] >> 8);
		world_populate(&r, x[1], GRANULE_SIZE);
		assert_int_equal(smc(&r, RSI_REALM_CONFIG, x[1]), RSI_SUCCESS);
		world_end(&r);
		world_check_all_back();
	}
}

static void check_state(uint64_t base, uint64_t top, uint64_t next, enum rsi_ripas ripas)
{
	struct smc_regs out = world_smc(&r, RSI_IPA_STATE_GET, base, top);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], next);
	assert_int_equal(out.x[2], ripas);
}

/* A scan stays in one table: it ends with it, and at a table in it, whatever lies behind. */
static void test_state_get(void **state)
{
	const uint64_t top = UINT64_C(1) << 32;

	(void)state;
	world_reset();
	world_realm(&r, NULL);
	world_tables(&r, WORLD_RAM, 2 * BLOCK); /* two tables of pages, all EMPTY */
	world_activate(&r);
	check_state(WORLD_RAM, top, WORLD_RAM + BLOCK, RSI_EMPTY);
	check_state(WORLD_RAM + PAGES(100), top, WORLD_RAM + BLOCK, RSI_EMPTY);
	check_state(WORLD_RAM + PAGES(511), top, WORLD_RAM + BLOCK, RSI_EMPTY);
	check_state(WORLD_RAM + PAGES(511), WORLD_RAM + BLOCK + 1 * GRANULE_SIZE, WORLD_RAM + BLOCK,
		    RSI_EMPTY);
	check_state(0, top, WORLD_RAM, RSI_EMPTY);
	check_state(WORLD_RAM - GRANULE_SIZE, top, WORLD_RAM, RSI_EMPTY);
	check_state(WORLD_RAM + 2 * BLOCK, top, GIB, RSI_EMPTY);
	check_state(GIB - BLOCK, top, GIB, RSI_EMPTY);        /* the last entry */
	check_state(GIB + GRANULE_SIZE, top, top, RSI_EMPTY); /* in the starting table, up to the bound */
	world_end(&r);
	world_check_all_back();
}

/* Concatenated starting tables lie one behind the other: the scan still ends with the first. */
static void test_state_get_roots(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, &(struct world_options){ .ipa_bits = 41, .roots = 4 });
	world_activate(&r);
	check_state(511 * GIB, 513 * GIB, 512 * GIB, RSI_EMPTY);
	check_state(512 * GIB, 1024 * GIB, 1024 * GIB, RSI_EMPTY);
	world_end(&r);
	world_check_all_back();
}

/* The host's registers are written where the realm may write, and nowhere else. */
static void test_shared(void **state)
{
	const enum csm_permission permissions[] = { CSM_PERM_RO, CSM_PERM_RX, CSM_PERM_RW };
	const uint64_t x[18] = { RSI_HOST_CALL, WORLD_CSM + GRANULE_SIZE };
	struct rmi_rec_exit exit;
	struct smc_regs out;
	struct csm_world w;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bool rw = permissions[i] == CSM_PERM_RW;

		csm_share_all(&w, 2, permissions[i]);
		assert_int_equal(smc(&w.c, RSI_REALM_CONFIG, WORLD_CSM), rw ? RSI_SUCCESS : RSI_ERROR_INPUT);
		assert_int_equal(world_smc_exits(&w.c, 0, x, &out, &exit), rw);
		if (rw) {
			assert_int_equal(exit.exit_reason, RMI_EXIT_HOST_CALL);
			assert_false(world_resume(&w.c, 0, 0, &out, &exit));
		}
		assert_int_equal(out.x[0], rw ? RSI_SUCCESS : RSI_ERROR_INPUT);
		csm_end(&w);
	}
}

/* The provider takes the region back between the call and its answer: no result, nothing written. */
static void test_shared_revoked(void **state)
{
	const uint64_t x[18] = { RSI_HOST_CALL, WORLD_CSM };
	struct rmi_rec_exit exit;
	struct smc_regs out;
	uint64_t addr, desc;
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 1, CSM_PERM_RW);
	assert_true(world_smc_exits(&w.c, 0, x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_HOST_CALL);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	memset(world_run(&w.c)->enter.gprs, 0x6b, sizeof(world_run(&w.c)->enter.gprs));
	assert_false(world_resume(&w.c, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	assert_true(world_translate(&w.p, WORLD_CSM, &addr, &desc));
	assert_true(world_is_zero(addr));
	csm_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),     cmocka_unit_test(test_fault_level),
		cmocka_unit_test(test_state_get), cmocka_unit_test(test_state_get_roots),
		cmocka_unit_test(test_shared),    cmocka_unit_test(test_shared_revoked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
