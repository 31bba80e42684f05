/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The distributor's and redistributors' frames: which register an offset is, and those registers that are not
 * about one field of each interrupt (vgic_bits.c). Names and offsets: Arm IHI0069, "The GIC Distributor
 * register map", "The GIC Redistributor register map".
 */
#include "vgic_irq.h"

#define GICD_CTLR 0x0000
#define GICD_TYPER 0x0004
#define GICD_IIDR 0x0008
#define GICD_IROUTER 0x6000 /* of INTID 32: 0x6100 */
#define GICD_IROUTER_FIRST (GICD_IROUTER + 8 * VGIC_PRIVATE_IRQS)
#define GICD_IROUTER_END (GICD_IROUTER + 8 * VGIC_IRQS)

#define GICR_CTLR 0x0000
#define GICR_IIDR 0x0004
#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_RD_SIZE 0x10000 /* the RD_base frame; SGI_base is the second */

/* Of the distributor and of RD_base. */
#define STATUSR 0x0010
#define PIDR2 0xffe8

#define GICD_CTLR_ENABLES (GICD_CTLR_ENABLE_GRP0 | GICD_CTLR_ENABLE_GRP1)
#define GICD_CTLR_ARE 0x10U
#define GICD_CTLR_DS 0x40U
#define GICD_CTLR_RWP 0x80000000U

/* ITLinesNumber [4:0]; 10-bit INTIDs (IDbits [23:19] = 9); no 1-of-N (bit 25); no LPIs, no security. */
#define GICD_TYPER_VALUE ((VGIC_IRQS / 32 - 1) | 9U << 19 | 1U << 25)

#define GICR_CTLR_RWP 0x8U
#define GICR_TYPER_LAST ABI_U64(0x10)
#define GICR_WAKER_PROCESSOR_SLEEP 0x2U
#define GICR_WAKER_CHILDREN_ASLEEP 0x4U

/* Product "C", no JEP106 code: nobody's errata are ours. */
#define IIDR_VALUE 0x43000000U
/* ArchRev: GICv3. */
#define PIDR2_VALUE 0x30U

/* Aff2, Aff1, Aff0. No Aff3 (GICD_TYPER.A3V = 0), no Interrupt_Routing_Mode (No1N = 1). */
#define IROUTER_IMPLEMENTED 0xffffffU

/* One access to one register. A read makes `value`, zero before. */
struct access {
	uint32_t offset; /* in its frame */
	unsigned int bytes;
	bool is_write;
	uint64_t value;
};

/* --- Pieces -------------------------------------------------------------------------------------------- */

/* A disabled interrupt may still be taken from a list register: the write is still in progress. */
static bool is_lingering(const struct vgic *vgic, const struct vgic_irq *irq)
{
	return irq->on != VGIC_NO_CPU && irq->lr_pending && !vgic_is_enabled(vgic, irq);
}

static bool any_lingers(const struct vgic *vgic, const struct vgic_irq *irqs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (is_lingering(vgic, &irqs[i]))
			return true;
	}
	return false;
}

static uint32_t kick_for_all(const struct vgic *vgic, const struct vgic_irq *irqs, unsigned int count)
{
	uint32_t kicks = 0;

	for (unsigned int i = 0; i < count; i++)
		kicks |= vgic_kick_for(vgic, &irqs[i]);
	return kicks;
}

/* A 32-bit register that no write changes. */
static bool read_only(struct access *access, uint32_t value)
{
	access->value = value;
	return access->bytes == 4;
}

/* --- Distributor --------------------------------------------------------------------------------------- */

static uint32_t read_dist_ctlr(const struct vgic *vgic)
{
	bool lingers = any_lingers(vgic, vgic->spis, VGIC_SPIS);

	for (unsigned int cpu = 0; cpu < vgic->cpu_count && !lingers; cpu++)
		lingers = any_lingers(vgic, vgic->cpus[cpu].irqs, VGIC_PRIVATE_IRQS);
	return GICD_CTLR_DS | GICD_CTLR_ARE | vgic->ctlr | (lingers ? GICD_CTLR_RWP : 0);
}

static uint32_t write_dist_ctlr(struct vgic *vgic, uint64_t value)
{
	uint32_t ctlr = (uint32_t)value & GICD_CTLR_ENABLES, kicks;

	if (ctlr == vgic->ctlr)
		return 0;
	vgic->ctlr = ctlr;
	kicks = kick_for_all(vgic, vgic->spis, VGIC_SPIS);
	for (unsigned int cpu = 0; cpu < vgic->cpu_count; cpu++)
		kicks |= kick_for_all(vgic, vgic->cpus[cpu].irqs, VGIC_PRIVATE_IRQS);
	return kicks;
}

/* 64-bit, or each half alone; the upper one is zero. */
static bool access_router(struct vgic *vgic, struct access *access, uint32_t *kicks)
{
	struct vgic_irq *irq = vgic_irq_at(vgic, VGIC_NO_CPU, (access->offset - GICD_IROUTER) / 8);

	if (access->bytes < 4)
		return false;
	if ((access->offset & 4) != 0)
		return true;
	if (!access->is_write) {
		access->value = irq->route;
	} else if (irq->route != (access->value & IROUTER_IMPLEMENTED)) {
		irq->route = (uint32_t)access->value & IROUTER_IMPLEMENTED;
		*kicks |= vgic_kick_for(vgic, irq);
	}
	return true;
}

