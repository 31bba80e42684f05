/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vGIC's interrupts (host/devices/vgic.h): from a line or an SGI into the list registers of a vCPU, and
 * back, case by case.
 */
#include "vgic_world.h"

/* INTIDs: SPIs, unless said otherwise. */
#define NET 40
#define DISK 41

/* --- Into the list registers --------------------------------------------------------------------------- */

static void test_fields(void **state)
{
	struct vgic_world *w = *state;
	const uint64_t *lrs = w->run[1].enter.gicv3_lrs;

	set_up(w, 1, NET, false, 0xa0);
	set_up(w, 1, DISK, true, 0xb0);
	set_bit(w, 1, ISENABLER, 3);
	dist_write(w, IGROUPR + 4, 4, ~(UINT64_C(1) << (DISK - 32)));
	vgic_set_spi(&w->vgic, NET, true);
	vgic_set_spi(&w->vgic, DISK, true);
	vgic_sgi(&w->vgic, 0, 3 << 24 | 1 << 1);
	assert_int_equal(take_kicks(w), 1 << 1);
	enter(w, 1);
	assert_int_equal(lrs[0], LR_PENDING | LR_GROUP1 | 3);
	assert_int_equal(lrs[1], LR_PENDING | LR_GROUP1 | LR_EOI | UINT64_C(0xa0) << 48 | NET);
	assert_int_equal(lrs[2], LR_PENDING | UINT64_C(0xb0) << 48 | DISK);
	for (unsigned int i = 3; i < RMI_NUM_LRS; i++)
		assert_int_equal(lrs[i], 0);
	assert_int_equal(w->run[1].enter.gicv3_hcr, 0);
	/* No other vCPU has any of it. */
	enter(w, 0);
	assert_int_equal(w->run[0].enter.gicv3_lrs[0], 0);
}

/* Each thing that can be off. */
static void test_off(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, NET, false, 0xa0);
	vgic_set_spi(&w->vgic, NET, true);
	assert_int_equal(take_kicks(w), 1);

	set_bit(w, 0, ICENABLER, NET);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	assert_false(vgic_pending(&w->vgic, 0));
	leave(w, 0);
	set_bit(w, 0, ISENABLER, NET);
	assert_int_equal(take_kicks(w), 1);

	dist_write(w, 0, 4, 1);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	leave(w, 0);
	dist_write(w, IGROUPR + 4, 4, 0);
	assert_int_equal(take_kicks(w), 1);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
	leave(w, 0);
	dist_write(w, IGROUPR + 4, 4, 0xffffffff);
	dist_write(w, 0, 4, 2);
	assert_int_equal(take_kicks(w), 1);

	redist_write(w, RD(0, 0x14), 4, 2);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	leave(w, 0);
	redist_write(w, RD(0, 0x14), 4, 0);
	assert_int_equal(take_kicks(w), 1);

	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
}

static void test_priority_order(void **state)
{
	struct vgic_world *w = *state;
	static const uint8_t priorities[] = { 0x50, 0x20, 0xf0, 0x08, 0x20, 0x90 };

	world_start(w, 1, RMI_NUM_LRS);
	for (unsigned int i = 0; i < 6; i++) {
		set_up(w, 0, 60 - i, true, priorities[i]);
		set_bit(w, 0, ISPENDR, 60 - i);
	}
	enter(w, 0);
	/* Of equal ones, the lower INTID. */
	static const uint32_t order[] = { 57, 56, 59, 60, 55, 58 };

	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(LR_INTID(w->run[0].enter.gicv3_lrs[i]), order[i]);
	assert_int_equal(lr_of(w, 0, 0) == NULL, true);
}

