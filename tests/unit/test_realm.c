/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_CREATE, REALM_ACTIVATE, REALM_DESTROY: each failure alone, what they leave behind.
 */
#include "world.h"

#include "model/realm.h"

#define ROOTS 16U
#define VMID 0x7001U

/* What a realm may be made of: nothing of it may change by a command that fails. */
static struct {
	uint64_t rd, params, roots;
	struct rmi_realm_params good;
} f;

static int setup(void **state)
{
	(void)state;
	world_reset();
	for (unsigned int i = 0; i < ROOTS; i++) {
		f.roots = world_ns();
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, f.roots), RMI_SUCCESS);
	}
	assert_true(is_aligned(f.roots, ROOTS * GRANULE_SIZE));
	f.rd = world_delegated();
	f.params = world_ns();
	f.good = (struct rmi_realm_params){
		.s2sz = 40,
		.num_bps = 5,
		.num_wps = 3,
		.vmid = VMID,
		.rtt_base = f.roots,
		.rtt_level_start = 1,
		.rtt_num_start = 2,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_undelegate(f.rd);
	for (unsigned int i = 0; i < ROOTS; i++)
		world_undelegate(f.roots + i * GRANULE_SIZE);
	world_free(f.params);
	world_check_all_back();
	return 0;
}

static uint64_t create_with(const struct rmi_realm_params *p)
{
	memcpy(world_mem(f.params), p, sizeof(*p));
	return rmi(RMI_REALM_CREATE, f.rd, f.params);
}

static void check_unused(void)
{
	assert_int_equal(world_state(f.rd), GRANULE_DELEGATED);
	assert_true(world_is_zero(f.rd));
	for (unsigned int i = 0; i < ROOTS; i++) {
		assert_int_equal(world_state(f.roots + i * GRANULE_SIZE), GRANULE_DELEGATED);
		assert_true(world_is_zero(f.roots + i * GRANULE_SIZE));
	}
}

static void check_refused(const struct rmi_realm_params *p)
{
	assert_int_equal(create_with(p), RMI_ERROR_INPUT);
	check_unused();
}

static void destroy(void)
{
	assert_int_equal(rmi(RMI_REALM_DESTROY, f.rd), RMI_SUCCESS);
	check_unused();
}

/* It works, all along: whatever failed before has left nothing, the VMID neither. */
static void check_works(const struct rmi_realm_params *p)
{
	assert_int_equal(create_with(p), RMI_SUCCESS);
	destroy();
}

/* --- REALM_CREATE ------------------------------------------------------------------------------------------ */

static void test_create(void **state)
{
	const struct realm *realm = realm_of(granule_find(pa(f.rd)));

	(void)state;
	memset(f.good.rpv, 0x3c, sizeof(f.good.rpv));
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(world_state(f.rd), GRANULE_RD);
	for (unsigned int i = 0; i < ROOTS; i++)
		assert_int_equal(world_state(f.roots + i * GRANULE_SIZE),
				 i < 2 ? GRANULE_RTT : GRANULE_DELEGATED);
	assert_int_equal(realm->state, REALM_NEW);
	assert_int_equal(realm->rec_index, 0);
	assert_int_equal(realm->num_recs, 0);
	assert_int_equal(realm->s2.vmid, VMID);
	assert_int_equal(realm->s2.ipa_bits, 40);
	assert_memory_equal(realm->rpv, f.good.rpv, sizeof(f.good.rpv));
	{
		struct smc_regs e = world_rmi(RMI_RTT_READ_ENTRY, f.rd, 0, 1);

		assert_int_equal(e.x[0], RMI_SUCCESS);
		assert_int_equal(e.x[1], 1);
		assert_int_equal(e.x[2], RMI_UNASSIGNED);
		assert_int_equal(e.x[4], RMI_EMPTY);
		e = world_rmi(RMI_RTT_READ_ENTRY, f.rd, UINT64_C(1) << 39, 1); /* unprotected */
		assert_int_equal(e.x[0], RMI_SUCCESS);
		assert_int_equal(e.x[2], RMI_UNASSIGNED);
	}
	/* The host's page is only read. */
	assert_memory_equal(world_mem(f.params), &f.good, sizeof(f.good));
	destroy();
}

