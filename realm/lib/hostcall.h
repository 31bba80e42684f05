/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Talking to the bare host through RSI_HOST_CALL (common/hostcall.h).
 */
#ifndef REALM_LIB_HOSTCALL_H
#define REALM_LIB_HOSTCALL_H

#include <caec/rsi.h>

#include "common/hostcall.h"

/* This REC's buffer for host calls: the platform's business (realm/bare: one per REC). */
struct rsi_host_call *hostcall_buffer(void);

/* One question: `values` are gprs[0..6], in and out. False: the call itself was refused. */
bool hostcall_ask(uint64_t values[7]);

void hostcall_report(uint64_t tag, const uint64_t values[6]);
void hostcall_exit(uint64_t status) __attribute__((noreturn));

#endif
