/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vGIC's registers (host/devices/vgic.h): what a kernel reads and writes, what a hostile one tries.
 */
#include "vgic_world.h"

static void test_init(void **state)
{
	struct vgic_world *w = *state;
	struct vgic_ops ops = w->vgic.ops;

	assert_false(vgic_init(&w->vgic, 0, 4, &ops));
	assert_false(vgic_init(&w->vgic, VGIC_MAX_CPUS + 1, 4, &ops));
	assert_false(vgic_init(&w->vgic, 1, 0, &ops));
	assert_false(vgic_init(&w->vgic, 1, RMI_NUM_LRS + 1, &ops));
	ops.kick = NULL;
	assert_false(vgic_init(&w->vgic, 1, 1, &ops));
	ops.kick = world_kick;
	ops.relax = NULL;
	assert_true(vgic_init(&w->vgic, VGIC_MAX_CPUS, RMI_NUM_LRS, &ops));

	/* Out of reset all is off, and all is group 1. */
	assert_int_equal(dist_read(w, 0, 4), 0x50);
	assert_int_equal(redist_read(w, RD(15, 0x14), 4), 6);
	for (uint32_t intid = 0; intid < VGIC_IRQS; intid++) {
		assert_true(bit(w, 15, IGROUPR, intid));
		assert_false(bit(w, 15, ISENABLER, intid));
		assert_false(bit(w, 15, ISPENDR, intid));
		assert_false(bit(w, 15, ISACTIVER, intid));
	}
}

static void test_dist_identity(void **state)
{
	struct vgic_world *w = *state;
	uint64_t typer = dist_read(w, 4, 4);

	assert_int_equal((typer & 0x1f) * 32 + 32, VGIC_IRQS);
	assert_int_equal(typer >> 19 & 0x1f, 9);
	/* CPUNumber, ESPI, SecurityExtn, MBIS, LPIS, DVIS, A3V, RSS: none; No1N. */
	assert_int_equal(typer & 0x050705e0, 0);
	assert_int_equal(typer >> 25 & 1, 1);
	assert_int_equal(dist_read(w, 0xffe8, 4) & 0xf0, 0x30);
	assert_int_not_equal(dist_read(w, 8, 4), 0);
	dist_write(w, 4, 4, ~UINT64_C(0));
	dist_write(w, 8, 4, 0);
	dist_write(w, 0xffe8, 4, 0);
	assert_int_equal(dist_read(w, 4, 4), typer);
	assert_int_not_equal(dist_read(w, 8, 4), 0);
	assert_int_equal(dist_read(w, 0xffe8, 4) & 0xf0, 0x30);
}

static void test_dist_ctlr(void **state)
{
	struct vgic_world *w = *state;

	for (uint64_t enables = 0; enables < 4; enables++) {
		dist_write(w, 0, 4, enables);
		assert_int_equal(dist_read(w, 0, 4), 0x50 | enables);
	}
	dist_write(w, 0, 4, ~UINT64_C(3));
	assert_int_equal(dist_read(w, 0, 4), 0x50);
	dist_write(w, 0, 4, 0xffffffff);
	assert_int_equal(dist_read(w, 0, 4), 0x53);
}

static void test_redist_identity(void **state)
{
	struct vgic_world *w = *state;

	world_start(w, 16, 4);
	for (unsigned int cpu = 0; cpu < 16; cpu++) {
		uint64_t typer = redist_read(w, RD(cpu, 8), 8);

		assert_int_equal(typer >> 32, cpu);
		assert_int_equal(typer >> 8 & 0xffff, cpu);
		assert_int_equal(typer & 0xff, cpu == 15 ? 0x10 : 0);
		assert_int_equal(redist_read(w, RD(cpu, 8), 4), typer & 0xffffffff);
		assert_int_equal(redist_read(w, RD(cpu, 12), 4), typer >> 32);
		assert_int_equal(redist_read(w, RD(cpu, 0xffe8), 4) & 0xf0, 0x30);
		assert_int_equal(redist_read(w, RD(cpu, 4), 4), dist_read(w, 8, 4));
		assert_int_equal(redist_read(w, RD(cpu, 0), 4), 0);
	}
	/* RmiRecMpidr: 16 to a cluster. */
	assert_int_equal(vgic_affinity(15), 0xf);
	assert_int_equal(vgic_affinity(16), 0x100);
}

