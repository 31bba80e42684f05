/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory: what there is, doorbells, and who the peer is.
 */
#include "csm_call.h"
#include "common/string.h"

/* The RMM looks at a bounded number of slots per call: role -1 means that none of those was in use. */
enum csm_error realm_csm_query(uint64_t *index, struct realm_csm_entry *entry)
{
	struct smc_regs regs;

	do {
		enum csm_error error;

		if (*index == CSM_INDEX_NONE)
			return CSM_ERROR_INPUT;
		regs = (struct smc_regs){ { RSI_CSM_QUERY, *index } };
		error = realm_csm_call(&regs);
		if (error != CSM_OK)
			return error;
		*index = regs.x[10];
	} while (regs.x[1] == CSM_INDEX_NONE);

	*entry = (struct realm_csm_entry){
		.role = (enum csm_role)regs.x[1],
		.state = (enum csm_state)regs.x[2],
		.peer = { regs.x[3], regs.x[4] },
		.n = regs.x[5],
		.id = regs.x[6],
		.base = regs.x[7],
		.size = regs.x[8],
		.permission = (enum csm_permission)regs.x[9],
	};
	return CSM_OK;
}

enum csm_error realm_csm_find_entry(enum csm_role role, const struct csm_rid *peer, uint64_t n,
				    struct realm_csm_entry *entry)
{
	uint64_t index = 0;

	for (;;) {
		enum csm_error error = realm_csm_query(&index, entry);

		if (error == CSM_ERROR_INPUT)
			return CSM_ERROR_DENIED;
		if (error != CSM_OK)
			return error;
		if (entry->role == role && entry->n == n && realm_csm_rid_equal(&entry->peer, peer))
			return CSM_OK;
	}
}

/* The call has its own numbers for the roles: 0 P, 1 C. */
enum csm_error realm_csm_notify(const struct csm_rid *peer, uint64_t n, enum csm_role role)
{
	struct smc_regs regs = { { RSI_CSM_NOTIFY, peer->lo, peer->hi, n, role == CSM_ROLE_CONSUMER } };

	return realm_csm_call(&regs);
}

enum csm_error realm_csm_pending(uint64_t first, uint64_t *index)
{
	struct smc_regs regs = { { RSI_CSM_PENDING, first } };
	enum csm_error error = realm_csm_call(&regs);

	if (error == CSM_OK)
		*index = regs.x[1];
	return error;
}

enum csm_error realm_csm_doorbell(uint64_t mpidr)
{
	struct smc_regs regs = { { RSI_CSM_DOORBELL, mpidr } };

	return realm_csm_call(&regs);
}

enum csm_error realm_csm_peer_measurement(const struct csm_rid *peer, unsigned int index,
					  uint8_t value[RSI_MEASUREMENT_SIZE], uint64_t *algorithm)
{
	struct smc_regs regs = { { RSI_CSM_PEER_MEASUREMENT, peer->lo, peer->hi, index } };
	enum csm_error error = realm_csm_call(&regs);

	if (error == CSM_OK) {
		memcpy(value, &regs.x[1], RSI_MEASUREMENT_SIZE);
		*algorithm = regs.x[9];
	}
	return error;
}
