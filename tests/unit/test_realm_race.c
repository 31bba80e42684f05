/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Another PE uses an RD as soon as REALM_CREATE lets go of it: all that the RD stands for must be there by then. The
 * other PE is played by a wrapper (-Wl,--wrap=granule_unlock_as).
 */
#include "model/realm.h"
#include "world.h"

void __real_granule_unlock_as(struct granule *g, enum granule_state state);
void __wrap_granule_unlock_as(struct granule *g, enum granule_state state);

static uint64_t watched_rd, seen;

void __wrap_granule_unlock_as(struct granule *g, enum granule_state state)
{
	struct sim_pe pe = { .number = 1 };

	__real_granule_unlock_as(g, state);
	if (state != GRANULE_RD || granule_pa(g).v != watched_rd)
		return;
	sim_run_as(&pe);
	seen = rmi(RMI_RTT_FOLD, watched_rd, 0, 2);
	sim_run_as(NULL);
}

/* Two starting tables, aligned to their size, and the RD in the page `rd`. */
static void create(uint64_t tables, uint64_t rd)
{
	struct rmi_realm_params p = {
		.s2sz = 40, .rtt_num_start = 2, .rtt_level_start = 1, .rtt_base = tables
	};
	uint64_t params;

	world_reset();
	for (uint64_t i = 0; i < 2; i++)
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, tables + i * GRANULE_SIZE), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, rd), RMI_SUCCESS);
	p.num_bps = port_features()->num_bps;
	p.num_wps = port_features()->num_wps;
	params = world_ns();
	memcpy(world_mem(params), &p, sizeof(p));
	watched_rd = rd;
	seen = 0;
	assert_int_equal(rmi(RMI_REALM_CREATE, rd, params), RMI_SUCCESS);
	/* It had the tables, and found none to fold. */
	assert_int_equal(seen, rmi_result(RMI_ERROR_RTT, 1));
	assert_int_equal(rmi(RMI_REALM_DESTROY, rd), RMI_SUCCESS);
}

static void test_create(void **state)
{
	(void)state;
	create(SIM_DRAM_BASE + 2 * GRANULE_SIZE, SIM_DRAM_BASE);
	create(SIM_DRAM_BASE + 2 * GRANULE_SIZE, SIM_DRAM_BASE + 4 * GRANULE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_create) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