/* Ten for four registers: the most urgent go in, the rest when there is room, and each exactly once. */
static void test_more_than_fit(void **state)
{
	struct vgic_world *w = *state;
	uint32_t got[10];
	unsigned int exits = 0;

	for (uint32_t i = 0; i < 10; i++) {
		set_up(w, 0, 50 + i, i % 2 == 0, (uint8_t)(0xf8 - i * 8));
		vgic_set_spi(&w->vgic, 50 + i, true);
	}
	enter(w, 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(LR_INTID(w->run[0].enter.gicv3_lrs[i]), 59 - i);
	assert_int_equal(w->run[0].enter.gicv3_hcr, HCR_NPIE);
	assert_false(maintenance(w, 0));

	for (unsigned int i = 0; i < 10; i++) {
		got[i] = acknowledge(w, 0, false);
		assert_int_equal(got[i], 59 - i);
		vgic_set_spi(&w->vgic, got[i], false);
		end(w, 0, got[i]);
		if (maintenance(w, 0)) {
			exits++;
			reenter(w, 0);
		}
	}
	assert_true(exits >= 2);
	assert_int_equal(acknowledge(w, 0, false), SPURIOUS);
	leave(w, 0);
	enter(w, 0);
	assert_int_equal(w->run[0].enter.gicv3_hcr, 0);
	assert_int_equal(w->run[0].enter.gicv3_lrs[0], 0);
}

/* All registers hold what is active (a realm with EOImode = 1 can do that): they stay, whatever comes. The end
 * of any makes room. */
static void test_all_active(void **state)
{
	struct vgic_world *w = *state;

	for (uint32_t i = 0; i < 5; i++) {
		set_up(w, 0, 50 + i, true, 0x80);
		set_bit(w, 0, ISPENDR, 50 + i);
	}
	enter(w, 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(acknowledge(w, 0, true), 50 + i);
	assert_true(maintenance(w, 0));
	set_priority(w, 0, 54, 0);
	reenter(w, 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(lr_state(w, 0, 50 + i), LR_ACTIVE);
	/* No exit before something ends, or the vCPU would get nowhere. */
	assert_false(maintenance(w, 0));
	end(w, 0, 52);
	assert_int_equal(w->eoi_count[0], 0);
	assert_true(maintenance(w, 0));
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, 54), LR_PENDING);
	assert_int_equal(lr_state(w, 0, 52), 0);
	assert_int_equal(acknowledge(w, 0, true), 54);
	reenter(w, 0);
	assert_false(maintenance(w, 0));
}

/* --- Levels and edges ---------------------------------------------------------------------------------- */

/* As long as the line is high an interrupt that ended is pending again, and no longer. */
static void test_level(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, NET, false, 0xa0);
	vgic_set_spi(&w->vgic, NET, true);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), NET);
	reenter(w, 0);
	/* Active, and not pending: the line may be low when it ends. Nothing to come out for before. */
	take_kicks(w);
	vgic_set_spi(&w->vgic, NET, false);
	vgic_set_spi(&w->vgic, NET, true);
	assert_int_equal(take_kicks(w), 0);
	assert_int_equal(lr_state(w, 0, NET), LR_ACTIVE);
	assert_true(bit(w, 0, ISPENDR, NET));
	assert_false(maintenance(w, 0));
	end(w, 0, NET);
	assert_true(maintenance(w, 0));
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), NET);
	vgic_set_spi(&w->vgic, NET, false);
	end(w, 0, NET);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	assert_false(vgic_pending(&w->vgic, 0));
}

/* What is over is looked at no more: an entry costs what there is to do, not what interrupts there are. */
static void test_quiet(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, NET, false, 0xa0);
	set_up(w, 0, VGIC_INTID_VIRTUAL_TIMER, false, 0xa0);
	vgic_set_spi(&w->vgic, NET, true);
	vgic_set_ppi(&w->vgic, 0, VGIC_INTID_VIRTUAL_TIMER, true);
	assert_int_not_equal(w->vgic.busy_spis[NET / 32 - 1], 0);
	assert_int_not_equal(w->vgic.cpus[0].busy, 0);
	vgic_set_spi(&w->vgic, NET, false);
	vgic_set_ppi(&w->vgic, 0, VGIC_INTID_VIRTUAL_TIMER, false);
	enter(w, 0);
	assert_int_equal(w->vgic.busy_spis[NET / 32 - 1], 0);
	assert_int_equal(w->vgic.cpus[0].busy, 0);
}

/* The line falls before the vCPU takes it. */
static void test_level_withdrawn(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, NET, false, 0xa0);
	vgic_set_spi(&w->vgic, NET, true);
	enter(w, 0);
	vgic_set_spi(&w->vgic, NET, false);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	leave(w, 0);
	assert_false(bit(w, 0, ISPENDR, NET));
}

/* A level made pending by ISPENDR: once, like an edge. */
static void test_level_by_write(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, NET, false, 0xa0);
	set_bit(w, 0, ISPENDR, NET);
	enter(w, 0);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), NET);
	end(w, 0, NET);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), 0);
	/* Again while it is being handled: again after. */
	set_bit(w, 0, ISPENDR, NET);
	reenter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), NET);
	set_bit(w, 0, ISPENDR, NET);
	end(w, 0, NET);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
}

