/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The GICv3 that a realm sees (Arm IHI0069): distributor and redistributors, emulated by the host, and the
 * list registers through which their interrupts reach a vCPU (DEN0137 A6.1). The CPU interface is the
 * hardware's own. One security state (DS = 1), affinity routing always on, 16 SGIs and 16 PPIs for each
 * vCPU, 64 SPIs; no LPIs, no extended ranges, no 1-of-N.
 *
 * Portable: no hardware is touched here. Everything is in a struct vgic that the caller owns; ops->lock
 * protects all of it. Offsets, sizes and values come from the realm and may be anything.
 *
 * What the caller does for each vCPU:
 *
 *	vgic_load(); RMI_REC_ENTER; vgic_sync(); deal with the exit; again
 *
 * vgic_sync() comes before anything else is done about the exit. The GIC maintenance interrupt (PPI 25 of
 * the physical CPU) must be enabled at the host: it is how the end of a level-triggered interrupt, and room
 * for those that wait, make the vCPU exit.
 */
#ifndef HOST_DEVICES_VGIC_H
#define HOST_DEVICES_VGIC_H

#include <caec/rmi.h>

#define VGIC_MAX_CPUS 16

#define VGIC_SGIS 16
#define VGIC_PRIVATE_IRQS 32 /* SGIs and PPIs */
#define VGIC_SPIS 64
#define VGIC_IRQS (VGIC_PRIVATE_IRQS + VGIC_SPIS) /* INTIDs 0..95 */

/* Size of the distributor, and of one vCPU's redistributor (RD_base and SGI_base), in bytes. */
#define VGIC_DIST_SIZE 0x10000
#define VGIC_REDIST_SIZE 0x20000

/* PPIs of the EL1 timers, as every Arm system has them (BSA). vgic_sync() drives them. */
#define VGIC_INTID_VIRTUAL_TIMER 27
#define VGIC_INTID_PHYSICAL_TIMER 30

#define VGIC_NO_CPU 0xff

struct vgic_ops {
	/* Protects the whole struct vgic. Not recursive. Nothing else is called with it held. */
	void (*lock)(void *context);
	void (*unlock)(void *context);

	/* vCPU `cpu` may have something new to take: wake it, or make it leave its REC. Without the lock.
	 * It may be the vCPU on whose behalf the call was made; there is nothing to do then. */
	void (*kick)(void *context, unsigned int cpu);

	/* A pause while vgic_*_access() waits for another vCPU, kicked before, to arrive in vgic_sync().
	 * False: don't wait any longer. NULL: never wait; what is read may then be as old as the last
	 * exit. Without the lock. */
	bool (*relax)(void *context);

	void *context;
};

/* What was decided about an interrupt's active state while a vCPU has it in its list registers. */
enum vgic_verdict { VGIC_NO_VERDICT, VGIC_ACTIVATED, VGIC_DEACTIVATED };

/* One interrupt. Pending means: latch, or level-triggered and line. */
struct vgic_irq {
	uint32_t route;   /* SPI: GICD_IROUTER */
	uint8_t priority; /* GICD_IPRIORITYR: 5 bits, the lower 3 are zero */
	uint8_t owner;    /* if active: the vCPU that has to end it, or VGIC_NO_CPU */
	uint8_t on;       /* the vCPU that has it in its list registers and runs, or VGIC_NO_CPU */
	uint8_t verdict;  /* enum vgic_verdict */
	bool enabled;
	bool group1;
	bool edge;         /* else level-triggered */
	bool line;         /* the input */
	bool latch;        /* pending by an edge, an SGI or a write to ISPENDR */
	bool active;       /* as of the last vgic_sync(), if on a vCPU */
	bool acknowledged; /* active, because a vCPU took it, not by a write to ISACTIVER */
	bool lr_pending;   /* on a vCPU: went there pending */
	bool lr_latch;     /* on a vCPU: its latch went along */
};

struct vgic_cpu {
	struct vgic_irq irqs[VGIC_PRIVATE_IRQS];
	uint32_t busy;             /* bit n: there may be something to do about irqs[n] (vgic_next_busy()) */
	uint64_t lrs[RMI_NUM_LRS]; /* as loaded: `lr_count` of them */
	unsigned int lr_count;
	bool loaded;    /* between vgic_load() and vgic_sync() */
	bool asleep;    /* GICR_WAKER.ProcessorSleep */
	uint32_t syncs; /* how often vgic_sync() was called */
	uint64_t vmcr;  /* ICH_VMCR_EL2 at the last exit */
};

