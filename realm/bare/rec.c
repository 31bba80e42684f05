/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each REC has of its own: the memory.
 */
#include "rec.h"

#include "lib/hostcall.h"

/* From start.S, which knows it by name. Zeroed there, as .bss is. */
extern struct bare_rec recs[REC_MAX];
struct bare_rec recs[REC_MAX];

struct rsi_host_call *hostcall_buffer(void)
{
	return &this_rec()->call;
}
