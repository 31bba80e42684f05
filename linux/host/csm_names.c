// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Who shares with whom: seen afterwards, by the pages. What the policy of either side does not want
 * is broken.
 *
 * An attachment's provider is the realm that has a region of the same size with the same page in
 * it. The RMM tells of neither before the consumer has attached, so that this is looked at between
 * a reservation and the first entry after the attachment.
 */
#include <linux/mm.h>

#include "host.h"
#include "lib/rmi_csm_call.h"

static bool wants(struct caec_realm *realm, const char *peer)
{
	bool wanted;

	mutex_lock(&realm->csm_lock);
	wanted = realm->policy.mode != CAEC_HOST_CSM_NAMES;
	for (unsigned int i = 0; i < realm->policy.count && !wanted; i++)
		wanted = !strcmp(realm->policy.names[i], peer);
	mutex_unlock(&realm->csm_lock);
	return wanted;
}

static u64 page_at(struct caec_realm *realm, u64 ipa)
{
	u64 pa;

	return host_translate(&realm->realm, ipa, &pa) == RMI_SUCCESS ? pa : 0;
}

#define LOOKS 8

/*
 * A page that is there: *offset is where. 0: none is at the beginning, which ATTACH maps first, or
 * among the few from `from` on. An attachment that is being made has none yet, one of holes may
 * have a single one far behind: to look for it to the end before each entry takes longer than the
 * tick, and then the realm never gets anywhere.
 */
static u64 page_from(struct caec_realm *realm, const struct caec_host_csm_entry *entry, u64 from, u64 *offset)
{
	u64 pa = page_at(realm, entry->base);

	*offset = 0;
	for (unsigned int i = 0; i < LOOKS && !pa; i++) {
		*offset = (from + i * PAGE_SIZE) % entry->size;
		pa = page_at(realm, entry->base + *offset);
	}
	return pa;
}

/* With its csm_lock. */
static bool provides(struct caec_realm *realm, u64 size, u64 offset, u64 pa)
{
	struct caec_host_csm_entry entry = {};

	if (realm->gone || !realm->realm.has_apt)
		return false;
	while (!caec_csm_entry(realm, &entry))
		if (entry.role == CSM_ROLE_REGION && entry.size == size &&
		    page_at(realm, entry.base + offset) == pa)
			return true;
	return false;
}

/*
 * With a reference, or NULL. A realm that is being built has no region yet, and changes without its
 * csm_lock.
 */
static struct caec_realm *provider_of(struct caec_realm *consumer, u64 size, u64 offset, u64 pa)
{
	struct caec_realm *realm, *found = NULL;

	mutex_lock(&caec_realms_lock);
	list_for_each_entry(realm, &caec_realms, node) {
		/* Acquires what it was built of. */
		if (realm == consumer || found || smp_load_acquire(&realm->state) == CAEC_HOST_STATE_NEW)
			continue;
		mutex_lock(&realm->csm_lock);
		if (provides(realm, size, offset, pa) && kref_get_unless_zero(&realm->refs))
			found = realm;
		mutex_unlock(&realm->csm_lock);
	}
	mutex_unlock(&caec_realms_lock);
	return found;
}

/* True: it is settled, one way or the other. What could not be broken is looked at again. */
static bool judge(struct caec_realm *consumer, const struct caec_host_csm_entry *entry, u64 from)
{
	u64 offset, pa = page_from(consumer, entry, from, &offset);
	struct caec_realm *provider = pa ? provider_of(consumer, entry->size, offset, pa) : NULL;
	bool settled = true;

	if (!provider)
		return false;
	if (!wants(consumer, provider->name) || !wants(provider, consumer->name))
		settled = host_csm_unmap(&consumer->realm, entry->base, entry->size) == RMI_SUCCESS;
	caec_realm_put(provider);
	return settled;
}

/*
 * All attachments from the same place on: else two could share the places out, and each never see
 * half.
 */
void caec_csm_watch(struct caec_realm *realm)
{
	struct caec_host_csm_entry entry = {};
	u64 from = READ_ONCE(realm->csm_looked);
	bool settled = true;
	int error;

	WRITE_ONCE(realm->csm_looked, from + LOOKS * PAGE_SIZE);
	WRITE_ONCE(realm->csm_watched, false);
	while (!(error = caec_csm_entry(realm, &entry))) {
		if (entry.role != CSM_ROLE_CONSUMER)
			continue;
		if (entry.state == CSM_STATE_CREATING || entry.state == CSM_STATE_RESERVED)
			settled = false;
		else if (entry.state == CSM_STATE_ATTACHED && !judge(realm, &entry, from))
			settled = false;
	}
	if (!settled || error != -ENOENT)
		WRITE_ONCE(realm->csm_watched, true);
}