static void test_waker(void **state)
{
	struct vgic_world *w = *state;

	assert_int_equal(redist_read(w, RD(2, 0x14), 4), 0);
	redist_write(w, RD(2, 0x14), 4, 2);
	assert_int_equal(redist_read(w, RD(2, 0x14), 4), 6);
	assert_int_equal(redist_read(w, RD(1, 0x14), 4), 0);
	assert_int_equal(take_kicks(w), 1 << 2);
	redist_write(w, RD(2, 0x14), 4, 4);
	assert_int_equal(redist_read(w, RD(2, 0x14), 4), 0);
}

/* A pair of registers: ones set, ones clear, zeros do nothing; each interrupt for itself. */
static void check_pair(struct vgic_world *w, uint32_t set, uint32_t clear)
{
	for (uint32_t intid = 0; intid < VGIC_IRQS; intid++) {
		uint32_t mask = UINT32_C(1) << intid % 32;

		for (uint32_t other = 0; other < VGIC_IRQS; other += 32)
			assert_int_equal(word_read(w, 1, set, other), 0);
		set_bit(w, 1, set, intid);
		assert_int_equal(word_read(w, 1, set, intid), mask);
		assert_int_equal(word_read(w, 1, clear, intid), mask);
		assert_int_equal(word_read(w, 2, set, intid), intid < 32 ? 0 : mask);
		if (intid < 32)
			redist_write(w, SGI(1, set), 4, 0);
		else
			dist_write(w, set + intid / 32 * 4, 4, 0);
		assert_int_equal(word_read(w, 1, set, intid), mask);
		set_bit(w, 1, clear, intid ^ 1);
		assert_int_equal(word_read(w, 1, set, intid), mask);
		set_bit(w, 1, clear, intid);
	}
	/* 0..31 are not the distributor's, 96 on are nobody's. */
	dist_write(w, set, 4, 0xffffffff);
	dist_write(w, set + VGIC_IRQS / 8, 4, 0xffffffff);
	redist_write(w, SGI(1, set + 4), 4, 0xffffffff);
	assert_int_equal(dist_read(w, set, 4), 0);
	assert_int_equal(dist_read(w, set + VGIC_IRQS / 8, 4), 0);
	assert_int_equal(redist_read(w, SGI(1, set + 4), 4), 0);
	for (uint32_t intid = 0; intid < VGIC_IRQS; intid += 32)
		assert_int_equal(word_read(w, 1, set, intid), 0);
}

static void test_enable(void **state)
{
	check_pair(*state, ISENABLER, ICENABLER);
}

static void test_pending(void **state)
{
	check_pair(*state, ISPENDR, ICPENDR);
}

static void test_active(void **state)
{
	check_pair(*state, ISACTIVER, ICACTIVER);
}

/* ICPENDR does not lower a line. */
static void test_pending_by_line(void **state)
{
	struct vgic_world *w = *state;

	vgic_set_spi(&w->vgic, 40, true);
	assert_true(bit(w, 0, ISPENDR, 40));
	set_bit(w, 0, ISPENDR, 40);
	set_bit(w, 0, ICPENDR, 40);
	assert_true(bit(w, 0, ISPENDR, 40));
	vgic_set_spi(&w->vgic, 40, false);
	assert_false(bit(w, 0, ISPENDR, 40));

	/* Nor does a line that falls take back what was written, or what an edge left. */
	set_bit(w, 0, ISPENDR, 40);
	vgic_set_spi(&w->vgic, 40, true);
	vgic_set_spi(&w->vgic, 40, false);
	assert_true(bit(w, 0, ISPENDR, 40));
	set_up(w, 0, 41, true, 0xa0);
	vgic_set_spi(&w->vgic, 41, true);
	vgic_set_spi(&w->vgic, 41, false);
	assert_true(bit(w, 0, ISPENDR, 41));
	set_bit(w, 0, ICPENDR, 41);
	assert_false(bit(w, 0, ISPENDR, 41));
	vgic_set_spi(&w->vgic, 41, false);
	assert_false(bit(w, 0, ISPENDR, 41));
}

