/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GICv3, polled: interrupts stay masked at the CPU, wake it from WFI, and are dealt with when asked.
 */
#ifndef HOST_BOARD_GIC_H
#define HOST_BOARD_GIC_H

#include <stdbool.h>

void gic_start(void);     /* once, on the primary */
void gic_start_cpu(void); /* on each CPU */

/* Once gic_start() is done: a level-triggered SPI comes to that CPU. */
void gic_enable_spi(unsigned int intid, unsigned int cpu);

/* An SGI to another CPU: it wakes from WFI. */
void gic_kick(unsigned int cpu);

/* Deals with all that is pending. True: the preemption timer was among it. */
bool gic_handle(void);

/* The EL2 timer interrupts this CPU in `ticks` of CNTPCT_EL0: a REC that runs then exits with IRQ. */
void timer_preempt_after(unsigned long ticks);
void timer_stop(void);

#endif
