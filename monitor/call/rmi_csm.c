/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM: the host's one function id for CSM; x1 selects the operation (docs/csm.md "Host interface"). Which registers
 * carry what; the rules are in csm/host_operations.c and csm/query.c.
 */
#include "call/rmi.h"
#include "csm/csm.h"

static uint64_t call_version(const uint64_t *arg, uint64_t *out)
{
	uint64_t requested = arg[2];

	out[1] = CSM_ABI_VERSION;
	out[2] = CSM_ABI_VERSION;
	out[3] = CSM_FEATURES_OFFERED;
	return requested == CSM_ABI_VERSION ? RMI_SUCCESS : RMI_ERROR_INPUT;
}

static uint64_t call_apt_create(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[2]), granule = pa(arg[3]);

	(void)out;
	return csm_apt_create(rd, granule);
}

static uint64_t call_apt_extend(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[2]), granule = pa(arg[3]);

	(void)out;
	return csm_apt_extend(rd, granule);
}

static uint64_t call_apt_destroy(const uint64_t *arg, uint64_t *out)
{
	struct csm_doorbell doorbell = { 0, 0 };
	struct pa rd = pa(arg[2]);
	uint64_t result = csm_apt_destroy(rd, &out[1], &out[2], &doorbell);

	out[3] = doorbell.rd;
	out[4] = doorbell.rec;
	return result;
}

static uint64_t call_unmap(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[2]);
	uint64_t addr = arg[3];
	struct csm_doorbell doorbell = { 0, 0 };
	uint64_t result = csm_unmap(rd, addr, &out[1], &doorbell);

	out[3] = doorbell.rd;
	out[4] = doorbell.rec;
	return result;
}

static uint64_t call_fill(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[2]);
	uint64_t addr = arg[3];

	return csm_fill(rd, addr, &out[1], &out[2]);
}

static uint64_t call_entry_read(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[2]);
	uint64_t index = arg[3];
	struct csm_host_entry entry = { 0 };
	uint64_t result = csm_entry_read(rd, index, &entry);

	out[1] = entry.role_and_state;
	out[2] = entry.base;
	out[3] = entry.size;
	out[4] = entry.next;
	return result;
}

static rmi_command *const operations[] = {
	[RMI_CSM_VERSION] = call_version,       [RMI_CSM_APT_CREATE] = call_apt_create,
	[RMI_CSM_APT_EXTEND] = call_apt_extend, [RMI_CSM_APT_DESTROY] = call_apt_destroy,
	[RMI_CSM_UNMAP] = call_unmap,           [RMI_CSM_FILL] = call_fill,
	[RMI_CSM_ENTRY_READ] = call_entry_read,
};

uint64_t rmi_csm(const uint64_t *arg, uint64_t *out)
{
	uint64_t operation = arg[1];

	if (operation >= ARRAY_SIZE(operations))
		return RMI_ERROR_INPUT;
	return operations[operation](arg, out);
}
