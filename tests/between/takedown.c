/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that takes everything back, whatever there is (csm.md I9). It looks at the granules' states to know where to
 * begin; all else by the interface.
 */
#include "between/scene.h"
#include "model/realm.h"

static bool is(uint32_t number, enum granule_state state)
{
	return granule_state(granule_at(number)) == state;
}

static uint64_t addr_of(uint32_t number)
{
	return granule_pa(granule_at(number)).v;
}

static void must(uint64_t result)
{
	assert_int_equal(result, RMI_SUCCESS);
}

static void destroy_recs(void)
{
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		if (is(i, GRANULE_REC))
			must(rmi(RMI_REC_DESTROY, addr_of(i)));
	}
}

static void unmap_range(uint64_t rd, uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size;) {
		struct smc_regs out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, rd, at);

		must(out.x[0]);
		assert_true(out.x[1] > at);
		at = out.x[1];
	}
}

static void destroy_apt(uint64_t rd)
{
	struct smc_regs out = world_rmi(RMI_CSM, RMI_CSM_ENTRY_READ, rd, 0);

	while (out.x[0] == RMI_SUCCESS) {
		if ((out.x[1] & 0xff) == CSM_ROLE_CONSUMER)
			unmap_range(rd, out.x[2], out.x[3]);
		if (out.x[4] == CSM_INDEX_NONE)
			break;
		out = world_rmi(RMI_CSM, RMI_CSM_ENTRY_READ, rd, out.x[4]);
	}
	if (out.x[0] != RMI_SUCCESS)
		return; /* no APT */
	do {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, rd);
		must(out.x[0]);
	} while (out.x[2] != 0 || out.x[1] == 0);
}

static uint64_t any_delegated(void)
{
	uint32_t i = 0;

	while (i < WORLD_GRANULES && !is(i, GRANULE_DELEGATED))
		i++;
	assert_true(i < WORLD_GRANULES);
	return addr_of(i);
}

static void destroy_page(uint64_t rd, uint64_t at)
{
	struct smc_regs out;
	unsigned int calls = 0;

	do
		out = world_rmi(RMI_DATA_DESTROY, rd, at);
	while (out.x[0] == RMI_CSM_AGAIN && ++calls < 64);
	must(out.x[0]);
	assert_true(world_is_zero(out.x[1]));
}

static void destroy_table(uint64_t rd, const struct rtte *entry, int level, uint64_t base)
{
	for (uint64_t i = 0; i < RTT_ENTRIES; i++) {
		uint64_t at = base + i * rtt_entry_size(level);
		bool is_block = level < RTT_LEVEL_PAGE && rtte_kind(entry[i], level) == RTTE_ASSIGNED;

		if (is_block)
			must(rmi(RMI_RTT_CREATE, rd, any_delegated(), at, (uint64_t)level + 1));
		if (rtte_is_table(entry[i], level)) {
			destroy_table(rd, sim_mem(rtte_pa(entry[i], level)), level + 1, at);
			must(rmi(RMI_RTT_DESTROY, rd, at, (uint64_t)level + 1));
		} else if (rtte_kind(entry[i], level) == RTTE_ASSIGNED) {
			destroy_page(rd, at);
		}
	}
}

static void destroy_tables(uint64_t rd)
{
	const struct s2 *s2 = &realm_of(granule_find(pa(rd)))->s2;

	destroy_table(rd, sim_mem(s2->root), s2->start, 0);
}

static void each_rd(void (*act)(uint64_t rd))
{
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		if (is(i, GRANULE_RD))
			act(addr_of(i));
	}
}

static void destroy_realm(uint64_t rd)
{
	must(rmi(RMI_REALM_DESTROY, rd));
}

void take_all_apart(void)
{
	destroy_recs();
	each_rd(destroy_apt);
	each_rd(destroy_tables);
	each_rd(destroy_realm);
	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		if (is(i, GRANULE_UNDELEGATED))
			continue;
		must(rmi(RMI_GRANULE_UNDELEGATE, addr_of(i)));
		assert_true(world_is_zero(addr_of(i)));
	}
	for (uint32_t i = 0; i < WORLD_GRANULES; i++)
		assert_int_equal(granule_at(i)->word, 0); /* no lock, no reference */
	registry_check();
}
