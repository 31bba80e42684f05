/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM as C functions (docs/csm.md "Host interface"), in the manner of rmi_call.h.
 */
#ifndef HOST_LIB_RMI_CSM_CALL_H
#define HOST_LIB_RMI_CSM_CALL_H

#include <caec/csm.h>

#include "rmi_call.h"

static inline uint64_t host_rmi_csm_version(struct host *host, uint64_t requested, uint64_t *lower,
					    uint64_t *higher, uint64_t *features)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_CSM, RMI_CSM_VERSION, requested, 0, 0, 0);

	*lower = regs.x[1];
	*higher = regs.x[2];
	*features = regs.x[3];
	return regs.x[0];
}

static inline uint64_t host_rmi_csm_apt_create(struct host *host, uint64_t rd, uint64_t apt)
{
	return host_rmi_call(host, RMI_CSM, RMI_CSM_APT_CREATE, rd, apt, 0, 0).x[0];
}

static inline uint64_t host_rmi_csm_apt_extend(struct host *host, uint64_t rd, uint64_t granule)
{
	return host_rmi_call(host, RMI_CSM, RMI_CSM_APT_EXTEND, rd, granule, 0, 0).x[0];
}

/* Whose doorbell to ring: a realm that has news, and in which REC. */
struct host_rmi_csm_doorbell {
	uint64_t rd; /* 0: nobody's */
	uint64_t rec;
};

static inline uint64_t host_rmi_csm_apt_destroy(struct host *host, uint64_t rd, uint64_t *granule,
						uint64_t *held, struct host_rmi_csm_doorbell *doorbell)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_CSM, RMI_CSM_APT_DESTROY, rd, 0, 0, 0);

	*granule = regs.x[1];
	*held = regs.x[2];
	*doorbell = (struct host_rmi_csm_doorbell){ regs.x[3], regs.x[4] };
	return regs.x[0];
}

static inline uint64_t host_rmi_csm_unmap(struct host *host, uint64_t rd, uint64_t ipa, uint64_t *next,
					  struct host_rmi_csm_doorbell *doorbell)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_CSM, RMI_CSM_UNMAP, rd, ipa, 0, 0);

	*next = regs.x[1];
	*doorbell = (struct host_rmi_csm_doorbell){ regs.x[3], regs.x[4] };
	return regs.x[0];
}

static inline uint64_t host_rmi_csm_fill(struct host *host, uint64_t rd, uint64_t ipa, uint64_t *next,
					 uint64_t *pages)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_CSM, RMI_CSM_FILL, rd, ipa, 0, 0);

	*next = regs.x[1];
	*pages = regs.x[2];
	return regs.x[0];
}

struct host_rmi_csm_entry {
	unsigned int role;  /* enum csm_role */
	unsigned int state; /* enum csm_state */
	uint64_t base, size;
	uint64_t next; /* index, or CSM_INDEX_NONE */
};

static inline uint64_t host_rmi_csm_entry_read(struct host *host, uint64_t rd, uint64_t index,
					       struct host_rmi_csm_entry *entry)
{
	struct host_rmi_regs regs = host_rmi_call(host, RMI_CSM, RMI_CSM_ENTRY_READ, rd, index, 0, 0);

	entry->role = (unsigned int)(regs.x[1] & 0xff);
	entry->state = (unsigned int)((regs.x[1] >> 8) & 0xff);
	entry->base = regs.x[2];
	entry->size = regs.x[3];
	entry->next = regs.x[4];
	return regs.x[0];
}

#endif
