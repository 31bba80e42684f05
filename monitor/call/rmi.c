/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Dispatch of RMI commands; RMI_VERSION and RMI_FEATURES (DEN0137 B4.3.23, B4.3.8).
 */
#include "call/rmi.h"
#include "model/realm.h"

static rmi_command *const commands[RMI_FID_LAST - RMI_FID_FIRST + 1] = {
	[RMI_VERSION - RMI_FID_FIRST] = rmi_version,
	[RMI_GRANULE_DELEGATE - RMI_FID_FIRST] = rmi_granule_delegate,
	[RMI_GRANULE_UNDELEGATE - RMI_FID_FIRST] = rmi_granule_undelegate,
	[RMI_DATA_CREATE - RMI_FID_FIRST] = rmi_data_create,
	[RMI_DATA_CREATE_UNKNOWN - RMI_FID_FIRST] = rmi_data_create_unknown,
	[RMI_DATA_DESTROY - RMI_FID_FIRST] = rmi_data_destroy,
	[RMI_REALM_ACTIVATE - RMI_FID_FIRST] = rmi_realm_activate,
	[RMI_REALM_CREATE - RMI_FID_FIRST] = rmi_realm_create,
	[RMI_REALM_DESTROY - RMI_FID_FIRST] = rmi_realm_destroy,
	[RMI_REC_CREATE - RMI_FID_FIRST] = rmi_rec_create,
	[RMI_REC_DESTROY - RMI_FID_FIRST] = rmi_rec_destroy,
	[RMI_REC_ENTER - RMI_FID_FIRST] = rmi_rec_enter,
	[RMI_RTT_CREATE - RMI_FID_FIRST] = rmi_rtt_create,
	[RMI_RTT_DESTROY - RMI_FID_FIRST] = rmi_rtt_destroy,
	[RMI_RTT_MAP_UNPROTECTED - RMI_FID_FIRST] = rmi_rtt_map_unprotected,
	[RMI_RTT_READ_ENTRY - RMI_FID_FIRST] = rmi_rtt_read_entry,
	[RMI_RTT_UNMAP_UNPROTECTED - RMI_FID_FIRST] = rmi_rtt_unmap_unprotected,
	[RMI_PSCI_COMPLETE - RMI_FID_FIRST] = rmi_psci_complete,
	[RMI_FEATURES - RMI_FID_FIRST] = rmi_features,
	[RMI_RTT_FOLD - RMI_FID_FIRST] = rmi_rtt_fold,
	[RMI_REC_AUX_COUNT - RMI_FID_FIRST] = rmi_rec_aux_count,
	[RMI_RTT_INIT_RIPAS - RMI_FID_FIRST] = rmi_rtt_init_ripas,
	[RMI_RTT_SET_RIPAS - RMI_FID_FIRST] = rmi_rtt_set_ripas,
	[RMI_CSM - RMI_FID_FIRST] = rmi_csm,
};

void rmi_call(struct smc_regs *regs)
{
	uint32_t fid = (uint32_t)regs->x[0] & ~(uint32_t)SMCCC_SVE_HINT;
	uint32_t number = fid - (uint32_t)RMI_FID_FIRST;
	uint64_t out[5] = { [4] = regs->x[4] };
	rmi_command *command = number < ARRAY_SIZE(commands) ? commands[number] : NULL;

	if (command == NULL) {
		regs->x[0] = SMCCC_NOT_SUPPORTED;
		return;
	}
	regs->x[0] = command(regs->x, out);
	for (unsigned int i = 1; i < ARRAY_SIZE(out); i++)
		regs->x[i] = out[i];
}

uint64_t rmi_version(const uint64_t *arg, uint64_t *out)
{
	uint64_t requested = arg[1];

	out[1] = RMI_ABI_VERSION;
	out[2] = RMI_ABI_VERSION;
	return requested == RMI_ABI_VERSION ? RMI_SUCCESS : RMI_ERROR_INPUT;
}

uint64_t rmi_features(const uint64_t *arg, uint64_t *out)
{
	const struct port_features *f = port_features();
	uint64_t index = arg[1];

	/* Register 0 is the only one; no LPA2 (docs/limits.md). */
	if (index == 0)
		out[1] = (uint64_t)f->pa_bits << RMI_FEATURE0_S2SZ_SHIFT |
			 (uint64_t)f->has_sve << RMI_FEATURE0_SVE_EN_SHIFT |
			 (uint64_t)f->sve_vl << RMI_FEATURE0_SVE_VL_SHIFT |
			 (uint64_t)f->has_pmu << RMI_FEATURE0_PMU_EN_SHIFT |
			 (uint64_t)f->pmu_num_ctrs << RMI_FEATURE0_PMU_NUM_CTRS_SHIFT |
			 (uint64_t)f->num_bps << RMI_FEATURE0_NUM_BPS_SHIFT |
			 (uint64_t)f->num_wps << RMI_FEATURE0_NUM_WPS_SHIFT |
			 UINT64_C(1) << RMI_FEATURE0_HASH_SHA_256_SHIFT |
			 UINT64_C(1) << RMI_FEATURE0_HASH_SHA_512_SHIFT |
			 (uint64_t)f->num_lrs << RMI_FEATURE0_GICV3_NUM_LRS_SHIFT |
			 (uint64_t)REALM_MAX_RECS_ORDER << RMI_FEATURE0_MAX_RECS_ORDER_SHIFT;
	return RMI_SUCCESS;
}