/* What the realm's registers will say, and what its RECs will have, is what the host asked for. */
static void test_create_keeps(void **state)
{
	const struct realm *realm = realm_of(granule_find(pa(f.rd)));

	(void)state;
	for (uint64_t flags = 0; flags <= (RMI_REALM_FLAG_SVE | RMI_REALM_FLAG_PMU);
	     flags += RMI_REALM_FLAG_SVE) {
		f.good.flags = flags;
		f.good.sve_vl = 2;
		f.good.pmu_num_ctrs = 6;
		f.good.hash_algo = RMI_HASH_SHA_512;
		assert_int_equal(create_with(&f.good), RMI_SUCCESS);
		assert_int_equal(realm->num_bps, 5);
		assert_int_equal(realm->num_wps, 3);
		assert_int_equal(realm->has_sve, (flags & RMI_REALM_FLAG_SVE) != 0);
		assert_int_equal(realm->has_pmu, (flags & RMI_REALM_FLAG_PMU) != 0);
		assert_int_equal(realm->sve_vl, 2);
		assert_int_equal(realm->pmu_num_ctrs, 6);
		assert_int_equal(realm->hash_algo, RMI_HASH_SHA_512);
		destroy();
	}
}

static void test_create_fields(void **state)
{
	const struct {
		size_t offset;
		uint64_t value;
	} bad[] = {
		{ 0x0, RMI_REALM_FLAG_LPA2 },
		{ 0x0, 0x8 },
		{ 0x0, UINT64_C(1) << 63 },
		{ 0x8, 0 },
		{ 0x8, 31 },
		{ 0x8, 49 },
		{ 0x8, 255 },
		{ 0x18, 0 },
		{ 0x18, 6 },
		{ 0x18, 255 },
		{ 0x20, 0 },
		{ 0x20, 4 },
		{ 0x20, 255 },
		{ 0x30, 2 },
		{ 0x30, 3 },
		{ 0x30, 255 },
		{ 0x808, f.roots + 1 },
		{ 0x808, f.roots + 8 },
		{ 0x808, f.roots + 0x800 },
		{ 0x808, f.roots + GRANULE_SIZE }, /* not aligned to two tables */
		{ 0x808, 0 },
		{ 0x808, SIM_DRAM_BASE - 2 * GRANULE_SIZE },
		{ 0x808, SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE },
		{ 0x808, ~UINT64_C(0x1fff) },
		{ 0x808, f.roots | UINT64_C(1) << 52 },
		{ 0x808, SIM_DRAM_BASE /* not delegated */ },
		{ 0x810, 0 - UINT64_C(1) },
		{ 0x810, 2 },
		{ 0x810, 3 },
		{ 0x810, 4 },
		{ 0x810, UINT64_C(1) << 63 },
		{ 0x810, UINT64_C(1) << 32 | 1 },
		{ 0x818, 0 },
		{ 0x818, 1 },
		{ 0x818, 3 },
		{ 0x818, 4 },
		{ 0x818, 16 },
		{ 0x818, UINT32_MAX },
		{ 0x818, UINT32_C(1) << 31 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rmi_realm_params p = f.good;

		memcpy((uint8_t *)&p + bad[i].offset, &bad[i].value, bad[i].offset == 0x818 ? 4 : 8);
		check_refused(&p);
	}
	check_works(&f.good);
	/* The least and the most of each. */
	f.good.num_bps = 1;
	f.good.num_wps = 1;
	f.good.hash_algo = RMI_HASH_SHA_512;
	check_works(&f.good);
}

/* A feature that the machine lacks, or too much of one that it has. Without the flag the number means nothing. */
static void test_create_features(void **state)
{
	struct port_features *machine = sim_features();
	const struct {
		uint64_t flags;
		uint8_t sve_vl, pmu_num_ctrs;
		bool has_sve, has_pmu, has_hpmn0, good;
	} rules[] = {
		{ RMI_REALM_FLAG_SVE, 0, 0, true, true, false, true },
		{ RMI_REALM_FLAG_SVE, 3, 0, true, true, false, true },
		{ RMI_REALM_FLAG_SVE, 4, 0, true, true, false, false },
		{ RMI_REALM_FLAG_SVE, 255, 0, true, true, false, false },
		{ RMI_REALM_FLAG_SVE, 0, 0, false, true, false, false },
		{ RMI_REALM_FLAG_PMU, 0, 1, true, true, false, true },
		{ RMI_REALM_FLAG_PMU, 0, 6, true, true, false, true },
		{ RMI_REALM_FLAG_PMU, 0, 7, true, true, false, false },
		{ RMI_REALM_FLAG_PMU, 0, 0, true, true, false, false },
		{ RMI_REALM_FLAG_PMU, 0, 0, true, true, true, true },
		{ RMI_REALM_FLAG_PMU, 0, 1, true, false, false, false },
		{ RMI_REALM_FLAG_PMU | RMI_REALM_FLAG_SVE, 3, 6, true, true, false, true },
		{ RMI_REALM_FLAG_PMU | RMI_REALM_FLAG_SVE, 4, 6, true, true, false, false },
		{ RMI_REALM_FLAG_PMU | RMI_REALM_FLAG_SVE, 3, 7, true, true, false, false },
		{ 0, 255, 255, false, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct rmi_realm_params p = f.good;

		p.flags = rules[i].flags;
		p.sve_vl = rules[i].sve_vl;
		p.pmu_num_ctrs = rules[i].pmu_num_ctrs;
		machine->has_sve = rules[i].has_sve;
		machine->has_pmu = rules[i].has_pmu;
		machine->has_hpmn0 = rules[i].has_hpmn0;
		if (rules[i].good)
			check_works(&p);
		else
			check_refused(&p);
	}
}

/* The vectors of a realm with SVE need more room. */
static void test_aux_count(void **state)
{
	struct world_realm r;

	(void)state;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(world_rmi(RMI_REC_AUX_COUNT, f.rd).x[1], 4);
	destroy();
	f.good.flags = RMI_REALM_FLAG_SVE;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(world_rmi(RMI_REC_AUX_COUNT, f.rd).x[1], 6);
	destroy();
	world_realm(&r, NULL); /* with a REC */
	assert_int_equal(world_rmi(RMI_REC_AUX_COUNT, r.rd).x[1], 4);
	world_end(&r);
}

static void test_create_geometry(void **state)
{
	const struct {
		uint8_t bits;
		int64_t start;
		uint32_t roots;
		bool good;
	} rules[] = {
		{ 32, 1, 1, true },   { 33, 1, 1, true },   { 39, 1, 1, true },   { 40, 1, 2, true },
		{ 41, 1, 4, true },   { 42, 1, 8, true },   { 43, 1, 16, true },  { 32, 2, 4, true },
		{ 33, 2, 8, true },   { 34, 2, 16, true },  { 40, 0, 1, true },   { 48, 0, 1, true },
		{ 32, 1, 2, false },  { 39, 1, 2, false },  { 40, 1, 1, false },  { 40, 1, 4, false },
		{ 42, 1, 7, false },  { 43, 1, 8, false },  { 44, 1, 16, false }, { 44, 1, 32, false },
		{ 32, 2, 1, false },  { 32, 2, 3, false },  { 32, 2, 8, false },  { 34, 2, 8, false },
		{ 35, 2, 16, false }, { 35, 2, 32, false }, { 39, 0, 1, false },  { 40, 0, 2, false },
		{ 48, 0, 16, false }, { 49, 0, 2, false },  { 32, 3, 1, false },  { 32, 3, 16, false },
		{ 48, -1, 1, false }, { 31, 1, 1, false },  { 30, 2, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		f.good.s2sz = rules[i].bits;
		f.good.rtt_level_start = rules[i].start;
		f.good.rtt_num_start = rules[i].roots;
		if (rules[i].good)
			check_works(&f.good);
		else
			check_refused(&f.good);
	}
	/* No more than the machine has; level 0 takes a machine with 44 bits. */
	f.good.s2sz = 40;
	f.good.rtt_level_start = 1;
	f.good.rtt_num_start = 2;
	sim_features()->pa_bits = 39;
	check_refused(&f.good);
	sim_features()->pa_bits = 40;
	check_works(&f.good);
	f.good.rtt_level_start = 0;
	f.good.rtt_num_start = 1;
	sim_features()->pa_bits = 43;
	check_refused(&f.good);
	sim_features()->pa_bits = 44;
	check_works(&f.good);
}

static void test_create_params_page(void **state)
{
	const uint64_t bad[] = { f.params + 1,
				 f.params + 8,
				 f.params + 0x800,
				 0,
				 SIM_DRAM_BASE - GRANULE_SIZE,
				 SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE,
				 UINT64_MAX,
				 ~UINT64_C(0xfff),
				 f.params | UINT64_C(1) << 60,
				 f.roots,
				 f.roots + 15 * GRANULE_SIZE,
				 f.rd };
	const long faults[] = { 0, 8, 0x30, 0x400, 0x800, 0x818, 0xff8, 0xfff };

	(void)state;
	memcpy(world_mem(f.params), &f.good, sizeof(f.good));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rmi(RMI_REALM_CREATE, f.rd, bad[i]), RMI_ERROR_INPUT);
		check_unused();
	}
	sim_set_ns(pa(f.params), false);
	assert_int_equal(rmi(RMI_REALM_CREATE, f.rd, f.params), RMI_ERROR_INPUT);
	sim_set_ns(pa(f.params), true);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		sim_fault_ns_after(faults[i]);
		check_refused(&f.good);
	}
	sim_fault_ns_after(-1);
	check_works(&f.good);
}

