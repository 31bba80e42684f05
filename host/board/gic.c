/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GICv3 (IHI0069) as Non-secure EL2 sees it. TF-A has put all interrupts that are not its own into
 * Non-secure group 1 and woken the redistributors.
 */
#include <stdint.h>

#include "console.h"
#include "cpu.h"
#include "gic.h"
#include "platform.h"

#define GICD_CTLR (PLATFORM_GICD + 0x0)
#define GICD_ISENABLER (PLATFORM_GICD + 0x100)
#define GICD_IPRIORITYR (PLATFORM_GICD + 0x400)
#define GICD_IROUTER (PLATFORM_GICD + 0x6000)
#define GICD_PIDR2 (PLATFORM_GICD + 0xffe8)
#define GICD_CTLR_ENABLE_GRP1 0x2 /* EnableGrp1A, in the Non-secure view */
#define GICD_CTLR_ARE 0x10
#define GICD_CTLR_RWP 0x80000000U

/* SGI_base frame of a redistributor. */
#define GICR_SGI_FRAME 0x10000
#define GICR_ISENABLER0 0x100
#define GICR_IPRIORITYR 0x400

#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_SRE_ENABLE 0xf

#define INTID_KICK 1
#define INTID_SPECIAL 1020 /* the first that means "nothing for you" */
#define PRIORITY 0x80
#define PRIORITY_ALL 0xff

/* An assembler name made of macros needs one more round of expansion. */
#define icc_read(name) sysreg_read(name)
#define icc_write(name, value) sysreg_write(name, value)

void gic_start(void)
{
	unsigned int version = mmio_read32(GICD_PIDR2) >> 4 & 0xf; /* ArchRev */

	/* Redistributors of a GICv4 lie further apart; neither TF-A's build for this machine nor this program knows it. */
	if (version != 3)
		verdict_fail("the GIC is of version %u; TF-A takes 3 for granted (-M virt,gic-version=3)",
			     version);
	mmio_write32(GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_ENABLE_GRP1);
	while ((mmio_read32(GICD_CTLR) & GICD_CTLR_RWP) != 0)
		;
}

void gic_start_cpu(void)
{
	static const unsigned int intids[] = {
		INTID_KICK,
		PLATFORM_INTID_TIMER,
		PLATFORM_INTID_GUEST_VIRTUAL_TIMER,
		PLATFORM_INTID_GUEST_PHYSICAL_TIMER,
		PLATFORM_INTID_MAINTENANCE,
	};
	uintptr_t frame = PLATFORM_GICR + cpu_id() * PLATFORM_GICR_STRIDE + GICR_SGI_FRAME;
	uint32_t enable = 0;

	for (unsigned int i = 0; i < sizeof(intids) / sizeof(intids[0]); i++) {
		*(volatile uint8_t *)(frame + GICR_IPRIORITYR + intids[i]) = PRIORITY;
		enable |= UINT32_C(1) << intids[i];
	}
	mmio_write32(frame + GICR_ISENABLER0, enable);

	icc_write(ICC_SRE_EL2, ICC_SRE_ENABLE);
	isb();
	icc_write(ICC_PMR_EL1, PRIORITY_ALL);
	icc_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

void gic_enable_spi(unsigned int intid, unsigned int cpu)
{
	*(volatile uint8_t *)(uintptr_t)(GICD_IPRIORITYR + intid) = PRIORITY;
	*(volatile uint64_t *)(uintptr_t)(GICD_IROUTER + 8 * (uintptr_t)intid) = cpu;
	mmio_write32(GICD_ISENABLER + 4 * (intid / 32), UINT32_C(1) << intid % 32);
}

/* Affinities as QEMU's `virt` gives them with GICv3: 16 CPUs to a cluster, and we have no more than 8. */
void gic_kick(unsigned int cpu)
{
	dsb();
	icc_write(ICC_SGI1R_EL1, ((uint64_t)INTID_KICK << 24) | (UINT64_C(1) << cpu));
	isb();
}

bool gic_handle(void)
{
	bool preempted = false;

	for (;;) {
		uint64_t intid = icc_read(ICC_IAR1_EL1) & 0xffffff;

		dsb();
		if (intid >= INTID_SPECIAL)
			return preempted;
		if (intid == PLATFORM_INTID_TIMER) {
			timer_stop();
			preempted = true;
		}
		if (intid == PLATFORM_INTID_UART)
			console_interrupt(false); /* until somebody has read */
		icc_write(ICC_EOIR1_EL1, intid);
		isb();
	}
}

/* --- The timer ----------------------------------------------------------------------------------- */

void timer_preempt_after(unsigned long ticks)
{
	isb();
	sysreg_write(cnthp_cval_el2, counter_now() + ticks);
	sysreg_write(cnthp_ctl_el2, 1);
	isb();
}

/* The level must be down before the interrupt ends, or it is pending again at once. */
void timer_stop(void)
{
	sysreg_write(cnthp_ctl_el2, 0);
	isb();
}
