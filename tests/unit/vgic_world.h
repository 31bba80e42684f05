/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vGIC on the build machine: a lock that is checked, kicks that are counted, and for each vCPU the virtual
 * CPU interface that the list registers are for, as far as it matters: acknowledge, end, maintenance.
 */
#ifndef TESTS_UNIT_VGIC_WORLD_H
#define TESTS_UNIT_VGIC_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "devices/vgic_irq.h"

#define ISENABLER 0x100
#define ICENABLER 0x180
#define IGROUPR 0x080
#define ISPENDR 0x200
#define ICPENDR 0x280
#define ISACTIVER 0x300
#define ICACTIVER 0x380
#define IPRIORITYR 0x400
#define ICFGR 0xc00
#define IROUTER 0x6000

#define LR_ACTIVE (UINT64_C(1) << 63)
#define LR_PENDING (UINT64_C(1) << 62)
#define LR_STATE (LR_ACTIVE | LR_PENDING)
#define LR_GROUP1 (UINT64_C(1) << 60)
#define LR_EOI (UINT64_C(1) << 41)
#define LR_PRIORITY(lr) ((unsigned int)((lr) >> 48 & 0xff))
#define LR_INTID(lr) ((uint32_t)(lr))

#define HCR_LRENPIE UINT64_C(0x4)
#define HCR_NPIE UINT64_C(0x8)

#define SPURIOUS 1023

struct vgic_world {
	struct vgic vgic;
	struct rmi_rec_run run[VGIC_MAX_CPUS];
	unsigned int eoi_count[VGIC_MAX_CPUS];
	uint32_t kicks; /* since last taken */
	unsigned int depth;
	bool (*relaxed)(struct vgic_world *w);
};

static inline void world_lock(void *context)
{
	struct vgic_world *w = context;

	assert_int_equal(w->depth++, 0);
}

/* What there is anything to do about is among what is looked at. */
static inline void expect_noted(struct vgic *vgic, unsigned int cpu, uint32_t intid)
{
	if (vgic_is_busy(vgic_irq_of(vgic, cpu, intid)))
		assert_true(*vgic_busy_word(vgic, cpu, intid) >> intid % 32 & 1);
}

static inline void world_unlock(void *context)
{
	struct vgic_world *w = context;

	for (uint32_t intid = 0; intid < VGIC_IRQS; intid++)
		for (unsigned int cpu = 0; cpu < (intid < VGIC_PRIVATE_IRQS ? w->vgic.cpu_count : 1); cpu++)
			expect_noted(&w->vgic, cpu, intid);
	assert_int_equal(w->depth--, 1);
}

static inline void world_kick(void *context, unsigned int cpu)
{
	struct vgic_world *w = context;

	assert_int_equal(w->depth, 0);
	assert_true(cpu < w->vgic.cpu_count);
	w->kicks |= UINT32_C(1) << cpu;
}

static inline bool world_relax(void *context)
{
	struct vgic_world *w = context;

	assert_int_equal(w->depth, 0);
	return w->relaxed != NULL && w->relaxed(w);
}

static inline uint32_t take_kicks(struct vgic_world *w)
{
	uint32_t kicks = w->kicks;

	w->kicks = 0;
	return kicks;
}

/* --- Registers ----------------------------------------------------------------------------------------- */

static inline uint64_t dist_read(struct vgic_world *w, uint64_t offset, unsigned int bytes)
{
	uint64_t value = UINT64_C(0xdeadbeefdeadbeef);

	assert_true(vgic_dist_access(&w->vgic, offset, bytes, false, &value));
	return value;
}

static inline void dist_write(struct vgic_world *w, uint64_t offset, unsigned int bytes, uint64_t value)
{
	assert_true(vgic_dist_access(&w->vgic, offset, bytes, true, &value));
}

static inline uint64_t redist_read(struct vgic_world *w, uint64_t offset, unsigned int bytes)
{
	uint64_t value = UINT64_C(0xdeadbeefdeadbeef);

	assert_true(vgic_redist_access(&w->vgic, offset, bytes, false, &value));
	return value;
}

static inline void redist_write(struct vgic_world *w, uint64_t offset, unsigned int bytes, uint64_t value)
{
	assert_true(vgic_redist_access(&w->vgic, offset, bytes, true, &value));
}

/* Frames of vCPU `cpu`. */
#define RD(cpu, offset) ((uint64_t)(cpu)*0x20000 + (offset))
#define SGI(cpu, offset) ((uint64_t)(cpu)*0x20000 + 0x10000 + (offset))

