/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers with a field for each interrupt, which GICD_* and the SGI_base frame of GICR_* have at the same
 * offsets: one bit (group, enable, pending, active), two (configuration), eight (priority). In a
 * redistributor they are about SGIs and PPIs, in the distributor, with affinity routing, about SPIs; the rest
 * is RAZ/WI.
 */
#include "vgic_irq.h"

/* One-bit registers: 0x80 bytes each, 32 interrupts to a 32-bit word. */
#define BITS_SHIFT 7
enum bits {
	IGROUPR = 1,
	ISENABLER,
	ICENABLER,
	ISPENDR,
	ICPENDR,
	ISACTIVER,
	ICACTIVER,
};
#define IPRIORITYR 0x400
#define ITARGETSR 0x800 /* not with affinity routing */
#define ICFGR 0xc00

/* Five bits, as every virtual CPU interface has at least. */
#define PRIORITY_IMPLEMENTED 0xf8U

/* --- One bit ------------------------------------------------------------------------------------------- */

static bool read_bit(enum bits bits, const struct vgic_irq *irq)
{
	switch (bits) {
	case IGROUPR:
		return irq->group1;
	case ISENABLER:
	case ICENABLER:
		return irq->enabled;
	case ISPENDR:
	case ICPENDR:
		return vgic_is_pending(irq) || irq->lr_latch;
	case ISACTIVER:
	case ICACTIVER:
		return irq->active;
	}
	return false;
}

static uint32_t set_active(struct vgic *vgic, struct vgic_irq *irq)
{
	if (irq->on != VGIC_NO_CPU) {
		irq->verdict = VGIC_ACTIVATED;
	} else if (!irq->active) {
		irq->owner = (uint8_t)vgic_target(vgic, irq);
	}
	irq->active = true;
	return vgic_kick_holder(irq);
}

static uint32_t clear_active(struct vgic *vgic, struct vgic_irq *irq)
{
	irq->active = false;
	if (irq->on != VGIC_NO_CPU)
		irq->verdict = VGIC_DEACTIVATED;
	else
		irq->acknowledged = false;
	return vgic_kick_for(vgic, irq);
}

/* A 1 was written to a register of the kind where a 0 does nothing. */
static uint32_t write_one(struct vgic *vgic, enum bits bits, struct vgic_irq *irq)
{
	switch (bits) {
	case ISENABLER:
		irq->enabled = true;
		return vgic_kick_for(vgic, irq);
	case ICENABLER:
		irq->enabled = false;
		return vgic_kick_holder(irq);
	case ISPENDR:
		irq->latch = true;
		return vgic_kick_for(vgic, irq);
	case ICPENDR:
		irq->latch = false;
		irq->lr_latch = false;
		return vgic_kick_holder(irq);
	case ISACTIVER:
		return set_active(vgic, irq);
	case ICACTIVER:
		return clear_active(vgic, irq);
	case IGROUPR:
		break;
	}
	return 0;
}

static uint32_t write_bit(struct vgic *vgic, enum bits bits, struct vgic_irq *irq, bool bit)
{
	if (bits != IGROUPR)
		return bit ? write_one(vgic, bits, irq) : 0;
	if (irq->group1 == bit)
		return 0;
	irq->group1 = bit;
	return vgic_kick_for(vgic, irq);
}

/* --- Eight bits, two bits ------------------------------------------------------------------------------ */

static uint32_t write_priority(struct vgic_irq *irq, uint8_t priority)
{
	priority &= PRIORITY_IMPLEMENTED;
	if (priority == irq->priority)
		return 0;
	irq->priority = priority;
	return vgic_kick_holder(irq);
}

/* ICFGR<n>[2x+1]: edge. An SGI always is. */
static uint32_t write_config(struct vgic *vgic, struct vgic_irq *irq, uint32_t intid, bool edge)
{
	if (intid < VGIC_SGIS || irq->edge == edge)
		return 0;
	irq->edge = edge;
	return vgic_kick_for(vgic, irq);
}

/* --- All of them --------------------------------------------------------------------------------------- */

/* How an access is cut into fields: `count` of `width` bits, from interrupt `first` on. */
struct fields {
	uint32_t first;
	unsigned int count, width;
};