static void test_edge(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	vgic_set_spi(&w->vgic, DISK, true);
	vgic_set_spi(&w->vgic, DISK, true);
	assert_int_equal(take_kicks(w), 1);
	enter(w, 0);
	/* Not lost by an exit, not doubled. */
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	end(w, 0, DISK);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), 0);
	assert_false(bit(w, 0, ISPENDR, DISK));
	/* It takes more than a line that is high. */
	vgic_set_spi(&w->vgic, DISK, true);
	vgic_set_spi(&w->vgic, DISK, false);
	assert_int_equal(take_kicks(w), 0);
	leave(w, 0);
	assert_false(vgic_pending(&w->vgic, 0));
}

static void test_edge_while_active(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	take_kicks(w);
	vgic_set_spi(&w->vgic, DISK, true);
	/* The vCPU runs and doesn't know. */
	assert_int_equal(take_kicks(w), 1);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE | LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), SPURIOUS);
	leave(w, 0);
	assert_true(bit(w, 0, ISPENDR, DISK));
	assert_true(bit(w, 0, ISACTIVER, DISK));
	/* Nothing to wake up for: it can't be taken yet. */
	assert_false(vgic_pending(&w->vgic, 0));
	take_kicks(w);
	set_bit(w, 0, ISPENDR, DISK);
	assert_int_equal(take_kicks(w), 0);
	enter(w, 0);
	end(w, 0, DISK);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	end(w, 0, DISK);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), 0);
}

/* Two edges before the vCPU looks are one; one after it has acknowledged is another. */
static void test_edge_after_acknowledge(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	set_bit(w, 0, ISPENDR, DISK);
	assert_int_equal(lr_state(w, 0, DISK), LR_PENDING);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	end(w, 0, DISK);
	set_bit(w, 0, ISPENDR, DISK);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_PENDING);
}

/* Each pulse is an edge: none is lost to one that came before, whatever the vCPU has done about that. */
static void test_pulse(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	vgic_pulse_spi(&w->vgic, DISK);
	assert_int_equal(take_kicks(w), 1);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	vgic_pulse_spi(&w->vgic, DISK);
	assert_int_equal(take_kicks(w), 1);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE | LR_PENDING);
	end(w, 0, DISK);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	end(w, 0, DISK);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), 0);
	leave(w, 0);
	vgic_pulse_spi(&w->vgic, DISK);
	assert_true(vgic_pending(&w->vgic, 0));
}

/* It leaves no level behind, and no INTID but an SPI has a pulse. */
static void test_pulse_of_a_level(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, false, 0xa0);
	vgic_pulse_spi(&w->vgic, DISK);
	vgic_pulse_spi(&w->vgic, 23);
	vgic_pulse_spi(&w->vgic, VGIC_IRQS);
	assert_int_equal(take_kicks(w), 0);
	assert_false(vgic_pending(&w->vgic, 0));
	assert_false(bit(w, 0, ISPENDR, DISK));
}

/* --- Timers -------------------------------------------------------------------------------------------- */

static void test_timers(void **state)
{
	struct vgic_world *w = *state;
	static const struct {
		uint64_t ctl;
		bool asserted;
	} cases[] = { { 0, false }, { 1, false }, { 4, false }, { 5, true },
		      { 6, false }, { 7, false }, { 3, false } };

	set_up(w, 2, VGIC_INTID_VIRTUAL_TIMER, false, 0xa0);
	set_up(w, 2, VGIC_INTID_PHYSICAL_TIMER, false, 0xa0);
	for (unsigned int i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_virtual = i % 2 == 0;
		uint32_t intid = is_virtual ? VGIC_INTID_VIRTUAL_TIMER : VGIC_INTID_PHYSICAL_TIMER;

		w->run[2].exit.cntv_ctl = is_virtual ? cases[i / 2].ctl : 1;
		w->run[2].exit.cntp_ctl = is_virtual ? 1 : cases[i / 2].ctl;
		leave(w, 2);
		assert_int_equal(vgic_pending(&w->vgic, 2), cases[i / 2].asserted);
		enter(w, 2);
		assert_int_equal(lr_state(w, 2, intid), cases[i / 2].asserted ? LR_PENDING : 0);
		assert_int_equal(lr_state(w, 2, intid ^ VGIC_INTID_VIRTUAL_TIMER ^ VGIC_INTID_PHYSICAL_TIMER),
				 0);
	}
	/* A vCPU's own. */
	enter(w, 1);
	assert_null(lr_of(w, 1, VGIC_INTID_VIRTUAL_TIMER));
}