/* The word of a one-bit register that interrupt `intid` of vCPU `cpu` is in. */
static inline uint32_t word_read(struct vgic_world *w, unsigned int cpu, uint32_t reg, uint32_t intid)
{
	return (uint32_t)(intid < 32 ? redist_read(w, SGI(cpu, reg), 4)
				     : dist_read(w, reg + intid / 32 * 4, 4));
}

static inline bool bit(struct vgic_world *w, unsigned int cpu, uint32_t reg, uint32_t intid)
{
	return (word_read(w, cpu, reg, intid) >> intid % 32 & 1) != 0;
}

static inline void set_bit(struct vgic_world *w, unsigned int cpu, uint32_t reg, uint32_t intid)
{
	if (intid < 32)
		redist_write(w, SGI(cpu, reg), 4, UINT64_C(1) << intid);
	else
		dist_write(w, reg + intid / 32 * 4, 4, UINT64_C(1) << intid % 32);
}

static inline void set_priority(struct vgic_world *w, unsigned int cpu, uint32_t intid, uint8_t priority)
{
	if (intid < 32)
		redist_write(w, SGI(cpu, IPRIORITYR + intid), 1, priority);
	else
		dist_write(w, IPRIORITYR + intid, 1, priority);
}

/* As a kernel sets up one interrupt: trigger, priority, route, enable. */
static inline void set_up(struct vgic_world *w, unsigned int cpu, uint32_t intid, bool edge, uint8_t priority)
{
	uint64_t at = ICFGR + intid / 16 * 4, shift = intid % 16 * 2;
	uint64_t config = intid < 32 ? redist_read(w, SGI(cpu, at), 4) : dist_read(w, at, 4);

	config = (config & ~(UINT64_C(3) << shift)) | (edge ? UINT64_C(2) : 0) << shift;
	if (intid < 32) {
		redist_write(w, SGI(cpu, at), 4, config);
	} else {
		dist_write(w, at, 4, config);
		dist_write(w, IROUTER + intid * 8, 8, vgic_affinity(cpu));
	}
	set_priority(w, cpu, intid, priority);
	set_bit(w, cpu, ISENABLER, intid);
}

/* --- A vCPU's interface -------------------------------------------------------------------------------- */

/* What RMI_REC_ENTER wants of the host's values. */
static inline void check_lrs(const struct vgic_world *w, const struct rmi_rec_enter *enter)
{
	assert_int_equal(enter->gicv3_hcr & ~RMI_GICV3_HCR_ENTER_MASK, 0);
	for (unsigned int i = 0; i < RMI_NUM_LRS; i++) {
		uint64_t lr = enter->gicv3_lrs[i];

		if (i >= w->vgic.num_lrs)
			assert_int_equal(lr, 0);
		if ((lr & LR_STATE) == 0)
			continue;
		/* HW, pINTID but for EOI, and the bits without a meaning. */
		assert_int_equal(lr & UINT64_C(0x2f00fdff00000000), 0);
		assert_int_equal(LR_PRIORITY(lr) & 7, 0);
		assert_true(LR_INTID(lr) < VGIC_IRQS);
		for (unsigned int j = 0; j < i; j++)
			assert_false((enter->gicv3_lrs[j] & LR_STATE) != 0 &&
				     LR_INTID(enter->gicv3_lrs[j]) == LR_INTID(lr));
	}
}

static inline void enter(struct vgic_world *w, unsigned int cpu)
{
	struct rmi_rec_run *run = &w->run[cpu];

	memset(&run->enter, 0xff, sizeof(run->enter));
	vgic_load(&w->vgic, cpu, &run->enter);
	check_lrs(w, &run->enter);
	memcpy(run->exit.gicv3_lrs, run->enter.gicv3_lrs, sizeof(run->exit.gicv3_lrs));
	w->eoi_count[cpu] = 0;
}

static inline void leave(struct vgic_world *w, unsigned int cpu)
{
	struct rmi_rec_run *run = &w->run[cpu];

	run->exit.gicv3_hcr = run->enter.gicv3_hcr | (uint64_t)w->eoi_count[cpu] << 27;
	vgic_sync(&w->vgic, cpu, &run->exit);
}

static inline void reenter(struct vgic_world *w, unsigned int cpu)
{
	leave(w, cpu);
	enter(w, cpu);
}