static void test_group(void **state)
{
	struct vgic_world *w = *state;

	dist_write(w, IGROUPR + 4, 4, 0xffff0001);
	redist_write(w, SGI(1, IGROUPR), 4, 0x00ff00ff);
	assert_int_equal(dist_read(w, IGROUPR + 4, 4), 0xffff0001);
	assert_int_equal(dist_read(w, IGROUPR + 8, 4), 0xffffffff);
	assert_int_equal(redist_read(w, SGI(1, IGROUPR), 4), 0x00ff00ff);
	assert_int_equal(redist_read(w, SGI(0, IGROUPR), 4), 0xffffffff);
	assert_int_equal(dist_read(w, IGROUPR, 4), 0);
}

static void test_priority(void **state)
{
	struct vgic_world *w = *state;

	dist_write(w, IPRIORITYR + 32, 4, 0xf8a01008);
	assert_int_equal(dist_read(w, IPRIORITYR + 32, 4), 0xf8a01008);
	assert_int_equal(dist_read(w, IPRIORITYR + 34, 1), 0xa0);
	dist_write(w, IPRIORITYR + 33, 1, UINT64_C(0xffffffffffffff47));
	assert_int_equal(dist_read(w, IPRIORITYR + 32, 4), 0xf8a04008);
	dist_write(w, IPRIORITYR + 92, 4, 0xffffffff);
	assert_int_equal(dist_read(w, IPRIORITYR + 92, 4), 0xf8f8f8f8);
	assert_int_equal(dist_read(w, IPRIORITYR + 88, 4), 0);

	redist_write(w, SGI(2, IPRIORITYR + 27), 1, 0x80);
	assert_int_equal(redist_read(w, SGI(2, IPRIORITYR + 24), 4), 0x80000000);
	assert_int_equal(redist_read(w, SGI(1, IPRIORITYR + 24), 4), 0);
	assert_int_equal(dist_read(w, IPRIORITYR + 27, 1), 0);

	/* Nobody's. */
	dist_write(w, IPRIORITYR + 96, 4, 0xffffffff);
	dist_write(w, IPRIORITYR + 1023, 1, 0xff);
	redist_write(w, SGI(0, IPRIORITYR + 32), 1, 0xff);
	assert_int_equal(dist_read(w, IPRIORITYR + 96, 4), 0);
	assert_int_equal(redist_read(w, SGI(0, IPRIORITYR + 32), 4), 0);
	assert_int_equal(dist_read(w, IPRIORITYR + 32, 1), 8);
}

static void test_config(void **state)
{
	struct vgic_world *w = *state;

	dist_write(w, ICFGR + 8, 4, 0xfffffff0);
	assert_int_equal(dist_read(w, ICFGR + 8, 4), 0xaaaaaaa0);
	assert_int_equal(dist_read(w, ICFGR + 12, 4), 0);
	/* SGIs are edges, PPIs what one likes. */
	redist_write(w, SGI(1, ICFGR), 4, 0);
	redist_write(w, SGI(1, ICFGR + 4), 4, 0x00000008);
	assert_int_equal(redist_read(w, SGI(1, ICFGR), 4), 0xaaaaaaaa);
	assert_int_equal(redist_read(w, SGI(1, ICFGR + 4), 4), 0x00000008);
	assert_int_equal(redist_read(w, SGI(2, ICFGR + 4), 4), 0);
	assert_int_equal(dist_read(w, ICFGR, 4), 0);
	assert_int_equal(dist_read(w, ICFGR + 24, 4), 0);

	/* A line that was an edge long ago and becomes a level is pending. */
	set_up(w, 2, 48, true, 0xa0);
	vgic_set_spi(&w->vgic, 48, true);
	assert_int_equal(take_kicks(w), 1 << 2);
	set_bit(w, 2, ICPENDR, 48);
	assert_false(bit(w, 2, ISPENDR, 48));
	dist_write(w, ICFGR + 12, 4, 0);
	assert_true(bit(w, 2, ISPENDR, 48));
	assert_int_equal(take_kicks(w), 1 << 2);
	/* So is one that is written so. */
	set_up(w, 3, 50, false, 0xa0);
	set_bit(w, 3, ISPENDR, 50);
	assert_int_equal(take_kicks(w), 1 << 3);
}

