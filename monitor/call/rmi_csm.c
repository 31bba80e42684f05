/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM: the host's one function id for CSM; x1 selects the operation (docs/csm.md "Host interface").
 */
#include "call/rmi.h"
#include "csm/csm.h"

static uint64_t csm_version(const uint64_t *arg, uint64_t *out)
{
	out[1] = CSM_ABI_VERSION;
	out[2] = CSM_ABI_VERSION;
	out[3] = CSM_FEATURES_OFFERED;
	return arg[2] == CSM_ABI_VERSION ? RMI_SUCCESS : RMI_ERROR_INPUT;
}

static rmi_command *const operations[] = {
	[RMI_CSM_VERSION] = csm_version,       [RMI_CSM_APT_CREATE] = csm_apt_create,
	[RMI_CSM_APT_EXTEND] = csm_apt_extend, [RMI_CSM_APT_DESTROY] = csm_apt_destroy,
	[RMI_CSM_UNMAP] = csm_unmap,           [RMI_CSM_FILL] = csm_fill,
	[RMI_CSM_ENTRY_READ] = csm_entry_read,
};

uint64_t rmi_csm(const uint64_t *arg, uint64_t *out)
{
	if (arg[1] >= ARRAY_SIZE(operations))
		return RMI_ERROR_INPUT;
	return operations[arg[1]](arg, out);
}