/* The list register that has `intid`, or NULL. */
static inline uint64_t *lr_of(struct vgic_world *w, unsigned int cpu, uint32_t intid)
{
	uint64_t *lrs = w->run[cpu].exit.gicv3_lrs;

	for (unsigned int i = 0; i < RMI_NUM_LRS; i++) {
		if ((lrs[i] & LR_STATE) != 0 && LR_INTID(lrs[i]) == intid)
			return &lrs[i];
	}
	return NULL;
}

/* State bits of `intid`, 0 if there is none. */
static inline uint64_t lr_state(struct vgic_world *w, unsigned int cpu, uint32_t intid)
{
	const uint64_t *lr = lr_of(w, cpu, intid);

	return lr != NULL ? *lr & LR_STATE : 0;
}

/* The priority at which the vCPU is: of what is active in its list registers. */
static inline unsigned int running_priority(const struct vgic_world *w, unsigned int cpu)
{
	const uint64_t *lrs = w->run[cpu].exit.gicv3_lrs;
	unsigned int priority = 0x100;

	for (unsigned int i = 0; i < RMI_NUM_LRS; i++) {
		if ((lrs[i] & LR_ACTIVE) != 0 && LR_PRIORITY(lrs[i]) < priority)
			priority = LR_PRIORITY(lrs[i]);
	}
	return priority;
}

/* ICC_IAR1_EL1; `nested` ends a running priority at once (EOImode = 1, priority dropped). */
static inline uint32_t acknowledge(struct vgic_world *w, unsigned int cpu, bool nested)
{
	unsigned int best = nested ? 0x100 : running_priority(w, cpu);
	uint64_t *lrs = w->run[cpu].exit.gicv3_lrs, *found = NULL;

	for (unsigned int i = 0; i < RMI_NUM_LRS; i++) {
		if ((lrs[i] & LR_STATE) == LR_PENDING && LR_PRIORITY(lrs[i]) < best) {
			best = LR_PRIORITY(lrs[i]);
			found = &lrs[i];
		}
	}
	if (found == NULL)
		return SPURIOUS;
	*found ^= LR_STATE;
	return LR_INTID(*found);
}

/* ICC_EOIR1_EL1 (or DIR, for an acknowledge that was nested). */
static inline void end(struct vgic_world *w, unsigned int cpu, uint32_t intid)
{
	uint64_t *lr = lr_of(w, cpu, intid);

	if (lr != NULL && (*lr & LR_ACTIVE) != 0)
		*lr &= ~LR_ACTIVE;
	else
		w->eoi_count[cpu]++;
}

/* The maintenance interrupt is asserted. */
static inline bool maintenance(const struct vgic_world *w, unsigned int cpu)
{
	const struct rmi_rec_run *run = &w->run[cpu];
	uint64_t hcr = run->enter.gicv3_hcr;
	bool pending = false, eoi = false;

	for (unsigned int i = 0; i < w->vgic.num_lrs; i++) {
		uint64_t lr = run->exit.gicv3_lrs[i];

		pending |= (lr & LR_STATE) == LR_PENDING;
		eoi |= (lr & LR_STATE) == 0 && (lr & LR_EOI) != 0;
	}
	return eoi || ((hcr & HCR_NPIE) != 0 && !pending) ||
	       ((hcr & HCR_LRENPIE) != 0 && w->eoi_count[cpu] != 0);
}

/* --- Set-up -------------------------------------------------------------------------------------------- */

/* Out of reset, then as a kernel does it: both groups on, all vCPUs awake. */
static inline void world_start(struct vgic_world *w, unsigned int cpu_count, unsigned int num_lrs)
{
	const struct vgic_ops ops = {
		.lock = world_lock,
		.unlock = world_unlock,
		.kick = world_kick,
		.relax = world_relax,
		.context = w,
	};

	assert_true(vgic_init(&w->vgic, cpu_count, num_lrs, &ops));
	dist_write(w, 0, 4, 3);
	for (unsigned int cpu = 0; cpu < cpu_count; cpu++) {
		redist_write(w, RD(cpu, 0x14), 4, 0);
		w->run[cpu].exit.gicv3_vmcr = UINT64_C(0xf0000002);
	}
	take_kicks(w);
}

static inline int world_setup(void **state)
{
	struct vgic_world *w = malloc(sizeof(*w));

	/* Nothing may rest on memory being zero. */
	memset(w, 0xa5, sizeof(*w));
	memset(w->run, 0, sizeof(w->run));
	w->kicks = 0;
	w->depth = 0;
	w->relaxed = NULL;
	world_start(w, 4, 4);
	*state = w;
	return 0;
}

static inline int world_teardown(void **state)
{
	free(*state);
	return 0;
}

#endif