static void test_router(void **state)
{
	struct vgic_world *w = *state;

	for (uint32_t intid = 32; intid < VGIC_IRQS; intid++)
		dist_write(w, IROUTER + 8 * intid, 8, intid);
	for (uint32_t intid = 32; intid < VGIC_IRQS; intid++)
		assert_int_equal(dist_read(w, IROUTER + 8 * intid, 8), intid);
	/* Aff3 and the routing mode are not there. */
	dist_write(w, IROUTER + 8 * 95, 8, ~UINT64_C(0));
	assert_int_equal(dist_read(w, IROUTER + 8 * 95, 8), 0xffffff);
	dist_write(w, IROUTER + 8 * 95, 4, 0x80000003);
	assert_int_equal(dist_read(w, IROUTER + 8 * 95, 4), 3);
	dist_write(w, IROUTER + 8 * 95 + 4, 4, 0xff);
	assert_int_equal(dist_read(w, IROUTER + 8 * 95 + 4, 4), 0);
	assert_int_equal(dist_read(w, IROUTER + 8 * 95, 8), 3);
	/* Neighbours. */
	dist_write(w, IROUTER + 8 * 31, 8, 1);
	dist_write(w, IROUTER + 8 * 96, 8, 1);
	assert_int_equal(dist_read(w, IROUTER + 8 * 31, 8), 0);
	assert_int_equal(dist_read(w, IROUTER + 8 * 96, 8), 0);
	assert_int_equal(dist_read(w, IROUTER + 8 * 32, 8), 32);
}

/* --- What isn't there ---------------------------------------------------------------------------------- */

static void test_reserved(void **state)
{
	static const uint32_t dist[] = { 0xc,   0x10,  0x40,   0x800,  0x820,  0xd00,  0xe00,  0xf00, 0xf10,
					 0xf20, 0xf80, 0x1000, 0x5ffc, 0x7fd8, 0x8000, 0xffd0, 0xfffc };
	static const uint32_t rd[] = { 0x10, 0x18, 0x40, 0x70, 0x78, 0x80, 0x400, 0xb0, 0xc000, 0xfffc };
	static const uint32_t sgi[] = { 0, 4, 0x14, 0x7c, 0x800, 0xd00, 0xe00, 0xf80, 0xffe8, 0xfffc };
	struct vgic_world *w = *state;

	for (unsigned int i = 0; i < sizeof(dist) / sizeof(dist[0]); i++) {
		dist_write(w, dist[i], 4, 0xffffffff);
		assert_int_equal(dist_read(w, dist[i], 4), 0);
	}
	for (unsigned int i = 0; i < sizeof(rd) / sizeof(rd[0]); i++) {
		redist_write(w, RD(3, rd[i]), 4, 0xffffffff);
		assert_int_equal(redist_read(w, RD(3, rd[i]), 4), 0);
	}
	for (unsigned int i = 0; i < sizeof(sgi) / sizeof(sgi[0]); i++) {
		redist_write(w, SGI(3, sgi[i]), 4, 0xffffffff);
		assert_int_equal(redist_read(w, SGI(3, sgi[i]), 4), 0);
	}
	/* Whatever was written there, no interrupt came of it. */
	for (uint32_t intid = 0; intid < VGIC_IRQS; intid++) {
		assert_false(bit(w, 3, ISENABLER, intid));
		assert_false(bit(w, 3, ISPENDR, intid));
	}
	assert_int_equal(redist_read(w, RD(3, 0x14), 4), 0);
	dist_read(w, 0x8001, 1);
	dist_read(w, 0x8002, 2);
	dist_read(w, 0x8008, 8);
}