static void test_create_granules(void **state)
{
	const uint64_t bad[] = { f.rd + 1,
				 f.rd + 0x800,
				 0,
				 SIM_DRAM_BASE - GRANULE_SIZE,
				 UINT64_MAX,
				 SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE,
				 f.rd | UINT64_C(1) << 60,
				 f.params,
				 SIM_DRAM_BASE /* not delegated */,
				 f.roots,
				 f.roots + GRANULE_SIZE };
	struct world_realm other;
	uint64_t low, second = f.roots + GRANULE_SIZE;

	(void)state;
	memcpy(world_mem(f.params), &f.good, sizeof(f.good));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rmi(RMI_REALM_CREATE, bad[i], f.params), RMI_ERROR_INPUT);
		check_unused();
	}
	/* The first or the last table is the host's: the others stay what they are. */
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t table = f.roots + i * GRANULE_SIZE;

		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, table), RMI_SUCCESS);
		assert_int_equal(create_with(&f.good), RMI_ERROR_INPUT);
		assert_int_equal(world_state(table), GRANULE_UNDELEGATED);
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, table), RMI_SUCCESS);
		check_unused();
	}
	/* Granules of another realm. */
	world_realm(&other, &(struct world_options){ .apt = 1 });
	{
		const uint64_t used[] = { other.rd, other.rtt, other.rec[0], other.aux[0][0] };
		struct rmi_realm_params p = f.good;

		p.s2sz = 39;
		p.rtt_num_start = 1;
		for (size_t i = 0; i < 4; i++) {
			assert_int_equal(rmi(RMI_REALM_CREATE, used[i], f.params), RMI_ERROR_INPUT);
			p.rtt_base = used[i];
			check_refused(&p);
			memcpy(world_mem(f.params), &f.good, sizeof(f.good));
		}
	}
	world_end(&other);
	check_works(&f.good);
	/* The RD may be on either side of the tables, next to them. */
	f.good.rtt_base = f.roots + 2 * GRANULE_SIZE;
	memcpy(world_mem(f.params), &f.good, sizeof(f.good));
	assert_int_equal(rmi(RMI_REALM_CREATE, second, f.params), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_REALM_DESTROY, second), RMI_SUCCESS);
	low = f.roots + 4 * GRANULE_SIZE;
	assert_int_equal(rmi(RMI_REALM_CREATE, low, f.params), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_REALM_DESTROY, low), RMI_SUCCESS);
	check_unused();
}

