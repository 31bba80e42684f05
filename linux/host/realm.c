// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The life of a realm: made, ended, taken apart.
 */
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "host.h"

LIST_HEAD(caec_realms);
DEFINE_MUTEX(caec_realms_lock); /* of the list, and of going down */
bool caec_going_down;

/* Pages of realms that could not be taken apart: nobody's any more. */
static atomic64_t lost;

u64 caec_lost(void)
{
	return atomic64_read(&lost);
}

/* --- What is asked for ------------------------------------------------------------------------ */

static bool name_is_valid(const char *name)
{
	size_t length = strnlen(name, CAEC_HOST_NAME_SIZE);

	if (length == 0 || length == CAEC_HOST_NAME_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("-_.", name[i])))
			return false;
	return true;
}

static bool is_zero(const u64 *words, unsigned int count)
{
	u64 any = 0;

	for (unsigned int i = 0; i < count; i++)
		any |= words[i];
	return any == 0;
}

static bool is_well_formed(const struct caec_host_create *c)
{
	const u32 flags = CAEC_HOST_REALM_SVE | CAEC_HOST_REALM_PMU | CAEC_HOST_REALM_CSM;

	return !(c->flags & ~flags) && is_zero(c->reserved, ARRAY_SIZE(c->reserved)) &&
	       name_is_valid(c->name) && c->recs >= 1 && c->recs <= CAEC_HOST_MAX_RECS &&
	       c->hash <= CAEC_HOST_HASH_SHA512 &&
	       (c->ipa_bits == 0 || (c->ipa_bits >= 32 && c->ipa_bits <= 48)) &&
	       (c->sve_vl == 0 || (c->flags & CAEC_HOST_REALM_SVE)) &&
	       (c->pmu_counters == 0 || (c->flags & CAEC_HOST_REALM_PMU)) && c->memory % PAGE_SIZE == 0 &&
	       c->memory >> 48 == 0;
}

#define OFFERED(field) host_feature(&caec_host, RMI_FEATURE0_##field##_SHIFT, RMI_FEATURE0_##field##_WIDTH)
#define IS_OFFERED(field) host_feature(&caec_host, RMI_FEATURE0_##field##_SHIFT, 1)

static bool is_offered(const struct caec_host_create *c)
{
	if ((c->flags & CAEC_HOST_REALM_CSM) && !caec_csm_features)
		return false;
	if ((c->flags & CAEC_HOST_REALM_SVE) && (!IS_OFFERED(SVE_EN) || c->sve_vl > OFFERED(SVE_VL)))
		return false;
	if ((c->flags & CAEC_HOST_REALM_PMU) &&
	    (!IS_OFFERED(PMU_EN) || c->pmu_counters > OFFERED(PMU_NUM_CTRS)))
		return false;
	return c->ipa_bits <= OFFERED(S2SZ) && c->num_bps <= OFFERED(NUM_BPS) &&
	       c->num_wps <= OFFERED(NUM_WPS) &&
	       (c->hash == CAEC_HOST_HASH_SHA256 ? IS_OFFERED(HASH_SHA_256) : IS_OFFERED(HASH_SHA_512));
}

static struct host_realm_config config_of(struct caec_host_create *c)
{
	struct host_realm_config config = {
		.flags = (c->flags & CAEC_HOST_REALM_SVE ? RMI_REALM_FLAG_SVE : 0) |
			 (c->flags & CAEC_HOST_REALM_PMU ? RMI_REALM_FLAG_PMU : 0),
		.ipa_bits = c->ipa_bits,
		.sve_vl = c->sve_vl,
		.pmu_num_ctrs = c->pmu_counters,
		.num_bps = c->num_bps,
		.num_wps = c->num_wps,
		.hash_algo = c->hash,
		.blocks = true,
	};

	memcpy(config.rpv, c->rpv, sizeof(config.rpv));
	config = host_complete(&caec_host, &config);
	c->ipa_bits = config.ipa_bits;
	c->num_bps = config.num_bps;
	c->num_wps = config.num_wps;
	return config;
}

/* Beside memory: its tables, also those of the unprotected half, descriptors, RECs. */
static u64 granules_for(const struct caec_host_create *c)
{
	u64 pages = c->memory / PAGE_SIZE;

	return pages + pages / 256 + 128 + c->recs * (2 + RMI_MAX_AUX);
}

/* --- Made ------------------------------------------------------------------------------------- */

static int enlist(struct caec_realm *realm)
{
	struct caec_realm *other;
	int error = 0;

	mutex_lock(&caec_realms_lock);
	list_for_each_entry(other, &caec_realms, node)
		if (!strcmp(other->name, realm->name))
			error = -EEXIST;
	if (caec_going_down)
		error = -ESHUTDOWN;
	if (!error)
		list_add_tail(&realm->node, &caec_realms);
	mutex_unlock(&caec_realms_lock);
	return error;
}