/* True if reading and writing are both refused, and change neither *value nor the vGIC. */
static bool is_refused(struct vgic_world *w, bool dist, uint64_t offset, unsigned int bytes)
{
	struct vgic before;
	bool refused = true;

	memcpy(&before, &w->vgic, sizeof(before));
	for (unsigned int is_write = 0; is_write < 2; is_write++) {
		uint64_t value = 0x1234;

		if (dist)
			refused &= !vgic_dist_access(&w->vgic, offset, bytes, is_write != 0, &value);
		else
			refused &= !vgic_redist_access(&w->vgic, offset, bytes, is_write != 0, &value);
		refused &= value == 0x1234;
	}
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): a copy of each byte, padding, too */
	return refused && memcmp(&before, &w->vgic, sizeof(before)) == 0;
}

static void test_refused(void **state)
{
	static const unsigned int sizes[] = { 0, 3, 5, 16, 0x80000000 };
	struct vgic_world *w = *state;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_true(is_refused(w, true, 0x8000, sizes[i]));
		assert_true(is_refused(w, false, 0x8000, sizes[i]));
	}
	/* Not aligned; outside. */
	assert_true(is_refused(w, true, 0x8001, 2));
	assert_true(is_refused(w, true, 0x8004, 8));
	assert_true(is_refused(w, true, 2, 4));
	assert_true(is_refused(w, true, VGIC_DIST_SIZE, 4));
	assert_true(is_refused(w, true, UINT64_C(0x100000000), 4));
	assert_true(is_refused(w, true, ~UINT64_C(3), 4));
	assert_true(is_refused(w, false, RD(4, 0), 4));
	assert_true(is_refused(w, false, UINT64_C(0x8000000000000000), 8));
	assert_true(is_refused(w, false, ~UINT64_C(3), 4));

	/* Sizes that a register doesn't have. */
	for (uint32_t word = 0; word < 0x10; word += 4) {
		assert_true(word == 0xc || is_refused(w, true, word, 1));
		assert_true(word == 0xc || is_refused(w, true, word, 2));
	}
	assert_true(is_refused(w, true, 0, 8));
	assert_true(is_refused(w, true, 8, 8));
	assert_true(is_refused(w, true, 0xffe8, 8));
	assert_true(is_refused(w, true, ISENABLER + 4, 1));
	assert_true(is_refused(w, true, ISENABLER + 4, 2));
	assert_true(is_refused(w, true, ISENABLER + 8, 8));
	assert_true(is_refused(w, true, IPRIORITYR + 32, 2));
	assert_true(is_refused(w, true, IPRIORITYR + 32, 8));
	assert_true(is_refused(w, true, ICFGR + 8, 1));
	assert_true(is_refused(w, true, IROUTER + 8 * 32, 1));
	assert_true(is_refused(w, true, IROUTER + 8 * 32 + 4, 2));
	assert_true(is_refused(w, false, RD(1, 0), 8));
	assert_true(is_refused(w, false, RD(1, 8), 2));
	assert_true(is_refused(w, false, RD(1, 12), 1));
	assert_true(is_refused(w, false, RD(1, 0x10), 8));
	assert_true(is_refused(w, false, RD(1, 0x14), 1));
	assert_true(is_refused(w, false, SGI(1, ICPENDR), 8));
}