struct vgic {
	struct vgic_ops ops;
	unsigned int cpu_count;
	unsigned int num_lrs;
	uint32_t ctlr; /* GICD_CTLR: EnableGrp0, EnableGrp1 */
	struct vgic_cpu cpus[VGIC_MAX_CPUS];
	struct vgic_irq spis[VGIC_SPIS];
	uint32_t busy_spis[VGIC_SPIS / 32]; /* as `busy` of a vCPU */
};

/*
 * A GIC out of reset, for vCPUs 0..cpu_count-1 (1..VGIC_MAX_CPUS). `num_lrs`: list registers that the RMM
 * gives (GICV3_NUM_LRS of feature register 0, plus one; 1..16). `ops` is copied. False: a number is out of
 * its range, or a function missing.
 */
bool vgic_init(struct vgic *vgic, unsigned int cpu_count, unsigned int num_lrs, const struct vgic_ops *ops);

/* The MPIDR affinity of a vCPU (RmiRecMpidr: 16 to a cluster), in the form of MPIDR_EL1[23:0]. */
static inline uint32_t vgic_affinity(unsigned int cpu)
{
	return (uint32_t)(cpu % 16 | cpu / 16 << 8);
}

/*
 * Accesses to the distributor, and to the redistributors from the first one's base on. A read sets *value
 * (zero-extended), a write takes the lower `bytes` of it. False: nothing was done, the access must abort
 * (outside, not aligned, or a size that the register doesn't have). Reserved registers are RAZ/WI.
 *
 * Reading ISPENDR or ISACTIVER may wait for other vCPUs (ops->relax), so that no lock may be held that they
 * need on their way from vgic_load() to vgic_sync().
 */
bool vgic_dist_access(struct vgic *vgic, uint64_t offset, unsigned int bytes, bool is_write, uint64_t *value);
bool vgic_redist_access(struct vgic *vgic, uint64_t offset, unsigned int bytes, bool is_write,
			uint64_t *value);

/* vCPU `cpu` wrote `value` to ICC_SGI1R_EL1. (Writes to ICC_SGI0R_EL1 and ICC_ASGI1R_EL1 do nothing.) */
void vgic_sgi(struct vgic *vgic, unsigned int cpu, uint64_t value);

/*
 * vCPU `cpu` wrote `value` to a system register that the RMM traps, `esr` as in the exit. ICC_SGI1R_EL1 is what there is of
 * the GIC's; the others are for groups that the realm doesn't have, and do nothing.
 */
void vgic_sysreg(struct vgic *vgic, unsigned int cpu, uint64_t esr, uint64_t value);

/* The input of SPI `intid` (32..95), of PPI `intid` (16..31) of a vCPU. An edge is false, then true. Any
 * other INTID or vCPU is ignored. From any thread. */
void vgic_set_spi(struct vgic *vgic, unsigned int intid, bool level);
void vgic_set_ppi(struct vgic *vgic, unsigned int cpu, unsigned int intid, bool level);

/* An edge of SPI `intid`, whole: two threads can't make one of two. Nothing if the realm has it level-triggered. */
void vgic_pulse_spi(struct vgic *vgic, unsigned int intid);

/*
 * Sets gicv3_hcr and all of gicv3_lrs. Called again without a vgic_sync() in between (the entry failed), it
 * starts anew from what it had loaded.
 */
void vgic_load(struct vgic *vgic, unsigned int cpu, struct rmi_rec_enter *enter);

/* Takes back what vgic_load() gave, from gicv3_lrs, gicv3_hcr and gicv3_vmcr, and the timers' levels from
 * cntv_ctl and cntp_ctl. */
void vgic_sync(struct vgic *vgic, unsigned int cpu, const struct rmi_rec_exit *exit);

/* True: an interrupt would be signalled to this vCPU, were it running (its PMR and group enables are those
 * of its last exit), so that a WFI of it ends. */
bool vgic_pending(struct vgic *vgic, unsigned int cpu);

#endif