static void delist(struct caec_realm *realm)
{
	mutex_lock(&caec_realms_lock);
	list_del(&realm->node);
	mutex_unlock(&caec_realms_lock);
}

unsigned int caec_realm_count(void)
{
	unsigned int count;

	mutex_lock(&caec_realms_lock);
	count = list_count_nodes(&caec_realms);
	mutex_unlock(&caec_realms_lock);
	return count;
}

static void init(struct caec_realm *realm, const struct caec_host_create *c)
{
	kref_init(&realm->refs);
	strscpy(realm->name, c->name);
	realm->recs = c->recs;
	realm->granules_base = granules_for(c);
	mutex_init(&realm->lock);
	spin_lock_init(&realm->gic_lock);
	mutex_init(&realm->shared_lock);
	INIT_LIST_HEAD(&realm->shared);
	xa_init_flags(&realm->pinned, XA_FLAGS_ACCOUNT);
	init_rwsem(&realm->eventfd_lock);
	INIT_LIST_HEAD(&realm->irqfds);
	INIT_LIST_HEAD(&realm->ioeventfds);
	mutex_init(&realm->csm_lock);
	for (unsigned int i = 0; i < CAEC_HOST_MAX_RECS; i++)
		caec_rec_init(&realm->vcpus[i], realm);
}

/* With its lock: the realm is in the list, and the machine may begin to go down. */
static int make(struct caec_realm *realm, struct caec_host_create *c)
{
	struct host_realm_config config = config_of(c);
	int error;

	config.name = realm->name;
	config.granules_max = realm->granules_base;
	if (realm->gone)
		return -ESHUTDOWN;
	error = caec_errno(host_realm_create(&caec_host, &realm->realm, &config));
	if (error)
		return error;
	realm->realm.owner = realm;
	error = caec_gic_init(realm, c);
	if (!error && (c->flags & CAEC_HOST_REALM_CSM))
		error = caec_csm_init(realm);
	return error;
}

struct caec_realm *caec_realm_create(struct caec_host_create *c)
{
	struct caec_realm *realm;
	int error;

	if (!is_well_formed(c))
		return ERR_PTR(-EINVAL);
	if (!is_offered(c))
		return ERR_PTR(-EOPNOTSUPP);
	realm = kvzalloc(sizeof(*realm), CAEC_GFP);
	if (!realm)
		return ERR_PTR(-ENOMEM);
	init(realm, c);
	error = enlist(realm);
	if (error) {
		kvfree(realm);
		return ERR_PTR(error);
	}
	mutex_lock(&realm->lock);
	error = make(realm, c);
	mutex_unlock(&realm->lock);
	if (!error)
		return realm;
	caec_realm_put(realm);
	return ERR_PTR(error);
}

/* --- Ended ------------------------------------------------------------------------------------ */

static void kick_all(struct caec_realm *realm)
{
	for (unsigned int i = 0; i < realm->recs; i++)
		caec_rec_kick(&realm->vcpus[i]);
}

void caec_realm_end(struct caec_realm *realm, u32 state)
{
	cmpxchg(&realm->state, CAEC_HOST_STATE_ACTIVE, state);
	kick_all(realm);
}

void caec_realm_break(struct caec_realm *realm, const struct caec_host_run_error *error)
{
	static DEFINE_MUTEX(first);

	mutex_lock(&first);
	if (realm->state == CAEC_HOST_STATE_ACTIVE) {
		realm->error = *error;
		caec_realm_end(realm, CAEC_HOST_STATE_BROKEN);
	}
	mutex_unlock(&first);
}

/* --- Taken apart ------------------------------------------------------------------------------ */

/* With both its locks. */
static void destroy(struct caec_realm *realm)
{
	if (realm->gone || !realm->realm.host)
		return;
	if (host_realm_destroy(&realm->realm) == RMI_SUCCESS)
		return;
	pr_err("caec_host: realm %s can't be taken apart: %llu pages are lost\n", realm->name,
	       realm->realm.granules);
	atomic64_add(realm->realm.granules, &lost);
}

void caec_realm_take_apart(struct caec_realm *realm)
{
	mutex_lock(&realm->lock);
	caec_eventfd_release(realm);
	caec_shared_release(realm);
	mutex_lock(&realm->csm_lock);
	destroy(realm);
	realm->gone = true;
	mutex_unlock(&realm->csm_lock);
	mutex_unlock(&realm->lock);
}

/* What could not be taken apart stays: host/lib has it in its list. */
static void finish(struct kref *refs)
{
	struct caec_realm *realm = container_of(refs, struct caec_realm, refs);

	delist(realm);
	caec_realm_take_apart(realm);
	for (unsigned int i = 0; i < CAEC_HOST_MAX_RECS; i++)
		if (realm->vcpus[i].page)
			__free_page(realm->vcpus[i].page);
	xa_destroy(&realm->pinned);
	if (!realm->realm.created)
		kvfree(realm);
}

void caec_realm_put(struct caec_realm *realm)
{
	kref_put(&realm->refs, finish);
}