/* Numbers that only the host itself could get wrong. */
static void test_no_such_interrupt(void **state)
{
	struct vgic_world *w = *state;
	struct rmi_rec_enter enter;
	struct vgic before = w->vgic;

	vgic_set_spi(&w->vgic, 0, true);
	vgic_set_spi(&w->vgic, 27, true);
	vgic_set_spi(&w->vgic, VGIC_IRQS, true);
	vgic_set_spi(&w->vgic, UINT32_MAX, true);
	vgic_set_ppi(&w->vgic, 0, 15, true);
	vgic_set_ppi(&w->vgic, 0, 32, true);
	vgic_set_ppi(&w->vgic, 4, 27, true);
	vgic_set_ppi(&w->vgic, VGIC_NO_CPU, 40, true);
	vgic_sgi(&w->vgic, 4, UINT64_C(1) << 40);
	vgic_sync(&w->vgic, 4, &w->run[0].exit);
	assert_false(vgic_pending(&w->vgic, 4));
	memset(&enter, 0xff, sizeof(enter));
	vgic_load(&w->vgic, VGIC_NO_CPU, &enter);
	for (unsigned int i = 0; i < RMI_NUM_LRS; i++)
		assert_int_equal(enter.gicv3_lrs[i], 0);
	assert_int_equal(enter.gicv3_hcr, 0);
	assert_memory_equal(&before, &w->vgic, sizeof(before));
	assert_int_equal(take_kicks(w), 0);
}

/* --- Noise --------------------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t random_bits(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return random_state >> 16 ^ random_state << 40;
}

/* Mostly aligned to something. */
static uint64_t random_offset(uint64_t size)
{
	switch (random_bits() % 4) {
	case 0: /* anything */
		return random_bits() << random_bits() % 16;
	case 1: /* where there is much */
		return (random_bits() % 2 * 0x10000 + random_bits() % 0xd00) & ~UINT64_C(3);
	case 2:
		return (IROUTER + random_bits() % 0x400) & ~(random_bits() % 8);
	default:
		return random_bits() % (size + 64) & ~(random_bits() % 8);
	}
}

/* Any access and any event, with vCPUs that come and go; what gets to the RMM is always valid. */
static void test_noise(void **state)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8, 4, 4, 4, 3 };
	struct vgic_world *w = *state;
	unsigned int done = 0, loaded = 0;

	random_state = 1;
	world_start(w, 3, 3);
	for (unsigned int round = 0; round < 100000; round++) {
		unsigned int bytes = sizes[random_bits() % 8], cpu = (unsigned int)(random_bits() % 3);
		uint64_t value = random_bits();

		if (random_bits() % 2 != 0)
			done += vgic_dist_access(&w->vgic, random_offset(VGIC_DIST_SIZE), bytes,
						 random_bits() % 4 != 0, &value);
		else
			done += vgic_redist_access(&w->vgic, random_offset(3 * VGIC_REDIST_SIZE), bytes,
						   random_bits() % 4 != 0, &value);
		if (round % 3 == 0)
			/* NOLINTNEXTLINE(misc-redundant-expression): two numbers, so that few bits are set */
			vgic_sgi(&w->vgic, cpu, random_bits() & random_bits());
		vgic_set_spi(&w->vgic, (unsigned int)(random_bits() % 100), random_bits() % 2 != 0);
		vgic_set_ppi(&w->vgic, cpu, (unsigned int)(random_bits() % 34), random_bits() % 2 != 0);
		if (round % 4 != 0)
			continue;
		enter(w, cpu);
		loaded += lr_of(w, cpu, LR_INTID(w->run[cpu].enter.gicv3_lrs[0])) != NULL;
		if (round % 16 == 0)
			continue;
		/* An exit record that no interface would write. */
		for (unsigned int i = 0; i < RMI_NUM_LRS; i++)
			w->run[cpu].exit.gicv3_lrs[i] = random_bits();
		w->eoi_count[cpu] = (unsigned int)(random_bits() % 32);
		leave(w, cpu);
		dist_write(w, 0, 4, 3);
		redist_write(w, RD(cpu, 0x14), 4, 0);
	}
	/* It wasn't all refused, nor all idle. */
	assert_true(done > 30000);
	assert_true(loaded > 5000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_init),
		TEST(test_dist_identity),
		TEST(test_dist_ctlr),
		TEST(test_redist_identity),
		TEST(test_waker),
		TEST(test_enable),
		TEST(test_pending),
		TEST(test_active),
		TEST(test_pending_by_line),
		TEST(test_group),
		TEST(test_priority),
		TEST(test_config),
		TEST(test_router),
		TEST(test_reserved),
		TEST(test_refused),
		TEST(test_no_such_interrupt),
		TEST(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
