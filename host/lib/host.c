/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meeting the RMM: the interface's version and features. Names of commands and results.
 */
#include <caec/csm.h>

#include "host.h"
#include "rmi_call.h"

uint64_t host_init(struct host *host, const struct host_ops *ops, void *context)
{
	uint64_t lower, higher, result;

	*host = (struct host){ .ops = ops, .context = context, .check_wiped = true };
	result = host_rmi_version(host, RMI_ABI_VERSION, &lower, &higher);
	if (result != RMI_SUCCESS)
		return host_fail(host, RMI_VERSION, result);
	if (lower != RMI_ABI_VERSION || higher < lower)
		return host_fail(host, RMI_VERSION, HOST_ERROR_RMM);
	return host_fail(host, RMI_FEATURES, host_rmi_features(host, 0, &host->features));
}

unsigned int host_feature(const struct host *host, unsigned int shift, unsigned int width)
{
	return (unsigned int)((host->features >> shift) & ((ABI_U64(1) << width) - 1));
}

struct name {
	uint64_t value;
	const char *text;
};

#define NAME(value)           \
	{                     \
		value, #value \
	}

static const char *find_name(const struct name *names, size_t count, uint64_t value, const char *none)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i].value == value)
			return names[i].text;
	}
	return none;
}

const char *host_rmi_command_name(uint64_t fid)
{
	static const struct name names[] = {
		NAME(RMI_VERSION),
		NAME(RMI_GRANULE_DELEGATE),
		NAME(RMI_GRANULE_UNDELEGATE),
		NAME(RMI_DATA_CREATE),
		NAME(RMI_DATA_CREATE_UNKNOWN),
		NAME(RMI_DATA_DESTROY),
		NAME(RMI_REALM_ACTIVATE),
		NAME(RMI_REALM_CREATE),
		NAME(RMI_REALM_DESTROY),
		NAME(RMI_REC_CREATE),
		NAME(RMI_REC_DESTROY),
		NAME(RMI_REC_ENTER),
		NAME(RMI_RTT_CREATE),
		NAME(RMI_RTT_DESTROY),
		NAME(RMI_RTT_MAP_UNPROTECTED),
		NAME(RMI_RTT_READ_ENTRY),
		NAME(RMI_RTT_UNMAP_UNPROTECTED),
		NAME(RMI_PSCI_COMPLETE),
		NAME(RMI_FEATURES),
		NAME(RMI_RTT_FOLD),
		NAME(RMI_REC_AUX_COUNT),
		NAME(RMI_RTT_INIT_RIPAS),
		NAME(RMI_RTT_SET_RIPAS),
		NAME(RMI_CSM),
	};

	return find_name(names, sizeof(names) / sizeof(names[0]), fid, "unknown command");
}

const char *host_rmi_csm_name(uint64_t operation)
{
	static const struct name names[] = {
		NAME(RMI_CSM_VERSION),     NAME(RMI_CSM_APT_CREATE), NAME(RMI_CSM_APT_EXTEND),
		NAME(RMI_CSM_APT_DESTROY), NAME(RMI_CSM_UNMAP),      NAME(RMI_CSM_FILL),
		NAME(RMI_CSM_ENTRY_READ),
	};

	return find_name(names, sizeof(names) / sizeof(names[0]), operation, "unknown operation");
}

const char *host_result_name(uint64_t result)
{
	static const struct name own[] = {
		NAME(HOST_ERROR_MEMORY), NAME(HOST_ERROR_ARGUMENT), NAME(HOST_ERROR_RMM),
		NAME(HOST_ERROR_STATE),  NAME(SMCCC_NOT_SUPPORTED),
	};
	static const struct name rmm[] = {
		NAME(RMI_SUCCESS),   NAME(RMI_ERROR_INPUT), NAME(RMI_ERROR_REALM),
		NAME(RMI_ERROR_REC), NAME(RMI_ERROR_RTT),   NAME(RMI_CSM_AGAIN),
	};
	const char *of_rmm =
		find_name(rmm, sizeof(rmm) / sizeof(rmm[0]), rmi_result_status(result), "unknown result");

	return find_name(own, sizeof(own) / sizeof(own[0]), result, of_rmm);
}

uint64_t host_fail(struct host *host, uint64_t fid, uint64_t result)
{
	if (result != RMI_SUCCESS)
		host->ops->report(host->context, host_rmi_command_name(fid), result);
	return result;
}

uint64_t host_csm_fail(struct host *host, uint64_t operation, uint64_t result)
{
	if (result != RMI_SUCCESS)
		host->ops->report(host->context, host_rmi_csm_name(operation), result);
	return result;
}