static struct fields fields_of(uint32_t offset, unsigned int bytes)
{
	unsigned int width = 1;
	uint32_t base = offset & ~((UINT32_C(1) << BITS_SHIFT) - 1);

	if (offset >= ICFGR) {
		base = ICFGR;
		width = 2;
	} else if (offset >= IPRIORITYR) {
		base = IPRIORITYR;
		width = 8;
	}
	return (struct fields){
		.first = (offset - base) * 8 / width,
		.count = bytes * 8 / width,
		.width = width,
	};
}

static uint32_t read_field(const struct vgic_irq *irq, uint32_t offset)
{
	if (offset >= ICFGR)
		return irq->edge ? 2 : 0;
	if (offset >= IPRIORITYR)
		return irq->priority;
	return read_bit((enum bits)(offset >> BITS_SHIFT), irq);
}

static uint32_t write_field(struct vgic *vgic, struct vgic_irq *irq, uint32_t intid, uint32_t offset,
			    uint32_t field)
{
	if (offset >= ICFGR)
		return write_config(vgic, irq, intid, (field & 2) != 0);
	if (offset >= IPRIORITYR)
		return write_priority(irq, (uint8_t)field);
	return write_bit(vgic, (enum bits)(offset >> BITS_SHIFT), irq, (field & 1) != 0);
}

/* --- What only the vCPU knows that runs ---------------------------------------------------------------- */

/* vCPUs that run with an interrupt of these fields. */
static uint32_t holders(struct vgic *vgic, unsigned int bank, struct fields fields, uint32_t *syncs)
{
	uint32_t cpus = 0;

	for (unsigned int i = 0; i < fields.count; i++) {
		const struct vgic_irq *irq = vgic_irq_at(vgic, bank, fields.first + i);

		if (irq != NULL)
			cpus |= vgic_kick_holder(irq);
	}
	for (unsigned int cpu = 0; cpu < vgic->cpu_count; cpu++)
		syncs[cpu] = vgic->cpus[cpu].syncs;
	return cpus;
}

/* Waits until each of them has been out of its REC. */
static void settle(struct vgic *vgic, unsigned int bank, struct fields fields)
{
	uint32_t syncs[VGIC_MAX_CPUS], waits;

	vgic_lock(vgic);
	waits = holders(vgic, bank, fields, syncs);
	vgic_unlock(vgic, waits);
	while (waits != 0 && vgic->ops.relax != NULL && vgic->ops.relax(vgic->ops.context)) {
		vgic_lock(vgic);
		for (unsigned int cpu = 0; cpu < vgic->cpu_count; cpu++) {
			if (vgic->cpus[cpu].syncs != syncs[cpu])
				waits &= ~(UINT32_C(1) << cpu);
		}
		vgic_unlock(vgic, 0);
	}
}

/* --- The access ---------------------------------------------------------------------------------------- */

static bool is_volatile(uint32_t offset)
{
	return offset >= ISPENDR << BITS_SHIFT && offset < IPRIORITYR;
}

bool vgic_bits_access(struct vgic *vgic, unsigned int bank, uint32_t offset, unsigned int bytes,
		      bool is_write, uint64_t *value)
{
	uint32_t in = is_write ? (uint32_t)*value : 0, out = 0, kicks = 0;
	struct fields fields;

	if (bytes != 4 && !(bytes == 1 && offset >= IPRIORITYR && offset < ICFGR))
		return false;
	if (offset >= ITARGETSR && offset < ICFGR) {
		if (!is_write)
			*value = 0;
		return true;
	}
	fields = fields_of(offset, bytes);
	if (!is_write && is_volatile(offset))
		settle(vgic, bank, fields);
	vgic_lock(vgic);
	for (unsigned int i = 0; i < fields.count; i++) {
		struct vgic_irq *irq = vgic_irq_at(vgic, bank, fields.first + i);

		if (irq == NULL)
			continue;
		if (is_write) {
			kicks |= write_field(vgic, irq, fields.first + i, offset, in >> i * fields.width);
			vgic_note(vgic, bank, fields.first + i);
		} else {
			out |= read_field(irq, offset) << i * fields.width;
		}
	}
	vgic_unlock(vgic, kicks);
	if (!is_write)
		*value = out;
	return true;
}