/* One tick: fires, is handled with the timer set anew, ends; then the next. */
static void test_timer_ticks(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, VGIC_INTID_VIRTUAL_TIMER, false, 0xa0);
	enter(w, 0);
	for (unsigned int tick = 0; tick < 3; tick++) {
		w->run[0].exit.cntv_ctl = 5;
		reenter(w, 0);
		assert_int_equal(acknowledge(w, 0, false), VGIC_INTID_VIRTUAL_TIMER);
		w->run[0].exit.cntv_ctl = 1;
		end(w, 0, VGIC_INTID_VIRTUAL_TIMER);
		/* An exit, or the RMM would keep the timer masked (DEN0137 A6.2). */
		assert_true(maintenance(w, 0));
		reenter(w, 0);
		assert_int_equal(acknowledge(w, 0, false), SPURIOUS);
	}
}

static void test_ppi(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 3, 23, false, 0xa0);
	vgic_set_ppi(&w->vgic, 3, 23, true);
	vgic_set_ppi(&w->vgic, 2, 23, true);
	assert_int_equal(take_kicks(w), 1 << 3);
	enter(w, 3);
	assert_int_equal(lr_state(w, 3, 23), LR_PENDING);
	enter(w, 2);
	assert_null(lr_of(w, 2, 23));
}

/* --- SGIs ---------------------------------------------------------------------------------------------- */

#define SGI1R(intid, aff1, targets) ((uint64_t)(intid) << 24 | (uint64_t)(aff1) << 16 | (targets))

/* vCPUs for which SGI `intid` is pending; it is not afterwards. */
static uint32_t take_sgi(struct vgic_world *w, uint32_t intid)
{
	uint32_t cpus = 0;

	for (unsigned int cpu = 0; cpu < w->vgic.cpu_count; cpu++) {
		if (bit(w, cpu, ISPENDR, intid))
			cpus |= UINT32_C(1) << cpu;
		set_bit(w, cpu, ICPENDR, intid);
	}
	return cpus;
}

static void test_sgi(void **state)
{
	struct vgic_world *w = *state;

	world_start(w, 7, 4);
	for (unsigned int cpu = 0; cpu < 7; cpu++)
		redist_write(w, SGI(cpu, ISENABLER), 4, 0xffff);
	for (uint32_t intid = 0; intid < 16; intid++) {
		vgic_sgi(&w->vgic, 2, SGI1R(intid, 0, 0x25));
		assert_int_equal(take_kicks(w), 0x25);
		for (uint32_t other = 0; other < 16; other++)
			assert_int_equal(take_sgi(w, other), other == intid ? 0x25 : 0);
	}
	/* Oneself; all that exist, of all. */
	vgic_sgi(&w->vgic, 2, SGI1R(1, 0, 1 << 2));
	assert_int_equal(take_sgi(w, 1), 1 << 2);
	vgic_sgi(&w->vgic, 2, SGI1R(1, 0, 0xffff));
	assert_int_equal(take_sgi(w, 1), 0x7f);
	take_kicks(w);
	/* All but oneself; the list means nothing then. */
	vgic_sgi(&w->vgic, 2, SGI1R(1, 0, 0xffff) | UINT64_C(1) << 40);
	assert_int_equal(take_kicks(w), 0x7b);
	assert_int_equal(take_sgi(w, 1), 0x7b);
	vgic_sgi(&w->vgic, 6, SGI1R(1, 0xff, 0) | UINT64_C(0xff) << 48 | UINT64_C(1) << 40);
	assert_int_equal(take_sgi(w, 1), 0x3f);
}

static void test_sgi_to_nobody(void **state)
{
	struct vgic_world *w = *state;

	for (unsigned int cpu = 0; cpu < 4; cpu++)
		redist_write(w, SGI(cpu, ISENABLER), 4, 0xffff);
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0));
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0xfff0));
	vgic_sgi(&w->vgic, 0, SGI1R(1, 1, 0xffff));
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0xff, 0xffff));
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0xffff) | UINT64_C(1) << 32); /* Aff2 */
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0xffff) | UINT64_C(1) << 44); /* RS */
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0xffff) | UINT64_C(1) << 48); /* Aff3 */
	assert_int_equal(take_sgi(w, 1), 0);
	/* Group 0 isn't SGI1R's. */
	redist_write(w, SGI(1, IGROUPR), 4, ~UINT64_C(2));
	vgic_sgi(&w->vgic, 0, SGI1R(1, 0, 0xffff));
	assert_int_equal(take_sgi(w, 1), 0xd);
	assert_int_equal(take_kicks(w), 0xd);
}