static void test_vmid(void **state)
{
	struct rmi_realm_params p = f.good;
	uint64_t rd = world_delegated();

	(void)state;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	p.rtt_base = f.roots + 2 * GRANULE_SIZE;
	memcpy(world_mem(f.params), &p, sizeof(p));
	assert_int_equal(rmi(RMI_REALM_CREATE, rd, f.params), RMI_ERROR_INPUT);
	assert_int_equal(world_state(rd), GRANULE_DELEGATED);
	assert_int_equal(world_state(p.rtt_base), GRANULE_DELEGATED);
	/* Another one; the first is still in use after the failure. */
	assert_int_equal(rmi(RMI_REALM_CREATE, rd, f.params), RMI_ERROR_INPUT);
	p.vmid = VMID ^ 0x40;
	memcpy(world_mem(f.params), &p, sizeof(p));
	assert_int_equal(rmi(RMI_REALM_CREATE, rd, f.params), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_REALM_DESTROY, rd), RMI_SUCCESS);
	destroy();
	check_works(&f.good);
	/* Width. */
	f.good.vmid = 0xffff;
	check_works(&f.good);
	f.good.vmid = 0;
	check_works(&f.good);
	sim_features()->vmid_bits = 8;
	f.good.vmid = 0x100;
	check_refused(&f.good);
	f.good.vmid = 0xffff;
	check_refused(&f.good);
	f.good.vmid = 0xff;
	check_works(&f.good);
	world_undelegate(rd);
}

