/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm and its host may learn of a realm's APT: RSI_CSM_REALM_ID, RSI_CSM_QUERY, and
 * RMI_CSM_ENTRY_READ (docs/csm.md).
 */
#include "csm/internal.h"

/* One entry, as it is reported. */
struct entry_info {
	uint64_t role; /* enum csm_role; CSM_INDEX_NONE: no entry among those looked at */
	uint64_t state;
	struct csm_rid peer;
	uint64_t n;
	uint64_t id;
	uint64_t base;
	uint64_t size;
	uint64_t permission;
	uint64_t next;
};

static enum csm_role role_of(const struct apt_entry *e)
{
	switch (e->kind) {
	case APT_REGION:
		return CSM_ROLE_REGION;
	case APT_SHARE:
		return CSM_ROLE_SHARE;
	default:
		return CSM_ROLE_CONSUMER;
	}
}

/*
 * The first entry in use from `index` on, among CSM_STEP slots; `next` says where to go on. A share has
 * the addresses of its region. False: no such index.
 */
static bool find_entry(struct apt *apt, uint64_t index, struct entry_info *info)
{
	uint32_t slots = apt_num_slots(apt);
	uint64_t end = min_u64(slots, index + CSM_STEP);
	const struct apt_entry *e = NULL;
	const struct apt_entry *range;

	if (index >= slots)
		return false;
	*info = (struct entry_info){ .role = CSM_INDEX_NONE };
	while (index < end) {
		e = apt_entry(apt, (uint32_t)index++);
		if (e->kind == APT_REGION || e->kind == APT_SHARE || e->kind == APT_CONSUMER)
			break;
		e = NULL;
	}
	info->next = index < slots ? index : CSM_INDEX_NONE;
	if (e == NULL)
		return true;
	range = e->kind == APT_SHARE ? apt_entry(apt, e->as_share.region) : e;
	info->role = role_of(e);
	info->state = e->state;
	info->peer = e->peer;
	info->n = e->n;
	info->id = range->kind == APT_REGION ? range->as_region.id : 0;
	info->base = range->base;
	info->size = range->size;
	info->permission = e->permission;
	return true;
}

static void query_locked(const struct csm_call *call, struct csm_answer *a)
{
	struct apt *apt = csm_apt(call->rd);
	struct entry_info info;

	csm_done(a, SMCCC_NOT_SUPPORTED);
	if (apt == NULL)
		return;
	csm_done(a, RSI_ERROR_INPUT);
	if (!find_entry(apt, call->args->index, &info))
		return;
	csm_done(a, RSI_SUCCESS);
	a->value[0] = info.role;
	a->value[1] = info.state;
	a->value[2] = info.peer.lo;
	a->value[3] = info.peer.hi;
	a->value[4] = info.n;
	a->value[5] = info.id;
	a->value[6] = info.base;
	a->value[7] = info.size;
	a->value[8] = info.permission;
	a->value[9] = info.next;
	a->num_values = 10;
}

void csm_query(const struct csm_call *call, struct csm_answer *a)
{
	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	query_locked(call, a);
	granule_unlock(call->rd);
}

void csm_realm_id(const struct csm_call *call, struct csm_answer *a)
{
	const struct realm *realm = realm_of(call->rd);

	REQUIRE(granule_lock(call->rd, GRANULE_RD));
	csm_done(a, realm->apt == NULL ? SMCCC_NOT_SUPPORTED : RSI_SUCCESS);
	if (realm->apt != NULL) {
		a->value[0] = realm->rid.lo;
		a->value[1] = realm->rid.hi;
		a->num_values = 2;
	}
	granule_unlock(call->rd);
}

uint64_t csm_entry_read(struct pa rd_pa, uint64_t index, struct csm_host_entry *entry)
{
	struct granule *rd = granule_find_lock(rd_pa, GRANULE_RD);
	uint64_t result = RMI_ERROR_REALM;
	struct entry_info info;
	struct apt *apt;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	apt = csm_apt(rd);
	if (apt != NULL) {
		result = RMI_ERROR_INPUT;
		if (find_entry(apt, index, &info)) {
			result = RMI_SUCCESS;
			*entry = (struct csm_host_entry){
				.role_and_state = info.role == CSM_INDEX_NONE ? CSM_INDEX_NONE
									      : info.role | info.state << 8,
				.base = info.base,
				.size = info.size,
				.next = info.next,
			};
		}
	}
	granule_unlock(rd);
	return result;
}