static bool access_dist(struct vgic *vgic, struct access *access, uint32_t *kicks)
{
	uint32_t word = access->offset & ~3U;

	if (word >= GICD_IROUTER_FIRST && word < GICD_IROUTER_END)
		return access_router(vgic, access, kicks);
	switch (word) {
	case GICD_CTLR:
		if (access->bytes != 4)
			return false;
		if (access->is_write)
			*kicks |= write_dist_ctlr(vgic, access->value);
		else
			access->value = read_dist_ctlr(vgic);
		return true;
	case GICD_TYPER:
		return read_only(access, GICD_TYPER_VALUE);
	case GICD_IIDR:
		return read_only(access, IIDR_VALUE);
	case STATUSR:
		return read_only(access, 0);
	case PIDR2:
		return read_only(access, PIDR2_VALUE);
	default:
		return true;
	}
}

/* --- Redistributor ------------------------------------------------------------------------------------- */

/* 64-bit, or each half alone. */
static bool access_redist_typer(const struct vgic *vgic, unsigned int cpu, struct access *access)
{
	uint64_t typer = (uint64_t)vgic_affinity(cpu) << 32 | (uint64_t)cpu << 8;

	if (cpu + 1 == vgic->cpu_count)
		typer |= GICR_TYPER_LAST;
	access->value = access->bytes == 8 ? typer : (uint32_t)(typer >> (access->offset & 4) * 8);
	return access->bytes >= 4;
}

/* ChildrenAsleep follows at once. */
static bool access_waker(struct vgic_cpu *cpu, struct access *access, bool *changed)
{
	bool asleep = (access->value & GICR_WAKER_PROCESSOR_SLEEP) != 0;

	if (access->bytes != 4)
		return false;
	if (!access->is_write) {
		access->value = cpu->asleep ? GICR_WAKER_PROCESSOR_SLEEP | GICR_WAKER_CHILDREN_ASLEEP : 0;
	} else {
		*changed = cpu->asleep != asleep;
		cpu->asleep = asleep;
	}
	return true;
}

static bool access_redist(struct vgic *vgic, unsigned int cpu, struct access *access, uint32_t *kicks)
{
	struct vgic_cpu *c = &vgic->cpus[cpu];
	bool allowed, changed = false;

	switch (access->offset & ~3U) {
	case GICR_CTLR:
		return read_only(access, any_lingers(vgic, c->irqs, VGIC_PRIVATE_IRQS) ? GICR_CTLR_RWP : 0);
	case GICR_IIDR:
		return read_only(access, IIDR_VALUE);
	case GICR_TYPER:
	case GICR_TYPER + 4:
		return access_redist_typer(vgic, cpu, access);
	case STATUSR:
		return read_only(access, 0);
	case GICR_WAKER:
		allowed = access_waker(c, access, &changed);
		*kicks |= changed ? UINT32_C(1) << cpu : 0;
		return allowed;
	case PIDR2:
		return read_only(access, PIDR2_VALUE);
	default:
		return true;
	}
}

/* --- Both ---------------------------------------------------------------------------------------------- */

/* A size that loads and stores have, at a multiple of it, inside `size` bytes. */
static bool is_sound(uint64_t offset, unsigned int bytes, uint64_t size)
{
	return (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) && offset % bytes == 0 && offset < size;
}

static bool is_for_bits(uint64_t offset)
{
	return offset >= VGIC_BITS_FIRST && offset < VGIC_BITS_END;
}

/* A register of the distributor (`bank` VGIC_NO_CPU) or of the RD_base frame of vCPU `bank`. */
static bool access_register(struct vgic *vgic, unsigned int bank, struct access *access, uint64_t *value)
{
	uint32_t kicks = 0;
	bool allowed;

	access->value = access->is_write ? *value : 0;
	vgic_lock(vgic);
	if (bank == VGIC_NO_CPU)
		allowed = access_dist(vgic, access, &kicks);
	else
		allowed = access_redist(vgic, bank, access, &kicks);
	vgic_unlock(vgic, kicks);
	if (allowed && !access->is_write)
		*value = access->value;
	return allowed;
}

bool vgic_dist_access(struct vgic *vgic, uint64_t offset, unsigned int bytes, bool is_write, uint64_t *value)
{
	struct access access = { .offset = (uint32_t)offset, .bytes = bytes, .is_write = is_write };

	if (!is_sound(offset, bytes, VGIC_DIST_SIZE))
		return false;
	if (is_for_bits(offset))
		return vgic_bits_access(vgic, VGIC_NO_CPU, access.offset, bytes, is_write, value);
	return access_register(vgic, VGIC_NO_CPU, &access, value);
}

bool vgic_redist_access(struct vgic *vgic, uint64_t offset, unsigned int bytes, bool is_write,
			uint64_t *value)
{
	struct access access = { .bytes = bytes, .is_write = is_write };
	unsigned int cpu;

	if (!is_sound(offset, bytes, (uint64_t)vgic->cpu_count * VGIC_REDIST_SIZE))
		return false;
	cpu = (unsigned int)(offset / VGIC_REDIST_SIZE);
	access.offset = (uint32_t)(offset % VGIC_REDIST_SIZE);
	if (access.offset < GICR_RD_SIZE)
		return access_register(vgic, cpu, &access, value);
	access.offset -= GICR_RD_SIZE;
	if (is_for_bits(access.offset))
		return vgic_bits_access(vgic, cpu, access.offset, bytes, is_write, value);
	if (!is_write)
		*value = 0;
	return true;
}
