/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each REC has of its own: TPIDR_EL1 points to it. Shared with assembly.
 */
#ifndef REALM_BARE_REC_H
#define REALM_BARE_REC_H

#define REC_MAX 16
#define REC_STACK_SHIFT 14
#define REC_SIZE_SHIFT 9

/* Offsets in struct bare_rec. */
#define REC_PROBE_SP 0
#define REC_STACK_TOP 8
#define REC_IRQ_COUNT 16
#define REC_IRQ_KEEP 24
#define REC_IRQ_IDS 32
#define REC_IRQ_MAX 16
#define REC_HELD_SP 96
#define REC_HELD_LR 104
#define REC_USER_RESULT 112

#ifndef __ASSEMBLER__
#include <caec/rsi.h>

struct bare_rec {
	uint64_t probe_sp; /* stack of the probe in progress, which ends where an exception is taken; or 0 */
	uint64_t stack_top;
	uint64_t irq_count; /* interrupts taken (vectors.S), the first REC_IRQ_MAX of them in: */
	uint64_t irq_keep;  /* not 0: they are acknowledged, not ended */
	uint32_t irq_ids[REC_IRQ_MAX];
	uint64_t held_sp; /* while all registers are lent to a test (conform.S) */
	uint64_t held_lr;
	uint64_t user_result; /* x0 of code at EL0 when it called back */
	struct rsi_host_call call __attribute__((aligned(256)));
};
ABI_OFFSET(bare_rec, probe_sp, REC_PROBE_SP);
ABI_OFFSET(bare_rec, stack_top, REC_STACK_TOP);
ABI_OFFSET(bare_rec, irq_count, REC_IRQ_COUNT);
ABI_OFFSET(bare_rec, irq_keep, REC_IRQ_KEEP);
ABI_OFFSET(bare_rec, irq_ids, REC_IRQ_IDS);
ABI_OFFSET(bare_rec, held_sp, REC_HELD_SP);
ABI_OFFSET(bare_rec, held_lr, REC_HELD_LR);
ABI_OFFSET(bare_rec, user_result, REC_USER_RESULT);
ABI_SIZE(bare_rec, 1 << REC_SIZE_SHIFT);

static inline struct bare_rec *this_rec(void)
{
	struct bare_rec *rec;

	__asm__("mrs %0, tpidr_el1" : "=r"(rec));
	return rec;
}
#endif

#endif