/* Sent again while the first is being handled. */
static void test_sgi_while_active(void **state)
{
	struct vgic_world *w = *state;

	set_bit(w, 1, ISENABLER, 5);
	vgic_sgi(&w->vgic, 0, SGI1R(5, 0, 2));
	enter(w, 1);
	assert_int_equal(acknowledge(w, 1, false), 5);
	take_kicks(w);
	vgic_sgi(&w->vgic, 0, SGI1R(5, 0, 2));
	assert_int_equal(take_kicks(w), 2);
	end(w, 1, 5);
	reenter(w, 1);
	assert_int_equal(acknowledge(w, 1, false), 5);
	end(w, 1, 5);
	reenter(w, 1);
	assert_int_equal(acknowledge(w, 1, false), SPURIOUS);
}

/* --- Routing ------------------------------------------------------------------------------------------- */

static void test_routing(void **state)
{
	struct vgic_world *w = *state;

	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		set_up(w, cpu, 50 + cpu, false, 0xa0);
		vgic_set_spi(&w->vgic, 50 + cpu, true);
		assert_int_equal(take_kicks(w), 1 << cpu);
	}
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		enter(w, cpu);
		for (unsigned int i = 0; i < 4; i++)
			assert_int_equal(lr_state(w, cpu, 50 + i), i == cpu ? LR_PENDING : 0);
		leave(w, cpu);
	}
}

/* To an affinity that isn't: it stays pending, at nobody's. */
static void test_routed_to_nobody(void **state)
{
	static const uint32_t nobody[] = { 4, 16, 0x100, 0x10000, 0xffffff };
	struct vgic_world *w = *state;

	set_up(w, 0, NET, true, 0xa0);
	for (unsigned int i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		dist_write(w, IROUTER + 8 * NET, 8, nobody[i]);
		set_bit(w, 0, ISPENDR, NET);
		set_bit(w, 0, ISACTIVER, NET);
		for (unsigned int cpu = 0; cpu < 4; cpu++) {
			assert_false(vgic_pending(&w->vgic, cpu));
			enter(w, cpu);
			assert_int_equal(w->run[cpu].enter.gicv3_lrs[0], 0);
			leave(w, cpu);
		}
		set_bit(w, 0, ICACTIVER, NET);
	}
	assert_int_equal(take_kicks(w), 0);
	dist_write(w, IROUTER + 8 * NET, 8, 3);
	assert_int_equal(take_kicks(w), 1 << 3);
	enter(w, 3);
	assert_int_equal(lr_state(w, 3, NET), LR_PENDING);
}

/* Routed elsewhere while a running vCPU has it, pending: that one is fetched out, the new one gets it. */
static void test_rerouted_pending(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	take_kicks(w);
	dist_write(w, IROUTER + 8 * DISK, 8, 1);
	assert_int_equal(take_kicks(w), 1 << 0);
	/* Not twice. */
	leave(w, 1);
	assert_false(vgic_pending(&w->vgic, 1));
	enter(w, 1);
	assert_null(lr_of(w, 1, DISK));
	leave(w, 1);
	leave(w, 0);
	assert_int_equal(take_kicks(w), 1 << 1);
	enter(w, 0);
	assert_null(lr_of(w, 0, DISK));
	enter(w, 1);
	assert_int_equal(lr_state(w, 1, DISK), LR_PENDING);

	/* A level is as good as gone from there only when the vCPU has been out. */
	set_up(w, 0, NET, false, 0xa0);
	vgic_set_spi(&w->vgic, NET, true);
	reenter(w, 0);
	dist_write(w, IROUTER + 8 * NET, 8, 1);
	leave(w, 1);
	vgic_set_spi(&w->vgic, DISK, false);
	set_bit(w, 1, ICPENDR, DISK);
	assert_false(vgic_pending(&w->vgic, 1));
	leave(w, 0);
	assert_true(vgic_pending(&w->vgic, 1));
}

/* ... active: it ends where it began, and what came meanwhile goes to the new one. */
static void test_rerouted_active(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	leave(w, 0);
	dist_write(w, IROUTER + 8 * DISK, 8, 1);
	set_bit(w, 0, ISPENDR, DISK);
	set_bit(w, 0, ISACTIVER, DISK); /* it is */
	enter(w, 1);
	assert_null(lr_of(w, 1, DISK));
	leave(w, 1);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE);
	end(w, 0, DISK);
	assert_true(maintenance(w, 0));
	take_kicks(w);
	leave(w, 0);
	assert_int_equal(take_kicks(w), 1 << 1);
	enter(w, 1);
	assert_int_equal(lr_state(w, 1, DISK), LR_PENDING);
}

/* --- What one vCPU does to another's ------------------------------------------------------------------- */

