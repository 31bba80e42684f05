/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For csm.c and csm_query.c only: a call, carried on with until it is done.
 */
#ifndef REALM_LIB_CSM_CALL_H
#define REALM_LIB_CSM_CALL_H

#include "csm.h"
#include "smc.h"

/* RSI_INCOMPLETE: the RMM let an interrupt in and keeps the progress; the same arguments again. */
enum csm_error realm_csm_call(struct smc_regs *regs);

#endif
