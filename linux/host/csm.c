// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The host's policy for confidential shared memory, and what of it can be seen.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "host.h"
#include "lib/rmi_csm_call.h"

#define DEFAULT_PAGES 65536
#define DEFAULT_ENTRIES 64

/* Tables for its ranges, on both sides; its APT: an entry has a share, and a peer. */
static u64 granules_for(const struct caec_host_csm_policy *policy)
{
	return policy->max_pages + policy->max_pages / 256 + policy->max_entries * 8ULL + 16;
}

static void set(struct caec_realm *realm, const struct caec_host_csm_policy *policy)
{
	mutex_lock(&realm->csm_lock);
	realm->policy = *policy;
	WRITE_ONCE(realm->realm.granules_max, realm->granules_base + granules_for(policy));
	mutex_unlock(&realm->csm_lock);
}

int caec_csm_init(struct caec_realm *realm)
{
	const struct caec_host_csm_policy policy = {
		.mode = CAEC_HOST_CSM_SERVE,
		.max_pages = DEFAULT_PAGES,
		.max_entries = DEFAULT_ENTRIES,
	};

	set(realm, &policy);
	return caec_errno(host_csm_enable(&realm->realm, 1));
}

static bool is_well_formed(const struct caec_host_csm_policy *policy)
{
	if (policy->mode > CAEC_HOST_CSM_NAMES || policy->count > CAEC_HOST_CSM_MAX_NAMES ||
	    policy->max_pages >> 36 != 0 || (policy->count && policy->mode != CAEC_HOST_CSM_NAMES))
		return false;
	for (unsigned int i = 0; i < policy->count; i++)
		if (strnlen(policy->names[i], CAEC_HOST_NAME_SIZE) == CAEC_HOST_NAME_SIZE)
			return false;
	return true;
}

int caec_csm_policy(struct caec_realm *realm, const struct caec_host_csm_policy *policy)
{
	if (!realm->realm.has_apt)
		return -EOPNOTSUPP;
	if (!is_well_formed(policy))
		return -EINVAL;
	set(realm, policy);
	return 0;
}

/* --- What is there ---------------------------------------------------------------------------- */

int caec_csm_entry(struct caec_realm *realm, struct caec_host_csm_entry *entry)
{
	struct host_rmi_csm_entry found = { .next = entry->index };
	u64 result;

	if (!realm->realm.has_apt)
		return -EOPNOTSUPP;
	if (entry->reserved)
		return -EINVAL;
	do {
		if (found.next == CSM_INDEX_NONE)
			return -ENOENT;
		result = host_rmi_csm_entry_read(&caec_host, realm->realm.rd, found.next, &found);
		if (result != RMI_SUCCESS)
			return rmi_result_status(result) == RMI_ERROR_INPUT ? -ENOENT : caec_errno(result);
	} while (found.role == 0xff);
	*entry = (struct caec_host_csm_entry){
		.version = CAEC_HOST_VERSION,
		.role = found.role,
		.state = found.state,
		.index = found.next,
		.base = found.base,
		.size = found.size,
	};
	return 0;
}

struct use {
	u64 pages;
	u32 entries;
};

/* Regions and reservations, also those that are being made. False: not all could be read. */
static bool in_use(struct caec_realm *realm, struct use *use)
{
	struct caec_host_csm_entry entry = {};
	int error;

	*use = (struct use){};
	while (!(error = caec_csm_entry(realm, &entry))) {
		if (entry.role == CSM_ROLE_SHARE)
			continue;
		use->pages += entry.size / PAGE_SIZE;
		use->entries++;
	}
	return error == -ENOENT;
}

void caec_csm_stats(struct caec_realm *realm, struct caec_host_stats *stats)
{
	struct use use;

	in_use(realm, &use);
	stats->csm_pages = use.pages;
	stats->csm_entries = use.entries;
}

/* --- What is granted -------------------------------------------------------------------------- */

static bool is_within_limits(struct caec_realm *realm)
{
	struct use use;

	return in_use(realm, &use) && use.entries <= realm->policy.max_entries &&
	       use.pages <= realm->policy.max_pages;
}

/* What has happened can't be refused; what is asked for is, beyond the policy. */
static bool is_granted(struct caec_realm *realm, enum csm_event event)
{
	bool granted;

	if (!host_csm_is_request(event))
		return true;
	mutex_lock(&realm->csm_lock);
	granted = realm->policy.mode != CAEC_HOST_CSM_REFUSE && is_within_limits(realm);
	if (granted && event == CSM_EVENT_C_REALM) /* the provider may have its wishes, too */
		WRITE_ONCE(realm->csm_watched, true);
	mutex_unlock(&realm->csm_lock);
	return granted;
}

bool caec_csm_serve(struct caec_realm *realm, const struct host_csm_request *request)
{
	return is_granted(realm, request->event) && host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}
