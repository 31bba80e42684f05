/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI as C functions: one per command, arguments and outputs by name (DEN0137 B4.3). Each returns the
 * RmiCommandReturnCode; outputs are stored as the RMM gave them, also on failure.
 */
#ifndef HOST_LIB_RMI_CALL_H
#define HOST_LIB_RMI_CALL_H

#include "host.h"

static inline struct host_rmi_regs host_rmi_call(struct host *host, uint64_t fid, uint64_t x1, uint64_t x2,
						 uint64_t x3, uint64_t x4, uint64_t x5)
{
	struct host_rmi_regs regs = { { fid, x1, x2, x3, x4, x5 } };

	host->ops->smc(host->context, &regs);
	return regs;
}

static inline uint64_t host_rmi_version(struct host *host, uint64_t requested, uint64_t *lower,
					uint64_t *higher)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_VERSION, requested, 0, 0, 0, 0);

	*lower = regs.x[1];
	*higher = regs.x[2];
	return regs.x[0];
}

static inline uint64_t host_rmi_features(struct host *host, uint64_t index, uint64_t *value)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_FEATURES, index, 0, 0, 0, 0);

	*value = regs.x[1];
	return regs.x[0];
}

static inline uint64_t host_rmi_granule_delegate(struct host *host, uint64_t addr)
{
	return host_rmi_call(host, RMI_GRANULE_DELEGATE, addr, 0, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_granule_undelegate(struct host *host, uint64_t addr)
{
	return host_rmi_call(host, RMI_GRANULE_UNDELEGATE, addr, 0, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_realm_create(struct host *host, uint64_t rd, uint64_t params)
{
	return host_rmi_call(host, RMI_REALM_CREATE, rd, params, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_realm_activate(struct host *host, uint64_t rd)
{
	return host_rmi_call(host, RMI_REALM_ACTIVATE, rd, 0, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_realm_destroy(struct host *host, uint64_t rd)
{
	return host_rmi_call(host, RMI_REALM_DESTROY, rd, 0, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_rec_aux_count(struct host *host, uint64_t rd, uint64_t *count)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_REC_AUX_COUNT, rd, 0, 0, 0, 0);

	*count = regs.x[1];
	return regs.x[0];
}

static inline uint64_t host_rmi_rec_create(struct host *host, uint64_t rd, uint64_t rec, uint64_t params)
{
	return host_rmi_call(host, RMI_REC_CREATE, rd, rec, params, 0, 0).x[0];
}

static inline uint64_t host_rmi_rec_destroy(struct host *host, uint64_t rec)
{
	return host_rmi_call(host, RMI_REC_DESTROY, rec, 0, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_rec_enter(struct host *host, uint64_t rec, uint64_t run)
{
	return host_rmi_call(host, RMI_REC_ENTER, rec, run, 0, 0, 0).x[0];
}

static inline uint64_t host_rmi_psci_complete(struct host *host, uint64_t calling, uint64_t target,
					      int64_t status)
{
	return host_rmi_call(host, RMI_PSCI_COMPLETE, calling, target, (uint64_t)status, 0, 0).x[0];
}

static inline uint64_t host_rmi_data_create(struct host *host, uint64_t rd, uint64_t data, uint64_t ipa,
					    uint64_t src, uint64_t flags)
{
	return host_rmi_call(host, RMI_DATA_CREATE, rd, data, ipa, src, flags).x[0];
}

static inline uint64_t host_rmi_data_create_unknown(struct host *host, uint64_t rd, uint64_t data,
						    uint64_t ipa)
{
	return host_rmi_call(host, RMI_DATA_CREATE_UNKNOWN, rd, data, ipa, 0, 0).x[0];
}

static inline uint64_t host_rmi_data_destroy(struct host *host, uint64_t rd, uint64_t ipa, uint64_t *data,
					     uint64_t *top)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_DATA_DESTROY, rd, ipa, 0, 0, 0);

	*data = regs.x[1];
	*top = regs.x[2];
	return regs.x[0];
}

static inline uint64_t host_rmi_rtt_create(struct host *host, uint64_t rd, uint64_t rtt, uint64_t ipa,
					   int64_t level)
{
	return host_rmi_call(host, RMI_RTT_CREATE, rd, rtt, ipa, (uint64_t)level, 0).x[0];
}

static inline uint64_t host_rmi_rtt_destroy(struct host *host, uint64_t rd, uint64_t ipa, int64_t level,
					    uint64_t *rtt, uint64_t *top)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_RTT_DESTROY, rd, ipa, (uint64_t)level, 0, 0);

	*rtt = regs.x[1];
	*top = regs.x[2];
	return regs.x[0];
}

static inline uint64_t host_rmi_rtt_fold(struct host *host, uint64_t rd, uint64_t ipa, int64_t level,
					 uint64_t *rtt)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_RTT_FOLD, rd, ipa, (uint64_t)level, 0, 0);

	*rtt = regs.x[1];
	return regs.x[0];
}

static inline uint64_t host_rmi_rtt_map_unprotected(struct host *host, uint64_t rd, uint64_t ipa,
						    int64_t level, uint64_t desc)
{
	return host_rmi_call(host, RMI_RTT_MAP_UNPROTECTED, rd, ipa, (uint64_t)level, desc, 0).x[0];
}

static inline uint64_t host_rmi_rtt_unmap_unprotected(struct host *host, uint64_t rd, uint64_t ipa,
						      int64_t level, uint64_t *top)
{
	struct host_rmi_regs regs =
		host_rmi_call(host, RMI_RTT_UNMAP_UNPROTECTED, rd, ipa, (uint64_t)level, 0, 0);

	*top = regs.x[1];
	return regs.x[0];
}

struct host_rmi_rtt_entry {
	int64_t level;  /* where the walk ended */
	uint64_t state; /* enum rmi_rtt_entry_state */
	uint64_t desc;
	uint64_t ripas; /* enum rmi_ripas */
};

static inline uint64_t host_rmi_rtt_read_entry(struct host *host, uint64_t rd, uint64_t ipa, int64_t level,
					       struct host_rmi_rtt_entry *entry)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_RTT_READ_ENTRY, rd, ipa, (uint64_t)level, 0, 0);

	entry->level = (int64_t)regs.x[1];
	entry->state = regs.x[2];
	entry->desc = regs.x[3];
	entry->ripas = regs.x[4];
	return regs.x[0];
}

static inline uint64_t host_rmi_rtt_init_ripas(struct host *host, uint64_t rd, uint64_t base, uint64_t top,
					       uint64_t *out_top)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_RTT_INIT_RIPAS, rd, base, top, 0, 0);

	*out_top = regs.x[1];
	return regs.x[0];
}

static inline uint64_t host_rmi_rtt_set_ripas(struct host *host, uint64_t rd, uint64_t rec, uint64_t base,
					      uint64_t top, uint64_t *out_top)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_RTT_SET_RIPAS, rd, rec, base, top, 0);

	*out_top = regs.x[1];
	return regs.x[0];
}

#endif
