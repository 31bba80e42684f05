/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Host calls. What the host answers is no more than the host's word.
 */
#include "hostcall.h"

#include "psci.h"
#include "rsi.h"
#include "common/string.h"

static struct rsi_host_call *prepare(enum hostcall service)
{
	struct rsi_host_call *call = hostcall_buffer();

	memset(call, 0, sizeof(*call));
	call->imm = (uint16_t)service;
	return call;
}

bool hostcall_ask(uint64_t values[7])
{
	struct rsi_host_call *call = prepare(HOSTCALL_ASK);

	memcpy(call->gprs, values, 7 * sizeof(values[0]));
	if (realm_rsi_host_call(call) != RSI_SUCCESS)
		return false;
	memcpy(values, call->gprs, 7 * sizeof(values[0]));
	return true;
}

void hostcall_report(uint64_t tag, const uint64_t values[6])
{
	struct rsi_host_call *call = prepare(HOSTCALL_REPORT);

	call->gprs[0] = tag;
	memcpy(&call->gprs[1], values, 6 * sizeof(values[0]));
	realm_rsi_host_call(call);
}

/* A host that lets us go on after HOSTCALL_EXIT has nothing to gain from it: the realm ends all the same. */
void hostcall_exit(uint64_t status)
{
	struct rsi_host_call *call = prepare(HOSTCALL_EXIT);

	call->gprs[0] = status;
	realm_rsi_host_call(call);
	for (;;)
		realm_psci_system_off();
}