static void test_disabled_by_another(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	take_kicks(w);
	assert_int_equal(dist_read(w, 0, 4), 0x53);
	set_bit(w, 0, ICENABLER, DISK);
	/* It may still be taken: the write is in progress (RWP). */
	assert_int_equal(take_kicks(w), 1);
	assert_int_equal(dist_read(w, 0, 4), 0x80000053);
	leave(w, 0);
	assert_int_equal(dist_read(w, 0, 4), 0x53);
	enter(w, 0);
	assert_null(lr_of(w, 0, DISK));
	leave(w, 0);
	/* It is still pending. */
	set_bit(w, 0, ISENABLER, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	/* Once it is taken there is nothing to wait for. */
	reenter(w, 0);
	set_bit(w, 0, ICENABLER, DISK);
	assert_int_equal(dist_read(w, 0, 4), 0x53);
}

static void test_private_disabled_by_another(void **state)
{
	struct vgic_world *w = *state;

	set_bit(w, 1, ISENABLER, 5);
	set_bit(w, 1, ISPENDR, 5);
	enter(w, 1);
	assert_int_equal(redist_read(w, RD(1, 0), 4), 0);
	take_kicks(w);
	dist_write(w, 0, 4, 0);
	assert_int_equal(take_kicks(w), 1 << 1);
	assert_int_equal(dist_read(w, 0, 4), 0x80000050);
	dist_write(w, 0, 4, 3);
	assert_int_equal(dist_read(w, 0, 4), 0x53);
	set_bit(w, 1, ICENABLER, 5);
	assert_int_equal(redist_read(w, RD(1, 0), 4), 8);
	assert_int_equal(redist_read(w, RD(0, 0), 4), 0);
	leave(w, 1);
	assert_int_equal(redist_read(w, RD(1, 0), 4), 0);
}

static void test_pending_cleared_by_another(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	take_kicks(w);
	set_bit(w, 0, ICPENDR, DISK);
	assert_int_equal(take_kicks(w), 1);
	reenter(w, 0);
	assert_null(lr_of(w, 0, DISK));
	/* Too late for one that was taken. */
	set_bit(w, 0, ISPENDR, DISK);
	reenter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	set_bit(w, 0, ICPENDR, DISK);
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE);
}

static void test_active_changed_by_another(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	take_kicks(w);
	set_bit(w, 0, ICACTIVER, DISK);
	assert_int_equal(take_kicks(w), 1);
	assert_false(bit(w, 0, ISACTIVER, DISK));
	reenter(w, 0);
	assert_null(lr_of(w, 0, DISK));

	set_bit(w, 0, ISPENDR, DISK);
	reenter(w, 0);
	take_kicks(w);
	set_bit(w, 0, ISACTIVER, DISK);
	assert_int_equal(take_kicks(w), 1);
	assert_true(bit(w, 0, ISACTIVER, DISK));
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE | LR_PENDING);
}

/* Priority and enable change while a vCPU has it: it comes out and in again. */
static void test_priority_changed_by_another(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	take_kicks(w);
	set_priority(w, 0, DISK, 0xa0);
	assert_int_equal(take_kicks(w), 0);
	set_priority(w, 0, DISK, 0x40);
	assert_int_equal(take_kicks(w), 1);
	reenter(w, 0);
	assert_int_equal(LR_PRIORITY(*lr_of(w, 0, DISK)), 0x40);
}

static bool leave_at_last(struct vgic_world *w)
{
	static unsigned int pauses;

	if (++pauses == 3)
		reenter(w, 0);
	return true;
}

/* ISACTIVER of what a running vCPU has: only that one knows, so that it is fetched and asked. */
static void test_active_read_from_another(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	take_kicks(w);
	w->relaxed = leave_at_last;
	assert_true(bit(w, 0, ISACTIVER, DISK));
	assert_int_equal(take_kicks(w), 1);
	/* Nobody is asked about what no vCPU has, or about what the vGIC knows itself. */
	w->relaxed = NULL;
	assert_false(bit(w, 0, ISACTIVER, 80));
	assert_true(bit(w, 0, ISENABLER, DISK));
	assert_int_equal(take_kicks(w), 0);
	/* Without patience: what is known. */
	end(w, 0, DISK);
	assert_true(bit(w, 0, ISACTIVER, DISK));
	assert_int_equal(take_kicks(w), 1);
	w->vgic.ops.relax = NULL;
	assert_true(bit(w, 0, ISACTIVER, DISK));
	leave(w, 0);
	assert_false(bit(w, 0, ISACTIVER, DISK));
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_true(bit(w, 0, ISPENDR, DISK));
	assert_int_equal(acknowledge(w, 0, false), DISK);
	leave(w, 0);
	assert_false(bit(w, 0, ISPENDR, DISK));
}