static void test_rim(void **state)
{
	/* Computed outside, as in test_measurement.c: V1. */
	static const uint8_t first[8] = { 0xf3, 0x34, 0x98, 0xf2, 0x2e, 0xed, 0x8d, 0x51 };
	const struct realm *realm = realm_of(granule_find(pa(f.rd)));
	uint8_t rim[RSI_MEASUREMENT_SIZE], zero[RSI_MEASUREMENT_SIZE] = { 0 };

	(void)state;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	memcpy(rim, realm->measurement[0], sizeof(rim));
	assert_memory_equal(rim, first, sizeof(first));
	assert_memory_equal(rim + 32, zero, 32);
	for (unsigned int i = 1; i < RSI_NUM_MEASUREMENTS; i++)
		assert_memory_equal(realm->measurement[i], zero, sizeof(zero));
	destroy();
	/* Where the tables are, the VMID and the personalization are not part of it. */
	f.good.vmid++;
	f.good.rtt_base += 2 * GRANULE_SIZE;
	f.good.rpv[5] = 9;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	assert_int_equal(rmi(RMI_REALM_ACTIVATE, f.rd), RMI_SUCCESS);
	assert_memory_equal(realm->measurement[0], rim, sizeof(rim));
	destroy();
	f.good.num_wps = 2;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_memory_not_equal(realm->measurement[0], rim, sizeof(rim));
	destroy();
}

/* --- REALM_ACTIVATE, REALM_DESTROY ---------------------------------------------------------------------------- */

static void check_rd(uint64_t fid)
{
	const uint64_t bad[] = { f.rd,
				 f.params,
				 f.roots,
				 f.rd + 1,
				 f.rd + 0x800,
				 0,
				 UINT64_MAX,
				 SIM_DRAM_BASE - GRANULE_SIZE,
				 SIM_DRAM_BASE + WORLD_GRANULES * GRANULE_SIZE };
	struct world_realm r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rmi(fid, bad[i]), RMI_ERROR_INPUT);
	check_unused();
	world_realm(&r, NULL);
	assert_int_equal(rmi(fid, r.rtt), RMI_ERROR_INPUT);
	assert_int_equal(rmi(fid, r.rec[0]), RMI_ERROR_INPUT);
	assert_int_equal(rmi(fid, r.aux[0][0]), RMI_ERROR_INPUT);
	assert_int_equal(rmi(fid, r.rd + 1), RMI_ERROR_INPUT);
	assert_int_equal(realm_of(granule_find(pa(r.rd)))->state, REALM_NEW);
	world_end(&r);
}