/* --- Declared active ----------------------------------------------------------------------------------- */

/* ISACTIVER alone: as active as any, but it doesn't keep others from the vCPU. */
static void test_declared_active(void **state)
{
	struct vgic_world *w = *state;

	for (uint32_t i = 0; i < 5; i++) {
		set_up(w, 0, 50 + i, true, 0x80);
		set_bit(w, 0, ISACTIVER, 50 + i);
	}
	set_up(w, 0, NET, true, 0xf0);
	set_bit(w, 0, ISPENDR, NET);
	set_bit(w, 0, ISPENDR, 50);
	take_kicks(w);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
	assert_int_equal(lr_state(w, 0, 50), LR_ACTIVE | LR_PENDING);
	assert_int_equal(lr_state(w, 0, 53), 0);
	assert_int_equal(w->run[0].enter.gicv3_hcr, HCR_LRENPIE);
	assert_false(maintenance(w, 0));
	/* Ended by the vCPU without being there: it counts, and one is ended. */
	set_bit(w, 0, ICACTIVER, 53);
	end(w, 0, 54);
	assert_int_equal(w->eoi_count[0], 1);
	assert_true(maintenance(w, 0));
	leave(w, 0);
	assert_false(bit(w, 0, ISACTIVER, 54));
	for (uint32_t i = 0; i < 3; i++)
		assert_true(bit(w, 0, ISACTIVER, 50 + i));
	/* More than there are. */
	w->eoi_count[0] = 31;
	leave(w, 0);
	enter(w, 0);
	w->eoi_count[0] = 31;
	leave(w, 0);
	assert_true(bit(w, 0, ISACTIVER, 50));
	assert_true(bit(w, 0, ISPENDR, NET));
}

/* One that ends in absence is pending again for its vCPU, if it is. */
static void test_declared_active_end(void **state)
{
	struct vgic_world *w = *state;

	world_start(w, 1, 1);
	set_up(w, 0, NET, false, 0xa0);
	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	leave(w, 0);
	vgic_set_spi(&w->vgic, NET, true);
	set_bit(w, 0, ISACTIVER, NET);
	set_bit(w, 0, ISACTIVER, DISK); /* it is, and stays an acknowledged one */
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE);
	take_kicks(w);
	end(w, 0, NET);
	leave(w, 0);
	assert_int_equal(take_kicks(w), 1);
	assert_false(bit(w, 0, ISACTIVER, NET));
	assert_true(bit(w, 0, ISACTIVER, DISK));
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE);
	end(w, 0, DISK);
	assert_true(maintenance(w, 0));
	reenter(w, 0);
	assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
}

/* What was only declared never gets the place of a pending one, whatever it has been before. */
static void test_declared_active_rank(void **state)
{
	struct vgic_world *w = *state;

	world_start(w, 1, 1);
	set_up(w, 0, NET, true, 0xf0);
	set_up(w, 0, DISK, true, 0xa0);
	for (unsigned int round = 0; round < 4; round++) {
		set_bit(w, 0, ISPENDR, DISK);
		enter(w, 0);
		assert_int_equal(acknowledge(w, 0, false), DISK);
		reenter(w, 0);
		if (round % 2 == 0) {
			end(w, 0, DISK);
			leave(w, 0);
		} else {
			leave(w, 0);
			set_bit(w, 0, ICACTIVER, DISK);
		}
		if (round < 2) { /* declared while it is in a list register */
			set_bit(w, 0, ISPENDR, DISK);
			enter(w, 0);
			set_bit(w, 0, ISACTIVER, DISK);
		} else { /* before it comes to one */
			set_bit(w, 0, ISACTIVER, DISK);
			enter(w, 0);
		}
		reenter(w, 0);
		assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE | (round < 2 ? LR_PENDING : 0));
		leave(w, 0);
		set_bit(w, 0, ISPENDR, NET);
		enter(w, 0);
		assert_int_equal(lr_state(w, 0, NET), LR_PENDING);
		leave(w, 0);
		set_bit(w, 0, ICPENDR, NET);
		set_bit(w, 0, ICPENDR, DISK);
		set_bit(w, 0, ICACTIVER, DISK);
	}
}