static void test_activate(void **state)
{
	const uint64_t off[18] = { PSCI_SYSTEM_OFF };
	struct rmi_rec_exit exit;
	struct smc_regs out;
	struct world_realm r;

	(void)state;
	check_rd(RMI_REALM_ACTIVATE);
	/* No REC is needed. */
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	assert_int_equal(rmi(RMI_REALM_ACTIVATE, f.rd), RMI_SUCCESS);
	assert_int_equal(realm_of(granule_find(pa(f.rd)))->state, REALM_ACTIVE);
	assert_int_equal(rmi(RMI_REALM_ACTIVATE, f.rd), rmi_result(RMI_ERROR_REALM, 0));
	destroy();
	world_realm(&r, NULL);
	world_activate(&r);
	assert_true(world_smc_exits(&r, 0, off, &out, &exit));
	assert_int_equal(rmi(RMI_REALM_ACTIVATE, r.rd), rmi_result(RMI_ERROR_REALM, 0));
	assert_int_equal(realm_of(granule_find(pa(r.rd)))->state, REALM_SYSTEM_OFF);
	world_end(&r);
}

static void check_live(struct world_realm *r)
{
	assert_int_equal(rmi(RMI_REALM_DESTROY, r->rd), rmi_result(RMI_ERROR_REALM, 0));
	assert_int_equal(world_state(r->rd), GRANULE_RD);
	assert_int_equal(world_state(r->rtt), GRANULE_RTT);
}

static void test_destroy(void **state)
{
	struct world_realm r;
	struct smc_regs out;

	(void)state;
	check_rd(RMI_REALM_DESTROY);
	world_realm(&r, &(struct world_options){ .apt = 1, .recs = 2 });
	/* Everything is there; then one thing after the other goes, and the last one alone is enough. */
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	check_live(&r);
	for (unsigned int i = 0; i < 2; i++) {
		check_live(&r);
		assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[i]), RMI_SUCCESS);
		world_undelegate(r.rec[i]);
		world_give_aux(r.aux[i]);
	}
	r.num_recs = 0;
	check_live(&r);
	out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r.rd);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
	r.apt = false;
	check_live(&r); /* data below tables */
	world_unpopulate(&r, WORLD_RAM, GRANULE_SIZE);
	check_live(&r); /* tables */
	world_end(&r);
	/* Only a REC; only an APT. */
	world_realm(&r, NULL);
	check_live(&r);
	assert_int_equal(rmi(RMI_REC_DESTROY, r.rec[0]), RMI_SUCCESS);
	world_undelegate(r.rec[0]);
	world_give_aux(r.aux[0]);
	r.num_recs = 0;
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, world_delegated()), RMI_SUCCESS);
	r.apt = true;
	check_live(&r);
	world_end(&r);
}

/* Blocks of the host's memory at the starting level: not live, but no PE may still know them. */
static void test_destroy_block(void **state)
{
	const uint64_t at = UINT64_C(1) << 39;
	const uint64_t vttbr = f.roots | (uint64_t)VMID << 48;

	(void)state;
	assert_int_equal(create_with(&f.good), RMI_SUCCESS);
	/* Normal write-back, read and write. */
	assert_int_equal(rmi(RMI_RTT_MAP_UNPROTECTED, f.rd, at, 1, SIM_DRAM_BASE | 0xdc), RMI_SUCCESS);
	assert_int_not_equal(sim_tlb_entry(vttbr, ipa(at)), 0);
	destroy();
	check_works(&f.good); /* its VMID is free, and clean */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_keeps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_features, setup, teardown),
		cmocka_unit_test_setup_teardown(test_aux_count, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_geometry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_params_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_granules, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vmid, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rim, setup, teardown),
		cmocka_unit_test_setup_teardown(test_activate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy_block, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