/* Several in absence: the most urgent ends. A pending one that ICACTIVER ends is news. */
static void test_declared_active_order(void **state)
{
	struct vgic_world *w = *state;

	world_start(w, 1, 1);
	set_up(w, 0, NET, true, 0x10);
	set_bit(w, 0, ISPENDR, NET);
	for (uint32_t i = 0; i < 3; i++) {
		static const uint8_t priorities[] = { 0x80, 0x40, 0xc0 };

		set_up(w, 0, 50 + i, true, priorities[i]);
		set_bit(w, 0, ISACTIVER, 50 + i);
	}
	enter(w, 0);
	end(w, 0, 51);
	leave(w, 0);
	assert_true(bit(w, 0, ISACTIVER, 50));
	assert_false(bit(w, 0, ISACTIVER, 51));
	assert_true(bit(w, 0, ISACTIVER, 52));
	set_bit(w, 0, ISPENDR, 50);
	take_kicks(w);
	set_bit(w, 0, ICACTIVER, 50);
	assert_int_equal(take_kicks(w), 1);
}

/* --- The vCPU's own side ------------------------------------------------------------------------------- */

static void test_wakes(void **state)
{
	static const struct {
		uint64_t vmcr;
		bool wakes;
	} cases[] = {
		{ 0xf0000002, true },  { 0xf0000001, false }, { 0xf0000000, false },
		{ 0xa0000002, false }, { 0xa8000003, true },  { 0x00000003, false },
	};
	struct vgic_world *w = *state;

	set_up(w, 1, NET, false, 0xa0);
	leave(w, 0);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w->run[1].exit.gicv3_vmcr = cases[i].vmcr;
		leave(w, 1);
		assert_false(vgic_pending(&w->vgic, 1));
		vgic_set_spi(&w->vgic, NET, true);
		assert_int_equal(vgic_pending(&w->vgic, 1), cases[i].wakes);
		assert_false(vgic_pending(&w->vgic, 0));
		vgic_set_spi(&w->vgic, NET, false);
	}
	/* Asleep, any interrupt is a request to wake. */
	redist_write(w, RD(1, 0x14), 4, 2);
	assert_false(vgic_pending(&w->vgic, 1));
	vgic_set_spi(&w->vgic, NET, true);
	assert_true(vgic_pending(&w->vgic, 1));
}

/* The entry failed: nothing ran, and nothing is lost. */
static void test_failed_entry(void **state)
{
	struct vgic_world *w = *state;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_PENDING);
	assert_int_equal(acknowledge(w, 0, false), DISK);
	reenter(w, 0);
	enter(w, 0);
	assert_int_equal(lr_state(w, 0, DISK), LR_ACTIVE);
}

/* An exit record is only about what was loaded, and only about its state. */
static void test_foreign_exit(void **state)
{
	struct vgic_world *w = *state;
	uint64_t *lrs = w->run[0].exit.gicv3_lrs;

	set_up(w, 0, DISK, true, 0xa0);
	set_bit(w, 0, ISPENDR, DISK);
	enter(w, 0);
	lrs[0] = LR_ACTIVE | UINT64_C(0x10) << 48 | 0xffffffff;
	lrs[1] = LR_ACTIVE | LR_GROUP1 | NET;
	leave(w, 0);
	assert_true(bit(w, 0, ISACTIVER, DISK));
	assert_false(bit(w, 0, ISACTIVER, NET));
	/* Never loaded, so nothing comes back. */
	lrs[0] = 0;
	leave(w, 0);
	assert_true(bit(w, 0, ISACTIVER, DISK));
	enter(w, 0);
	assert_int_equal(LR_PRIORITY(*lr_of(w, 0, DISK)), 0xa0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_fields),
		TEST(test_off),
		TEST(test_priority_order),
		TEST(test_more_than_fit),
		TEST(test_all_active),
		TEST(test_level),
		TEST(test_quiet),
		TEST(test_level_withdrawn),
		TEST(test_level_by_write),
		TEST(test_edge),
		TEST(test_edge_while_active),
		TEST(test_edge_after_acknowledge),
		TEST(test_pulse),
		TEST(test_pulse_of_a_level),
		TEST(test_timers),
		TEST(test_timer_ticks),
		TEST(test_ppi),
		TEST(test_sgi),
		TEST(test_sgi_to_nobody),
		TEST(test_sgi_while_active),
		TEST(test_routing),
		TEST(test_routed_to_nobody),
		TEST(test_rerouted_pending),
		TEST(test_rerouted_active),
		TEST(test_disabled_by_another),
		TEST(test_private_disabled_by_another),
		TEST(test_pending_cleared_by_another),
		TEST(test_active_changed_by_another),
		TEST(test_priority_changed_by_another),
		TEST(test_active_read_from_another),
		TEST(test_declared_active),
		TEST(test_declared_active_end),
		TEST(test_declared_active_rank),
		TEST(test_declared_active_order),
		TEST(test_wakes),
		TEST(test_failed_entry),
		TEST(test_foreign_exit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
